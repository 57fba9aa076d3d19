#include "broker/shell/beside/ha_publisher.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/silent_link.h"
#include "tests/unit/broker/shell/beside/house.h"

namespace attune::beside {
namespace {

const HaNames kNames{"homeassistant", "attune", "n1", "0.1.0"};
constexpr const char* kConfig = "homeassistant/device/attune_n1/config";

/// A broker that keeps what is retained, and tells of it when it is asked.
class Bus final : public support::SilentLink {
 public:
  bool publish(std::vector<link::Parcel> parcels) override {
    if (!up) return false;
    for (auto& parcel : parcels) {
      EXPECT_TRUE(parcel.retain) << parcel.topic;
      said.push_back(parcel.topic);
      tickets.push_back(parcel.notice);
      if (parcel.payload.empty()) {
        retained.erase(parcel.topic);
      } else {
        retained[parcel.topic] = parcel.payload;
      }
    }
    return true;
  }

  std::map<std::string, std::string> retained;
  std::vector<std::string> said;
  std::vector<std::uint64_t> tickets;
};

class HaPublisherTest : public testing::Test {
 protected:
  void SetUp() override { start(true); }

  void start(bool wanted) {
    publisher.emplace(kNames, wanted);
    std::vector<Blob> blobs;
    for (const auto& [key, bytes] : rows) {
      blobs.push_back({std::string(HaPublisher::kSpace), key, bytes});
    }
    publisher->restore(blobs);
    publisher->linked();
  }
  void keep(const std::vector<Write>& writes) {
    for (const Write& write : writes) {
      const Blob& blob = std::get<Blob>(write.record);
      if (write.erase) {
        rows.erase(blob.key);
      } else {
        rows[blob.key] = blob.bytes;
      }
    }
  }
  /// A commit, and what follows from it; what it wants kept is kept in another one.
  std::vector<std::string> commit() {
    bus.said.clear();
    for (int i = 0; i < 3; ++i) {
      keep(publisher->refresh(*house.core));
      publisher->let_out(bus);
      keep(publisher->told(std::exchange(bus.tickets, {})));
    }
    return std::exchange(bus.said, {});
  }
  void happens(const std::vector<Change>& changes) { publisher->changed(changes); }

  House house;
  Bus bus;
  std::map<std::string, std::string> rows;
  std::optional<HaPublisher> publisher;
};

TEST_F(HaPublisherTest, NothingIsRetainedBeforeItIsWrittenDown) {
  keep(publisher->refresh(*house.core));
  publisher->let_out(bus);
  EXPECT_TRUE(bus.said.empty());
  EXPECT_TRUE(rows.contains(kConfig));
  keep(publisher->refresh(*house.core));
  publisher->let_out(bus);
  EXPECT_TRUE(bus.retained.contains(kConfig));
  for (const auto& [topic, payload] : bus.retained) EXPECT_TRUE(rows.contains(topic)) << topic;
}

TEST_F(HaPublisherTest, OnlyWhatChangedIsSaidAgain) {
  EXPECT_GT(commit().size(), 5u);
  EXPECT_TRUE(commit().empty());
  happens(house.say("hall_motion.occupancy", true));
  EXPECT_EQ(commit(), std::vector<std::string>{"attune/ha/devices/hall_lamp"});
  happens(house.say("hall_motion.occupancy", true));
  EXPECT_TRUE(commit().empty());
  core::WriteRequest write;
  write.path = {DeviceId("settings"), "house"};
  write.value = "away";
  happens(house.step(std::move(write)));
  EXPECT_EQ(commit(), std::vector<std::string>{"attune/ha/settings/house"});
  EXPECT_EQ(bus.retained["attune/ha/settings/house"], "away");
}

TEST_F(HaPublisherTest, EverythingIsSaidAnewToAnotherConnection) {
  const auto first = commit();
  bus.retained.clear();
  publisher->linked();
  EXPECT_EQ(commit(), first);
}

TEST_F(HaPublisherTest, WhatFindsTheLineDownIsSaidLater) {
  (void)commit();
  bus.up = false;
  happens(house.say("hall_motion.occupancy", true));
  EXPECT_TRUE(commit().empty());
  bus.up = true;
  EXPECT_EQ(commit(), std::vector<std::string>{"attune/ha/devices/hall_lamp"});
}

TEST_F(HaPublisherTest, ARuleThatGoesIsTakenBackAndNamedInTheConfiguration) {
  (void)commit();
  house.load(
      "version: 1\nrules: {other: {when: hall_motion.occupancy, want: {hall_lamp.on: true}}}");
  publisher->rules_change();
  (void)commit();
  EXPECT_FALSE(bus.retained.contains("attune/ha/rules/hall_light"));
  EXPECT_FALSE(bus.retained.contains("attune/ha/settings/house"));
  EXPECT_TRUE(bus.retained.contains("attune/ha/rules/other"));
  EXPECT_NE(bus.retained[kConfig].find(R"("rule_hall_light":{"platform":"switch"})"),
            std::string::npos);
  EXPECT_FALSE(rows.contains("attune/ha/rules/hall_light"));
}

TEST_F(HaPublisherTest, WhatWentWhileItWasAwayIsTakenBackAtTheNextStart) {
  (void)commit();
  house.load(
      "version: 1\nrules: {other: {when: hall_motion.occupancy, want: {hall_lamp.on: true}}}");
  start(true);
  (void)commit();
  EXPECT_FALSE(bus.retained.contains("attune/ha/rules/hall_light"));
  EXPECT_NE(bus.retained[kConfig].find(R"("rule_hall_light":{"platform":"switch"})"),
            std::string::npos);
}

TEST_F(HaPublisherTest, ADeviceThatComesIsShown) {
  (void)commit();
  house.describe("porch_lamp", "Porch lamp", {"on"}, true);
  (void)commit();
  EXPECT_TRUE(bus.retained.contains("attune/ha/devices/porch_lamp"));
  EXPECT_NE(bus.retained[kConfig].find("Porch lamp release"), std::string::npos);
}

TEST_F(HaPublisherTest, TurnedOffItLeavesNothingBehind) {
  (void)commit();
  start(false);
  bus.up = false;
  (void)commit();
  EXPECT_FALSE(rows.empty()) << "what the broker has not taken back is not forgotten";
  bus.up = true;
  (void)commit();
  EXPECT_TRUE(bus.retained.empty());
  EXPECT_TRUE(rows.empty());
  happens(house.say("hall_motion.occupancy", true));
  EXPECT_TRUE(commit().empty());
}

TEST_F(HaPublisherTest, NothingRetainedIsACommand) {
  (void)commit();
  for (const auto& [topic, payload] : bus.retained) {
    EXPECT_FALSE(topic.starts_with(command_root(kNames) + "/")) << topic;
    EXPECT_FALSE(topic.ends_with("/status")) << topic;
    EXPECT_TRUE(topic == kConfig || topic.starts_with("attune/ha/")) << topic;
  }
}

}  // namespace
}  // namespace attune::beside
