#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/bench/e2e/bus_client.h"

/// Pairs of a motion sensor and a lamp that should follow it, as Zigbee2MQTT would speak for them.
namespace attune::bench {

inline constexpr const char* kStateFilter = "zigbee2mqtt/+";
inline constexpr const char* kCommandFilter = "zigbee2mqtt/+/set";
inline constexpr const char* kStatusTopic = "attune/status";
inline constexpr std::string_view kOnline = R"({"state":"online"})";

struct Publish {
  std::string topic;
  std::string payload;
};

/// What a sensor's message asks of its lamp; empty: the message is no sensor's.
[[nodiscard]] std::optional<Publish> command_for(std::string_view topic, std::string_view payload);

/// attune.yaml, devices.yaml and rules.yaml in `folder`: one rule a pair.
void write_configuration(const std::string& folder, std::size_t pairs, std::uint16_t broker_port);

/// The devices themselves. A lamp obeys, and reports at once.
class Home {
 public:
  Home(BusClient& bus, std::size_t pairs);

  [[nodiscard]] std::size_t size() const { return pairs_.size(); }
  /// Every device says what it is: dark, and nobody there.
  void report_all();
  /// The sensor says the opposite of what it said last; its lamp is waited for.
  void flip(std::size_t pair);
  /// A command came: the lamp obeys, and its report leaves with the next flush(). The pair, if
  /// this is what its sensor asked for.
  std::optional<std::size_t> obey(std::string_view topic, std::string_view payload);
  /// Commands that nobody waited for.
  [[nodiscard]] std::size_t surplus() const { return surplus_; }

 private:
  struct Pair {
    bool occupied = false;
    bool lit = false;
    bool waits = false;
  };
  void report_sensor(std::size_t pair);
  void report_lamp(std::size_t pair);

  BusClient& bus_;
  std::vector<Pair> pairs_;
  std::size_t surplus_ = 0;
};

}  // namespace attune::bench
