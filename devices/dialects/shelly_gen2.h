#pragma once
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "devices/dialects/device_book.h"
#include "devices/dialects/registry.h"
#include "devices/dialects/shelly_gen2_names.h"

/// Shelly devices since the second generation: RPC over MQTT below a prefix of each device's own.
namespace attune::devices {

/// A device's name is its prefix. It is known by a devices file (its topic there is the prefix),
/// or by its first message; it is then asked for all that it has. Prefixes of more than two levels
/// have to be named by the option `prefixes`.
class ShellyGen2 final : public Dialect {
 public:
  explicit ShellyGen2(const DialectContext& context);

  [[nodiscard]] std::string_view name() const override { return "shelly_gen2"; }
  [[nodiscard]] std::vector<std::string> subscriptions() const override;
  [[nodiscard]] bool owns(std::string_view topic) const override;
  void declare(std::span<const DeviceEntry> entries) override;
  void decode(const Message& message, Decoded& out) override;
  [[nodiscard]] std::vector<Outgoing> encode(DeviceIndex device,
                                             std::span<const Reading> values) const override;
  [[nodiscard]] std::vector<Outgoing> ask(DeviceIndex device) const override;

 private:
  /// What is known of a device beside its bindings.
  struct Own {
    bool sleeps = false;
    std::set<std::string, std::less<>> several;          ///< types of which it has more than one
    std::map<std::string, double, std::less<>> presses;  ///< time of the last, by input and word
  };
  enum class Channel : std::uint8_t { none, events, status, online, rpc, command, answer };
  struct Place {
    std::string_view device;
    Channel channel = Channel::none;
    std::string_view component;  ///< of status and command; empty: all of them
  };
  struct Turn {
    const Message& message;
    Decoded& out;
    std::string name;
    BoundDevice* device = nullptr;
  };

  [[nodiscard]] Place place_of(std::string_view topic) const;
  [[nodiscard]] bool is_ours(std::string_view device) const;
  const json::Node* parse(Turn& turn);
  BoundDevice* device_of(Turn& turn);

  void decode_events(Turn& turn);
  void decode_answer(Turn& turn);
  void decode_availability(Turn& turn);
  void decode_foreign(Turn& turn);
  void decode_simple_command(std::string_view component, Turn& turn);
  void note_several(const json::Node& components, Turn& turn);
  void take_components(const json::Node& components, bool whole, Turn& turn);
  void take_component(std::string_view key, const json::Node& component, bool whole, Turn& turn);
  void note_own_doing(const json::Node& component, std::size_t first, Turn& turn);
  void take_errors(std::string_view key, const json::Node& component, bool whole, Turn& turn);
  void take_field(std::string_view key, const std::string& path, const json::Node& node,
                  bool faulty, Turn& turn);
  void forget(std::string_view key, std::string_view path, Turn& turn);
  void take_value(Bound bound, const json::Node& node, bool faulty, Turn& turn);
  void take_wish(std::string_view key, const json::Node& target, Turn& turn);
  void take_thermostat(std::string_view key, const json::Node& component, Turn& turn);
  void take_events(const json::Node& events, Turn& turn);
  [[nodiscard]] std::string endpoint_of(std::string_view device, const std::string& key) const;

  DeviceBook book_;
  json::Reader reader_;
  std::vector<std::string> prefixes_;
  std::map<std::string, Own, std::less<>> own_;                // by device
  std::map<std::string, std::string, std::less<>> by_source_;  // device by its own id
};

}  // namespace attune::devices
