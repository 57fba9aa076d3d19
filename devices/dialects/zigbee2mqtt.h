#pragma once
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "devices/catalog.h"
#include "devices/dialect.h"
#include "devices/dialects/zigbee2mqtt_constants.h"
#include "devices/dialects/zigbee2mqtt_profile.h"
#include "devices/json/reader.h"

/// Zigbee2MQTT: `<base>/<name>` says a device's whole state, `<base>/<name>/set` changes it.
namespace attune::devices {

/// Devices come from retained `bridge/devices`, from a devices file, or from their first message;
/// of the latter only what the convention makes certain becomes canonical, the rest is raw.
class Zigbee2Mqtt final : public Dialect {
 public:
  Zigbee2Mqtt(Catalog& catalog, std::string_view base);

  [[nodiscard]] std::string_view name() const override { return "zigbee2mqtt"; }
  [[nodiscard]] std::vector<std::string> subscriptions() const override { return {base_ + "#"}; }
  [[nodiscard]] bool owns(std::string_view topic) const override {
    return topic.starts_with(base_);
  }
  [[nodiscard]] bool knows(std::string_view topic) const override;
  void declare(std::span<const DeviceEntry> entries) override;
  void decode(const Message& message, Decoded& out) override;
  [[nodiscard]] std::vector<Outgoing> encode(DeviceIndex device,
                                             std::span<const Reading> values) const override;
  [[nodiscard]] std::vector<Outgoing> ask(DeviceIndex device) const override;

 private:
  struct Device {
    std::string name;
    std::string address;  // by which the bridge knows it under every name; empty: not told
    DeviceId id;
    DeviceIndex index{};
    bool described = false;  // by the bridge
    bool declared = false;   // by a devices file
    bool heard = false;      // by a message of its own
    bool sends_json = false;
    Availability said = Availability::unknown;  // of its own availability topic
    std::vector<Binding> bindings;              // those of one property stand together
  };
  struct NameHash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  /// A message on its way through: what was said, and where findings go.
  struct Turn {
    const Message& message;
    Decoded& out;
    const json::Node* root = nullptr;  // of a whole state
    std::optional<zigbee2mqtt::Context> context{};
  };

  void decode_bridge(std::string_view what, Turn& turn);
  void decode_discovery(Turn& turn);
  void describe(const json::Node& entry, Turn& turn, std::vector<std::string>& seen);
  void note_rename(const Device& old, Turn& turn);
  void remove_undescribed(const std::vector<std::string>& seen, Turn& turn);
  void decode_below(Device& device, std::string_view tail, Turn& turn);
  void decode_unknown(std::string_view rest, Turn& turn);
  void decode_state(Device& device, Turn& turn);
  void decode_new_state(std::string_view name, Turn& turn);
  void decode_attribute(Device& device, std::string_view property, Turn& turn);
  void decode_availability(Device& device, Turn& turn);
  void decode_command(Device& device, std::string_view tail, Turn& turn);

  void take_members(Device& device, Turn& turn);
  void take(Device& device, std::string_view property, const json::Node& node, std::size_t& cursor,
            Turn& turn);
  void take_bound(Device& device, const Binding& binding, const json::Node& node, Turn& turn);
  void take_raw(Device& device, const std::string& attribute, const json::Node& node, Turn& turn);
  void take_action(Device& device, const json::Node& node, Turn& turn);
  void take_foreign(Device& device, std::string_view property, const json::Node& node, Turn& turn);
  std::size_t learn(Device& device, std::string_view property, const json::Node& node, Turn& turn);
  void adopt(Device& device, std::vector<zigbee2mqtt::Bound> bound, Turn& turn);
  void adopt_profile(Device& device, zigbee2mqtt::Profile profile);

  Device* find(std::string_view name);
  Device* find_prefix(std::string_view rest, std::string_view& tail);
  Device* ensure(std::string_view name, Turn& turn, bool listed = false);
  Device* meet(std::string_view name, Turn& turn);
  Device& add(std::string_view name);
  void rename(Device& device, const DeviceId& id);
  void forget(const std::string& name);
  [[nodiscard]] const Device* at(DeviceIndex index) const;
  std::optional<AttributeId> intern(Device& device, std::string_view attribute, Turn& turn);
  [[nodiscard]] Availability effective(const Device& device) const;
  const json::Node* parse(Turn& turn, const json::Limits& limits);
  void reject(Turn& turn, const Device* device, std::string_view attribute, std::string_view reason,
              std::string detail);

  Catalog& catalog_;
  std::string base_;  // with its slash
  json::Reader reader_;
  std::unordered_map<std::string, Device, NameHash, std::equal_to<>> devices_;
  std::vector<Device*> by_index_;
  Availability bridge_ = Availability::unknown;
};

}  // namespace attune::devices
