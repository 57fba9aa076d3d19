#pragma once
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "devices/bands.h"
#include "devices/model/attribute_table.h"
#include "devices/model/device.h"
#include "devices/model/limits.h"
#include "devices/token_bucket.h"

/// Every device that is known, from discovery, from the devices file, or from its first message.
namespace attune::devices {

/// One attribute that a devices file finds for a dialect whose names are free.
struct MappedAttribute {
  std::string name;                           ///< canonical, or x_<one's own>
  std::string source;                         ///< where: a metric, `shadow/path`
  std::string unit;                           ///< UCUM on the wire; empty: canonical
  std::map<std::string, std::string> values;  ///< canonical -> word on the wire
  bool writable = false;
  std::optional<ValueType> type{};  ///< of an attribute `x_..` of one's own, and no other
  std::optional<Range> range{};     ///< the same
};
/// Whether they say the same.
[[nodiscard]] bool operator==(const MappedAttribute& a, const MappedAttribute& b);

/// What a devices file says of a device beside its wire mapping; fields left empty add nothing.
struct DeviceEntry {
  DeviceId id;
  std::string label, area, dialect, topic;
  std::vector<std::string> tags, capabilities;
  std::optional<bool> foreign_is_person;
  Cuts bands{};  ///< where it cuts them itself, by scale
  std::vector<MappedAttribute> mapped{};
  LivenessTerms liveness{};
  std::map<std::string, Millis> max_age{};    ///< by attribute
  std::map<std::string, Millis> off_delay{};  ///< the same
};

/// Threading: owned by the loop's thread. Determinism: ids depend only on the order of calls.
class Catalog {
 public:
  /// The id for a device that its bridge calls `name`: folded (names.h), and told apart from any
  /// other name that folds alike by a suffix. The same (dialect, name) always gives the same id.
  DeviceId id_for(std::string_view dialect, std::string_view name);
  /// A name whose id has a number, since others that fold alike came before it. What comes first
  /// may be another one at the next start: these are kept, and told before any message is read.
  struct Numbered {
    std::string key;  ///< dialect, `/` and the name
    DeviceId id;
  };
  /// Those since the last call, in order.
  [[nodiscard]] std::vector<Numbered> take_numbered() { return std::exchange(numbered_, {}); }
  void restore_numbered(const Numbered& known);
  /// A devices file gives the device that its bridge calls `name` this id.
  void bind_name(std::string_view dialect, std::string_view name, const DeviceId& id);

  /// Whether a device that nobody described yet may join at `at` (steady): empty, or the reason why
  /// not. "device_limit": there are too many. "new_devices": too many at once, later it may; one
  /// that is `retained`, by a broker or in a bridge's list, never waits.
  [[nodiscard]] std::string_view admit(Millis at, bool retained);
  /// When the next that had to wait may join.
  [[nodiscard]] Millis admits_at(Millis now) const { return joining_.next(now); }

  /// Adds or replaces what discovery says; what a devices file says stays on top.
  /// True when anything that rules or people see of it differs from before.
  bool describe(DeviceInfo info);
  /// Adds one attribute that a message made certain; false when it was known as such.
  bool add_attribute(DeviceIndex device, AttributeInfo attribute);
  /// The same with what it can do, where no attribute proves it.
  bool add_capability(DeviceIndex device, std::string_view capability);
  /// What discovery, or a file's wire mapping, said of it counts no more; nothing when it said
  /// nothing.
  void remove(const DeviceId& id);
  /// Devices that left since the last call, in order, and did not come back meanwhile.
  [[nodiscard]] std::vector<DeviceId> take_removed();
  /// It was removed and has not been described since; also told at a start, of what was before.
  [[nodiscard]] bool is_gone(const DeviceId& id) const { return gone_.contains(id); }
  void mark_gone(const DeviceId& id) { gone_.insert(id); }
  /// What the devices files say, replacing all earlier entries.
  void set_entries(std::vector<DeviceEntry> entries);

  [[nodiscard]] const DeviceSet& devices() const { return devices_; }
  [[nodiscard]] const DeviceInfo* find(std::string_view id) const;
  [[nodiscard]] const DeviceInfo* device(DeviceIndex index) const;
  /// The cuts that a devices file gives the device on a scale; empty: those of everybody.
  [[nodiscard]] std::span<const Cut> cuts_of(const DeviceId& id, std::string_view scale) const;
  /// Null for a raw or unknown attribute.
  [[nodiscard]] const AttributeInfo* attribute(AttributeId id) const;

  [[nodiscard]] AttributeTable& table() { return table_; }
  [[nodiscard]] const AttributeTable& table() const { return table_; }
  /// Counts every change of what rules can see; a rule set compiled at another count is old.
  [[nodiscard]] std::uint64_t generation() const { return generation_; }

 private:
  void apply_entry(DeviceInfo& info) const;
  bool refresh(const DeviceId& id);
  void index(const DeviceInfo& info);
  void forget(const DeviceId& id);

  AttributeTable table_;
  DeviceSet discovered_;  // without entries
  DeviceSet devices_;     // with entries: what everybody sees
  std::set<DeviceId> gone_;
  std::vector<DeviceId> removed_;  // not yet taken
  std::map<DeviceId, DeviceEntry> entries_;
  bool cuts_ = false;                                        // whether any entry has some
  std::map<std::string, DeviceId, std::less<>> id_by_name_;  // "dialect/name"
  std::set<DeviceId> named_;                                 // every id that a name ever had
  std::vector<Numbered> numbered_;                           // not yet taken
  std::map<std::string, int> next_number_;                   // by folded name
  std::vector<const DeviceInfo*> by_index_;                  // of devices_, by DeviceIndex
  std::vector<const AttributeInfo*> attribute_by_id_;        // of devices_, by AttributeId
  std::uint64_t generation_ = 1;
  TokenBucket joining_{limits::kNewDevicesPerMinute / 60.0, limits::kNewDevicesPerMinute};
};

}  // namespace attune::devices
