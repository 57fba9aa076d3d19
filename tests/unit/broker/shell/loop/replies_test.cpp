#include "broker/shell/loop/replies.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace attune::shell {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// A line that notes what it takes.
class NotingLink final : public link::Link {
 public:
  [[nodiscard]] Status start() override { return {}; }
  void stop(std::chrono::milliseconds) override {}
  bool open_outbox(std::uint64_t) override { return true; }
  [[nodiscard]] bool publish(std::vector<link::Parcel> parcels) override {
    if (shut) return false;
    for (const link::Parcel& parcel : parcels) sent.push_back(parcel.topic);
    return true;
  }
  [[nodiscard]] link::Reports take_reports() override { return {}; }
  void set_subscriptions(std::vector<std::string>) override {}
  [[nodiscard]] bool subscribed() const override { return answered; }
  [[nodiscard]] link::LinkStatus status() const override { return {}; }

  bool shut = false;
  bool answered = true;
  std::vector<std::string> sent;
};

class RepliesTest : public testing::Test {
 protected:
  /// Two relays that can be asked.
  void meet_two() {
    devices::Decoded decoded;
    normaliser_.decode({"stat/a/POWER", "ON"}, decoded);
    normaliser_.decode({"stat/b/POWER", "ON"}, decoded);
  }
  void let_out(Millis now) { replies_.let_out(link_, normaliser_, now); }

  devices::Catalog catalog_;
  devices::Normaliser normaliser_{catalog_, {}};
  NotingLink link_;
  Replies replies_;
};

TEST_F(RepliesTest, AnAnswerWaitsForTheCommit) {
  replies_.add({{"x", ""}});
  EXPECT_TRUE(replies_.to_commit());
  let_out(Millis(0));
  EXPECT_THAT(link_.sent, IsEmpty());
  replies_.committed();
  EXPECT_FALSE(replies_.to_commit());
  let_out(Millis(0));
  EXPECT_THAT(link_.sent, ElementsAre("x"));
  let_out(Millis(0));
  EXPECT_THAT(link_.sent, ElementsAre("x"));
}

TEST_F(RepliesTest, NothingLeavesBeforeTheBrokerHasAnsweredForEveryFilter) {
  meet_two();
  link_.answered = false;
  replies_.add({{"x", ""}});
  replies_.committed();
  replies_.ask_all(catalog_);
  let_out(Millis(0));
  EXPECT_THAT(link_.sent, IsEmpty());
  EXPECT_FALSE(replies_.next_due());  // the link wakes the loop: it need not turn in circles
  link_.answered = true;
  let_out(Millis(0));
  EXPECT_THAT(link_.sent, ElementsAre("x", "cmnd/a/STATE", "cmnd/a/STATUS"));
}

TEST_F(RepliesTest, DevicesAreAskedOneAtATime) {
  meet_two();
  replies_.ask_all(catalog_);
  let_out(Millis(0));
  EXPECT_THAT(link_.sent, ElementsAre("cmnd/a/STATE", "cmnd/a/STATUS"));
  EXPECT_EQ(replies_.next_due(), Replies::kAskEvery);
  let_out(Replies::kAskEvery - Millis(1));
  EXPECT_EQ(link_.sent.size(), 2u);
  let_out(Replies::kAskEvery);
  EXPECT_EQ(link_.sent.size(), 4u);
  EXPECT_FALSE(replies_.next_due());
}

TEST_F(RepliesTest, WhatTheLinkRefusesIsKeptInItsOrder) {
  link_.shut = true;
  replies_.add({{"x", ""}, {"y", ""}});
  replies_.committed();
  let_out(Millis(0));
  link_.shut = false;
  let_out(Millis(0));
  EXPECT_THAT(link_.sent, ElementsAre("x", "y"));
}

TEST_F(RepliesTest, ALostLineEndsWhatWasToBeSaid) {
  meet_two();
  replies_.add({{"x", ""}});
  replies_.committed();
  replies_.ask_all(catalog_);
  replies_.link_lost();
  let_out(Millis(0));
  EXPECT_THAT(link_.sent, IsEmpty());
}

TEST_F(RepliesTest, TheOldestOfTooManyAreLetGo) {
  for (std::size_t i = 0; i < Replies::kWaitingMax + 2; ++i) {
    replies_.add({{std::to_string(i), ""}});
  }
  replies_.committed();
  let_out(Millis(0));
  EXPECT_EQ(link_.sent.size(), Replies::kWaitingMax);
  EXPECT_EQ(link_.sent.front(), "2");
}

}  // namespace
}  // namespace attune::shell
