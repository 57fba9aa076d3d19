#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "devices/dialects/device_book.h"
#include "devices/dialects/registry.h"

/// Persons and device trackers that Home Assistant says over its statestream:
/// `<base>/person/<name>/state`. Read only: whether they are at home.
namespace attune::devices {

/// Known by their first message. A zone other than home is not home; `unknown` and `unavailable`
/// say nothing of where somebody is.
class Statestream final : public Dialect {
 public:
  explicit Statestream(const DialectContext& context);

  [[nodiscard]] std::string_view name() const override { return "statestream"; }
  [[nodiscard]] std::vector<std::string> subscriptions() const override;
  [[nodiscard]] bool owns(std::string_view topic) const override;
  [[nodiscard]] bool knows(std::string_view topic) const override;
  void declare(std::span<const DeviceEntry> entries) override;
  void decode(const Message& message, Decoded& out) override;
  /// Nothing: nobody is sent home.
  [[nodiscard]] std::vector<Outgoing> encode(DeviceIndex device,
                                             std::span<const Reading> values) const override;
  /// Nothing: states are retained.
  [[nodiscard]] std::vector<Outgoing> ask(DeviceIndex device) const override;

 private:
  /// `<base>/person/jane/state`: `person.jane`, `state`.
  struct Place {
    std::string name;
    std::string_view leaf;
  };
  [[nodiscard]] Place place_of(std::string_view topic) const;
  BoundDevice* meet(std::string_view name, const Message& message, Decoded& out);
  void decode_label(std::string_view name, const Message& message, Decoded& out);
  void decode_state(BoundDevice& device, const Message& message, Decoded& out);

  DeviceBook book_;
  json::Reader reader_;
  std::vector<std::string> bases_;
  std::vector<std::string> domains_;
  std::map<std::string, std::string, std::less<>> labels_;  // by device
};

}  // namespace attune::devices
