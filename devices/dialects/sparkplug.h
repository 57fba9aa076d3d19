#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "devices/dialects/device_book.h"
#include "devices/dialects/sparkplug_payload.h"

/// Sparkplug B 3.0: `spBv1.0/<group>/<message>/<node>[/<device>]`, binary.
namespace attune::devices {

/// A node is the device `<group>/<node>`, a device of it `<group>/<node>/<device>`. Every metric
/// is `raw.<metric>`; one whose name is a canonical word, and whose unit says that it means that,
/// is the canonical attribute too, and so is what a devices file maps. A node is asked for its
/// births where a sequence has a gap or an alias says nothing: at most each kPatience, twice as
/// long after each time that did not help.
class Sparkplug final : public Dialect {
 public:
  explicit Sparkplug(Catalog& catalog) : catalog_(catalog), book_(catalog, "sparkplug_b") {}

  static constexpr Millis kPatience{10'000};
  static constexpr Millis kPatienceMax{600'000};

  [[nodiscard]] std::string_view name() const override { return "sparkplug_b"; }
  [[nodiscard]] std::vector<std::string> subscriptions() const override;
  [[nodiscard]] bool owns(std::string_view topic) const override;
  [[nodiscard]] bool knows(std::string_view topic) const override;
  void declare(std::span<const DeviceEntry> entries) override;
  void decode(const Message& message, Decoded& out) override;
  [[nodiscard]] std::vector<Outgoing> encode(DeviceIndex device,
                                             std::span<const Reading> values) const override;
  /// Of a node: that it says its births again, and those of its devices with them.
  [[nodiscard]] std::vector<Outgoing> ask(DeviceIndex device) const override;

 private:
  enum class Kind : std::uint8_t { birth, death, data, command };
  /// Where a topic leads; views into it.
  struct Place {
    Kind kind = Kind::data;
    std::string_view group, node, device;  // device is empty for a node's own message
  };
  /// What a birth said of a metric.
  struct Known {
    std::string metric;
    std::optional<std::uint64_t> alias;
    std::uint32_t datatype = 0;
    AttributeId raw{};
  };
  struct Own {
    std::string command_topic;
    std::string node;  // its name in nodes_
    std::map<std::string, Known, std::less<>> metrics;
    std::map<AttributeId, std::string> by_attribute;  // raw and canonical -> metric
  };
  struct Node {
    std::string command_topic;
    bool born = false;
    std::optional<std::uint64_t> birth;  // bdSeq of the connection
    std::optional<std::uint64_t> next;   // the seq that has to come
    std::map<std::uint64_t, std::pair<std::string, std::string>> by_alias;  // device, metric
    std::set<std::string> devices;                                          // names, its own too
    std::optional<Millis> asked;                                            // steady
    Millis patience = kPatience;
  };
  /// What a devices file finds among its metrics.
  struct Mapping {
    std::vector<MappedAttribute> said;
    std::vector<Bound> bound;
  };
  struct Turn {
    const Message& message;
    Decoded& out;
    Place place;
    std::string name;
    Node* node = nullptr;
    BoundDevice* device = nullptr;
  };

  [[nodiscard]] static std::optional<Place> place_of(std::string_view topic);
  bool meet(Turn& turn);
  void follow(const sparkplug::Payload& payload, Turn& turn);
  void ask_for_births(Turn& turn);
  void be_born(const sparkplug::Payload& payload, Turn& turn);
  void learn(const sparkplug::Payload& payload, Turn& turn);
  void die(const sparkplug::Payload& payload, Turn& turn);
  void take_all(const sparkplug::Payload& payload, Turn& turn);
  void take(const sparkplug::Metric& metric, std::vector<Reading>& into, Turn& turn);
  const Known* known_of(const sparkplug::Metric& metric, Turn& turn);
  [[nodiscard]] std::optional<AttributeId> raw_id(const std::string& metric, Turn& turn);
  void hear_command(const sparkplug::Payload& payload, Turn& turn);
  [[nodiscard]] std::vector<Bound> described(const sparkplug::Payload& payload,
                                             std::string_view name) const;
  void note_attributes(const BoundDevice& device);
  void map(const std::string& name, const Mapping& before, const Mapping& wanted);

  Catalog& catalog_;
  DeviceBook book_;
  std::map<std::string, Node, std::less<>> nodes_;
  std::map<std::string, Own, std::less<>> own_;
  std::map<std::string, Mapping, std::less<>> mapped_;  // by device
  Millis now_{};  // wall, of the last message: what a command is dated by
};

}  // namespace attune::devices
