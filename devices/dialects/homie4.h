#pragma once
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "devices/dialects/homie_devices.h"

/// Homie 4, and 3 where it differs little: `<base>/<device>/..`, described attribute by attribute
/// by retained topics that begin with `$`, in whatever order they come.
namespace attune::devices {

/// A device below another base is found by its `$homie`, and heard from then on. A value that comes
/// before what says its unit and datatype waits for it.
class Homie4 final : public Dialect {
 public:
  /// `base` is heard whole.
  Homie4(Catalog& catalog, std::string_view base);

  [[nodiscard]] std::string_view name() const override { return "homie4"; }
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
  /// `homie/lamp/light/power/$unit`: `homie`, `homie/lamp`, `light/power/$unit`.
  struct Place {
    std::string_view base, device, rest;
    [[nodiscard]] std::string_view name() const { return device.substr(device.rfind('/') + 1); }
  };
  [[nodiscard]] Place place_of(std::string_view topic) const;
  void learn(std::string_view base, Decoded& out);
  void decode_device(const Place& place, homie::Turn& turn);
  void decode_statistic(const Place& place, homie::Turn& turn);
  void decode_node(BoundDevice& device, std::string_view node, std::string_view attribute,
                   homie::Turn& turn);
  void decode_property(BoundDevice& device, std::string_view rest, homie::Turn& turn);
  void keep_only(BoundDevice& device, homie::Node& node, std::string_view node_id,
                 homie::Turn& turn);

  homie::Devices devices_;
  std::string base_;
  std::set<std::string, std::less<>> learnt_;  // other bases
};

}  // namespace attune::devices
