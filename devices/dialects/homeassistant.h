#pragma once
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "devices/dialects/device_book.h"
#include "devices/dialects/ha_entity.h"
#include "devices/dialects/registry.h"

/// Home Assistant's MQTT discovery: `<prefix>/<platform>/[<node>/]<object>/config`, and the topics
/// that a configuration names.
namespace attune::devices {

/// A device is what configurations name as one (its first identifier), an entity a part of it. An
/// attribute that several entities of a device have stands behind each one's name; the entity that
/// has no name of its own is the device itself. What an earlier dialect speaks natively, and what
/// attune publishes itself, is left alone. `<prefix>/status` belongs to Home Assistant: nothing is
/// ever said there.
class HomeAssistant final : public Dialect {
 public:
  explicit HomeAssistant(const DialectContext& context);

  static constexpr std::size_t kEntitiesPerDeviceMax = limits::kAttributesPerDeviceMax;
  static constexpr std::size_t kEntitiesMax = 20'000;

  [[nodiscard]] std::string_view name() const override { return "homeassistant"; }
  [[nodiscard]] std::vector<std::string> subscriptions() const override;
  [[nodiscard]] bool owns(std::string_view topic) const override;
  [[nodiscard]] bool knows(std::string_view topic) const override;
  void declare(std::span<const DeviceEntry> entries) override;
  void reconsider(Decoded& out) override;
  void decode(const Message& message, Decoded& out) override;
  [[nodiscard]] std::vector<Outgoing> encode(DeviceIndex device,
                                             std::span<const Reading> values) const override;
  /// Nothing: the convention has no question for state.
  [[nodiscard]] std::vector<Outgoing> ask(DeviceIndex device) const override;

 private:
  /// One entity in use.
  struct Entry {
    ha::Entity entity;
    std::string endpoint;                 // of its attributes; empty: they stand for the device
    std::size_t first = 0;                // of its channels' bindings in the device
    std::vector<Availability> reachable;  // by availability source
    Availability latest = Availability::unknown;
  };
  /// What a topic is to an entity.
  struct Use {
    enum class Kind : std::uint8_t { state, availability, command };
    std::string key;  // in entries_
    Kind kind = Kind::state;
    std::size_t at = 0;  // channel, or availability source
    friend bool operator==(const Use&, const Use&) = default;
  };
  struct Turn {
    const Message& message;
    Decoded& out;
    const json::Node* root = nullptr;  // of the payload, where it is JSON
  };
  using Devices = std::set<std::string, std::less<>>;

  // homeassistant.cpp
  [[nodiscard]] std::optional<ha::Place> config_place(std::string_view topic) const;
  void decode_config(const ha::Place& place, Turn& turn);
  void adopt(std::vector<ha::Config> configs, Devices& changed, Turn& turn);
  bool has_room(const std::string& device, Turn& turn);
  [[nodiscard]] bool is_spoken_natively(const ha::Entity& entity) const;
  void enter(std::string key, ha::Entity entity, Turn& turn);
  void leave(const std::string& key, Devices& changed);
  void leave_config(std::string_view topic, Devices& changed);
  [[nodiscard]] bool has_entities_of(std::string_view topic) const;
  bool is_told_again(Turn& turn);
  void compose(const std::string& device, Turn& turn);
  void name_entries(const std::vector<Entry*>& entries);

  // homeassistant_state.cpp
  void decode_uses(const std::vector<Use>& uses, Turn& turn);
  std::optional<std::string> text_of(const jinja::Template* value_template, Turn& turn,
                                     const BoundDevice& device, std::string_view attribute);
  void take_state(Entry& entry, std::size_t at, Turn& turn);
  void take_node(const Entry& entry, const ha::Channel& channel, const Binding& binding,
                 const json::Node& node, BoundDevice& device, Turn& turn);
  void take_movement(const Entry& entry, const Binding& binding, const json::Node& node,
                     const BoundDevice& device, Turn& turn);
  void take_press(const Entry& entry, const ha::Channel& channel, const json::Node& node,
                  BoundDevice& device, Turn& turn);
  void take_color(const ha::Channel& channel, const Binding& binding, const json::Node& node,
                  const BoundDevice& device, Turn& turn);
  void take_availability(Entry& entry, std::size_t at, Turn& turn);
  [[nodiscard]] Availability availability_of(std::string_view device) const;

  // homeassistant_command.cpp
  void take_command(const Entry& entry, std::size_t at, Turn& turn);
  [[nodiscard]] static Value tried(const Entry& entry, std::size_t at, const BoundDevice& device,
                                   const Message& message);
  [[nodiscard]] static std::vector<Outgoing> messages_to(const Entry& entry,
                                                         const BoundDevice& device,
                                                         std::span<const Reading> values);

  DeviceBook book_;
  std::string prefix_;  // with its slash
  std::function<std::string_view(std::string_view topic)> owner_before_;
  json::Reader reader_;
  json::Reader inner_;                                     // of what a template made
  std::map<std::string, Entry, std::less<>> entries_;      // by config topic, `#` and component
  std::map<std::string, Devices, std::less<>> by_device_;  // keys of entries_
  std::map<std::string, std::vector<Use>, std::less<>> by_topic_;
  std::map<std::string, std::size_t, std::less<>> taken_;  // config topic -> hash of its payload
};

}  // namespace attune::devices
