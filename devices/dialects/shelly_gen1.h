#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "devices/dialects/device_book.h"
#include "devices/dialects/registry.h"

/// Shelly devices of the first generation: `shellies/<id>/..`, mostly one bare value a topic.
namespace attune::devices {

/// A device is known by its announcement, by a devices file (its topic there is
/// `<base>/<id>`, or the id alone), or by its first message.
class ShellyGen1 final : public Dialect {
 public:
  explicit ShellyGen1(const DialectContext& context);

  [[nodiscard]] std::string_view name() const override { return "shelly_gen1"; }
  [[nodiscard]] std::vector<std::string> subscriptions() const override { return {base_ + "#"}; }
  [[nodiscard]] bool owns(std::string_view topic) const override;
  void declare(std::span<const DeviceEntry> entries) override;
  void reconsider(Decoded& out) override;
  void decode(const Message& message, Decoded& out) override;
  [[nodiscard]] std::vector<Outgoing> encode(DeviceIndex device,
                                             std::span<const Reading> values) const override;
  [[nodiscard]] std::vector<Outgoing> ask(DeviceIndex device) const override;

 private:
  /// What is known of a device beside its bindings.
  struct Own {
    bool sleeps = false;
    std::map<std::string, std::int64_t, std::less<>> presses;  ///< event_cnt by input
  };
  /// A message on its way: `relay/0/power` of the device `name`.
  struct Turn {
    const Message& message;
    Decoded& out;
    std::string name;
    std::string_view rest;
    BoundDevice* device = nullptr;
  };

  [[nodiscard]] bool split(std::string_view topic, std::string& name, std::string_view& rest) const;
  BoundDevice* device_of(Turn& turn);
  void decode_announcement(Turn& turn);
  void decode_availability(Turn& turn);
  void decode_press(std::string_view input, Turn& turn);
  void decode_light(std::string_view component, Turn& turn);
  void decode_status(Turn& turn);
  void decode_value(Turn& turn);
  void note_overload(bool overload, Turn& turn);
  void decode_command(Turn& turn);
  void take(Bound bound, const json::Node& node, Turn& turn);
  const json::Node* parse(Turn& turn);

  DeviceBook book_;
  std::string base_;  // with its slash
  std::function<std::string_view(std::string_view topic)> owner_before_;
  json::Reader reader_;
  std::map<std::string, Own, std::less<>> own_;  // by device
};

}  // namespace attune::devices
