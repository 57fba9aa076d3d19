#pragma once
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "devices/catalog.h"
#include "devices/dialect.h"
#include "devices/dialects/binding.h"
#include "devices/json/reader.h"

/// What dialects have in common whose devices are found by name and hold bindings.
namespace attune::devices {

/// One attribute: how it travels, and how the vocabulary describes it.
struct Bound {
  Binding binding;
  AttributeInfo info;
};

/// `attribute` (canonical, with or without an endpoint) as the vocabulary types it, read from
/// `property`; `unit` is its UCUM code on the wire, empty: the canonical one. Words are those of
/// the vocabulary, numbers may be written as texts. A name that is not canonical, or a unit that
/// does not convert: raw.
[[nodiscard]] Bound bind_canonical(std::string_view property, std::string_view attribute,
                                   std::string_view unit = {});
/// Makes it writable, where the vocabulary lets it be.
void make_writable(Bound& bound);
/// Percent on a wire that counts whole steps from 0 to `top`; commands are whole steps.
void scale_percent(Bound& bound, double top);
/// To be called after a change of the binding's form.
void describe_wire(Bound& bound);

/// Whether two say the same of one property.
[[nodiscard]] bool is_same(const Bound& a, const Bound& b);

/// One device of a dialect. A dialect that knows more of it keeps that beside, by name.
struct BoundDevice {
  std::string name;  ///< as the convention says it
  DeviceId id;
  DeviceIndex index{};
  std::vector<Binding> bindings;
  std::vector<std::string> capabilities;  ///< that discovery promised
  std::string area;                       ///< that discovery suggests; set before describe()
  bool declared = false;                  ///< by a devices file
  bool heard = false;                     ///< by a message
};

/// The devices of one dialect. References to devices are good until forget().
/// Threading: owned by its dialect. Errors: Rejections in the Decoded given.
class DeviceBook {
 public:
  /// `dialect` is its name in the table: a literal.
  DeviceBook(Catalog& catalog, std::string_view dialect) : catalog_(catalog), dialect_(dialect) {}
  DeviceBook(const DeviceBook&) = delete;
  DeviceBook& operator=(const DeviceBook&) = delete;

  [[nodiscard]] BoundDevice* find(std::string_view name);
  [[nodiscard]] const BoundDevice* find(std::string_view name) const;
  [[nodiscard]] const BoundDevice* at(DeviceIndex index) const;
  [[nodiscard]] const std::map<std::string, BoundDevice, std::less<>>& all() const {
    return devices_;
  }
  /// The device of this name, new if need be. Null, and a Rejection, when the name cannot stand in
  /// a topic or there are too many devices.
  BoundDevice* ensure(std::string_view name, const Message& message, Decoded& out);
  /// The same for what a device says of its state: what the broker retains of one that left is no
  /// news of it. Null then, without a word.
  BoundDevice* meet(std::string_view name, const Message& message, Decoded& out);
  void forget(std::string_view name, Decoded& out);

  /// What discovery says of a device, replacing what it said before. What messages made certain
  /// since (add) goes too, unless it is in `bound`. `label` is for people; empty: the name.
  void describe(BoundDevice& device, std::vector<Bound> bound,
                std::vector<std::string> capabilities, std::string_view label, Decoded& out);
  /// A capability that no attribute proves.
  void promise(BoundDevice& device, std::string_view capability, Decoded& out);
  /// Takes an attribute away that turned out to be another one.
  void drop(BoundDevice& device, std::string_view attribute, Decoded& out);
  /// One attribute more. An attribute that is read from another property already stays there;
  /// null then, or when there are too many.
  Binding* add(BoundDevice& device, Bound bound, const Message& message, Decoded& out);
  /// The binding of a property; null when there is none.
  [[nodiscard]] static const Binding* binding(const BoundDevice& device, std::string_view property);

  /// Reads one node by its binding: a reading, an event, a Rejection, or nothing.
  void take(const BoundDevice& device, const Binding& binding, const json::Node& node,
            const Message& message, Decoded& out);
  /// The device says of a state that it does not know it: `null`, and not 0.
  void forget_value(const BoundDevice& device, const Binding& binding, Decoded& out) const;
  /// The same of all that is read from `property`, or from below it (`property.x`, `property/x`).
  void forget_values(const BoundDevice& device, std::string_view property, Decoded& out) const;
  /// The same of an attribute by its name, and of all below it: what no binding reads.
  void forget_raw(const BoundDevice& device, std::string_view attribute, Decoded& out) const;
  /// `raw.<path>`, an object member by member. A null makes it and all below it unknown.
  void take_raw(const BoundDevice& device, std::string_view path, const json::Node& node,
                const Message& message, Decoded& out);
  /// `[endpoint.]event`; a retained one says nothing.
  void take_event(BoundDevice& device, std::string_view endpoint, std::string_view word,
                  const Message& message, Decoded& out);
  /// A value that stands on nobody's wire as it is: made by the dialect.
  void put(const BoundDevice& device, std::string_view attribute, Value value,
           const Message& message, Decoded& out);
  void reject(const BoundDevice* device, std::string_view attribute, std::string_view reason,
              std::string detail, const Message& message, Decoded& out) const;

  /// Takes up a devices file's devices of this dialect. `name_of` gives the convention's name out
  /// of DeviceEntry::topic; empty: it is no topic of this dialect. Answers the names that are new.
  std::vector<std::string> declare(std::span<const DeviceEntry> entries,
                                   const std::function<std::string(std::string_view)>& name_of);

 private:
  BoundDevice& make(std::string_view name);
  void number(BoundDevice& device);
  std::optional<AttributeId> intern(const BoundDevice& device, std::string_view attribute,
                                    const Message& message, Decoded& out);

  Catalog& catalog_;
  std::string_view dialect_;
  std::map<std::string, BoundDevice, std::less<>> devices_;
  std::vector<BoundDevice*> by_index_;
};

/// Whether a device that nobody knew may join now; else a Rejection says why not, and where it may
/// later, Decoded::too_many_devices is set. One that a bridge's document lists never waits: it is
/// one message, bounded as such.
[[nodiscard]] bool may_join(Catalog& catalog, std::string_view name, const Message& message,
                            Decoded& out, bool listed = false);
/// Whether a name may stand within a topic that we publish to.
[[nodiscard]] bool is_topic_safe(std::string_view name);
/// A payload that is a bare text, as a node; `text` outlives it.
[[nodiscard]] json::Node text_node(std::string_view text);

}  // namespace attune::devices
