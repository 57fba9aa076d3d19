#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "devices/dialects/device_book.h"
#include "devices/heartbeat.h"

/// attune's own dialect, `<prefix>/device/<id>/..`: for devices that want all of it. Canonical
/// names and units, reports that are numbered, commands that expire, heartbeats that adapt.
/// docs/attune-dialect.md says what devices read and write.
namespace attune::devices {

/// A device is known by its hello, or by its first report: that is then asked for the hello. A
/// report that was had already changes nothing; one before which others are missing counts, and the
/// whole state is asked for.
class Attune final : public Dialect {
 public:
  Attune(Catalog& catalog, std::string_view prefix);

  [[nodiscard]] std::string_view name() const override { return "attune"; }
  [[nodiscard]] std::vector<std::string> subscriptions() const override;
  [[nodiscard]] bool owns(std::string_view topic) const override;
  [[nodiscard]] bool knows(std::string_view topic) const override;
  void declare(std::span<const DeviceEntry> entries) override;
  void decode(const Message& message, Decoded& out) override;
  [[nodiscard]] std::vector<Outgoing> encode(DeviceIndex device,
                                             std::span<const Reading> values) const override;
  [[nodiscard]] std::vector<Outgoing> command(DeviceIndex device, std::span<const Reading> values,
                                              const Terms& terms) const override;
  [[nodiscard]] std::vector<Outgoing> ask(DeviceIndex device) const override;

 private:
  /// What is known of a device beside its bindings.
  struct Own {
    std::map<std::string, Bound, std::less<>> bound;  ///< of its hello, by attribute
    std::string label;
    std::optional<std::uint64_t> boot;
    std::optional<std::uint64_t> seq;        ///< of its last report
    std::optional<std::uint64_t> heartbeat;  ///< seq of its last one
    LinkQuality quality;
    LinkKind link = LinkKind::unknown;
    bool introduced = false;         ///< by a hello
    std::optional<Millis> asked;     ///< steady, for its state or hello
    std::optional<Millis> answered;  ///< steady, a heartbeat
  };
  /// `<prefix>/device/<id>/<word>`.
  struct Place {
    std::string_view id, word;
  };
  struct Turn {
    const Message& message;
    Decoded& out;
    const Place place;
    const json::Node* root = nullptr;
  };

  [[nodiscard]] Place place_of(std::string_view topic) const;
  BoundDevice* meet(Turn& turn);
  void say_online(const BoundDevice& device, Turn& turn) const;
  void decode_hello(Turn& turn);
  void decode_leave(BoundDevice& device, std::string_view word, Turn& turn);
  void introduce(BoundDevice& device, Turn& turn);
  void decode_report(Turn& turn);
  bool is_news(BoundDevice& device, std::uint64_t boot, std::uint64_t seq, Turn& turn);
  void take(BoundDevice& device, const json::Node& member, Turn& turn);
  void decode_heartbeat(Turn& turn);
  void decode_ack(Turn& turn);
  void decode_command(Turn& turn);
  void ask_again(const BoundDevice& device, Turn& turn);
  void welcome(const BoundDevice& device, bool report, Turn& turn) const;
  [[nodiscard]] std::string topic_of(const BoundDevice& device, std::string_view word) const;
  void reject(std::string_view reason, std::string detail, Turn& turn) const;

  DeviceBook book_;
  json::Reader reader_;
  std::string base_;                             // `attune/device/`
  std::map<std::string, Own, std::less<>> own_;  // by device
};

}  // namespace attune::devices
