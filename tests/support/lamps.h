#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "broker/shell/link/plain_client.h"

/// A Zigbee bridge's words, and its lamps as a client of the bus.
namespace attune::support {

/// The payload of `zigbee2mqtt/bridge/devices`: lamps that dim, and motion sensors with light.
[[nodiscard]] std::string bridge_devices(const std::vector<std::string>& lamps,
                                         const std::vector<std::string>& motions);

/// Lamps that obey each command and report, and remember what they were told.
class Lamps {
 public:
  struct Lamp {
    bool on = false;
    int brightness = 254;
    std::uint64_t messages = 0;  ///< commands on the wire, repeats included
    std::uint64_t effects = 0;   ///< times that it went on or off
    std::string last;            ///< the last command
  };

  /// Reports all of them as off.
  Lamps(link::PlainClient& client, const std::vector<std::string>& names);
  /// Obeys when the message is a lamp's command; true: it was one.
  bool take(const link::PlainClient::Arrived& message);
  /// A person at the wall switch.
  void by_hand(const std::string& name, bool on);
  [[nodiscard]] const Lamp& at(const std::string& name) const { return lamps_.at(name); }
  [[nodiscard]] const std::map<std::string, Lamp>& all() const { return lamps_; }
  void obey(bool yes) { obeys_ = yes; }

 private:
  void report(const std::string& name);

  link::PlainClient& client_;
  std::map<std::string, Lamp> lamps_;
  bool obeys_ = true;
};

}  // namespace attune::support
