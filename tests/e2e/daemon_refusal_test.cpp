#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "tests/e2e/hall.h"

/// Bad input is counted with its reason and nothing else suffers; a start that cannot be says why.
namespace attune::e2e {
namespace {

using testing::AssertionFailure;
using testing::AssertionResult;
using testing::AssertionSuccess;

AssertionResult contains(const std::string& text, const std::string& part) {
  if (text.find(part) != std::string::npos) return AssertionSuccess();
  return AssertionFailure() << "no '" << part << "' in:\n" << text;
}

class BadInputTest : public HallTest {
 protected:
  /// Says it as the lamp, and expects it counted once under the reason.
  void expect_refused(const std::string& payload, const std::string& reason) {
    const std::string before = rejected(reason);
    client_->publish("zigbee2mqtt/hall_lamp", payload, 1, false);
    EXPECT_TRUE(eventually([&] { return rejected(reason) != before; }, 5s))
        << reason << ": " << payload.substr(0, 60) << "\n"
        << daemon_->get("/api/v1/rejections").body;
    EXPECT_TRUE(contains(daemon_->get("/api/v1/rejections").body, "\"reason\":\"" + reason + "\""));
  }

  /// The next good message counts.
  void expect_goes_on() {
    motion(true);
    EXPECT_TRUE(until([&] { return lamp().on; })) << daemon_->errors();
  }
};

TEST_F(BadInputTest, EveryBadPayloadIsCountedByItsReason) {
  make(options());
  ASSERT_NO_FATAL_FAILURE(start());
  std::string members = R"({"a0":0)";
  for (int i = 1; i < 10'000; ++i) members += ",\"a" + std::to_string(i) + "\":0";
  expect_refused(R"({"state":"ON")", "json");
  expect_refused(R"({"state":"ON"} x)", "json");
  expect_refused("{'state':'ON'}", "json");
  expect_refused(R"({"state":NaN})", "json");
  expect_refused(R"({"brightness":1e400})", "json");
  expect_refused(R"({"brightness":18446744073709551616})", "json");
  expect_refused(R"({"state":"ON","state":"OFF"})", "duplicate");
  expect_refused(R"({"state":)" + std::string(2'000, '[') + std::string(2'000, ']') + "}", "depth");
  expect_refused("{\"state\":\"\xc3\x28\"}", "utf8");
  expect_refused(R"({"brightness":1000000})", "range");
  expect_refused(R"({"state":["ON"]})", "type");
  expect_refused(members.substr(0, 60'000), "json");
  expect_refused(R"({"state":")" + std::string(20'000, 'x') + "\"}", "string");
  expect_refused(members.substr(0, 30'000) + "}", "members");
  EXPECT_TRUE(contains(daemon_->get("/api/v1/state").body, R"("on":{"value":false)"));
  expect_goes_on();
}

TEST_F(BadInputTest, OfAMessageWithOneBadAttributeTheRestCounts) {
  make(options());
  ASSERT_NO_FATAL_FAILURE(start());
  client_->publish("zigbee2mqtt/hall_motion", R"({"occupancy":"perhaps","illuminance":17})", 1,
                   false);
  EXPECT_TRUE(until([&] { return has("/api/v1/state", R"("illuminance":{"value":17)"); }));
  EXPECT_TRUE(
      contains(daemon_->get("/api/v1/rejections").body, R"("attribute":"hall_motion.occupancy")"));
}

TEST_F(BadInputTest, APayloadThatIsTooLargeIsCounted) {
  make_on_own_bus();
  ASSERT_NO_FATAL_FAILURE(start());
  expect_refused(R"({"state":"ON","x":")" + std::string(70'000, 'x') + "\"}", "size");
  expect_goes_on();
}

TEST_F(BadInputTest, ARetainedCommandIsRefusedAndCounted) {
  make_on_own_bus();
  ASSERT_NO_FATAL_FAILURE(start());
  ASSERT_EQ(daemon_->terminate(), 0);
  client_->publish("zigbee2mqtt/hall_lamp/set", R"({"state":"ON"})", 1, true);
  ASSERT_TRUE(drained());
  ASSERT_TRUE(daemon_->start_ready()) << daemon_->errors();
  EXPECT_TRUE(until([&] { return rejected("retained_command") == "1"; }))
      << daemon_->get("/api/v1/rejections").body;
  const auto rejections = daemon_->cli({"get", "rejections"});
  EXPECT_EQ(rejections.code, 0);
  EXPECT_TRUE(contains(rejections.out, "retained_command"));
}

TEST_F(BadInputTest, AnOldRetainedStateIsStaleUntilItIsSaidLive) {
  make_on_own_bus();
  ASSERT_NO_FATAL_FAILURE(connect_bridge());
  lamps_.emplace(*client_, std::vector<std::string>{"hall_lamp"});
  client_->publish("zigbee2mqtt/hall_motion", R"({"occupancy":true,"illuminance":5})", 1, true);
  ASSERT_TRUE(drained());
  ASSERT_TRUE(daemon_->start_ready()) << daemon_->errors();
  const auto state = daemon_->get_until("/api/v1/state?match=hall_motion", R"("value":true)");
  EXPECT_TRUE(contains(state, R"("quality":"stale")"));
  motion(false);
  expect_goes_on();
}

TEST_F(BadInputTest, ANameWithAWildcardBecomesNoTopic) {
  make_on_own_bus();
  ASSERT_NO_FATAL_FAILURE(start());
  client_->publish("zigbee2mqtt/bridge/devices",
                   support::bridge_devices({"hall_lamp", "#", "+", "a/+/b"}, {"hall_motion"}), 1,
                   true);
  EXPECT_TRUE(until([&] { return rejected("topic") == "3"; }))
      << daemon_->get("/api/v1/rejections").body;
  const auto state = daemon_->cli({"get", "devices", "-o", "jsonl"});
  EXPECT_EQ(support::count_of(state.out, "\n"), 2u) << state.out;
  expect_goes_on();
}

TEST_F(BadInputTest, ATopicOfManyLevelsIsRefused) {
  make_on_own_bus();
  ASSERT_NO_FATAL_FAILURE(start());
  std::string deep = "zigbee2mqtt";
  for (int i = 0; i < 100; ++i) deep += "/a";
  client_->publish(deep, R"({"state":"ON"})", 1, false);
  client_->publish("zigbee2mqtt/" + std::string(5'000, 'x'), R"({"state":"ON"})", 1, false);
  EXPECT_TRUE(until([&] { return rejected("topic") == "2"; }))
      << daemon_->get("/api/v1/rejections").body;
  expect_goes_on();
}

TEST_F(BadInputTest, WhatADeviceSendsReachesNoTerminal) {
  make_on_own_bus();
  ASSERT_NO_FATAL_FAILURE(start());
  client_->publish(
      "zigbee2mqtt/bridge/devices",
      support::bridge_devices({"hall_lamp", R"(\u001b[31mred\u202e)"}, {"hall_motion"}), 1, true);
  client_->publish("zigbee2mqtt/hall_lamp", R"({"effect":"\u001b]0;owned\u0007","state":3})", 1,
                   false);
  motion(true);
  ASSERT_TRUE(until([&] { return lamp().on; }));
  for (const auto& arguments : {std::vector<std::string>{"get", "devices"},
                                {"get", "rejections"},
                                {"get", "devices", "hall_lamp"}}) {
    const auto ran = daemon_->cli(arguments);
    EXPECT_EQ(ran.code, 0) << ran.err;
    EXPECT_EQ(ran.out.find('\x1b'), std::string::npos) << arguments.back();
    EXPECT_EQ(ran.out.find("\u202e"), std::string::npos) << arguments.back();
  }
  EXPECT_EQ(daemon_->errors().find('\x1b'), std::string::npos);
}

// --- a start that cannot be ------------------------------------------------------------------

using StartTest = HallTest;

TEST_F(StartTest, ASecondDaemonOnTheSameFolderSaysWhoHasIt) {
  make(options());
  ASSERT_NO_FATAL_FAILURE(start());
  const auto second = support::run(daemon_->launch());
  EXPECT_EQ(second.code, 1);
  EXPECT_TRUE(contains(second.err, "is in use by process"));
  EXPECT_EQ(daemon_->get("/readyz").status, 200) << "the first one suffered";
  EXPECT_EQ(daemon_->cli({"status"}).code, 0);
}

TEST_F(StartTest, AStoreOfAnUnknownFormatIsLeftAlone) {
  make_on_own_bus();
  ASSERT_NO_FATAL_FAILURE(start());
  ASSERT_EQ(daemon_->terminate(), 0);
  const std::string file = daemon_->path("state/data.mdb");
  {
    std::fstream data(file, std::ios::in | std::ios::out | std::ios::binary);
    for (const int page : {0, 4096}) {  // LMDB's two meta pages: magic, then the version
      data.seekp(page + 20);
      data.put(77);
    }
  }
  const std::string bytes = support::read_file(file);
  const auto refused = support::run(daemon_->launch());
  EXPECT_EQ(refused.code, 1);
  EXPECT_TRUE(contains(refused.err, "format"));
  EXPECT_TRUE(contains(refused.err, "data.mdb"));
  EXPECT_EQ(support::read_file(file), bytes);
}

TEST_F(StartTest, AStoreThatIsCutOffIsNamedAndNotServed) {
  make_on_own_bus();
  ASSERT_NO_FATAL_FAILURE(start());
  ASSERT_EQ(daemon_->terminate(), 0);
  const std::string file = daemon_->path("state/data.mdb");
  std::filesystem::resize_file(file, 3 * 4096);
  const auto refused = support::run(daemon_->launch());
  EXPECT_EQ(refused.code, 1);
  EXPECT_TRUE(contains(refused.err, "data.mdb"));
  EXPECT_EQ(std::filesystem::file_size(file), 3u * 4096) << "it was changed";
}

TEST_F(StartTest, APortThatIsTakenIsNamed) {
  make(options());
  ASSERT_NO_FATAL_FAILURE(start());
  support::Daemon other(options(daemon_->mqtt_url()));
  other.write("attune.yaml", "version: 1\nhttp: {port: " + std::to_string(daemon_->http_port()) +
                                 "}\nmqtt: {url: \"" + daemon_->mqtt_url() + "\"}\n");
  const auto taken = support::run(other.launch());
  EXPECT_EQ(taken.code, 1);
  EXPECT_TRUE(contains(taken.err, std::to_string(daemon_->http_port())));
}

TEST_F(StartTest, ABrokersPortThatIsTakenIsNamed) {
  make_on_own_bus();
  support::Daemon other(options());
  other.write("attune.yaml", "version: 1\nhttp: {port: " + std::to_string(other.http_port()) +
                                 "}\nmqtt: {embedded: {port: " + std::to_string(bus_->port()) +
                                 "}}\n");
  const auto taken = support::run(other.launch());
  EXPECT_EQ(taken.code, 1);
  EXPECT_TRUE(contains(taken.err, std::to_string(bus_->port())));
  EXPECT_TRUE(contains(taken.err, "mqtt.url"));
}

TEST_F(StartTest, AStateFolderThatCannotBeMadeIsNamed) {
  make(options());
  auto launch = daemon_->launch();
  launch.arguments.back() = "/proc/attune-state";
  const auto refused = support::run(launch);
  EXPECT_EQ(refused.code, 78);
  EXPECT_TRUE(contains(refused.err, "/proc/attune-state"));
}

TEST_F(StartTest, AStateFolderThatCannotBeWrittenIsNamed) {
  make(options("mqtt://127.0.0.1:1"));
  auto launch = daemon_->launch();
  for (const auto& [folder, mode] : {std::pair{"state", 0555}, {"run", 0777}}) {
    std::filesystem::create_directories(daemon_->path(folder));
    chmod(daemon_->path(folder).c_str(), static_cast<mode_t>(mode));
  }
  if (geteuid() == 0) {  // root writes everywhere: become somebody who does not
    const std::vector<std::string> nobody = {"/usr/bin/setpriv", "--reuid=65534", "--regid=65534",
                                             "--clear-groups"};
    auto tried = launch;
    tried.arguments = nobody;
    tried.arguments.insert(tried.arguments.end(), {ATTUNE_PROGRAM, "version"});
    if (support::run(tried).code != 0) GTEST_SKIP() << "nobody may not run " << ATTUNE_PROGRAM;
    launch.arguments.insert(launch.arguments.begin(), nobody.begin(), nobody.end());
  }
  const auto refused = support::run(launch);
  EXPECT_EQ(refused.code, 1);
  EXPECT_TRUE(contains(refused.err, daemon_->path("state")));
  EXPECT_TRUE(contains(refused.err, "Permission denied"));
}

TEST_F(StartTest, AConfigurationThatIsWrongIsShownWithItsPlace) {
  make(options());
  daemon_->write("attune.yaml", "version: 1\nhtpp: {port: 1}\n");
  const auto refused = support::run(daemon_->launch());
  EXPECT_EQ(refused.code, 78);
  EXPECT_TRUE(contains(refused.err, "attune.yaml:2:1: error["));
  EXPECT_TRUE(contains(refused.err, "http"));
  const auto missing =
      support::run({{ATTUNE_PROGRAM, "run", "-c", "/no/such.yaml"}, {}, {}, {}, {}});
  EXPECT_EQ(missing.code, 78);
  EXPECT_TRUE(contains(missing.err, "/no/such.yaml"));
}

TEST_F(StartTest, AMappingThatCannotBeIsShownWithItsPlaceAtAStartAndAReload) {
  constexpr const char* kWrong =
      "version: 1\n"
      "devices:\n"
      "  boiler:\n"
      "    dialect: json\n"
      "    attributes:\n"
      "      temperature: {topic: plant/boiler, path: /t, unit: V}\n";
  make_on_own_bus();
  daemon_->write("devices.d/boiler.yaml", kWrong);
  const auto refused = support::run(daemon_->launch());
  EXPECT_EQ(refused.code, 78);
  EXPECT_TRUE(contains(refused.err, "boiler.yaml:6:7: error[E302]: boiler.temperature: 'V'"));
  daemon_->write("devices.d/boiler.yaml", "version: 1\ndevices: {}\n");
  ASSERT_NO_FATAL_FAILURE(start());
  daemon_->write("devices.d/boiler.yaml", kWrong);
  const auto reload = daemon_->cli({"reload"});
  EXPECT_EQ(reload.code, 1);
  EXPECT_TRUE(contains(reload.out + reload.err, "boiler.yaml:6:7: error[E302]"));
  EXPECT_TRUE(contains(reload.out + reload.err, "known are Cel, K, [degF]"));
}

TEST_F(StartTest, ABrokenSetWithoutAGoodOneDoesNotStart) {
  make_on_own_bus();
  daemon_->write("rules.d/hall.yaml", "version: 1\nrules: [not, a, map]\n");
  const auto refused = support::run(daemon_->launch());
  EXPECT_EQ(refused.code, 78);
  EXPECT_TRUE(contains(refused.err, "hall.yaml:2"));
}

TEST_F(StartTest, WithoutABrokerItLivesAndSaysWhatItWaitsFor) {
  const auto nobody = std::to_string(support::some_port());
  make(options("mqtt://127.0.0.1:" + nobody));
  daemon_->start();
  EXPECT_TRUE(contains(daemon_->get_until("/readyz", nobody), "broker not linked"));
  EXPECT_EQ(daemon_->get("/healthz").status, 200);
  EXPECT_EQ(daemon_->cli({"status"}).code, 1);
  EXPECT_EQ(daemon_->terminate(), 0);
}

// --- exit codes ------------------------------------------------------------------------------

TEST_F(StartTest, WithoutADaemonEveryQuestionEndsWithFour) {
  make(options());
  for (const auto& arguments : {std::vector<std::string>{"get", "devices"},
                                {"set", "hall_lamp.on", "true"},
                                {"release", "hall_lamp.on"},
                                {"watch"},
                                {"why", "hall_lamp.on"},
                                {"reload"},
                                {"status"}}) {
    const auto ran = daemon_->cli(arguments);
    EXPECT_EQ(ran.code, 4) << arguments[0] << ": " << ran.err;
    EXPECT_TRUE(contains(ran.err, "api.sock"));
    EXPECT_EQ(ran.out, "");
  }
}

TEST_F(StartTest, ExitCodesSayWhatWasWrong) {
  make(options());
  ASSERT_NO_FATAL_FAILURE(start());
  const auto conflict = daemon_->cli({"set", "hall_lamp.on", "true", "--if-revision", "1"});
  EXPECT_EQ(conflict.code, 6) << conflict.err;
  EXPECT_EQ(daemon_->cli({"set", "hall_lamp.brightness", "140"}).code, 1);
  EXPECT_EQ(daemon_->cli({"set", "hall_motion.occupancy", "true"}).code, 1);
  EXPECT_EQ(daemon_->cli({"set", "hall_lamp.on"}).code, 2);
  EXPECT_EQ(daemon_->cli({"set", "hall_lamp.on", "true", "--hold", "soon"}).code, 2);
  EXPECT_EQ(daemon_->cli({"frobnicate"}).code, 2);
  EXPECT_EQ(daemon_->cli({"why", "no_such.on"}).code, 1);
  EXPECT_EQ(daemon_->cli({"get", "devices", "no_such"}).code, 1);
  EXPECT_EQ(daemon_->cli({"status"}).code, 0);
  EXPECT_EQ(lamp().messages, 0u);
}

}  // namespace
}  // namespace attune::e2e
