#pragma once
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "devices/dialects/device_book.h"
#include "devices/dialects/esphome_entities.h"
#include "devices/dialects/registry.h"

/// ESPHome: `<prefix>/<component>/<object>/state`, texts, and JSON of lights.
namespace attune::devices {

/// A node is known by what it publishes for Home Assistant's discovery (units and classes stand
/// nowhere else), by a devices file (its topic there is the prefix), by its answer to
/// `esphome/discover`, or by a message whose topic and payload leave no doubt. Discovery messages
/// of others are passed on, and what they speak of is never taken for ESPHome's.
class EspHome final : public Dialect {
 public:
  explicit EspHome(const DialectContext& context);

  [[nodiscard]] std::string_view name() const override { return "esphome"; }
  [[nodiscard]] std::vector<std::string> subscriptions() const override;
  [[nodiscard]] bool owns(std::string_view topic) const override;
  [[nodiscard]] bool knows(std::string_view topic) const override;
  void declare(std::span<const DeviceEntry> entries) override;
  void decode(const Message& message, Decoded& out) override;
  [[nodiscard]] std::vector<Outgoing> encode(DeviceIndex device,
                                             std::span<const Reading> values) const override;
  /// Nothing: states are retained.
  [[nodiscard]] std::vector<Outgoing> ask(DeviceIndex device) const override;

 private:
  enum class Verb : std::uint8_t { none, state, command, status, log };
  /// `fazole/climate/pump/mode/state`: `fazole`, `climate`, `pump`, `mode`, state.
  struct Place {
    Verb verb = Verb::none;
    std::string_view prefix, component, object, part;
    [[nodiscard]] std::string entity() const;    ///< `climate/pump`
    [[nodiscard]] std::string property() const;  ///< `climate/pump/mode`
  };
  /// What is known of a node beside its bindings; both by `<component>/<object>`.
  struct Own {
    std::string label;
    std::map<std::string, esphome::Entity, std::less<>> entities;
    std::map<std::string, std::vector<Bound>, std::less<>> bound;  ///< of described entities
    std::map<std::string, std::vector<Bound>, std::less<>> heard;  ///< what states showed beside
  };
  struct Turn {
    const Message& message;
    Decoded& out;
  };

  [[nodiscard]] static Place place_of(std::string_view topic);
  [[nodiscard]] bool is_config(std::string_view topic) const;
  [[nodiscard]] bool may_be_ours(std::string_view prefix) const;
  [[nodiscard]] bool is_heard(std::string_view prefix) const;
  BoundDevice* meet(std::string_view prefix, Turn& turn);

  // esphome_discovery.cpp
  void decode_config(Turn& turn);
  void decode_answer(Turn& turn);
  void leave(Turn& turn);
  [[nodiscard]] Place described_place(const json::Node& config) const;
  [[nodiscard]] bool is_ours(const json::Node& config, const Place& place) const;
  void set_aside(const json::Node& config, Turn& turn);
  void adopt(const json::Node& config, const Place& place, Turn& turn);
  void apply(BoundDevice& device, Turn& turn);
  bool keep(BoundDevice& device, const Place& place, Bound bound, Turn& turn);

  void decode_status(const Place& place, Turn& turn);
  void decode_state(const Place& place, Turn& turn);
  void decode_light(BoundDevice& device, const Place& place, Turn& turn);
  void take_member(BoundDevice& device, const Place& place, const json::Node& member, Turn& turn);
  void take_color(const BoundDevice& device, const Binding& binding, const json::Node& color,
                  Turn& turn);
  void decode_event(BoundDevice& device, const Place& place, Turn& turn);
  void decode_cleared(const Place& place, Turn& turn);
  void forget(const BoundDevice& device, const Place& place, Turn& turn);
  [[nodiscard]] std::string raw_name(const BoundDevice& device, const Place& place) const;
  void take_raw(BoundDevice& device, const Place& place, Turn& turn);
  void decode_command(const Place& place, Turn& turn);
  const json::Node* parse(Turn& turn);

  DeviceBook book_;
  json::Reader reader_;
  std::string discovery_;  // with its slash
  std::vector<std::string> prefixes_;
  std::map<std::string, Own, std::less<>> own_;  // by device
  std::map<std::string, std::pair<std::string, std::string>, std::less<>>
      described_;                               // device and entity, by topic
  std::set<std::string, std::less<>> foreign_;  // prefixes of others
};

}  // namespace attune::devices
