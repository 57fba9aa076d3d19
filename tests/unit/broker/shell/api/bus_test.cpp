#include "broker/shell/api/bus.h"

#include <gtest/gtest.h>

#include "tests/support/fake_ports.h"

namespace attune::api {
namespace {

class BusTest : public testing::Test {
 protected:
  bool say(std::string_view topic, std::string_view payload, std::string_view response = {}) {
    return api.take({topic, payload, response, "c1", false, Arrival::live});
  }
  /// What was published since the last call, after as many turns as it takes.
  std::string answers() {
    for (int i = 0; i < 20; ++i) api.changed({});
    std::string all;
    for (const auto& reply : std::exchange(ports.published_, {})) {
      all += reply.topic + " " + reply.correlation + " " + reply.payload + "\n";
    }
    return all;
  }
  [[nodiscard]] std::string refusal() const {
    const auto& entries = ports.rejections_.entries();
    return entries.empty() ? "" : entries.front().rejection.reason;
  }
  static bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
  }

  support::FakePorts ports;
  shell::Metrics metrics{"0.1.0", ""};
  Api api{ports, metrics};
};

TEST_F(BusTest, AWriteIsAnsweredOnTheResponseTopicWithItsCorrelation) {
  ASSERT_TRUE(say("attune/set/hall_lamp/on", "true", "attune/reply/me"));
  const auto got = answers();
  EXPECT_TRUE(has(got, R"(attune/reply/me c1 {"result":"accepted","command":"cmd-)")) << got;
  ASSERT_TRUE(say("attune/set/settings/house", "away", "attune/reply/me"));
  EXPECT_TRUE(has(answers(), R"("result":"accepted","command":)"));
  ASSERT_TRUE(
      say("attune/set/hall_lamp/on", R"({"value":true,"if_revision":1})", "attune/reply/me"));
  EXPECT_TRUE(has(answers(), R"("result":"conflict")"));
  ASSERT_TRUE(say("attune/set/hall_lamp/on", R"({"value":"blue"})", "attune/reply/me"));
  EXPECT_TRUE(has(answers(), R"("result":"rejected")"));
}

TEST_F(BusTest, WhatIsNoRequestIsLeftToOthers) {
  for (const char* topic :
       {"attune/setting/x", "attune/status", "attune/set", "attune/sync/x",
        "zigbee2mqtt/hall_lamp/set", "attuned/set/hall_lamp/on", "attune/set/"}) {
    EXPECT_FALSE(say(topic, "true")) << topic;
  }
  EXPECT_EQ(refusal(), "");
}

TEST_F(BusTest, ARetainedOrLateRequestHasNoEffectAndIsCounted) {
  const auto before = number(ports.head());
  ASSERT_TRUE(api.take({"attune/set/hall_lamp/on", "true", "", "", true, Arrival::live}));
  EXPECT_EQ(refusal(), "retained_command");
  ASSERT_TRUE(api.take({"attune/set/hall_lamp/on", "true", "", "", false, Arrival::late}));
  EXPECT_EQ(ports.rejections_.total(), 2u);
  EXPECT_EQ(number(ports.head()), before);
}

TEST_F(BusTest, AnswersGoBelowReplyAlone) {
  const auto before = number(ports.head());
  for (const char* topic : {"zigbee2mqtt/hall_lamp/set", "attune/reply", "attune/reply/",
                            "attune/reply/+", "attune/reply/#", "attune/set/hall_lamp/on"}) {
    ASSERT_TRUE(say("attune/set/hall_lamp/on", "true", topic));
    ASSERT_TRUE(say("attune/sync", std::string(R"({"since":0,"reply_to":")") + topic + "\"}"));
    EXPECT_EQ(refusal(), "reply_to") << topic;
  }
  EXPECT_EQ(answers(), "");
  EXPECT_EQ(number(ports.head()), before);
}

TEST_F(BusTest, HostilePayloadsAreRefusedByTheirReason) {
  const std::string deep(2'000, '[');
  for (const std::string& payload :
       {deep, std::string("{\"value\":1,\"value\":2}"), std::string("{\"value\":{}}"),
        std::string("{\"valu\":1}"), std::string("\"open"), std::string("null"),
        std::string("a\0b", 3), std::string("\xff\xfe"), std::string(100'000, 'x')}) {
    const auto before = ports.rejections_.total();
    ASSERT_TRUE(say("attune/set/hall_lamp/on", payload));
    ASSERT_TRUE(say("attune/sync", payload, "attune/reply/me"));
    EXPECT_EQ(ports.rejections_.total(), before + 2) << payload.substr(0, 40);
  }
  ASSERT_TRUE(say("attune/set/hall_lamp", "true"));
  EXPECT_EQ(refusal(), "topic");
}

TEST_F(BusTest, ASyncComesInBatchesUpToDate) {
  const auto base = number(ports.head());
  for (int i = 0; i < 450; ++i) ports.invent("hall_lamp.on", i % 2 == 0);
  const auto since = std::to_string(base);
  ASSERT_TRUE(say("attune/sync", R"({"feed":"log","since":)" + since + "}", "attune/reply/me"));
  const auto log = answers();
  EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 3);
  EXPECT_TRUE(has(log, "{\"from\":" + since + ",\"to\":" + std::to_string(base + 200) + ","));
  EXPECT_TRUE(has(log, R"("up_to_date":true)"));
  ASSERT_TRUE(say("attune/sync", R"({"since":)" + since + "}", "attune/reply/me"));
  const auto state = answers();
  EXPECT_EQ(std::count(state.begin(), state.end(), '\n'), 1) << state;
  EXPECT_TRUE(has(state, "\"revision\":" + std::to_string(base + 450)));
}

TEST_F(BusTest, WhatCannotBeResumedIsNamedAndTheStateFollows) {
  ports.invent("hall_lamp.on", true);
  ports.floor_ = ports.head();
  ASSERT_TRUE(say("attune/sync", R"({"since":1,"match":["hall_lamp"]})", "attune/reply/me"));
  const auto got = answers();
  EXPECT_TRUE(has(got, R"("error":"compacted")")) << got;
  EXPECT_TRUE(has(got, R"({"snapshot":{"hall_lamp":{)")) << got;
  EXPECT_FALSE(has(got, "hall_motion")) << got;
  EXPECT_TRUE(has(got, R"("part":1,"last":true)")) << got;
}

TEST_F(BusTest, ARequestThatIsBadIsAnsweredWhereItSays) {
  for (const char* body : {R"({"since":-1,"id":"7","reply_to":"attune/reply/me"})",
                           R"({"sinc":1,"id":"7","reply_to":"attune/reply/me"})"}) {
    ASSERT_TRUE(say("attune/sync", body));
    const auto got = answers();
    EXPECT_TRUE(has(got, R"(attune/reply/me c1 {"id":"7","result":"rejected","reason":"body")"))
        << got;
  }
  ASSERT_TRUE(say("attune/set/hall_lamp/on", R"({"valu":1,"reply_to":"attune/reply/me"})"));
  EXPECT_TRUE(has(answers(), R"(attune/reply/me c1 {"result":"rejected")"));
  ASSERT_TRUE(say("attune/sync", R"({"since":-1,"reply_to":"zigbee2mqtt/hall_lamp/set"})"));
  EXPECT_EQ(answers(), "");
}

TEST_F(BusTest, AStoreWithoutARevisionIsAnsweredAtOnceAndLeavesNothingToWakeFor) {
  ports.core_ = std::make_unique<core::Core>(ports.catalog_, core::Options{});
  ports.log_.clear();
  ASSERT_EQ(number(ports.head()), 0u);
  ASSERT_TRUE(say("attune/sync", "{}", "attune/reply/me"));
  const auto got = answers();
  EXPECT_TRUE(has(got, R"("revision":0,"part":1,"last":true)")) << got;
  const int wakes = ports.wakes_;
  api.changed({});
  EXPECT_EQ(ports.wakes_, wakes);
}

TEST_F(BusTest, APausedSyncWakesNobodyAndAsksForATurnSoon) {
  ports.publishing_ = Bus::kWaitingMax + 1;
  ASSERT_TRUE(say("attune/sync", R"({"since":0})", "attune/reply/me"));
  const int wakes = ports.wakes_;
  EXPECT_EQ(answers(), "");
  EXPECT_EQ(ports.wakes_, wakes);
  EXPECT_EQ(api.patience(), Bus::kPause);
  ports.publishing_ = 0;
  EXPECT_NE(answers(), "");
  EXPECT_FALSE(api.patience());
}

TEST_F(BusTest, ASlowSenderPausesASyncAndTooManyAreTurnedAway) {
  ports.publishing_ = Bus::kWaitingMax + 1;
  for (std::size_t i = 0; i < Bus::kSyncsMax; ++i) {
    ASSERT_TRUE(say("attune/sync", R"({"since":0})", "attune/reply/me"));
  }
  EXPECT_EQ(answers(), "");
  ASSERT_TRUE(say("attune/sync", R"({"since":0})", "attune/reply/me"));
  EXPECT_TRUE(has(answers(), R"("error":"busy")"));
  ports.publishing_ = 0;
  const auto all = answers();
  EXPECT_EQ(std::count(all.begin(), all.end(), '\n'), static_cast<long>(Bus::kSyncsMax));
}

}  // namespace
}  // namespace attune::api
