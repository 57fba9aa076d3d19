#include "broker/core/why_then.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "tests/support/fake_ports.h"

namespace attune::core {
namespace {

using namespace std::chrono_literals;

class WhyThenTest : public testing::Test {
 protected:
  [[nodiscard]] Past past() const {
    return {[this](Revision r) { return *ports.change(r); },
            [this](Revision after, std::size_t max) { return *ports.log_after(after, max); },
            ports.floor(), ports.head()};
  }
  [[nodiscard]] WhyThen ask(std::string_view path, Revision at) {
    const auto id = ports.catalog_.table().intern(*parse_path(path));
    auto why = why_then(*ports.core_, past(), id, at);
    EXPECT_TRUE(why.ok()) << why.error().message;
    return why.ok() ? std::move(*why) : WhyThen{};
  }
  [[nodiscard]] std::string refusal(Revision at) {
    const auto id = ports.catalog_.table().intern(*parse_path("hall_lamp.on"));
    const auto why = why_then(*ports.core_, past(), id, at);
    return why.ok() ? "" : why.error().code;
  }
  Revision pass(Millis time) {
    ports.now_.wall += time;
    ports.now_.steady += time;
    return ports.head();
  }

  support::FakePorts ports;
};

TEST_F(WhyThenTest, TellsWhatStoodThenAndHowItHadComeAbout) {
  ports.say("hall_lamp.on", false);
  ports.say("hall_motion.illuminance", 5.0);
  ports.say("hall_motion.occupancy", true);
  ports.say("hall_lamp.on", true);  // as it was told
  const Revision lit = pass(60s);
  ports.say("hall_motion.occupancy", false);
  ports.say("hall_lamp.on", false);
  pass(60s);
  const WhyThen why = ask("hall_lamp.on", lit);
  ASSERT_TRUE(why.value && why.desired);
  EXPECT_EQ(why.value->value, Value(true));
  EXPECT_EQ(why.desired->status, "rule:hall_light");
  ASSERT_EQ(why.claims.size(), 1u);
  EXPECT_EQ(why.claims[0].standing, ClaimStanding::held);
  EXPECT_EQ(why.reported.end, ChainEnd::beginning);
  EXPECT_EQ(why.reported.steps.back().change.device, "hall_motion");
  EXPECT_TRUE(why.claims_complete);
}

TEST_F(WhyThenTest, OfADeviceThatHadLeftNothingIsKnown) {
  ports.say("hall_lamp.on", true);
  const Revision there = pass(60s);
  ports.catalog_.remove(DeviceId("hall_lamp"));
  ports.step(DevicesRemoved{ports.catalog_.take_removed()});
  const WhyThen gone = ask("hall_lamp.on", ports.head());
  EXPECT_FALSE(gone.value);
  EXPECT_FALSE(gone.desired);
  const WhyThen before = ask("hall_lamp.on", there);
  ASSERT_TRUE(before.value);
  EXPECT_EQ(before.value->value, Value(true));
}

TEST_F(WhyThenTest, ADeviceThatLeftSinceIsToldAsItWas) {
  ports.say("hall_lamp.on", false);
  ports.say("hall_motion.illuminance", 5.0);
  ports.say("hall_motion.occupancy", true);
  const Revision lit = pass(60s);
  ports.catalog_.remove(DeviceId("hall_lamp"));
  ports.step(DevicesRemoved{ports.catalog_.take_removed()});
  const WhyThen why = ask("hall_lamp.on", lit);
  ASSERT_EQ(why.claims.size(), 1u);
  EXPECT_EQ(why.claims[0].standing, ClaimStanding::held);
  EXPECT_TRUE(why.claims_complete);
}

TEST_F(WhyThenTest, SaysThatNothingHadBeenReported) {
  ports.say("hall_motion.occupancy", false);
  const Revision before = ports.head();
  ports.say("hall_lamp.on", true);
  const WhyThen why = ask("hall_lamp.on", before);
  EXPECT_FALSE(why.value);
  EXPECT_NE(why_text(why).find("had not been reported"), std::string::npos);
}

TEST_F(WhyThenTest, AgreesWithTheStateThatEveryRevisionHad) {
  std::mt19937 random(7);
  std::vector<std::pair<Revision, Value>> states;  // of the lamp, at each head
  Value lamp;
  for (int i = 0; i < 400; ++i) {
    if (random() % 5 == 0) {
      lamp = random() % 2 == 0;
      ports.say("hall_lamp.on", lamp);
    } else {
      ports.say("hall_motion.illuminance", static_cast<double>(random() % 1'000));
    }
    pass(1s);
    states.emplace_back(ports.head(), lamp);
  }
  for (const auto& [revision, value] : states) {
    const WhyThen why = ask("hall_lamp.on", revision);
    EXPECT_EQ(why.value ? why.value->value : Value(), value) << number(revision);
  }
}

TEST_F(WhyThenTest, FindsTheLastRevisionOfEachMoment) {
  std::vector<std::pair<Millis, Revision>> moments;
  for (int i = 0; i < 50; ++i) {
    ports.say("hall_motion.illuminance", 100.0 + i);
    moments.emplace_back(ports.now_.wall, ports.head());
    pass(1s);
  }
  for (const auto& [wall, head] : moments) {
    EXPECT_EQ(*revision_at(past(), wall), head);
    EXPECT_EQ(*revision_at(past(), wall + 999ms), head);
  }
}

TEST_F(WhyThenTest, WhatTheLogLetGoOfIsNotSaidToHaveNeverBeen) {
  ports.say("hall_lamp.on", false);
  ports.say("hall_motion.illuminance", 5.0);
  ports.say("hall_motion.occupancy", true);  // the rule claims the lamp
  ports.floor_ = ports.head();
  ports.say("hall_motion.illuminance", 6.0);
  const WhyThen why = ask("hall_lamp.on", ports.head());
  EXPECT_FALSE(why.value);
  EXPECT_EQ(why.reported.end, ChainEnd::compacted);
  EXPECT_FALSE(why.desired);
  EXPECT_EQ(why.wanted.end, ChainEnd::compacted);
  EXPECT_FALSE(why.claims_complete);
  const std::string text = why_text(why);
  EXPECT_NE(text.find("what was reported of it then is not kept any more"), std::string::npos);
  EXPECT_NE(text.find("what was wanted of it then is not kept any more"), std::string::npos);
  EXPECT_EQ(text.find("had not been reported"), std::string::npos) << text;
  EXPECT_EQ(text.find("nobody wanted"), std::string::npos) << text;

  const WhyThen never = ask("hall_lamp.brightness", ports.head());
  EXPECT_EQ(never.reported.end, ChainEnd::beginning) << "it never was reported at all";
}

TEST_F(WhyThenTest, SaysFromWhenOnTheLogTells) {
  ports.say("hall_lamp.on", false);
  const Millis first = ports.now_.wall;
  pass(60s);
  ports.floor_ = ports.head();
  ports.say("hall_lamp.on", true);
  const auto early = revision_at(past(), first);
  ASSERT_FALSE(early.ok());
  EXPECT_EQ(early.error().code, "compacted");
  EXPECT_NE(early.error().message.find("2026-01-15T18:01:00.000Z"), std::string::npos);
  EXPECT_EQ(refusal(ports.floor_), "compacted");
  EXPECT_EQ(refusal(Revision{number(ports.head()) + 1}), "future");
  EXPECT_EQ(refusal(ports.head()), "");
}

}  // namespace
}  // namespace attune::core
