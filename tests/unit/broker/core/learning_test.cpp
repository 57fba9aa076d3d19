#include "broker/core/learning.h"

#include <gtest/gtest.h>

#include <memory>

#include "broker/core/core.h"
#include "broker/core/packed.h"
#include "broker/core/why.h"
#include "broker/shell/config/surroundings.h"
#include "broker/shell/loop/restore.h"
#include "devices/vocabulary.h"
#include "rules/load.h"
#include "store/store.h"

/// Corrections by people move the numbers of rules: when they count, and what becomes of them.
namespace attune::core {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr const char* kRules = R"(version: 1
settings: {house: {values: [home, night], initial: home}}
rules:
  hall_light: {when: hall_motion.occupancy, want: {hall_lamp.on: true, hall_lamp.brightness: 80}}
  cinema: {when: hall_motion.illuminance < 1, want: {hall_lamp.brightness: 5}, priority: mode}
learn:
  hall_light.brightness: {min: 60, max: 90, step: 10, after: 3)";

/// A lamp and a motion sensor; the store is real enough to be killed.
class House {
 public:
  explicit House(const std::string& more = "") : store_(store::make_memory_store()) {
    describe("hall_lamp", "light", {"brightness", "on"}, true);
    describe("hall_motion", "occupancy", {"illuminance", "occupancy"}, false);
    now_ = {*parse_utc("2026-01-15T18:00:00"), Millis(1'000)};
    start();
    load(kRules + more + "}\n");
    say("hall_lamp.on", false);
    say("hall_lamp.brightness", 50.0);
    say("hall_motion.illuminance", 10.0);
    say("hall_motion.occupancy", false);
  }

  void load(const std::string& rules) {
    auto loaded = rules::load({{"hall.yaml", rules}}, config::surroundings(catalog_));
    ASSERT_TRUE(loaded.set) << render(loaded.issues);
    set_ = loaded.set;
    step(RulesLoaded{set_});
    step(LinkChanged{true});
  }

  /// As `kill -9` and a start: what was committed is there, nothing else.
  void kill() {
    store_ = store_->reopen();
    start();
    step(RulesLoaded{set_});
    step(LinkChanged{true});
  }

  Outcome step(decltype(Event::what) what) {
    Outcome out;
    core_->step({now_, std::move(what)}, out);
    store::Turn turn;
    turn.changes = out.changes;
    turn.writes = out.writes;
    turn.at = now_;
    turn.clean = true;
    EXPECT_TRUE(store_->commit(turn).ok());
    return out;
  }

  void after(Millis time) {
    now_.wall += time;
    now_.steady += time;
    step(Tick{});
  }
  void say(std::string_view path, Value value) {
    devices::Decoded decoded;
    decoded.readings.push_back({catalog_.table().intern(*parse_path(path)), std::move(value)});
    step(MessageArrived{Arrival::live, "zigbee2mqtt/x", &decoded});
  }
  void set(const std::string& path, Value value) {
    WriteRequest write;
    write.path = *parse_path(path);
    write.value = std::move(value);
    write.who = "test";
    step(std::move(write));
  }
  void release(const std::string& path) {
    ReleaseRequest request;
    request.path = *parse_path(path);
    step(std::move(request));
  }
  /// Somebody comes, and the lamp goes on.
  void come() {
    say("hall_motion.occupancy", true);
    obey();
    after(seconds(5));
  }
  /// Somebody comes, dims to `brightness`, and leaves; the hold is over before the next.
  void evening(double brightness) {
    come();
    set("hall_lamp.brightness", brightness);
    obey();
    leave();
  }
  void leave() {
    after(minutes(1));
    say("hall_motion.occupancy", false);
    after(hours(3));
  }
  /// The lamp shows what it is told.
  void obey() {
    for (const char* name : {"on", "brightness"}) {
      const AttributeId id = catalog_.table().intern(DeviceId("hall_lamp"), name);
      const Value wanted = core_->image().at(id).desired;
      if (wanted.has_value()) say(std::string("hall_lamp.") + name, wanted);
    }
  }
  Reply decide(LearnRequest::Action action, std::optional<std::string> context = {}) {
    LearnRequest request;
    request.learn = "hall_light.brightness";
    request.action = action;
    request.context = std::move(context);
    request.who = "anna";
    const Outcome out = step(std::move(request));
    EXPECT_EQ(out.replies.size(), 1u);
    return out.replies.empty() ? Reply{} : out.replies.front();
  }

  [[nodiscard]] const Learned* row(const std::string& context = "") const {
    const auto& all = core_->learning().all();
    const auto at = all.find(learned_key("hall_light.brightness", context));
    return at == all.end() ? nullptr : &at->second;
  }
  [[nodiscard]] std::size_t corrections() const { return row() ? row()->evidence.size() : 0; }
  [[nodiscard]] std::optional<double> proposed() const {
    return row() ? row()->proposed : std::nullopt;
  }
  /// What the lamp is wanted to be while somebody is there and nobody's hand counts.
  double wanted() {
    say("hall_motion.occupancy", true);
    const AttributeId id = catalog_.table().intern(DeviceId("hall_lamp"), "brightness");
    const double value = core_->image().at(id).desired.numeric();
    obey();
    leave();
    return value;
  }
  std::string why() {
    const auto log = [&](Revision revision) { return *store_->change(revision); };
    const AttributeId id = catalog_.table().intern(DeviceId("hall_lamp"), "brightness");
    return why_text(core::why(*core_, log, id));
  }

  devices::Catalog catalog_;
  std::unique_ptr<store::MemoryStore> store_;
  std::unique_ptr<Core> core_;

 private:
  void start() {
    core_ = std::make_unique<Core>(catalog_, Options{});
    auto recovered = store_->recover();
    ASSERT_TRUE(recovered.ok());
    core_->restore(std::move(*shell::restored(*store_, std::move(*recovered))));
  }
  void describe(std::string_view id, std::string_view capability,
                const std::vector<std::string>& attributes, bool writable) {
    DeviceInfo info;
    info.id = DeviceId(std::string(id));
    info.name = id;
    info.area = "hall";
    info.capabilities = {std::string(capability)};
    for (const auto& name : attributes) {
      info.attributes.push_back(devices::canonical_attribute(name, writable));
    }
    catalog_.describe(std::move(info));
  }

  Instant now_;
  std::shared_ptr<const rules::RuleSet> set_;
};

using Action = LearnRequest::Action;

TEST(Learning, ProposesAStepAfterSoManyCorrectionsAndAsksFirst) {
  House house;
  house.evening(40);
  house.evening(65);
  EXPECT_FALSE(house.proposed());
  EXPECT_EQ(house.corrections(), 2u);
  house.evening(50);
  ASSERT_TRUE(house.proposed());
  EXPECT_EQ(*house.proposed(), 70) << "a step, however far people went";
  EXPECT_EQ(house.wanted(), 80) << "nothing counts before somebody says so";
  EXPECT_EQ(house.decide(Action::accept).result, Reply::Result::accepted);
  EXPECT_EQ(house.wanted(), 70);
  EXPECT_EQ(house.corrections(), 0u);
}

TEST(Learning, AppliesByItselfWhereTheFileSaysSoAndStopsAtItsBounds) {
  House house(", apply: auto");
  for (int i = 0; i < 3; ++i) house.evening(5);
  EXPECT_EQ(house.wanted(), 70);
  for (int i = 0; i < 3; ++i) house.evening(5);
  EXPECT_EQ(house.wanted(), 60);
  for (int i = 0; i < 9; ++i) house.evening(5);
  EXPECT_EQ(house.wanted(), 60);
  EXPECT_EQ(house.row()->moves.size(), 2u);
}

TEST(Learning, ARunIsCorrectedOnceHoweverOftenTheKnobIsTurned) {
  House house;
  house.come();
  for (const double brightness : {70.0, 60.0, 50.0, 40.0}) {
    house.set("hall_lamp.brightness", brightness);
    house.after(seconds(10));
  }
  EXPECT_EQ(house.corrections(), 1u);
  EXPECT_EQ(house.row()->evidence[0].chosen, 40);
  house.set("hall_lamp.brightness", 80.0);
  EXPECT_EQ(house.corrections(), 0u) << "back to what the rule wants";
}

TEST(Learning, TheRunThatTippedItSaysNoMore) {
  House house(", apply: auto");
  house.evening(40);
  house.evening(40);
  house.come();
  house.set("hall_lamp.brightness", 40.0);
  ASSERT_EQ(house.row()->moves.size(), 1u);
  house.after(seconds(10));
  house.set("hall_lamp.brightness", 30.0);
  EXPECT_EQ(house.corrections(), 0u);
}

TEST(Learning, AnotherDirectionBeginsAnew) {
  House house;
  house.evening(40);
  house.evening(40);
  house.evening(100);
  EXPECT_FALSE(house.proposed());
  EXPECT_EQ(house.corrections(), 1u);
}

TEST(Learning, LessThanHalfAStepIsNoCorrection) {
  House house;
  for (int i = 0; i < 4; ++i) house.evening(76);
  EXPECT_EQ(house.row() ? house.corrections() : 0u, 0u);
  house.evening(75);
  EXPECT_EQ(house.corrections(), 1u);
}

TEST(Learning, WhatAPersonLetsGoOfWasNoCorrection) {
  House house;
  house.come();
  house.set("hall_lamp.brightness", 40.0);
  EXPECT_EQ(house.corrections(), 1u);
  house.release("hall_lamp.brightness");
  EXPECT_EQ(house.corrections(), 0u);
}

TEST(Learning, TheEndOfAHoldTakesNothingBack) {
  House house;
  house.evening(40);
  house.after(hours(24));
  EXPECT_EQ(house.corrections(), 1u);
}

TEST(Learning, OnlyTheRuleThatWouldDecideIsCorrected) {
  House house;
  house.say("hall_motion.illuminance", 0.0);
  house.come();
  house.set("hall_lamp.brightness", 40.0);
  EXPECT_EQ(house.corrections(), 0u) << "cinema wanted 5, it is that which was corrected";
}

TEST(Learning, NobodyCorrectsARuleThatDoesNotHold) {
  House house;
  house.set("hall_lamp.brightness", 40.0);
  EXPECT_EQ(house.corrections(), 0u);
  RuleModeRequest shadow;
  shadow.rule = RuleId("hall_light");
  shadow.mode = RuleMode::shadow;
  house.release("hall_lamp.brightness");
  house.step(shadow);
  house.come();
  house.set("hall_lamp.brightness", 40.0);
  EXPECT_EQ(house.corrections(), 0u);
}

TEST(Learning, SwitchingOffSaysNothingAboutBrightness) {
  House house;
  house.come();
  devices::Decoded decoded;
  auto& table = house.catalog_.table();
  decoded.readings.push_back({table.intern(*parse_path("hall_lamp.brightness")), Value(0.0)});
  decoded.readings.push_back({table.intern(*parse_path("hall_lamp.on")), Value(false)});
  house.step(MessageArrived{Arrival::live, "zigbee2mqtt/hall_lamp", &decoded});
  EXPECT_EQ(house.corrections(), 0u);
}

TEST(Learning, AHandAtTheLampCountsAndAnotherProgramDoesNot) {
  for (const bool program : {false, true}) {
    House house;
    house.come();
    house.obey();
    house.after(seconds(10));
    auto& table = house.catalog_.table();
    devices::Decoded decoded;
    const devices::Reading dimmed{table.intern(*parse_path("hall_lamp.brightness")), Value(40.0)};
    if (program) decoded.foreign.push_back(dimmed);
    decoded.readings.push_back(dimmed);
    house.step(MessageArrived{Arrival::live, "zigbee2mqtt/hall_lamp", &decoded});
    EXPECT_EQ(house.corrections(), program ? 0u : 1u) << program;
  }
}

TEST(Learning, EachContextLearnsByItselfAndTheClaimFollowsTheSetting) {
  House house(", apply: auto, per: [settings.house, area]");
  house.set("settings.house", "night");
  for (int i = 0; i < 3; ++i) house.evening(5);
  ASSERT_NE(house.row("settings.house=night, area=hall"), nullptr);
  EXPECT_EQ(house.wanted(), 70);
  house.set("settings.house", "home");
  EXPECT_EQ(house.wanted(), 80);
  house.come();
  house.set("settings.house", "night");
  const AttributeId id = house.catalog_.table().intern(DeviceId("hall_lamp"), "brightness");
  EXPECT_EQ(house.core_->image().at(id).desired, Value(70.0));
}

TEST(Learning, DismissingBeginsAnewAndUndoTakesTheLastStepBack) {
  House house;
  for (int i = 0; i < 3; ++i) house.evening(5);
  EXPECT_EQ(house.decide(Action::dismiss).result, Reply::Result::accepted);
  EXPECT_FALSE(house.proposed());
  EXPECT_EQ(house.corrections(), 0u);
  EXPECT_EQ(house.decide(Action::accept).code, "nothing_learned");
  EXPECT_EQ(house.decide(Action::undo).code, "nothing_learned");
  for (int i = 0; i < 3; ++i) house.evening(5);
  EXPECT_EQ(house.decide(Action::accept).result, Reply::Result::accepted);
  EXPECT_EQ(house.wanted(), 70);
  EXPECT_EQ(house.decide(Action::undo).result, Reply::Result::accepted);
  EXPECT_EQ(house.wanted(), 80);
}

TEST(Learning, WhyTellsTheNumberThatWasLearnedAndTheFilesOwn) {
  House house(", apply: auto");
  for (int i = 0; i < 3; ++i) house.evening(5);
  house.come();
  EXPECT_NE(house.why().find("(learned: 70 instead of 80)"), std::string::npos) << house.why();
}

TEST(Learning, EveryStepIsInTheLogWithThePersonWhoCausedIt) {
  House house(", apply: auto");
  house.evening(40);
  house.evening(40);
  house.come();
  WriteRequest write;
  write.path = *parse_path("hall_lamp.brightness");
  write.value = 40.0;
  write.who = "anna";
  const Outcome out = house.step(write);
  const auto learned =
      std::find_if(out.changes.begin(), out.changes.end(),
                   [](const Change& change) { return change.status == "learned"; });
  ASSERT_NE(learned, out.changes.end());
  EXPECT_EQ(learned->device, "hall_light");
  EXPECT_EQ(learned->attribute, "brightness");
  EXPECT_EQ(learned->detail, "80 -> 70, 3 corrections");
  EXPECT_EQ(learned->cause.kind, CauseKind::person);
}

TEST(Learning, ANumberThatTheFileChangesIsLearnedAnew) {
  House house(", apply: auto");
  for (int i = 0; i < 3; ++i) house.evening(5);
  std::string rules = kRules;
  rules.replace(rules.find("brightness: 80"), 14, "brightness: 85");
  house.load(rules + "}\n");
  EXPECT_EQ(house.row(), nullptr);
  EXPECT_EQ(house.wanted(), 85);
}

TEST(Learning, OtherBoundsHoldAtOnce) {
  House house(", apply: auto");
  for (int i = 0; i < 3; ++i) house.evening(5);
  std::string rules = kRules;
  rules.replace(rules.find("min: 60"), 7, "min: 75");
  house.load(rules + "}\n");
  EXPECT_EQ(house.wanted(), 75);
}

TEST(Learning, RulesThatWaitForTheirDevicesForgetNothing) {
  House house(", apply: auto");
  for (int i = 0; i < 3; ++i) house.evening(5);
  house.load("version: 1\n");
  house.kill();
  house.load(std::string(kRules) + ", apply: auto}\n");
  EXPECT_EQ(house.wanted(), 70);
}

/// The same evenings with a kill before the nth step of them, and without one.
TEST(Learning, AKillAtAnyPointChangesNothing) {
  const auto live = [](House& house, int kill_before) {
    int at = 0;
    const auto maybe_kill = [&] {
      if (at++ == kill_before) house.kill();
    };
    for (int i = 0; i < 7; ++i) {
      maybe_kill();
      house.come();
      maybe_kill();
      house.set("hall_lamp.brightness", i == 4 ? 100.0 : 40.0);
      maybe_kill();
      house.obey();
      house.leave();
    }
  };
  House calm(", apply: auto");
  live(calm, -1);
  ASSERT_NE(calm.row(), nullptr);
  for (int kill_before = 0; kill_before < 21; ++kill_before) {
    House house(", apply: auto");
    live(house, kill_before);
    ASSERT_NE(house.row(), nullptr);
    Learned mine = *house.row();
    Learned theirs = *calm.row();
    const auto without_revisions = [](Learned& row) {
      for (auto& each : row.evidence) each.revision = {};
      for (auto& each : row.moves) each.revision = {};
    };
    without_revisions(mine);
    without_revisions(theirs);
    EXPECT_EQ(mine, theirs) << "killed before step " << kill_before;
    EXPECT_EQ(house.wanted(), calm.core_ ? 70 : 0) << kill_before;
  }
}

TEST(Learning, RowsOfOthersAreLeftOut) {
  Learned row;
  row.id = "a.b";
  row.context = "area=hall";
  row.literal = row.value = 1.0 / 3;
  row.evidence.push_back({2, {Millis(3), Millis(4)}, Revision{5}, "a[x]", Millis(6)});
  row.moves.push_back({1, 2, {Millis(3), Millis(4)}, Revision{5}, "auto"});
  row.proposed = 7.5;
  const std::string bytes = pack(row);
  EXPECT_EQ(unpack_learned(bytes), row);
  for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
    const auto read = unpack_learned(bytes.substr(0, cut));
    EXPECT_TRUE(!read || read->moves.empty()) << cut;
  }
  EXPECT_FALSE(unpack_learned(""));
  EXPECT_FALSE(unpack_learned(bytes + "x"));
}

}  // namespace
}  // namespace attune::core
