#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "devices/dialects/device_book.h"
#include "devices/dialects/registry.h"

/// OwnTracks: `<base>/<user>/<device>`, where a phone is. Read only: whether its owner is at home.
namespace attune::devices {

/// Home is a region that the phone knows by one of the names that the configuration gives. Until
/// the phone has named it once, or another region that it is in, nothing is known. Coordinates are
/// not kept.
class OwnTracks final : public Dialect {
 public:
  explicit OwnTracks(const DialectContext& context);

  [[nodiscard]] std::string_view name() const override { return "owntracks"; }
  [[nodiscard]] std::vector<std::string> subscriptions() const override;
  [[nodiscard]] bool owns(std::string_view topic) const override;
  [[nodiscard]] bool knows(std::string_view topic) const override;
  void declare(std::span<const DeviceEntry> entries) override;
  void decode(const Message& message, Decoded& out) override;
  /// Nothing: nobody is sent home.
  [[nodiscard]] std::vector<Outgoing> encode(DeviceIndex device,
                                             std::span<const Reading> values) const override;
  /// Nothing: the last place is retained.
  [[nodiscard]] std::vector<Outgoing> ask(DeviceIndex device) const override;

 private:
  /// What is known of a phone beside its bindings.
  struct Own {
    bool has_home = false;  ///< it knows a region called home
    std::int64_t told = 0;  ///< s since 1970, of the newest place
    std::string label;
  };
  /// A message on its way, of `<user>/<device>`.
  struct Turn {
    const Message& message;
    Decoded& out;
    std::string_view name;
    const json::Node* root = nullptr;
    BoundDevice* device = nullptr;
  };

  /// `<user>/<device>`, without `event` and the like behind it; empty: not ours.
  [[nodiscard]] std::string_view name_of(std::string_view topic) const;
  [[nodiscard]] bool is_home(std::string_view region) const;
  bool meet(Turn& turn);
  void describe(BoundDevice& device, Turn& turn);
  void decode_location(Turn& turn);
  void decode_transition(Turn& turn);
  void decode_waypoints(Turn& turn);
  void decode_card(Turn& turn);
  bool is_newest(Turn& turn);
  void learn_home(Turn& turn);
  void say_home(bool home, Turn& turn);
  void take(std::string_view property, std::string_view member, Turn& turn);

  DeviceBook book_;
  json::Reader reader_;
  std::string base_;                             // with its slash
  std::vector<std::string> homes_;               // lower case
  std::map<std::string, Own, std::less<>> own_;  // by device
};

}  // namespace attune::devices
