#include "tests/e2e/hall.h"

/// A client on the bus that was away, and one that writes.
namespace attune::e2e {
namespace {

class SyncTest : public HallTest {
 protected:
  void join() {
    ASSERT_TRUE(eventually([&] { return (client2_ = daemon_->device("follower")) != nullptr; }));
    ASSERT_TRUE(client2_->subscribe({"attune/reply/#"}).ok());
  }

  void ask(const std::string& topic, const std::string& payload) {
    client2_->publish(topic, payload, 1, false);
  }

  /// Answers until one has `text`, all of them in a row.
  std::string answers(const std::string& text) {
    std::string all;
    EXPECT_TRUE(eventually([&] {
      take_all();
      for (const auto& message : client2_->take()) all += message.payload + "\n";
      return all.find(text) != std::string::npos;
    })) << "no "
        << text << " in " << all;
    return all;
  }

  static std::uint64_t number_after(const std::string& text, const std::string& key) {
    const auto at = text.rfind("\"" + key + "\":");
    if (at == std::string::npos) return 0;
    return std::stoull(text.substr(at + key.size() + 3));
  }

  static std::string since(std::uint64_t revision, const std::string& more = "") {
    return R"({"since":)" + std::to_string(revision) + R"(,"reply_to":"attune/reply/f")" + more +
           "}";
  }

  std::unique_ptr<link::PlainClient> client2_;
};

TEST_F(SyncTest, AClientThatWasAwayGetsWhatItMissedAndNothingTwice) {
  make(options());
  ASSERT_NO_FATAL_FAILURE(start());
  ASSERT_NO_FATAL_FAILURE(join());
  ask("attune/sync", since(0, R"(,"feed":"log")"));
  const auto all = answers(R"("up_to_date":true)");
  EXPECT_NE(all.find(R"("attribute":"occupancy")"), std::string::npos) << all;
  const auto known = number_after(all, "to");

  motion(true, 7);
  ASSERT_TRUE(until([&] { return lamp().on; }));
  ASSERT_TRUE(until([&] { return has("/api/v1/commands", R"("state":"confirmed")"); }));
  ask("attune/sync", since(known, R"(,"match":["hall_motion.illuminance"],"client":"phone")"));
  const auto missed = answers(R"("up_to_date":true)");
  EXPECT_EQ(support::count_of(missed, R"("revision":)"), 1u) << missed;
  EXPECT_NE(missed.find(R"("value":7)"), std::string::npos) << missed;
  EXPECT_GT(number_after(missed, "to"), known);
}

TEST_F(SyncTest, WhatCannotBeResumedIsSaidAndTheStateFollows) {
  make(options());
  ASSERT_NO_FATAL_FAILURE(start());
  ASSERT_NO_FATAL_FAILURE(join());
  ask("attune/sync", since(1'000'000));
  auto got = answers(R"("last":true)");
  EXPECT_LT(got.find(R"("error":"future")"), got.find(R"("snapshot":{)")) << got;
  EXPECT_NE(got.find(R"("hall_lamp":{)"), std::string::npos) << got;
  ask("attune/sync", since(1, R"(,"store":"another")"));
  EXPECT_NE(answers(R"("last":true)").find(R"("error":"wrong_store")"), std::string::npos);
  ask("attune/sync", R"({"reply_to":"attune/reply/f"})");
  got = answers(R"("last":true)");
  EXPECT_EQ(got.find("error"), std::string::npos) << "a new client asks for the state: " << got;

  const auto head = number_after(got, "revision");
  daemon_->kill9();
  ASSERT_TRUE(daemon_->start_ready()) << daemon_->errors();
  ASSERT_NO_FATAL_FAILURE(join());
  ask("attune/sync", since(head + 100));  // it may have been given out and was lost
  EXPECT_NE(answers(R"("last":true)").find(R"("error":"compacted")"), std::string::npos);
  EXPECT_EQ(daemon_->get("/api/v1/changes?since=" + std::to_string(head + 100)).status, 410);
}

TEST_F(SyncTest, AWriteOverTheBusIsAnsweredWhereOnlyAnswersGo) {
  make(options());
  ASSERT_NO_FATAL_FAILURE(start());
  ASSERT_NO_FATAL_FAILURE(join());
  ask("attune/set/hall_lamp/on", R"({"value":true,"id":"a1","reply_to":"attune/reply/f"})");
  const auto accepted = answers("a1");
  EXPECT_NE(accepted.find(R"("result":"accepted")"), std::string::npos) << accepted;
  ASSERT_TRUE(until([&] { return lamp().on; }));
  ask("attune/set/hall_lamp/on",
      R"({"value":false,"if_revision":1,"id":"a2","reply_to":"attune/reply/f"})");
  EXPECT_NE(answers("a2").find(R"("result":"conflict")"), std::string::npos);
  ask("attune/set/hall_lamp/colour", R"({"value":1,"id":"a3","reply_to":"attune/reply/f"})");
  EXPECT_NE(answers("a3").find(R"("result":"rejected")"), std::string::npos);
  ask("attune/set/hall_lamp/on", R"({"value":false,"reply_to":"zigbee2mqtt/hall_lamp/set"})");
  ASSERT_TRUE(until([&] { return has("/api/v1/rejections", R"("reason":"reply_to")"); }));
  EXPECT_TRUE(lamp().on) << "refused, and obeyed";
  ask("attune/set/hall_lamp/on", "false");
  ASSERT_TRUE(until([&] { return !lamp().on; }));
  ask("attune/set/hall_lamp/on", "");
  EXPECT_TRUE(until([&] { return !has("/api/v1/claims", R"("by":"person")"); }));
}

TEST_F(SyncTest, ARetainedWriteIsNotObeyed) {
  make_on_own_bus();
  ASSERT_TRUE(eventually([&] { return (client2_ = daemon_->device("ghost")) != nullptr; }));
  client2_->publish("attune/set/hall_lamp/on", "true", 1, true);
  ASSERT_NO_FATAL_FAILURE(start());
  ASSERT_TRUE(until([&] { return has("/api/v1/rejections", R"("reason":"retained_command")"); }));
  EXPECT_EQ(metric(R"(attune_mqtt_rejected_total{reason="retained_command"})"), "1");
  ASSERT_TRUE(drained());
  EXPECT_EQ(lamp().messages, 0u);
}

}  // namespace
}  // namespace attune::e2e
