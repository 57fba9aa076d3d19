#pragma once
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "devices/dialects/device_book.h"
#include "devices/dialects/tasmota_config.h"
#include "devices/dialects/tasmota_sensors.h"

/// Tasmota: `tele/<topic>/..` and `stat/<topic>/..` report, `cmnd/<topic>/..` commands; where a
/// device has another FullTopic, its discovery says so.
namespace attune::devices {

/// A device is known by `tasmota/discovery/..`, by a devices file (its topic there is `%topic%`),
/// or by its first message; of the latter what the convention makes certain becomes canonical.
class Tasmota final : public Dialect {
 public:
  Tasmota(Catalog& catalog, std::string_view discovery);

  [[nodiscard]] std::string_view name() const override { return "tasmota"; }
  [[nodiscard]] std::vector<std::string> subscriptions() const override;
  [[nodiscard]] bool owns(std::string_view topic) const override;
  void declare(std::span<const DeviceEntry> entries) override;
  void decode(const Message& message, Decoded& out) override;
  [[nodiscard]] std::vector<Outgoing> encode(DeviceIndex device,
                                             std::span<const Reading> values) const override;
  [[nodiscard]] std::vector<Outgoing> ask(DeviceIndex device) const override;

 private:
  enum class Channel : std::uint8_t { none, command, stat, tele };
  /// Where a topic leads: a device's name, one of its channels, and what follows.
  struct Place {
    std::string device;
    Channel channel = Channel::none;
    std::string_view leaf;
  };
  /// What is known of a device beside its bindings.
  struct Own {
    tasmota::Config config;
    tasmota::Units units;
    std::string bridge;  ///< of a Zigbee device: the name of the device that speaks for it
  };
  /// A message on its way; its device is made when something of it is understood.
  struct Turn {
    const Message& message;
    Decoded& out;
    std::string name;
    BoundDevice* device = nullptr;
  };

  [[nodiscard]] Place place_of(std::string_view topic) const;
  [[nodiscard]] Place learnt_place(std::string_view topic) const;
  const json::Node* parse(Turn& turn, const json::Limits& limits);
  BoundDevice* device_of(Turn& turn);
  Own& own(std::string_view name);

  // tasmota_discovery.cpp
  void decode_discovery(std::string_view rest, Turn& turn);
  void decode_config(const std::string& mac, Turn& turn);
  void decode_sensors(const std::string& mac, Turn& turn);
  void adopt(tasmota::Config config, Turn& turn);
  void leave(const std::string& mac, Turn& turn);
  void learn_topics(const tasmota::Config& config, Turn& turn);
  void forget_topics(const tasmota::Config& config);

  // tasmota_state.cpp
  void decode_report(Channel channel, std::string_view leaf, Turn& turn);
  void decode_availability(Turn& turn);
  void take_state(const json::Node& root, bool whole, Turn& turn);
  bool take_member(const json::Node& member, Turn& turn);
  void take_value(std::string_view property, const json::Node& node, Turn& turn);
  void take_color(const Binding& binding, const json::Node& node, Turn& turn);
  void take_shutter(const json::Node& block, Turn& turn);
  void take_press(const json::Node& member, Turn& turn);
  static std::set<std::string> clashes(const json::Node& root, const tasmota::Units& units);
  void take_sensors(const json::Node& root, bool values, Turn& turn);
  void take_block(const json::Node& block, const std::set<std::string>& clashing, bool values,
                  Turn& turn);
  void take_phases(const json::Node& field, const Bound& bound, bool values, Turn& turn);
  void forget(std::string_view property, Turn& turn);
  void take_field(Bound bound, const json::Node& node, bool values, Turn& turn);
  void take_zigbee(const json::Node& devices, Turn& turn);
  void take_remote(const json::Node& hvac, Turn& turn);

  // tasmota_commands.cpp
  void decode_command(std::string_view leaf, Turn& turn);
  void hear_command(std::string_view command, std::string_view parameter, Turn& turn);

  Catalog& catalog_;
  DeviceBook book_;
  std::string discovery_;  // with its slash
  json::Reader reader_;
  std::map<std::string, Own, std::less<>> own_;             // by device
  std::map<std::string, std::string, std::less<>> by_mac_;  // device's name
  std::map<std::string, std::pair<std::string, Channel>, std::less<>> by_base_;
};

}  // namespace attune::devices
