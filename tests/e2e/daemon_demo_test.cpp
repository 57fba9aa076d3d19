#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <memory>
#include <string>

#include "tests/support/daemon.h"

/// `attune demo` as it is: the devices of each convention, and those with something wrong.
namespace attune::e2e {
namespace {

using namespace std::chrono_literals;
using support::eventually;

class DemoTest : public testing::Test {
 protected:
  void SetUp() override {
    support::Launch launch;
    launch.arguments = {ATTUNE_PROGRAM, "demo", "--speed", "1",
                        "--seed",       "4",    "--port",  std::to_string(support::some_port())};
    launch.folder = folder_.path();
    launch.out_file = folder_.path() + "/demo.out";
    launch.err_file = folder_.path() + "/demo.err";
    process_ = std::make_unique<support::Process>(launch);
    ASSERT_TRUE(eventually([&] { return !url().empty() || !process_->running(); }, 40s));
    ASSERT_FALSE(url().empty()) << support::read_file(folder_.path() + "/demo.err");
  }
  void TearDown() override {
    if (!process_) return;
    process_->signal(SIGINT);
    EXPECT_EQ(process_->wait(20s), 0);
  }

  [[nodiscard]] std::string url() const {
    const std::string out = support::read_file(folder_.path() + "/demo.out");
    const std::string mark = "export ATTUNE_URL=";
    const auto at = out.find(mark);
    if (at == std::string::npos) return {};
    const auto begin = at + mark.size();
    return out.substr(begin, out.find('\n', begin) - begin);
  }
  [[nodiscard]] std::string ask(std::vector<std::string> arguments) const {
    support::Launch launch;
    launch.arguments = std::move(arguments);
    launch.arguments.insert(launch.arguments.begin(), ATTUNE_PROGRAM);
    launch.environment = {"ATTUNE_URL=" + url()};
    launch.folder = folder_.path();
    return support::run(launch).out;
  }
  [[nodiscard]] std::string device(const std::string& id) const {
    return ask({"get", "devices", id, "-o", "json"});
  }
  [[nodiscard]] bool shows(const std::string& id, const std::string& text,
                           std::chrono::milliseconds patience = 20s) const {
    return eventually([&] { return device(id).find(text) != std::string::npos; }, patience);
  }

  support::ScratchFolder folder_;
  std::unique_ptr<support::Process> process_;
};

TEST_F(DemoTest, FiveConventionsShowTheirDevicesAndObey) {
  struct Expected {
    const char *id, *dialect, *attribute;
  };
  for (const auto& [id, dialect, attribute] :
       {Expected{"hall_lamp", "zigbee2mqtt", "brightness"},
        Expected{"porch_light", "tasmota", "on"}, Expected{"garage_light", "shelly_gen2", "power"},
        Expected{"greenhouse", "homie5", "air.temperature"},
        Expected{"terrace", "homeassistant", "temperature"}}) {
    EXPECT_TRUE(shows(id, std::string("\"") + attribute + "\":{\"value\":")) << device(id);
    EXPECT_TRUE(shows(id, std::string("\"dialect\":\"") + dialect + "\"")) << device(id);
  }
  for (const char* path :
       {"hall_lamp.on", "porch_light.on", "garage_light.on", "greenhouse.fan.on", "terrace.on"}) {
    (void)ask({"set", path, "true"});
  }
  for (const char* path :
       {"hall_lamp.on", "porch_light.on", "garage_light.on", "greenhouse.fan.on", "terrace.on"}) {
    const std::string name(path);
    const std::string id = name.substr(0, name.find('.'));
    const std::string on = "\"" + name.substr(id.size() + 1) + "\":{\"value\":true";
    EXPECT_TRUE(shows(id, on)) << device(id);
  }
  EXPECT_TRUE(eventually([&] {
    const std::string commands = ask({"get", "commands"});
    const auto at = commands.find("greenhouse.fan.on");
    return at != std::string::npos &&
           commands.substr(at, commands.find('\n', at) - at).find("confirmed") != std::string::npos;
  })) << ask({"get", "commands"});
}

TEST_F(DemoTest, TheDoublerMakesOneChangeOfEachDouble) {
  const auto fan = [&] {
    const std::string all = device("greenhouse");
    const auto at = all.find("\"fan.on\":{");
    return at == std::string::npos ? std::string() : all.substr(at, all.find("cause", at) - at);
  };
  ASSERT_TRUE(eventually([&] { return fan().find("\"version\":1,") != std::string::npos; }))
      << fan();
  (void)ask({"set", "greenhouse.fan.on", "true"});
  ASSERT_TRUE(shows("greenhouse", "\"fan.on\":{\"value\":true"));
  (void)ask({"set", "greenhouse.fan.on", "false"});
  ASSERT_TRUE(shows("greenhouse", "\"fan.on\":{\"value\":false"));
  EXPECT_NE(fan().find("\"version\":3,"), std::string::npos) << fan();
}

TEST_F(DemoTest, TheLiarDoesNotObeyTheSleeperSleepsAndTheFlakyOneComesAndGoes) {
  ASSERT_TRUE(shows("gate_lamp", "\"on\":{\"value\":false"));
  (void)ask({"set", "gate_lamp.on", "true", "--hold", "10m"});
  EXPECT_TRUE(shows("cellar_air", "\"temperature\":{\"value\":"));
  EXPECT_TRUE(shows("cellar_air", "\"availability\":\"sleeping\"", 40s)) << device("cellar_air");
  EXPECT_TRUE(shows("freezer_plug", "\"availability\":\"offline\"", 60s)) << device("freezer_plug");
  EXPECT_TRUE(shows("freezer_plug", "\"availability\":\"online\"", 40s)) << device("freezer_plug");
  EXPECT_TRUE(shows("gate_lamp", "\"diverged\":true", 120s)) << device("gate_lamp");
  EXPECT_NE(ask({"get", "commands", "gate_lamp"}).find("never reported"), std::string::npos)
      << ask({"get", "commands", "gate_lamp"});
}

}  // namespace
}  // namespace attune::e2e
