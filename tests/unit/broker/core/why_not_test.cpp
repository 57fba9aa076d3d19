#include "broker/core/why_not.h"

#include <gtest/gtest.h>

#include <string>

#include "broker/core/why_not_then.h"
#include "tests/support/fake_ports.h"

namespace attune::core {
namespace {

using namespace std::chrono_literals;

class WhyNotTest : public testing::Test {
 protected:
  [[nodiscard]] WhyNot ask(std::string_view rule) const {
    const auto index = ports.core_->rule_set().index_of(rule);
    EXPECT_TRUE(index) << rule;
    return index ? why_not(*ports.core_, *index, ports.now_) : WhyNot();
  }
  [[nodiscard]] Past past() const {
    return {[this](Revision r) { return *ports.change(r); },
            [this](Revision after, std::size_t max) { return *ports.log_after(after, max); },
            ports.floor(), ports.head()};
  }
  [[nodiscard]] Result<WhyNot> ask_then(std::string_view rule, Revision at) const {
    const RulesThen rules{ports.core_->rule_set(), ports.catalog_.table()};
    return why_not_then(*ports.core_, past(), rules, *ports.core_->rule_set().index_of(rule), at);
  }

  support::FakePorts ports;
};

TEST_F(WhyNotTest, NamesTheFirstFalsePartWithItsValueAndSinceWhen) {
  ports.say("hall_motion.occupancy", false);
  const WhyNot why = ask("hall_light");
  EXPECT_EQ(why.standing, RuleStanding::inhibited);
  ASSERT_EQ(why.obstacles.size(), 1u);
  EXPECT_EQ(why.obstacles[0].truth, cel::Truth::no);
  ASSERT_EQ(why.obstacles[0].reads.size(), 1u);
  EXPECT_EQ(why.obstacles[0].reads[0].path.text(), "hall_motion.occupancy");
  EXPECT_EQ(why.obstacles[0].reads[0].value, Value(false));
  EXPECT_EQ(why.obstacles[0].reads[0].since, ports.now_);
  const std::string text = why_not_text(why);
  EXPECT_NE(text.find("(hall_motion.occupancy = false since "), std::string::npos) << text;
}

TEST_F(WhyNotTest, SaysNoSinceThatNobodyNoted) {
  ports.say("hall_motion.occupancy", false);
  WhyNot why = ask("hall_light");
  why.since = Instant{};
  why.obstacles.at(0).reads.at(0).since = Instant{};
  const std::string text = why_not_text(why);
  EXPECT_EQ(text.find("since"), std::string::npos) << text;
}

TEST_F(WhyNotTest, WhatWasNeverReportedIsUnknown) {
  const WhyNot why = ask("hall_light");
  ASSERT_FALSE(why.obstacles.empty());
  EXPECT_EQ(why.obstacles[0].truth, cel::Truth::unknown);
  EXPECT_NE(why_not_text(why).find("is unknown: never reported"), std::string::npos);
}

TEST_F(WhyNotTest, AnActiveRuleSaysWhetherItsClaimsHold) {
  ports.say("hall_lamp.on", false);
  ports.say("hall_motion.illuminance", 5.0);
  ports.say("hall_motion.occupancy", true);
  const WhyNot why = ask("hall_light");
  EXPECT_EQ(why.standing, RuleStanding::active);
  EXPECT_TRUE(why.obstacles.empty());
  ASSERT_FALSE(why.wants.empty());
  ASSERT_TRUE(why.wants[0].winner);
  EXPECT_EQ(why.wants[0].winner->source, "hall_light");
}

TEST_F(WhyNotTest, RulesThatWantAValueAndDoNotActAreFound) {
  ports.say("hall_motion.occupancy", false);
  const auto lamp = ports.catalog_.table().intern(*parse_path("hall_lamp.on"));
  const auto rules = inhibited_rules(*ports.core_, lamp, ports.now_);
  ASSERT_FALSE(rules.empty());
  EXPECT_FALSE(rules.front().obstacles.empty());
}

TEST_F(WhyNotTest, OfThenItIsWorkedOutOnTheStateOfThen) {
  ports.say("hall_motion.illuminance", 5.0);
  ports.say("hall_motion.occupancy", false);
  const Instant since = ports.now_;
  const Revision dark = ports.head();
  ports.now_.wall += 60s;
  ports.now_.steady += 60s;
  ports.say("hall_motion.occupancy", true);
  const auto then = ask_then("hall_light", dark);
  ASSERT_TRUE(then.ok()) << then.error().message;
  EXPECT_EQ(then->standing, RuleStanding::inhibited);
  ASSERT_FALSE(then->obstacles.empty());
  EXPECT_EQ(then->obstacles[0].reads[0].value, Value(false));
  EXPECT_EQ(then->obstacles[0].reads[0].since, since);
  const auto now = ask_then("hall_light", ports.head());
  ASSERT_TRUE(now.ok());
  EXPECT_EQ(now->standing, RuleStanding::active);
}

TEST_F(WhyNotTest, AMomentThatTheLogDoesNotHoldIsRefused) {
  ports.say("hall_motion.occupancy", true);
  EXPECT_EQ(ask_then("hall_light", ports.floor()).error().code, "compacted");
  EXPECT_EQ(ask_then("hall_light", Revision{number(ports.head()) + 1}).error().code, "future");
}

}  // namespace
}  // namespace attune::core
