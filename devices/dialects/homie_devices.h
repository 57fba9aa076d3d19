#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "devices/dialects/device_book.h"
#include "devices/dialects/homie_names.h"

/// What both versions of Homie have in common: devices of nodes of properties, a topic each.
namespace attune::devices::homie {

/// A message on its way.
struct Turn {
  const Message& message;
  Decoded& out;
};

/// How a version writes colours.
enum class Colors : std::uint8_t { bare, named };  // `255,0,0` or `rgb,255,0,0`

/// What is known of a device beside its bindings.
struct Own {
  std::string topic;  ///< `homie/super-car`
  std::string label;
  Nodes nodes;
  std::map<std::string, std::vector<Bound>, std::less<>> bound;  ///< by `<node>/<property>`
  std::vector<Bound> beside;                                     ///< of the device itself
  /// Values that came before anything said what they are, by `<node>/<property>`.
  std::map<std::string, std::string, std::less<>> waiting;
  bool described = false;  ///< all of it: what no description names stays raw
  std::string root;        ///< the device whose connection it has; empty: its own
  Availability said = Availability::unknown;
};

/// Threading: owned by its dialect. Errors: Rejections in the turn's Decoded.
class Devices {
 public:
  /// `dialect` is its name in the table: a literal.
  Devices(Catalog& catalog, std::string_view dialect, Colors colors)
      : book_(catalog, dialect), colors_(colors) {}

  [[nodiscard]] DeviceBook& book() { return book_; }
  [[nodiscard]] const DeviceBook& book() const { return book_; }
  /// What is known of the device of that name; null when there is none.
  [[nodiscard]] Own* own(std::string_view name);
  [[nodiscard]] const std::map<std::string, Own, std::less<>>& all() const { return own_; }

  /// The device that speaks below `topic`; its name is the last level. Null, and a Rejection, when
  /// another device of that name speaks elsewhere.
  BoundDevice* ensure(std::string_view topic, Turn& turn);
  /// The same for what it says of its state: see DeviceBook::meet().
  BoundDevice* meet(std::string_view topic, Turn& turn);
  void forget(std::string_view name, Turn& turn);
  /// Devices files: their topic is the device's, or its name below `base`.
  void declare(std::span<const DeviceEntry> entries, std::string_view base);

  /// Its nodes are these; what waited for them is read now.
  void describe(BoundDevice& device, Nodes nodes, Turn& turn);
  /// One property is known better than before.
  void redescribe(BoundDevice& device, std::string_view node, std::string_view property,
                  Turn& turn);

  /// Its name for people is another.
  void relabel(BoundDevice& device, Turn& turn) { apply(device, turn); }

  /// The value of `<node>/<property>`.
  void take_value(BoundDevice& device, std::string_view path, Turn& turn);
  /// A value of the device itself, not of a node: `attribute`, told by `property`.
  void take_own(BoundDevice& device, std::string_view property, std::string_view attribute,
                Turn& turn);
  /// What the device accepted as its aim.
  void take_target(const BoundDevice& device, std::string_view path, Turn& turn);
  /// Somebody else's command.
  void take_command(const BoundDevice& device, std::string_view path, Turn& turn);
  /// A word of `$state`; unknown ones are refused.
  void take_state(BoundDevice& device, std::string_view word, Turn& turn);

  [[nodiscard]] std::vector<Outgoing> encode(DeviceIndex index,
                                             std::span<const Reading> values) const;

 private:
  void apply(BoundDevice& device, Turn& turn);
  void take_waiting(BoundDevice& device, Turn& turn);
  bool take_bound(BoundDevice& device, std::string_view path, std::string_view payload, Turn& turn);
  bool take_guessed(BoundDevice& device, std::string_view path, std::string_view payload,
                    Turn& turn);
  std::optional<Value> read_one(const Binding& binding, std::string_view payload) const;
  void report(const BoundDevice& device, const Own& own, Turn& turn) const;
  [[nodiscard]] std::string wire_text(const Binding& binding, const Value& value) const;

  DeviceBook book_;
  Colors colors_;
  std::map<std::string, Own, std::less<>> own_;  // by device
  std::size_t waiting_ = 0;                      // of all devices
};

}  // namespace attune::devices::homie
