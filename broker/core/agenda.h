#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "broker/core/journal.h"
#include "devices/model/ids.h"

/// What is still to be looked at within one step, in an order that depends on nothing but it.
namespace attune::core {

/// Why a rule is looked at: an attribute that it reads changed, or something else did.
struct Reason {
  std::optional<AttributeId> attribute;
  Because because;
  bool triggered = false;  ///< the instant of its trigger is now
};

/// A momentary event: it is in no state.
struct Happening {
  AttributeId attribute{};
  Value value;
  Because because;
};

class Agenda {
 public:
  /// The attribute's value, as rules see it, changed.
  void touch(AttributeId attribute, Because because);
  void happen(Happening event);
  /// The rule must be looked at.
  void evaluate(std::uint32_t rule, Reason reason);
  [[nodiscard]] bool awaits(std::uint32_t rule) const { return rules_.contains(rule); }
  /// Who claims the attribute changed.
  void contest(AttributeId attribute, Because because);
  /// Wanted or reported of this device changed: compare them.
  void drive(DeviceIndex device);

  [[nodiscard]] std::vector<std::pair<AttributeId, Because>> take_touched();
  [[nodiscard]] std::vector<Happening> take_happenings();
  [[nodiscard]] std::map<std::uint32_t, std::vector<Reason>> take_rules();
  [[nodiscard]] std::vector<std::pair<AttributeId, Because>> take_contested();
  [[nodiscard]] std::vector<DeviceIndex> take_devices();

 private:
  std::vector<std::pair<AttributeId, Because>> touched_;
  std::vector<Happening> happenings_;
  std::map<std::uint32_t, std::vector<Reason>> rules_;
  std::vector<std::pair<AttributeId, Because>> contested_;
  std::vector<DeviceIndex> devices_;
};

}  // namespace attune::core
