#pragma once
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "devices/dialects/homie_devices.h"

/// Homie 5: `<domain>/5/<device>/..`, described whole by one retained `$description`.
namespace attune::devices {

/// A device of another domain is found by its `$state`, and heard from then on. A value that comes
/// before its description waits for it, unless its name leaves no doubt.
class Homie5 final : public Dialect {
 public:
  /// `domain` is heard whole.
  Homie5(Catalog& catalog, std::string_view domain);

  [[nodiscard]] std::string_view name() const override { return "homie5"; }
  [[nodiscard]] std::vector<std::string> subscriptions() const override;
  [[nodiscard]] bool owns(std::string_view topic) const override;
  [[nodiscard]] bool knows(std::string_view topic) const override;
  void declare(std::span<const DeviceEntry> entries) override;
  void decode(const Message& message, Decoded& out) override;
  [[nodiscard]] std::vector<Outgoing> encode(DeviceIndex device,
                                             std::span<const Reading> values) const override;
  /// Nothing: what there is to know is retained.
  [[nodiscard]] std::vector<Outgoing> ask(DeviceIndex device) const override;

 private:
  /// `ebus/5/panel/circuit/power`: its domain, `ebus/5/panel`, `circuit/power`.
  struct Place {
    std::string_view domain, device, rest;
  };
  [[nodiscard]] static Place place_of(std::string_view topic);
  void learn(std::string_view domain, Decoded& out);
  void decode_description(const Place& place, homie::Turn& turn);
  void decode_property(BoundDevice& device, std::string_view rest, homie::Turn& turn);

  homie::Devices devices_;
  json::Reader reader_;
  std::string domain_;
  std::set<std::string, std::less<>> learnt_;  // other domains
};

}  // namespace attune::devices
