#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "broker/shell/demo/home.h"

namespace attune::demo {
namespace {

using namespace std::chrono_literals;

constexpr Millis kStart = 1'000'000ms;

std::vector<Publish> run(Home& home, Millis from, Millis duration) {
  std::vector<Publish> all;
  for (Millis now = from + 100ms; now <= from + duration; now += 100ms) {
    for (Publish& message : home.step(now)) all.push_back(std::move(message));
  }
  return all;
}

/// The members of the last message on a topic; empty when there was none.
Fields last_on(const std::vector<Publish>& messages, std::string_view topic) {
  Fields found;
  for (const Publish& message : messages) {
    if (message.topic == topic) found = parse_fields(message.payload).value_or(Fields{});
  }
  return found;
}

std::size_t count_on(const std::vector<Publish>& messages, std::string_view topic,
                     std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(messages.begin(), messages.end(), [&](const Publish& message) {
        return message.topic == topic && message.payload.find(text) != std::string::npos;
      }));
}

/// A home at an hour at which its people do nothing for a while.
Home quiet_home(double speed = 1) {
  return Home({.seed = 7, .speed = speed, .starts_at = 3h}, kStart);
}

TEST(DemoHome, TheSameSeedSaysTheSame) {
  Home one({.seed = 42, .speed = 600}, kStart);
  Home other({.seed = 42, .speed = 600}, kStart);
  EXPECT_EQ(one.announce(), other.announce());
  const auto day = run(one, kStart, 150s);
  EXPECT_GT(day.size(), 300u);
  EXPECT_EQ(day, run(other, kStart, 150s));
}

TEST(DemoHome, AnotherSeedSaysSomethingElse) {
  Home one({.seed = 1, .speed = 600}, kStart);
  Home other({.seed = 2, .speed = 600}, kStart);
  EXPECT_NE(run(one, kStart, 30s), run(other, kStart, 30s));
}

TEST(DemoHome, HowOftenItIsSteppedDoesNotMatter) {
  Home often({.seed = 5, .speed = 60}, kStart);
  Home seldom({.seed = 5, .speed = 60}, kStart);
  EXPECT_EQ(run(often, kStart, 30s), seldom.step(kStart + 30s));
}

TEST(DemoHome, ALongPauseIsNotLivedThrough) {
  Home home({.seed = 5, .speed = 1}, kStart);
  const Millis before = home.time();
  (void)home.step(kStart + 10h);
  EXPECT_LE(home.time() - before, 61s);
}

TEST(DemoHome, DescribesEveryZigbeeDeviceOnceAndRetained) {
  const auto messages = quiet_home().announce();
  const auto document = std::find_if(messages.begin(), messages.end(), [](const Publish& m) {
    return m.topic == "zigbee2mqtt/bridge/devices";
  });
  ASSERT_NE(document, messages.end());
  EXPECT_TRUE(document->retained);
  std::set<std::string_view> names;
  for (const Fixture& fixture : fixtures()) {
    EXPECT_TRUE(names.insert(fixture.name).second) << fixture.name << " stands there twice";
    const std::string named = "\"friendly_name\":\"" + std::string(fixture.name) + "\"";
    EXPECT_EQ(document->payload.find(named) != std::string::npos, is_zigbee(fixture.kind)) << named;
  }
  EXPECT_GE(names.size(), 40u);
}

TEST(DemoHome, ItsCommandTopicsMatchItsSubscriptionsAndItsStatesDoNot) {
  const auto matches = [](const std::string& filter, const std::string& topic) {
    const auto plus = filter.find('+');
    const std::string end = filter.substr(plus + 1);
    return topic.size() > plus + end.size() && topic.compare(0, plus, filter, 0, plus) == 0 &&
           topic.compare(topic.size() - end.size(), end.size(), end) == 0 &&
           topic.substr(plus, topic.size() - plus - end.size()).find('/') == std::string::npos;
  };
  const auto filters = quiet_home().subscriptions();
  for (const Fixture& fixture : fixtures()) {
    const auto heard = [&](const std::string& topic) {
      return std::any_of(filters.begin(), filters.end(),
                         [&](const std::string& filter) { return matches(filter, topic); });
    };
    EXPECT_FALSE(heard(state_topic(fixture))) << fixture.name;
    const std::string commands = command_topic(fixture);
    EXPECT_TRUE(commands.empty() || heard(commands)) << commands;
  }
}

TEST(DemoHome, ALampObeysAndSaysItsWholeState) {
  Home home = quiet_home();
  (void)run(home, kStart, 5s);
  home.on_message("zigbee2mqtt/hall_lamp/set", R"({"state":"ON","brightness":128})", kStart + 5s);
  const Fields said = last_on(run(home, kStart + 5s, 1s), "zigbee2mqtt/hall_lamp");
  EXPECT_EQ(said.at("state"), Value("ON"));
  EXPECT_EQ(said.at("brightness"), Value(128.0));
  EXPECT_TRUE(said.contains("color_temp"));
  EXPECT_TRUE(said.contains("linkquality"));
}

TEST(DemoHome, AnswersNotBeforeADeviceCould) {
  Home home = quiet_home();
  (void)run(home, kStart, 5s);
  home.on_message("zigbee2mqtt/hall_lamp/set", R"({"state":"ON"})", kStart + 5s);
  EXPECT_TRUE(home.appliance("hall_lamp").is("state", "OFF"));
}

TEST(DemoHome, DimmingTurnsOnAndNothingTurnsOff) {
  Home home = quiet_home();
  home.on_message("zigbee2mqtt/living_strip/set", R"({"brightness":40})", kStart);
  (void)run(home, kStart, 1s);
  EXPECT_TRUE(home.appliance("living_strip").is("state", "ON"));
  home.on_message("zigbee2mqtt/living_strip/set", R"({"brightness":0})", kStart + 1s);
  (void)run(home, kStart + 1s, 1s);
  EXPECT_TRUE(home.appliance("living_strip").is("state", "OFF"));
  EXPECT_EQ(home.appliance("living_strip").number("brightness"), 40);
}

TEST(DemoHome, SaysItsStateWhenAsked) {
  Home home = quiet_home();
  (void)run(home, kStart, 6s);
  home.on_message("zigbee2mqtt/tv_plug/get", R"({"state":""})", kStart + 6s);
  EXPECT_EQ(count_on(run(home, kStart + 6s, 1s), "zigbee2mqtt/tv_plug", "\"state\":\"ON\""), 1u);
}

TEST(DemoHome, WhatItDoesNotUnderstandChangesNothing) {
  Home home = quiet_home();
  const std::string before = to_json(home.appliance("hall_lamp").state());
  for (const char* payload : {"", "{", "[]", "null", R"({"state":7})", R"({"brightness":"x"})",
                              R"({"state":"BLINK"})", "\xff\xfe"}) {
    home.on_message("zigbee2mqtt/hall_lamp/set", payload, kStart);
  }
  home.on_message("zigbee2mqtt/nobody/set", R"({"state":"ON"})", kStart);
  home.on_message("", "", kStart);
  (void)run(home, kStart, 1s);
  EXPECT_EQ(to_json(home.appliance("hall_lamp").state()), before);
}

TEST(DemoHome, ABlindTravelsAndArrives) {
  Home home = quiet_home();
  (void)run(home, kStart, 5s);
  home.on_message("zigbee2mqtt/living_blind/set", R"({"position":30})", kStart + 5s);
  (void)run(home, kStart + 5s, 1s);
  EXPECT_TRUE(home.appliance("living_blind").is("moving", "DOWN"));
  EXPECT_GT(home.appliance("living_blind").number("position"), 30);
  const Fields said = last_on(run(home, kStart + 6s, 6s), "zigbee2mqtt/living_blind");
  EXPECT_EQ(said.at("position"), Value(30.0));
  EXPECT_EQ(said.at("moving"), Value("STOP"));
}

TEST(DemoHome, TheTankDrainsAndThePumpFillsIt) {
  Home home({.seed = 1, .speed = 600, .starts_at = 8h}, kStart);
  const double full = home.appliance("water/tank").number("level");
  (void)run(home, kStart, 10s);
  const double drained = home.appliance("water/tank").number("level");
  EXPECT_LT(drained, full - 10);
  home.on_message("water/pump/set", R"({"pump":"RUN"})", kStart + 10s);
  (void)run(home, kStart + 10s, 2s);
  EXPECT_GT(home.appliance("water/tank").number("level"), drained + 10);
  EXPECT_GT(home.appliance("water/pump").number("watts"), 100);
}

TEST(DemoHome, AWindowLetsTheWarmthOut) {
  // The diary opens the bedroom window around 7:20, for half an hour.
  Home home({.seed = 3, .speed = 60, .starts_at = 7h}, kStart);
  home.on_message("zigbee2mqtt/bedroom_thermostat/set", R"({"system_mode":"off"})", kStart);
  const auto messages = run(home, kStart, 40s);
  ASSERT_GE(count_on(messages, "zigbee2mqtt/bedroom_window", "\"contact\":false"), 1u);
  EXPECT_LT(home.temperature(Room::bedroom), home.temperature(Room::bath) - 2);
}

TEST(DemoHome, ARadiatorHeatsToItsTarget) {
  Home home({.seed = 3, .speed = 600, .starts_at = 0h}, kStart);
  home.on_message("zigbee2mqtt/office_thermostat/set", R"({"occupied_heating_setpoint":23.5})",
                  kStart);
  (void)run(home, kStart, 20s);
  EXPECT_NEAR(home.temperature(Room::office), 23.5, 0.5);
}

TEST(DemoHome, TheAirConditionerCoolsWhileItMay) {
  Home home({.seed = 3, .speed = 60, .starts_at = 14h}, kStart);
  (void)run(home, kStart, 150s);
  const double hot = home.temperature(Room::living);
  home.on_message("climate/ac/set", R"({"mode":"cool","target":19})", kStart + 150s);
  (void)run(home, kStart + 150s, 10s);
  EXPECT_TRUE(home.appliance("climate/ac").is("action", "cooling"));
  EXPECT_LT(home.temperature(Room::living), hot - 0.5);
  home.on_message("climate/ac/set", R"({"mode":"off"})", kStart + 160s);
  (void)run(home, kStart + 160s, 1s);
  EXPECT_TRUE(home.appliance("climate/ac").is("action", "off"));
}

TEST(DemoHome, ADayHasEverythingThatTheRulesAreFor) {
  Home home({.seed = 1, .speed = 600, .starts_at = 6h}, kStart);
  const auto day = run(home, kStart, 200s);  // 33 hours
  EXPECT_GE(count_on(day, "zigbee2mqtt/hall_motion", "\"occupancy\":true"), 5u);
  EXPECT_GE(count_on(day, "zigbee2mqtt/hall_motion", "\"occupancy\":false"), 5u);
  EXPECT_GE(count_on(day, "zigbee2mqtt/front_door", "\"contact\":false"), 3u);
  EXPECT_GE(count_on(day, "people/anna", "false"), 1u);
  EXPECT_GE(count_on(day, "people/ben", "false"), 1u);
  EXPECT_GE(count_on(day, "zigbee2mqtt/laundry_leak", "\"water_leak\":true"), 1u);
  EXPECT_EQ(count_on(day, "door/bell", "single"), 3u);
  EXPECT_GE(count_on(day, "zigbee2mqtt/hall_button", "\"action\":\"single\""), 1u);
  EXPECT_GE(count_on(day, "zigbee2mqtt/desk_plug/availability", "offline"), 1u);
}

TEST(DemoHome, SomebodyFlipsALampByHandButNeverTheHalls) {
  Home home({.seed = 9, .speed = 600, .starts_at = 6h}, kStart);
  const auto day = run(home, kStart, 100s);
  std::size_t lit = 0;
  for (const char* lamp : {"living_lamp", "kitchen_lamp", "office_lamp", "bath_lamp"}) {
    lit += count_on(day, "zigbee2mqtt/" + std::string(lamp), "\"state\":\"ON\"");
  }
  EXPECT_GE(lit, 1u);
  EXPECT_EQ(count_on(day, "zigbee2mqtt/hall_lamp", "\"state\":\"ON\""), 0u);
}

TEST(DemoHome, AButtonIsAMomentAndNotAState) {
  Home home({.seed = 1, .speed = 600, .starts_at = 16h}, kStart);
  (void)run(home, kStart, 20s);
  EXPECT_FALSE(home.appliance("hall_button").state().contains("action"));
}

TEST(DemoHome, AnUnpluggedDeviceNeitherSpeaksNorObeys) {
  Home home({.seed = 1, .speed = 60, .starts_at = 22h}, kStart);
  const auto evening = run(home, kStart, 60s);
  ASSERT_EQ(count_on(evening, "zigbee2mqtt/desk_plug/availability", "offline"), 1u);
  home.on_message("zigbee2mqtt/desk_plug/set", R"({"state":"OFF"})", kStart + 60s);
  EXPECT_EQ(count_on(run(home, kStart + 60s, 65s), "zigbee2mqtt/desk_plug", ""), 0u);
  EXPECT_TRUE(home.appliance("desk_plug").is("state", "ON"));
}

TEST(DemoHome, AFloodOfCommandsIsBounded) {
  Home home = quiet_home();
  for (int i = 0; i < 100'000; ++i) {
    home.on_message("zigbee2mqtt/hall_lamp/set", R"({"state":"TOGGLE"})", kStart);
  }
  EXPECT_LE(run(home, kStart, 1s).size(), 100u);
}

TEST(DemoDay, IsInOrderAndWithinTheDay) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Random random(seed);
    const auto day = plan_day(random);
    Millis last{};
    for (const Happening& happening : day) {
      EXPECT_GE(happening.at, last);
      EXPECT_LT(happening.at, kDay);
      last = happening.at;
    }
  }
}

TEST(DemoRandom, StaysWithinItsBounds) {
  Random random(3);
  double low = 1, high = 0;
  for (int i = 0; i < 10'000; ++i) {
    const double value = random.between(0, 1);
    low = std::min(low, value);
    high = std::max(high, value);
  }
  EXPECT_GE(low, 0);
  EXPECT_LT(high, 1);
  EXPECT_LT(low, 0.01);
  EXPECT_GT(high, 0.99);
}

}  // namespace
}  // namespace attune::demo
