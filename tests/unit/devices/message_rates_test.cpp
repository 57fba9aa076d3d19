#include "devices/message_rates.h"

#include <gtest/gtest.h>

#include <string>

#include "devices/model/limits.h"
#include "devices/normaliser.h"

/// Floods, and what they leave to others.
namespace attune::devices {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr Millis kBegin = std::chrono::hours(1);

class House {
 public:
  /// Words of the rejections, or "" when the message was taken.
  std::string say(const std::string& topic, const std::string& payload, Millis at,
                  bool retained = false) {
    const Millis now = kBegin + at;
    normaliser.decode({topic, payload, retained, {now, now}}, out);
    std::string reasons;
    for (const Rejection& rejection : out.rejections) reasons += rejection.reason + " ";
    return reasons;
  }
  std::size_t devices() const { return catalog.devices().size(); }

  Catalog catalog;
  Normaliser normaliser{catalog, {}};
  Decoded out;
};

TEST(MessageRates, ADeviceMaySay200AtOnceAndThen50ASecond) {
  House house;
  int taken = 0;
  for (int i = 0; i < 10'000; ++i) {
    taken += house.say("zigbee2mqtt/lamp", R"({"state":"ON"})", Millis(0)).empty();
  }
  EXPECT_EQ(taken, limits::kDeviceMessagesBurst);
  EXPECT_EQ(house.say("zigbee2mqtt/lamp", R"({"state":"OFF"})", Millis(0)), "rate ");
  EXPECT_TRUE(house.out.readings.empty());
  for (int i = 0; i < 1'000; ++i) {
    taken += house.say("zigbee2mqtt/lamp", R"({"state":"ON"})", Millis(1'000)).empty();
  }
  EXPECT_EQ(taken, limits::kDeviceMessagesBurst + limits::kDeviceMessagesPerSecond);
}

TEST(MessageRates, WhileNobodyWaitsTheFloodIsToldAndTaken) {
  House house;
  for (int i = 0; i < limits::kDeviceMessagesBurst; ++i) {
    house.say("zigbee2mqtt/lamp", R"({"state":"ON"})", Millis(0));
  }
  const Instant at{kBegin, kBegin};
  house.normaliser.decode({"zigbee2mqtt/lamp", R"({"state":"OFF"})", false, at}, house.out, false);
  ASSERT_EQ(house.out.rejections.size(), 1u);
  EXPECT_EQ(house.out.rejections[0].reason, "rate");
  EXPECT_EQ(house.out.readings.size(), 1u);
}

TEST(MessageRates, OthersAreHeardDuringAFlood) {
  House house;
  for (int i = 0; i < 50'000; ++i) {
    const Millis now(i / 50);
    house.say("zigbee2mqtt/mad", R"({"state":"ON"})", now);
    if (i % 1'000 == 0) {
      EXPECT_EQ(house.say("zigbee2mqtt/lamp", R"({"state":"ON"})", now), "");
      EXPECT_FALSE(house.out.readings.empty());
    }
  }
}

TEST(MessageRates, AllTopicsOfADeviceAreOne) {
  House house;
  int taken = 0;
  for (int i = 0; i < 500; ++i) {
    const std::string part = "node/switch/s" + std::to_string(i % 100) + "/state";
    taken += house.say(part, "ON", Millis(0)).empty();
  }
  EXPECT_LE(taken, limits::kDeviceMessagesBurst);
}

TEST(MessageRates, WhatIsRetainedIsNotCounted) {
  House house;
  for (int i = 0; i < 1'000; ++i) {
    EXPECT_EQ(house.say("zigbee2mqtt/lamp", R"({"state":"ON"})", Millis(0), true), "");
  }
}

TEST(MessageRates, ABridgesListIsNotCounted) {
  House house;
  for (int i = 0; i < 1'000; ++i) {
    EXPECT_EQ(house.say("zigbee2mqtt/bridge/devices", "[]", Millis(0)), "");
  }
}

TEST(MessageRates, RubbishCountsByItsTopic) {
  House house;
  int rubbish = 0;
  for (int i = 0; i < 1'000; ++i) {
    rubbish += house.say("zigbee2mqtt/lamp", "{", Millis(0)) != "rate ";
  }
  EXPECT_EQ(rubbish, limits::kDeviceMessagesBurst);
}

TEST(NewDevices, AHundredJoinAtOnceAndTheOthersWaitTheirTurn) {
  House house;
  for (int i = 0; i < 150; ++i) {
    house.say("zigbee2mqtt/lamp" + std::to_string(i), R"({"state":"ON"})", Millis(0));
  }
  EXPECT_EQ(house.devices(), 100u);
  EXPECT_EQ(house.out.rejections.back().reason, "new_devices");
  EXPECT_FALSE(house.normaliser.take_waiting(kBegin));
  Millis now{};
  while (const auto due = house.normaliser.waits_until(kBegin + now)) {
    now = *due - kBegin;
    const auto waited = house.normaliser.take_waiting(*due);
    ASSERT_TRUE(waited);
    EXPECT_EQ(house.say(waited->topic, waited->payload, now), "");
  }
  EXPECT_EQ(house.devices(), 150u);
  EXPECT_GE(now, seconds(30));
  EXPECT_LE(now, seconds(31));
}

TEST(NewDevices, WhatIsRetainedOrListedNeverWaits) {
  House house;
  for (int i = 0; i < 500; ++i) {
    EXPECT_EQ(house.say("zigbee2mqtt/r" + std::to_string(i), R"({"state":"ON"})", Millis(0), true),
              "");
  }
  std::string list = "[";
  for (int i = 0; i < 300; ++i) {
    list += std::string(i == 0 ? "" : ",") + R"({"friendly_name":"l)" + std::to_string(i) +
            R"(","type":"Router","definition":{"exposes":[]}})";
  }
  EXPECT_EQ(house.say("zigbee2mqtt/bridge/devices", list + "]", Millis(0)), "");
  EXPECT_EQ(house.devices(), 800u);
}

TEST(NewDevices, WhoInventsNamesIsHeldUpAndFillsNoMemory) {
  House house;
  for (int i = 0; i < 10'000; ++i) {
    house.say("zigbee2mqtt/x" + std::to_string(i), R"({"state":"ON"})", Millis(i / 10));
  }
  EXPECT_LE(house.devices(), 102u);
  std::size_t waiting = 0;
  Millis now = minutes(1);
  while (house.normaliser.take_waiting(kBegin + now)) {
    now += minutes(1);
    ++waiting;
  }
  EXPECT_LE(waiting, limits::kWaitingMessagesMax);
  EXPECT_GT(waiting, 0u);
}

TEST(WaitingMessages, KeepTheNewestOfATopicInOrder) {
  WaitingMessages waiting;
  EXPECT_TRUE(waiting.add("a", "1"));
  EXPECT_TRUE(waiting.add("b", "1"));
  EXPECT_TRUE(waiting.add("a", "2"));
  EXPECT_EQ(waiting.take()->topic, "b");
  EXPECT_EQ(waiting.take()->payload, "2");
  EXPECT_FALSE(waiting.take());
}

TEST(WaitingMessages, AreBounded) {
  WaitingMessages waiting;
  const std::string large(limits::kPayloadBytesMax, 'x');
  std::size_t kept = 0;
  for (int i = 0; i < 200; ++i) kept += waiting.add("t" + std::to_string(i), large);
  EXPECT_LE(kept * large.size(), limits::kWaitingBytesMax);
  EXPECT_GT(kept, 0u);
}

TEST(TokenBucket, FillsByTheSecondUpToItsBurst) {
  TokenBucket bucket(2, 3);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(bucket.take(Millis(0)));
  EXPECT_FALSE(bucket.take(Millis(0)));
  EXPECT_EQ(bucket.next(Millis(0)), Millis(500));
  EXPECT_FALSE(bucket.take(Millis(499)));
  EXPECT_TRUE(bucket.take(Millis(500)));
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(bucket.take(minutes(1)));
  EXPECT_FALSE(bucket.take(minutes(1)));
}

TEST(TokenBucket, TimeThatRunsBackIsNone) {
  TokenBucket bucket(1, 1);
  EXPECT_TRUE(bucket.take(minutes(5)));
  EXPECT_FALSE(bucket.take(minutes(1)));
  EXPECT_FALSE(bucket.take(minutes(5)));
}

}  // namespace
}  // namespace attune::devices
