#include "devices/dialects/attune.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/unit/devices/wire.h"

namespace attune::devices {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr const char* kHello =
    R"({"boot":7,"name":"Hall lamp","area":"Hall","link":"wifi","attributes":{)"
    R"("on":{"writable":true},"brightness":{"writable":true,"min":10,"step":1},)"
    R"("temperature":{"unit":"°F"},"event":{}}})";

DialectConfig attune_only() {
  DialectConfig config;
  config.all = false;
  config.chosen["attune"];
  return config;
}

struct Home : Wire {
  Home() : Wire(attune_only()) {}
  /// At `seconds` by the steady clock.
  const Decoded& say(const std::string& word, const std::string& payload, int seconds = 0) {
    const Instant at{Millis(1'768'500'000'000) + std::chrono::seconds(seconds),
                     std::chrono::seconds(seconds)};
    const std::string topic = "attune/device/lamp/" + word;
    normaliser.decode({topic, payload, false, at}, decoded);
    for (const Reading& reading : decoded.readings) values[path(reading)] = reading.value;
    return decoded;
  }
  void report(int boot, int seq, const std::string& set, int seconds = 0) {
    say("report",
        R"({"boot":)" + std::to_string(boot) + R"(,"seq":)" + std::to_string(seq) + R"(,"set":{)" +
            set + "}}",
        seconds);
  }
  std::vector<std::string> replies() const {
    std::vector<std::string> all;
    for (const Outgoing& out : decoded.replies) all.push_back(out.topic + " " + out.payload);
    return all;
  }
  std::vector<std::string> availability() const {
    std::vector<std::string> all;
    for (const AvailabilityReport& report : decoded.availability) {
      all.emplace_back(name(report.availability));
    }
    return all;
  }
};

TEST(Attune, AHelloIsWelcomedAndAskedForItsState) {
  Home home;
  home.say("hello", kHello);
  EXPECT_EQ(home.decoded.keep_as, "attune/device/lamp/hello");
  EXPECT_THAT(home.availability(), ElementsAre("online"));
  ASSERT_THAT(home.replies(), SizeIs(1));
  EXPECT_THAT(home.replies()[0], HasSubstr("attune/device/lamp/welcome {\"boot\":7"));
  EXPECT_THAT(home.replies()[0], HasSubstr(R"("report":true)"));
  const DeviceInfo* lamp = home.catalog.find("lamp");
  ASSERT_NE(lamp, nullptr);
  EXPECT_EQ(lamp->label, "Hall lamp");
  EXPECT_EQ(lamp->area, "Hall");
  EXPECT_TRUE(lamp->has_capability("light"));
}

TEST(Attune, AReportIsInTheUnitsThatTheHelloSaid) {
  Home home;
  home.say("hello", kHello);
  home.report(7, 1, R"("on":true,"temperature":68,"brightness":70)");
  EXPECT_EQ(home.value("lamp.on"), Value(true));
  EXPECT_EQ(home.value("lamp.temperature"), Value(20.0));
  EXPECT_EQ(home.value("lamp.brightness"), Value(70.0));
  EXPECT_EQ(home.decoded.place.seq, 1u);
  EXPECT_EQ(home.decoded.place.birth, 7u);
  EXPECT_FALSE(home.decoded.place.gap);
}

TEST(Attune, ACommandCarriesItsIdAndExpiry) {
  Home home;
  home.say("hello", kHello);
  const auto on = home.catalog.table().find("lamp", "on");
  ASSERT_TRUE(on);
  const Reading reading{*on, true, Millis(500)};
  const auto sent = home.normaliser.encode(home.catalog.table().device_of(*on), {&reading, 1},
                                           Terms{"cmd-12", Millis(1'768'500'120'000)});
  ASSERT_THAT(sent, SizeIs(1));
  EXPECT_EQ(sent[0].topic, "attune/device/lamp/command");
  EXPECT_EQ(sent[0].payload, R"({"id":"cmd-12","set":{"on":true},"transition_ms":500,)"
                             R"("expires_at":"2026-01-15T18:02:00.000Z"})");
}

TEST(Attune, AllOfADeviceTravelsInOneCommand) {
  Home home;
  home.say("hello", kHello);
  EXPECT_THAT(home.drive("lamp", {{"on", true}, {"brightness", 33.3}}),
              ElementsAre(R"(attune/device/lamp/command {"set":{"on":true,"brightness":33}})"));
}

TEST(Attune, AReportThatCameTwiceCountsOnce) {
  Home home;
  home.say("hello", kHello);
  home.report(7, 1, R"("event":"single")");
  EXPECT_THAT(home.events(), ElementsAre("lamp.event=single"));
  home.report(7, 1, R"("event":"single")");
  EXPECT_THAT(home.events(), IsEmpty());
  home.report(7, 3, R"("on":true)");
  home.report(7, 2, R"("on":false)");
  EXPECT_EQ(home.value("lamp.on"), Value(true));
}

TEST(Attune, AGapCountsAndTheStateIsAskedForOnceInHalfAMinute) {
  Home home;
  home.say("hello", kHello);
  home.report(7, 1, R"("on":true)", 1);
  EXPECT_THAT(home.replies(), IsEmpty());
  home.report(7, 3, R"("on":false)", 2);
  EXPECT_TRUE(home.decoded.place.gap);
  EXPECT_EQ(home.value("lamp.on"), Value(false));
  EXPECT_THAT(home.replies(), ElementsAre(HasSubstr(R"("report":true)")));
  home.report(7, 5, R"("on":true)", 31);
  EXPECT_TRUE(home.decoded.place.gap);
  EXPECT_THAT(home.replies(), IsEmpty());
  home.report(7, 7, R"("on":true)", 32);
  EXPECT_THAT(home.replies(), SizeIs(1));
}

TEST(Attune, AnEarlierBootIsRefusedUntilAHelloBeginsAnew) {
  Home home;
  home.say("hello", kHello);
  home.report(7, 1, R"("on":true)");
  home.report(6, 40, R"("on":false)");
  EXPECT_THAT(home.rejected(), ElementsAre("old_boot"));
  EXPECT_EQ(home.value("lamp.on"), Value(true));
  home.say("hello", R"({"boot":1,"attributes":{"on":{"writable":true}}})");
  home.report(1, 1, R"("on":false)");
  EXPECT_EQ(home.value("lamp.on"), Value(false));
}

TEST(Attune, ALaterBootBeginsItsCountAnew) {
  Home home;
  home.say("hello", kHello);
  home.report(7, 50, R"("on":true)");
  home.report(8, 1, R"("on":false)");
  EXPECT_EQ(home.value("lamp.on"), Value(false));
  EXPECT_FALSE(home.decoded.place.gap);
  home.report(9, 4, R"("on":true)");
  EXPECT_TRUE(home.decoded.place.gap);
}

TEST(Attune, WhoNeverIntroducedItselfIsReadAndAskedTo) {
  Home home;
  home.report(3, 9, R"("temperature":21.5,"left.on":true,"pulses":12)");
  EXPECT_EQ(home.value("lamp.temperature"), Value(21.5));
  EXPECT_EQ(home.value("lamp.left.on"), Value(true));
  EXPECT_EQ(home.value("lamp.raw.pulses"), Value(12));
  EXPECT_FALSE(home.catalog.find("lamp")->find("left.on")->writable);
  EXPECT_THAT(home.replies(), ElementsAre(HasSubstr(R"("hello":true)")));
}

TEST(Attune, AHeartbeatIsAnsweredWithTheNextInterval) {
  Home home;
  home.say("hello", kHello);
  home.say("heartbeat", R"({"seq":1,"rtt_ms":40,"link":"wifi"})", 10);
  ASSERT_THAT(home.replies(), SizeIs(1));
  LinkQuality quality;
  note_heartbeat(quality, 40, 0);
  const Heartbeat next = next_heartbeat(quality, LinkKind::wifi);
  EXPECT_THAT(home.replies()[0],
              HasSubstr("\"heartbeat_ms\":" + std::to_string(next.interval.count())));
  EXPECT_THAT(home.replies()[0],
              HasSubstr("\"patience_ms\":" + std::to_string(next.patience.count())));
  EXPECT_THAT(home.replies()[0], HasSubstr(R"("seq":1)"));
  EXPECT_THAT(home.availability(), ElementsAre("online"));
}

TEST(Attune, LostHeartbeatsMakeTheNextOnesComeSooner) {
  Home home;
  home.say("hello", kHello);
  for (int i = 1; i <= 40; ++i) {
    home.say("heartbeat", R"({"seq":)" + std::to_string(i) + R"(,"rtt_ms":40})", i * 45);
  }
  const std::string calm = home.replies()[0];
  home.say("heartbeat", R"({"seq":46,"rtt_ms":40})", 2'100);
  EXPECT_NE(home.replies()[0].substr(home.replies()[0].find("heartbeat_ms")),
            calm.substr(calm.find("heartbeat_ms")));
}

TEST(Attune, AFloodOfHeartbeatsIsAnsweredOnceASecond) {
  Home home;
  home.say("hello", kHello);
  home.say("heartbeat", R"({"seq":1})", 10);
  EXPECT_THAT(home.replies(), SizeIs(1));
  home.say("heartbeat", R"({"seq":2})", 10);
  EXPECT_THAT(home.replies(), IsEmpty());
  home.say("heartbeat", R"({"seq":3})", 11);
  EXPECT_THAT(home.replies(), SizeIs(1));
}

TEST(Attune, AWillSaysHowItLeft) {
  Home home;
  home.say("hello", kHello);
  home.say("hello", R"({"boot":7,"leaving":"sleep"})");
  EXPECT_THAT(home.availability(), ElementsAre("sleeping"));
  home.say("hello", R"({"boot":7,"leaving":"lost"})");
  EXPECT_THAT(home.availability(), ElementsAre("offline"));
  EXPECT_THAT(home.decoded.keep_as, IsEmpty());
  EXPECT_NE(home.catalog.find("lamp")->find("on"), nullptr);
  home.say("hello", R"({"boot":7,"leaving":"angry"})");
  EXPECT_THAT(home.rejected(), ElementsAre("type"));
}

TEST(Attune, ARefusedCommandIsCountedWithItsReason) {
  Home home;
  home.say("hello", kHello);
  home.say("ack", R"({"id":"cmd-12","result":"done"})");
  EXPECT_THAT(home.rejected(), IsEmpty());
  home.say("ack", R"({"id":"cmd-12","result":"rejected","reason":"child lock"})");
  EXPECT_THAT(home.rejected(), ElementsAre("command_rejected"));
  EXPECT_EQ(home.decoded.rejections[0].detail, "cmd-12: child lock");
  home.say("ack", R"({"id":"cmd-12","result":"expired"})");
  EXPECT_THAT(home.rejected(), ElementsAre("command_expired"));
  home.say("ack", R"({"id":"cmd-12","result":"maybe"})");
  EXPECT_THAT(home.rejected(), ElementsAre("type"));
}

TEST(Attune, ARejectedWordKeepsTheRestOfTheReport) {
  Home home;
  home.say("hello", kHello);
  home.report(7, 1, R"("on":"perhaps","brightness":40,"temperature":99999)");
  EXPECT_THAT(home.rejected(), ElementsAre("type lamp.on", "range lamp.temperature"));
  EXPECT_EQ(home.value("lamp.brightness"), Value(40.0));
}

TEST(Attune, NullIsUnknownAndNotZero) {
  Home home;
  home.say("hello", kHello);
  home.report(7, 1, R"("brightness":null)");
  EXPECT_THAT(home.decoded.readings, IsEmpty());
  EXPECT_THAT(home.rejected(), IsEmpty());
}

TEST(Attune, AClockThatWasNeverSetDoesNoHarm) {
  Home home;
  home.say("hello", kHello);
  home.say("report", R"({"boot":7,"seq":1,"at":"1970-01-01T00:00:02Z","set":{"on":true}})");
  EXPECT_EQ(home.value("lamp.on"), Value(true));
  EXPECT_THAT(home.rejected(), IsEmpty());
}

TEST(Attune, AUnitOfAnotherKindLeavesTheAttributeRaw) {
  Home home;
  home.say("hello", R"({"boot":1,"attributes":{"temperature":{"unit":"kWh"}}})");
  EXPECT_THAT(home.rejected(), ElementsAre("unit"));
  home.report(1, 1, R"("temperature":5)");
  EXPECT_FALSE(home.value("lamp.temperature").has_value());
  EXPECT_EQ(home.value("lamp.raw.temperature"), Value(5));
}

TEST(Attune, WhatIsRetainedIsNobodysHeartbeat) {
  Home home;
  home.hear("attune/device/lamp/hello", kHello, true);
  EXPECT_THAT(home.replies(), IsEmpty());
  EXPECT_THAT(home.availability(), IsEmpty());
  home.hear("attune/device/lamp/heartbeat", R"({"seq":1})", true);
  EXPECT_THAT(home.availability(), IsEmpty());
  home.hear("attune/device/lamp/command", R"({"set":{"on":true}})", true);
  EXPECT_THAT(home.rejected(), ElementsAre("retained_command"));
}

TEST(Attune, AStrangersCommandIsForeign) {
  Home home;
  home.say("hello", kHello);
  home.say("command", R"({"set":{"on":true,"temperature":30}})");
  EXPECT_THAT(home.foreign(), ElementsAre("lamp.on=true"));
}

TEST(Attune, AnEmptyHelloRemovesTheDevice) {
  Home home;
  home.say("hello", kHello);
  home.say("hello", "");
  EXPECT_EQ(home.decoded.keep_as, "attune/device/lamp/hello");
  EXPECT_EQ(home.catalog.find("lamp"), nullptr);
}

TEST(Attune, AskingIsAWordOfWelcome) {
  Home home;
  home.say("hello", kHello);
  const auto index = home.catalog.table().find_device("lamp");
  ASSERT_TRUE(index);
  const auto questions = home.normaliser.ask(*index);
  ASSERT_THAT(questions, SizeIs(1));
  EXPECT_EQ(questions[0].topic, "attune/device/lamp/welcome");
}

TEST(Attune, WhatMeansHarmIsRefused) {
  Home home;
  home.say("hello", "[1]");
  EXPECT_THAT(home.rejected(), ElementsAre("type"));
  home.say("report", R"({"boot":-1,"seq":1,"set":{}})");
  EXPECT_THAT(home.rejected(), ElementsAre("type"));
  home.say("report", R"({"boot":1,"seq":1.5,"set":{}})");
  EXPECT_THAT(home.rejected(), ElementsAre("type"));
  EXPECT_EQ(home.catalog.find("lamp"), nullptr);
  home.hear("attune/device/a#/hello", kHello);
  EXPECT_THAT(home.rejected(), ElementsAre("topic"));
  std::string many = R"({"boot":1,"attributes":{)";
  for (int i = 0; i < 2'000; ++i) {
    many += (i == 0 ? "\"e" : ",\"e") + std::to_string(i) + R"(.on":{"writable":true})";
  }
  home.say("hello", many + "}}");
  EXPECT_THAT(home.rejected(), Contains("device_limit"));
  home.report(1, 1, R"("a/b.on":true,"#.on":true)");
  EXPECT_THAT(home.rejected(), Not(Contains("topic")));
  for (const auto& [path, value] : home.values) {
    EXPECT_EQ(path.find_first_of("/#+"), std::string::npos) << path;
  }
}

TEST(Attune, AnAttributeOfOnesOwnIsDeclaredInTheHello) {
  Home home;
  home.say("hello", R"({"boot":1,"attributes":{)"
                    R"("x_turbidity":{"type":"number","unit":"NTU","min":0,"max":1000},)"
                    R"("x_program":{"type":"enum","values":["rinse","rest"],"writable":true}}})");
  EXPECT_THAT(home.rejected(), IsEmpty());
  const AttributeInfo* turbidity = home.catalog.find("lamp")->find("x_turbidity");
  ASSERT_NE(turbidity, nullptr);
  EXPECT_EQ(turbidity->unit, "NTU");
  home.report(1, 1, R"("x_turbidity":12.5,"x_program":"rest")");
  EXPECT_EQ(home.value("lamp.x_turbidity"), Value(12.5));
  EXPECT_EQ(home.value("lamp.x_program"), Value("rest"));
  home.report(1, 2, R"("x_turbidity":2000,"x_program":"boil")");
  EXPECT_THAT(home.rejected(), ElementsAre("range lamp.x_turbidity", "type lamp.x_program"));
  ASSERT_THAT(home.drive("lamp", {{"x_program", "rinse"}}), SizeIs(1));
}

TEST(Attune, AnAttributeOfOnesOwnThatNoHelloDeclaredIsRefused) {
  Home home;
  home.say("hello", R"({"boot":1,"attributes":{"x_a":{},"x_b":{"type":"enum"},"on":{}}})");
  EXPECT_THAT(home.rejected(), ElementsAre("unknown_attribute", "unknown_attribute"));
  home.report(1, 1, R"("x_a":1,"on":true)");
  EXPECT_THAT(home.rejected(), ElementsAre("unknown_attribute lamp.x_a"));
  EXPECT_EQ(home.value("lamp.on"), Value(true));
}

TEST(Attune, ARefusalNamesItsCommandAndReason) {
  Home home;
  home.say("hello", kHello);
  home.say("ack", R"({"id":"cmd-12","result":"rejected","reason":"child lock"})");
  ASSERT_THAT(home.decoded.refusals, SizeIs(1));
  EXPECT_EQ(home.decoded.refusals[0].id, "cmd-12");
  EXPECT_EQ(home.decoded.refusals[0].reason, "child lock");
  EXPECT_FALSE(home.decoded.refusals[0].expired);
  home.say("ack", R"({"id":"cmd-13","result":"expired"})");
  ASSERT_THAT(home.decoded.refusals, SizeIs(1));
  EXPECT_TRUE(home.decoded.refusals[0].expired);
  home.say("ack", R"({"id":"cmd-14","result":"done"})");
  EXPECT_THAT(home.decoded.refusals, SizeIs(0));
}

TEST(Attune, AHeartbeatPromisesTheNextOne) {
  Home home;
  home.say("hello", kHello);
  home.say("heartbeat", R"({"seq":1,"rtt_ms":20,"link":"wifi"})", 10);
  home.say("heartbeat", R"({"seq":2,"rtt_ms":20,"link":"wifi"})", 50);
  ASSERT_THAT(home.decoded.availability, SizeIs(1));
  ASSERT_TRUE(home.decoded.availability[0].patience);
  EXPECT_GE(*home.decoded.availability[0].patience, std::chrono::seconds(90));
}

TEST(Attune, NullMakesAValueUnknownAgain) {
  Home home;
  home.say("hello", kHello);
  home.report(7, 1, R"("temperature":68)");
  home.report(7, 2, R"("temperature":null)");
  ASSERT_THAT(home.decoded.unknown, SizeIs(1));
  EXPECT_EQ(home.catalog.table().path(home.decoded.unknown[0]).text(), "lamp.temperature");
}

}  // namespace
}  // namespace attune::devices
