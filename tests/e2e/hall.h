#pragma once
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>

#include "tests/support/daemon.h"
#include "tests/support/lamps.h"

/// A hall with a lamp and a motion sensor, and one rule, for tests of the whole program.
namespace attune::e2e {

using namespace std::chrono_literals;
using support::eventually;

inline constexpr const char* kHallRules = R"(version: 1
rules:
  hall_light:
    when: hall_motion.occupancy && hall_motion.illuminance < 40
    until: "!hall_motion.occupancy"
    off_delay: 100ms
    want: {hall_lamp.on: true, hall_lamp.brightness: 80}
)";

class HallTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!support::Bus::installed()) GTEST_SKIP() << "/usr/sbin/mosquitto is not installed";
  }

  /// Whatever stands on the bus when attune comes is sent before.
  [[nodiscard]] static support::DaemonOptions options(const std::string& mqtt_url = {}) {
    support::DaemonOptions options;
    options.program = ATTUNE_PROGRAM;
    options.mqtt_url = mqtt_url;
    return options;
  }

  void make(support::DaemonOptions with) {
    daemon_.emplace(std::move(with));
    daemon_->write("rules.d/hall.yaml", kHallRules);
  }

  /// A broker that lives on when attune ends.
  void make_on_own_bus(std::vector<std::string> run_arguments = {}) {
    bus_ = std::make_unique<support::Bus>(folder_.path());
    ASSERT_TRUE(bus_->answers());
    auto with = options(bus_->url());
    with.run_arguments = std::move(run_arguments);
    make(std::move(with));
  }

  /// The bridge says which devices there are.
  void connect_bridge() {
    ASSERT_TRUE(eventually([&] { return (client_ = daemon_->device("bridge")) != nullptr; }))
        << daemon_->errors();
    ASSERT_TRUE(client_->subscribe({"zigbee2mqtt/+/set", "test/echo"}).ok());
    client_->publish("zigbee2mqtt/bridge/devices",
                     support::bridge_devices({"hall_lamp"}, {"hall_motion"}), 1, true);
    client_->publish("zigbee2mqtt/bridge/state", R"({"state":"online"})", 1, true);
  }

  /// Running, ready, the lamp known to be off and nobody in the hall.
  void start() {
    daemon_->start();
    ASSERT_NO_FATAL_FAILURE(connect_bridge());
    ASSERT_TRUE(daemon_->wait_ready()) << daemon_->errors();
    ASSERT_NO_FATAL_FAILURE(be_quiet());
  }

  void be_quiet() {
    lamps_.emplace(*client_, std::vector<std::string>{"hall_lamp"});
    motion(false);
    ASSERT_TRUE(eventually([&] {
      const auto state = daemon_->get("/api/v1/state").body;
      return state.find(R"("occupancy":{"value":false)") != std::string::npos &&
             state.find(R"("on":{"value":false)") != std::string::npos;
    })) << daemon_->get("/api/v1/state").body;
  }

  void motion(bool occupied, int illuminance = 5) {
    client_->publish("zigbee2mqtt/hall_motion",
                     std::string(R"({"occupancy":)") + (occupied ? "true" : "false") +
                         R"(,"illuminance":)" + std::to_string(illuminance) + "}",
                     1, false);
  }

  /// Lets the lamp obey until the condition holds.
  [[nodiscard]] bool until(const std::function<bool()>& condition) {
    return eventually([&] {
      take_all();
      return condition();
    });
  }

  void take_all() {
    for (const auto& message : client_->take()) {
      if (lamps_ && lamps_->take(message)) continue;
      if (message.topic == "test/echo") ++echoes_;
    }
  }

  /// Everything that is on the bus for us now has arrived.
  [[nodiscard]] bool drained() {
    const int before = echoes_;
    client_->publish("test/echo", "", 1, false);
    return until([&] { return echoes_ > before; });
  }

  [[nodiscard]] const support::Lamps::Lamp& lamp() const { return lamps_->at("hall_lamp"); }
  [[nodiscard]] bool has(const std::string& target, const std::string& text) const {
    return daemon_->get(target).body.find(text) != std::string::npos;
  }
  /// The counter's value, as it is printed; empty: it was never counted.
  [[nodiscard]] std::string metric(const std::string& name) const {
    const std::string text = daemon_->get("/metrics").body;
    const auto at = text.find("\n" + name + " ");
    if (at == std::string::npos) return {};
    const auto begin = at + name.size() + 2;
    return text.substr(begin, text.find('\n', begin) - begin);
  }
  [[nodiscard]] std::string rejected(const std::string& reason) const {
    return metric("attune_mqtt_rejected_total{reason=\"" + reason + "\"}");
  }

  support::ScratchFolder folder_;
  std::unique_ptr<support::Bus> bus_;
  std::optional<support::Daemon> daemon_;
  std::unique_ptr<link::PlainClient> client_;
  std::optional<support::Lamps> lamps_;
  int echoes_ = 0;
};

}  // namespace attune::e2e
