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
  /// The topic of what may be taken by now, or "" when nothing may.
  std::string take_waiting(Millis at) {
    const Millis now = kBegin + at;
    const auto waited = normaliser.take_waiting({now, now}, out);
    return waited ? waited->topic : "";
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
    taken += !house.take_waiting(Millis(1'000)).empty();
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

TEST(MessageRates, WhatIsToleratedIsNoFlood) {
  House house;
  int taken = 0;
  for (int i = 0; i < 50'000; ++i) {
    const Instant at{kBegin, kBegin};
    house.normaliser.decode({"zigbee2mqtt/lamp", R"({"state":"ON"})", false, at}, house.out, false);
    taken += !house.out.readings.empty();
  }
  EXPECT_EQ(taken, limits::kDeviceMessagesBurst + MessageRates::kToleratedPerSecond);
}

TEST(MessageRates, TheLastWordOfAFloodIsTaken) {
  House house;
  for (int i = 0; i < 10'000; ++i) {
    house.say("zigbee2mqtt/lamp", R"({"brightness":)" + std::to_string(i % 254) + "}", Millis(0));
  }
  house.say("zigbee2mqtt/lamp", R"({"brightness":254})", Millis(0));
  EXPECT_EQ(house.take_waiting(Millis(0)), "");
  EXPECT_EQ(house.normaliser.waits_until(kBegin), kBegin + Millis(20));
  EXPECT_EQ(house.take_waiting(Millis(20)), "zigbee2mqtt/lamp");
  ASSERT_FALSE(house.out.readings.empty());
  EXPECT_EQ(house.out.readings[0].value, Value(100.0));
  EXPECT_EQ(house.take_waiting(Millis(40)), "");
}

TEST(MessageRates, WhatIsHeldIsTakenInItsOrderBeforeWhatComesThen) {
  House house;
  for (int i = 0; i < limits::kDeviceMessagesBurst; ++i) {
    house.say("node/switch/a/state", "ON", Millis(0));
  }
  EXPECT_EQ(house.say("node/switch/a/state", "OFF", Millis(1)), "rate ");
  EXPECT_EQ(house.say("node/switch/b/state", "ON", Millis(2)), "rate ");
  EXPECT_EQ(house.say("node/switch/a/state", "ON", Millis(3)), "rate ");
  // It might speak again, and not before what it said already.
  EXPECT_EQ(house.say("node/switch/c/state", "ON", Millis(100)), "rate ");
  EXPECT_EQ(house.take_waiting(Millis(101)), "node/switch/b/state");
  EXPECT_EQ(house.take_waiting(Millis(101)), "node/switch/a/state");
  EXPECT_EQ(house.take_waiting(Millis(101)), "node/switch/c/state");
  EXPECT_EQ(house.take_waiting(Millis(1'000)), "");
  EXPECT_EQ(house.say("node/switch/c/state", "OFF", Millis(1'000)), "");
}

TEST(MessageRates, WhoLostSomethingIsAskedWhenItIsCalm) {
  House house;
  for (int i = 0; i < 300; ++i) house.say("zigbee2mqtt/lamp", R"({"state":"ON"})", Millis(0));
  EXPECT_FALSE(house.normaliser.take_to_ask(kBegin)) << "not while something is held";
  EXPECT_EQ(house.take_waiting(Millis(20)), "zigbee2mqtt/lamp");
  EXPECT_FALSE(house.normaliser.take_to_ask(kBegin + seconds(1))) << "it may not be over";
  const auto due = house.normaliser.waits_until(kBegin + seconds(1));
  ASSERT_TRUE(due);
  EXPECT_EQ(house.normaliser.take_to_ask(*due), house.catalog.table().find_device("lamp"));
  EXPECT_FALSE(house.normaliser.waits_until(*due));
}

TEST(MessageRates, OneMessageTooManyIsHeldAndNothingHasToBeAskedFor) {
  House house;
  for (int i = 0; i < limits::kDeviceMessagesBurst + 1; ++i) {
    house.say("zigbee2mqtt/lamp", R"({"state":"ON"})", Millis(0));
  }
  EXPECT_EQ(house.take_waiting(Millis(20)), "zigbee2mqtt/lamp");
  EXPECT_FALSE(house.normaliser.waits_until(kBegin + Millis(20)));
}

TEST(MessageRates, WhatIsHeldIsBounded) {
  House house;
  int lost = 0;
  for (int i = 0; i < 5'000; ++i) {
    house.say("node/switch/s" + std::to_string(i % 2'000) + "/state", "ON", Millis(0));
    for (const Rejection& one : house.out.rejections) lost += one.detail.find("lost") < 100;
  }
  EXPECT_GT(lost, 0);
  std::size_t held = 0;
  for (Millis now{1'000}; !house.take_waiting(now).empty(); now += Millis(20)) ++held;
  EXPECT_EQ(held, limits::kWaitingMessagesMax);
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
  EXPECT_EQ(house.take_waiting(Millis(0)), "");
  Millis now{};
  while (const auto due = house.normaliser.waits_until(kBegin + now)) {
    now = *due - kBegin;
    ASSERT_NE(house.take_waiting(now), "");
    EXPECT_TRUE(house.out.rejections.empty());
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
  while (!house.take_waiting(now).empty()) {
    now += minutes(1);
    ++waiting;
  }
  EXPECT_LE(waiting, limits::kWaitingMessagesMax);
  EXPECT_GT(waiting, 0u);
}

TEST(WaitingMessages, KeepTheNewestOfATopicInOrder) {
  using Added = WaitingMessages::Added;
  WaitingRoom room;
  WaitingMessages waiting(room);
  EXPECT_EQ(waiting.add("a", "1"), Added::alone);
  EXPECT_EQ(waiting.add("b", "1"), Added::alone);
  EXPECT_EQ(waiting.add("a", "2"), Added::in_place_of_another);
  EXPECT_EQ(waiting.take()->topic, "b");
  EXPECT_EQ(waiting.take()->payload, "2");
  EXPECT_FALSE(waiting.take());
}

TEST(WaitingMessages, QueuesOfOneRoomAreBoundedTogether) {
  WaitingRoom room;
  const std::string large(limits::kPayloadBytesMax, 'x');
  std::size_t kept = 0;
  {
    WaitingMessages one(room);
    WaitingMessages other(room);
    for (int i = 0; i < 200; ++i) {
      WaitingMessages& queue = i % 2 == 0 ? one : other;
      kept += queue.add("t" + std::to_string(i), large) == WaitingMessages::Added::alone;
    }
    EXPECT_LE(kept * large.size(), limits::kWaitingBytesMax);
    EXPECT_GT(kept, 0u);
  }
  EXPECT_EQ(room.messages, 0u);
  EXPECT_EQ(room.bytes, 0u);
}

TEST(TokenBucket, FillsByTheSecondUpToItsBurst) {
  TokenBucket bucket(2, 3);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(bucket.take(Millis(0)));
  EXPECT_FALSE(bucket.take(Millis(0)));
  EXPECT_EQ(bucket.next(Millis(0)), Millis(500));
  EXPECT_EQ(bucket.full(Millis(0)), Millis(1'500));
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
