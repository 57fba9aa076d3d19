#include "broker/core/why.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/fake_ports.h"

namespace attune::core {
namespace {

class WhyTest : public testing::Test {
 protected:
  Why ask(std::string_view path) {
    const auto id = ports.catalog_.table().intern(*parse_path(path));
    return why(
        *ports.core_, [this](Revision r) { return *ports.change(r); }, id);
  }
  void pass(Millis time) {
    ports.now_.wall += time;
    ports.now_.steady += time;
  }
  void somebody_in_the_dark() {
    ports.say("hall_lamp.on", false);
    pass(Millis(1'000));
    ports.say("hall_motion.illuminance", 5.0);
    ports.say("hall_motion.occupancy", true);
  }
  void expect_linked(const Chain& chain) {
    for (std::size_t i = 0; i + 1 < chain.steps.size(); ++i) {
      EXPECT_EQ(chain.steps[i].change.cause.parent, chain.steps[i + 1].change.revision) << i;
    }
  }

  support::FakePorts ports;
};

TEST_F(WhyTest, ReadsLikeAStoryWhileTheCommandIsOnItsWay) {
  somebody_in_the_dark();
  EXPECT_EQ(why_text(ask("hall_lamp.on")), R"(hall_lamp
hall_lamp.on = false, since 2026-01-15T18:00:00.000Z
wanted: true by rule:hall_light
cmd-1 is queued, attempt 1, expires 18:02:01.000
held by
  true by rule hall_light at comfort, since 18:00:01.000: somebody is in the dark hall
    Light in the hall
    hall.yaml:5: when hall_motion.occupancy && hall_motion.illuminance < 40
how it came about, newest first
  18:00:00.000  hall_lamp.on became false, said on zigbee2mqtt/hall_lamp  [3]
how the wish came about, newest first
  18:00:01.000  cmd-1 queued: hall_lamp.on = true  [12]
  18:00:01.000  wanted: hall_lamp.on = true, by rule:hall_light  [11]
  18:00:01.000  claim on hall_lamp.on held: true, rule:hall_light at comfort: somebody is in the dark hall  [8]
  18:00:01.000  rule hall_light active: somebody is in the dark hall  [7]
                hall.yaml:5: when hall_motion.occupancy && hall_motion.illuminance < 40
  18:00:01.000  hall_motion.occupancy became true, said on zigbee2mqtt/hall_motion  [6]
)");
}

TEST_F(WhyTest, ReadsLikeAStoryWhenTheLampObeyed) {
  somebody_in_the_dark();
  ports.step(CommandsSent{{CommandId{1}}});
  pass(Millis(120));
  ports.say("hall_lamp.on", true);
  const auto text = why_text(ask("hall_lamp.on"));
  EXPECT_EQ(text.substr(text.find("how it came about")), R"(how it came about, newest first
  18:00:01.120  hall_lamp.on became true (was false), as it was told  [14]
  18:00:01.000  cmd-1 sent: hall_lamp.on = true  [13]
  18:00:01.000  cmd-1 queued: hall_lamp.on = true  [12]
  18:00:01.000  wanted: hall_lamp.on = true, by rule:hall_light  [11]
  18:00:01.000  claim on hall_lamp.on held: true, rule:hall_light at comfort: somebody is in the dark hall  [8]
  18:00:01.000  rule hall_light active: somebody is in the dark hall  [7]
                hall.yaml:5: when hall_motion.occupancy && hall_motion.illuminance < 40
  18:00:01.000  hall_motion.occupancy became true, said on zigbee2mqtt/hall_motion  [6]
)");
}

TEST_F(WhyTest, ReadsLikeAStoryWhenAPersonWins) {
  somebody_in_the_dark();
  pass(Millis(60'000));
  ports.step(WriteRequest{
      RequestId{1}, {DeviceId("hall_lamp"), "on"}, false, {}, {}, "local", "film \x1b[31m night"});
  EXPECT_EQ(why_text(ask("hall_lamp.on")), R"(hall_lamp
hall_lamp.on = false, since 2026-01-15T18:00:00.000Z
wanted: false by person
cmd-2 is queued, attempt 1, expires 18:03:01.000
held by
  false by a person, since 18:01:01.000: local, film \u{1b}[31m night
waiting behind
  true by rule hall_light at comfort, since 18:00:01.000: somebody is in the dark hall
    Light in the hall
    hall.yaml:5: when hall_motion.occupancy && hall_motion.illuminance < 40
how it came about, newest first
  18:00:00.000  hall_lamp.on became false, said on zigbee2mqtt/hall_lamp  [3]
how the wish came about, newest first
  18:01:01.000  cmd-2 queued: hall_lamp.on = false  [16]
  18:01:01.000  wanted: hall_lamp.on = false, by person  [14]
  18:01:01.000  claim on hall_lamp.on held: false, person at person: local, film \u{1b}[31m night, by a person (local)  [13]
)");
}

TEST_F(WhyTest, FollowsEachParentToTheMessageThatBeganIt) {
  somebody_in_the_dark();
  const auto answer = ask("hall_lamp.on");
  expect_linked(answer.wanted);
  ASSERT_GE(answer.wanted.steps.size(), 3u);
  EXPECT_EQ(answer.wanted.end, ChainEnd::beginning);
  const auto& first = answer.wanted.steps.back().change;
  EXPECT_EQ(first.device + "." + first.attribute, "hall_motion.occupancy");
  EXPECT_EQ(first.cause.kind, CauseKind::message);
  ASSERT_TRUE(answer.command.has_value());
  EXPECT_EQ(answer.wanted.steps.front().change.revision, answer.command->revision);
}

TEST_F(WhyTest, NamesTheRuleItsPlaceAndItsCondition) {
  somebody_in_the_dark();
  const auto answer = ask("hall_lamp.on");
  ASSERT_EQ(answer.claims.size(), 1u);
  EXPECT_EQ(answer.claims[0].standing, ClaimStanding::held);
  ASSERT_TRUE(answer.claims[0].rule.has_value());
  const auto& rule = *answer.claims[0].rule;
  EXPECT_EQ(rule.label, "Light in the hall");
  EXPECT_EQ(rule.because, "somebody is in the dark hall");
  EXPECT_EQ(rule.place.line, 5);
  EXPECT_EQ(rule.when, "hall_motion.occupancy && hall_motion.illuminance < 40");
  EXPECT_EQ(rule.phase, RulePhase::active);
  const auto shadowed = ask("hall_lamp.brightness");
  ASSERT_EQ(shadowed.claims.size(), 1u);
  EXPECT_EQ(shadowed.claims[0].standing, ClaimStanding::shadow);
}

TEST_F(WhyTest, SaysWhereTheLogEndsAndKeepsTheLastCause) {
  somebody_in_the_dark();
  ports.floor_ = ports.head();
  const auto lamp = ask("hall_lamp.on");
  ASSERT_EQ(lamp.reported.steps.size(), 1u);  // the image remembers
  EXPECT_EQ(lamp.reported.steps[0].change.cause.kind, CauseKind::message);
  EXPECT_EQ(lamp.reported.end, ChainEnd::beginning);
  EXPECT_TRUE(lamp.wanted.steps.empty());
  EXPECT_EQ(lamp.wanted.end, ChainEnd::compacted);
}

TEST_F(WhyTest, ABrokenOrEndlessLogCannotHoldItUp) {
  somebody_in_the_dark();
  const auto id = ports.catalog_.table().intern(*parse_path("hall_lamp.on"));
  const auto link = [](Revision parent) {
    return [parent](Revision r) {
      Change change;
      change.revision = r;
      change.cause.parent = number(parent) == 0 ? Revision{number(r) - 1} : parent;
      return std::optional<Change>(change);
    };
  };
  EXPECT_EQ(why(*ports.core_, link(Revision{99}), id).reported.steps.size(), 1u);
  const auto small = why(*ports.core_, link(Revision{0}), id);
  EXPECT_EQ(small.reported.end, ChainEnd::beginning);
  for (int i = 0; i < 200; ++i) ports.say("hall_lamp.on", i % 2 == 0);
  const auto deep = why(*ports.core_, link(Revision{0}), id);
  EXPECT_EQ(deep.reported.steps.size(), kChainStepsMax);
  EXPECT_EQ(deep.reported.end, ChainEnd::depth);
}

TEST_F(WhyTest, ANeverReportedAttributeSaysSo) {
  EXPECT_EQ(why_text(ask("hall_lamp.brightness")),
            "hall_lamp\nhall_lamp.brightness has never been reported\n"
            "nobody wants anything of it\n");
}

}  // namespace
}  // namespace attune::core
