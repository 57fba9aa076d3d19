#pragma once
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "devices/catalog.h"
#include "devices/derive.h"
#include "devices/model/records.h"
#include "rules/state_view.h"

/// State and versions in memory: the fold of the log.
namespace attune::core {

/// Change::status of a momentary event (`button.event`): it is in the log, never in the image.
inline constexpr std::string_view kEventStatus = "event";

/// One attribute, by AttributeId; StateRow without its path.
struct AttributeState {
  Value value;
  Revision revision{};
  std::uint64_t version = 0;
  Instant at;
  Quality quality = Quality::good;
  Origin origin = Origin::device;
  Cause cause;
  Revision context{};
  Value desired;
  std::string desired_by;
  Revision desired_revision{};
  Revision desired_context{};  ///< of the chain that wanted it
  Instant since;               ///< of the last change of value
  HybridTime clock;
  HybridTime desired_clock;
  Revision claimed{};  ///< the last entry of kind claim about it
  bool folded = true;  ///< false: changed since the last fold
};

/// A device's availability among the folded rows: no attribute can have this name.
inline constexpr std::string_view kAvailabilityRow = "$availability";

struct DeviceState {
  Availability availability = Availability::unknown;
  Revision revision{};  ///< of the last change of availability
  Instant at;
  bool silent = false;  ///< its availability follows from its silence, nobody said so
  bool fresh = false;   ///< has said something live since it (re)joined
  bool folded = true;   ///< false: its availability changed since the last fold
  devices::Derived derived;
};

class Image final : public rules::StateView {
 public:
  explicit Image(const devices::Catalog& catalog) : catalog_(catalog) {}

  /// Unknown while the device is offline, or older than its max_age, as rules read it.
  [[nodiscard]] const Value& value(AttributeId attribute) const override;
  /// Stale when it was retained, is too old, or its device is offline or silent.
  [[nodiscard]] Quality quality(AttributeId attribute) const;
  /// Not heard within its max_age.
  [[nodiscard]] bool is_too_old(AttributeId attribute) const;
  [[nodiscard]] const AttributeState& at(AttributeId attribute) const;
  /// The word for its value on the scale of its kind; empty: it has none. Valid until the devices
  /// files are read again.
  [[nodiscard]] std::string_view band(AttributeId attribute) const;
  [[nodiscard]] const DeviceState& device(DeviceIndex device) const;

  /// Folds a committed change: of state, setting, desired, claim, liveness or removed; others are
  /// ignored. After a removal nothing is known of the device.
  void apply(const Change& change, AttributeTable& table);
  /// The same for a change that is made now, which gets its `prior` on the way. With apply() the
  /// only way in which the image changes.
  void enter(Change& change, AttributeTable& table);
  void restore(const StateRow& row, AttributeTable& table);
  /// The value of a signal (broker/core/signals.h): computed, and no part of the log.
  void set_signal(AttributeId signal, Value value) { slot(signal).value = std::move(value); }
  void mark_fresh(DeviceIndex device, bool fresh);
  void derive(DeviceIndex device);

  /// Rows changed since the last call, for the store's fold.
  [[nodiscard]] std::vector<StateRow> take_unfolded();
  [[nodiscard]] StateRow row(AttributeId attribute) const;

 private:
  AttributeState& slot(AttributeId attribute);
  void note_band(AttributeId attribute);
  Revision fold(const Change& change, AttributeTable& table);
  Revision fold_device(const Change& change, AttributeTable& table);
  Revision forget(const Change& change, AttributeTable& table);
  void restore_device(const StateRow& row, AttributeTable& table);
  DeviceState& device_slot(DeviceIndex device);

  const devices::Catalog& catalog_;
  std::vector<AttributeState> attributes_;
  std::vector<DeviceState> devices_;
  std::vector<AttributeId> unfolded_;
  std::map<AttributeId, std::string> bands_;  // where the last change led, for their hysteresis
};

}  // namespace attune::core
