#include "broker/shell/loop/loop.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "broker/shell/config/surroundings.h"
#include "broker/shell/link/memory_link.h"
#include "broker/shell/loop/restore.h"
#include "devices/model/limits.h"
#include "rules/load.h"

namespace attune::shell {
namespace {

constexpr const char* kRules =
    "version: 1\n"
    "rules:\n"
    "  light: {when: motion.occupancy, want: {lamp.on: true}}\n";

class Recorder final : public LoopObserver {
 public:
  void changed(std::span<const Change>) override {}
  void rejected(const devices::Rejection& rejection) override {
    reasons.push_back(rejection.reason);
  }
  void message(Taken) override {}
  void committed(std::chrono::nanoseconds) override { ++commits; }
  void commands_left(std::chrono::nanoseconds) override {}

  std::vector<std::string> reasons;
  int commits = 0;
};

/// The loop over the twins, with a lamp, a motion sensor and one rule.
class LoopTest : public testing::Test {
 protected:
  LoopTest() : normaliser_(catalog_, {}), core_(catalog_, {}) {
    std::string name = (std::filesystem::temp_directory_path() / "attune-loop-XXXXXX").string();
    folder_ = mkdtemp(name.data());
    broker_.listen("zigbee2mqtt/lamp/set",
                   [this](const link::Parcel& parcel) { commands_.push_back(parcel.payload); });
    broker_.listen("zigbee2mqtt/mad/get",
                   [this](const link::Parcel& parcel) { asked_.push_back(parcel.topic); });
    auto recovered = store_->recover();
    clock_.emplace(Clock::Boot{"boot", now_}, recovered->at, std::vector<Blob>{},
                   [this] { return now_; });
    core_.restore(std::move(*restored(*store_, std::move(*recovered))));
    ring_ = std::move(*inbox::InboxRing::open({folder_ + "/ring", 1u << 20, -1}, std::nullopt));
    link::LinkOptions options;
    options.node = "test";
    options.subscriptions = normaliser_.subscriptions();
    options.subscriptions.emplace_back(kBrokerDropsTopic);
    link_ = std::make_unique<link::MemoryLink>(options, *ring_, broker_, [this] { return now_; });
    loop_.emplace(LoopParts{catalog_, normaliser_, core_, *store_, *ring_, *link_, *clock_, seen_},
                  LoopOptions{Millis(5'000), inbox::marker_topic("attune", "test")});
    EXPECT_TRUE(loop_->begin({}).ok());
    EXPECT_TRUE(link_->start().ok());
    say("zigbee2mqtt/lamp", R"({"state":"OFF"})");
    say("zigbee2mqtt/motion", R"({"occupancy":false})");
    load(kRules);
  }
  ~LoopTest() override { std::filesystem::remove_all(folder_); }

  void load(const std::string& text) {
    auto loaded = rules::load({{"home.yaml", text}}, config::surroundings(catalog_));
    ASSERT_NE(loaded.set, nullptr) << render(loaded.issues);
    loop_->load(loaded.set);
    turn();
  }
  void turn() {
    do {
      status_ = loop_->turn();
    } while (status_.ok() && loop_->has_more());
  }
  void say(const std::string& topic, const std::string& payload) {
    broker_.publish(topic, payload);
    turn();
  }
  void wait(Millis duration) {
    now_.wall += duration;
    now_.boot += duration;
    turn();
  }
  std::uint64_t version(const char* device, const char* attribute) {
    return core_.image().at(*catalog_.table().find(device, attribute)).version;
  }

  std::string folder_;
  inbox::Stamp now_{Millis(1'768'500'000'000), Millis(50'000)};
  std::unique_ptr<store::MemoryStore> store_ = store::make_memory_store();
  devices::Catalog catalog_;
  devices::Normaliser normaliser_;
  core::Core core_;
  std::optional<Clock> clock_;
  std::unique_ptr<inbox::InboxRing> ring_;
  link::MemoryBroker broker_;
  std::unique_ptr<link::MemoryLink> link_;
  Recorder seen_;
  std::optional<Loop> loop_;
  Status status_;
  std::vector<std::string> commands_;
  std::vector<std::string> asked_;
};

TEST_F(LoopTest, AMessageBecomesACommandInOneTurn) {
  say("zigbee2mqtt/motion", R"({"occupancy":true})");
  EXPECT_EQ(commands_, std::vector<std::string>{R"({"state":"ON"})"});
}

TEST_F(LoopTest, NothingLeavesWhileTheDiskIsFullAndAllOfItAfterwards) {
  store_->fail_commits(Error{"full", "no space"});
  say("zigbee2mqtt/motion", R"({"occupancy":true})");
  EXPECT_TRUE(status_.ok());
  EXPECT_TRUE(loop_->stuck());
  EXPECT_TRUE(commands_.empty());
  std::string code;
  loop_->submit(core::WriteRequest{{}, *parse_path("lamp.on"), false, {}, {}, "test", ""},
                [&](const core::Reply& reply) { code = reply.code; });
  turn();
  EXPECT_EQ(code, "full");
  store_->fail_commits(std::nullopt);
  wait(Millis(1'000));
  EXPECT_FALSE(loop_->stuck());
  EXPECT_EQ(commands_, std::vector<std::string>{R"({"state":"ON"})"});
}

TEST_F(LoopTest, AnInputOutputErrorEndsItsWork) {
  store_->fail_commits(Error{"io", "sync failed"});
  say("zigbee2mqtt/motion", R"({"occupancy":true})");
  ASSERT_FALSE(status_.ok());
  EXPECT_EQ(status_.error().code, "io");
  EXPECT_TRUE(commands_.empty());
}

TEST_F(LoopTest, TelemetryWaitsForTheCommitInterval) {
  wait(Millis(6'000));
  const int before = seen_.commits;
  say("zigbee2mqtt/motion", R"({"occupancy":false,"illuminance":7})");
  wait(Millis(1'000));
  say("zigbee2mqtt/motion", R"({"occupancy":false,"illuminance":8})");
  say("zigbee2mqtt/motion", R"({"occupancy":false,"illuminance":9})");
  EXPECT_LE(seen_.commits, before + 1) << "the new attribute is committed at once, values are not";
  EXPECT_FALSE(loop_->uncommitted().empty());
  wait(Millis(5'000));
  EXPECT_TRUE(loop_->uncommitted().empty());
}

TEST_F(LoopTest, FiftyIdenticalMessagesCostNoStoreWrite) {
  say("zigbee2mqtt/motion", R"({"occupancy":false,"illuminance":7,"linkquality":80})");
  wait(Millis(6'000));
  wait(Millis(6'000));
  const int commits = seen_.commits;
  const std::uint64_t before = version("motion", "illuminance");
  for (int i = 0; i < 50; ++i) {
    say("zigbee2mqtt/motion", R"({"occupancy":false,"illuminance":7,"linkquality":80})");
    wait(Millis(20));
  }
  EXPECT_TRUE(loop_->uncommitted().empty());
  wait(Millis(6'000));
  EXPECT_EQ(seen_.commits, commits);
  EXPECT_EQ(version("motion", "illuminance"), before);
  say("zigbee2mqtt/motion", R"({"occupancy":false,"illuminance":8,"linkquality":80})");
  wait(Millis(6'000));
  EXPECT_GT(seen_.commits, commits) << "another value is written";
}

TEST_F(LoopTest, AStoreThatIsNearlyFullKeepsOnlyWhatAStartNeedsOfTheLog) {
  for (int i = 0; i < 12'000; ++i) {
    broker_.publish("zigbee2mqtt/motion", R"({"illuminance":)" + std::to_string(i) + "}");
    if (i % 200 == 0) wait(Millis(4'000));  // as fast as one device may speak
  }
  for (int minutes = 0; minutes < 5; ++minutes) {
    wait(Millis(61'000));
    say("zigbee2mqtt/lamp", minutes % 2 == 0 ? R"({"linkquality":1})" : R"({"linkquality":2})");
  }
  EXPECT_EQ(number(store_->floor()), 0u);
  store_->pretend_used(0.81);
  for (int minutes = 0; minutes < 5; ++minutes) {
    wait(Millis(61'000));
    say("zigbee2mqtt/lamp", minutes % 2 == 0 ? R"({"linkquality":3})" : R"({"linkquality":4})");
  }
  EXPECT_TRUE(loop_->crowded());
  EXPECT_GT(number(store_->floor()), 2'000u);
  EXPECT_LT(number(store_->floor()), 12'000u - 8'000u);
}

TEST_F(LoopTest, ARedeliveredMessageChangesStateOnce) {
  const std::uint64_t before = version("motion", "occupancy");
  link_->lose_acknowledgements(1);
  say("zigbee2mqtt/motion", R"({"occupancy":true})");
  link_->disconnect("the line broke");
  link_->connect();
  turn();
  EXPECT_EQ(version("motion", "occupancy"), before + 1);
  EXPECT_EQ(commands_.size(), 2u) << "the command is repeated, with the same id, after the break";
}

TEST_F(LoopTest, WhatTheBrokerDroppedIsSaid) {
  say(std::string(kBrokerDropsTopic), "3");
  EXPECT_TRUE(seen_.reasons.empty());
  say(std::string(kBrokerDropsTopic), "5");
  EXPECT_EQ(seen_.reasons, std::vector<std::string>{"broker_dropped"});
}

TEST_F(LoopTest, ACommandThatALaterMessageOfTheTurnEndsStaysHere) {
  broker_.publish("zigbee2mqtt/motion", R"({"occupancy":true})");
  broker_.publish("zigbee2mqtt/motion", R"({"occupancy":false})");
  turn();
  EXPECT_TRUE(commands_.empty() || commands_ == std::vector<std::string>{R"({"state":"OFF"})"});
  EXPECT_EQ(core_.ledger().open().size(), commands_.size());
}

TEST_F(LoopTest, AFloodOfOneDeviceKeepsNobodyFromBeingHeard) {
  for (int i = 0; i < 5'000; ++i) {
    broker_.publish("zigbee2mqtt/mad", i % 2 == 0 ? R"({"state":"ON"})" : R"({"state":"OFF"})");
  }
  broker_.publish("zigbee2mqtt/motion", R"({"occupancy":true})");
  turn();
  EXPECT_EQ(std::count(seen_.reasons.begin(), seen_.reasons.end(), "rate"), 4'800);
  EXPECT_LE(version("mad", "on"), 3 * limits::kTurnEventsMax);
  EXPECT_EQ(commands_, std::vector<std::string>{R"({"state":"ON"})"});
}

TEST_F(LoopTest, WhatAFloodSaidLastIsKnownAndNobodysHand) {
  say("zigbee2mqtt/bridge/devices", R"([{"type":"Router","friendly_name":"mad","definition":
      {"exposes":[{"type":"switch","features":[{"type":"binary","name":"state","property":"state",
      "access":7,"value_on":"ON","value_off":"OFF"}]}]}}])");
  for (int i = 0; i < 5'000; ++i) {
    broker_.publish("zigbee2mqtt/mad", i % 2 == 0 ? R"({"state":"OFF"})" : R"({"state":"ON"})");
  }
  broker_.publish("zigbee2mqtt/mad", R"({"state":"OFF"})");
  turn();
  const AttributeId on = *catalog_.table().find("mad", "on");
  ASSERT_EQ(core_.image().value(on), Value(true));
  wait(Millis(1'000));
  EXPECT_EQ(core_.image().value(on), Value(false));
  EXPECT_TRUE(core_.claims().on(on).empty());
  EXPECT_TRUE(asked_.empty());
  wait(Millis(5'000));
  EXPECT_EQ(asked_, std::vector<std::string>{"zigbee2mqtt/mad/get"});
}

TEST_F(LoopTest, OneThatSaysMuchWhileNobodyWaitsIsHeardAndToldSo) {
  for (int i = 0; i < 500; ++i) {
    say("zigbee2mqtt/chatty", i % 2 == 0 ? R"({"state":"ON"})" : R"({"state":"OFF"})");
  }
  EXPECT_EQ(version("chatty", "on"), 500u);
  EXPECT_EQ(std::count(seen_.reasons.begin(), seen_.reasons.end(), "rate"), 300);
}

TEST_F(LoopTest, DevicesThatAreTooManyAtOnceJoinOneAfterTheOther) {
  for (int i = 0; i < 300; ++i) {
    say("zigbee2mqtt/new" + std::to_string(i), R"({"state":"ON"})");
  }
  EXPECT_EQ(std::count(seen_.reasons.begin(), seen_.reasons.end(), "new_devices"), 202);
  EXPECT_EQ(catalog_.devices().size(), 100u);
  ASSERT_TRUE(loop_->next_due());
  for (int second = 0; second < 125; ++second) wait(Millis(1'000));
  EXPECT_EQ(catalog_.devices().size(), 302u);
  // Late: they set state, and nobody pressed anything.
  EXPECT_EQ(core_.image().value(*catalog_.table().find("new299", "on")), Value(true));
}

}  // namespace
}  // namespace attune::shell
