#include "rules/flip_index.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>
#include <string>
#include <vector>

#include "devices/vocabulary.h"
#include "rules/load.h"

namespace attune::rules {
namespace {

using Rules = std::vector<std::uint32_t>;

/// A room with a thermometer, a hygrometer, a TV and a lamp; rules are named r00, r01, ..
class FlipIndexTest : public testing::Test {
 protected:
  FlipIndexTest() {
    add("room", {"humidity", "occupancy", "temperature"}, false);
    add("tv", {"playback"}, false);
    add("lamp", {"brightness", "on"}, true);
  }

  /// Each condition becomes a rule.
  void load_conditions(const std::vector<std::string>& conditions) {
    std::string text = "version: 1\nrules:\n";
    for (std::size_t n = 0; n < conditions.size(); ++n) {
      text +=
          fmt::format("  r{:04}: {{when: \"{}\", want: {{lamp.on: true}}}}\n", n, conditions[n]);
    }
    load_rules(text);
  }
  void load_rules(const std::string& text) {
    const Surroundings around = {
        devices_, table_, devices::vocabulary_types(),
        [](const DeviceInfo&, std::string_view) { return std::optional<Default>(Default{}); }};
    Loaded loaded = load({{"rules.yaml", text}}, around);
    ASSERT_TRUE(loaded.set) << render(loaded.issues) << text;
    set_ = loaded.set;
  }
  [[nodiscard]] AttributeId id(const std::string& path) { return table_.intern(*parse_path(path)); }
  /// Whom the change wakes.
  Rules woken(const std::string& path, const Value& before, const Value& now) {
    const auto place = set_->flips.place_of(id(path));
    Rules rules;
    if (place && set_->flips.flipped(*place, before, now, rules)) return rules;
    const auto all = set_->readers.of(id(path));
    return {all.begin(), all.end()};
  }

  DeviceSet devices_;
  AttributeTable table_;
  std::shared_ptr<const RuleSet> set_;

 private:
  void add(const std::string& name, std::initializer_list<const char*> attributes, bool writable) {
    DeviceInfo device;
    device.id = DeviceId(name);
    for (const char* attribute : attributes) {
      device.attributes.push_back(devices::canonical_attribute(attribute, writable));
    }
    devices_.emplace(device.id, std::move(device));
  }
};

TEST_F(FlipIndexTest, WakesOnlyThoseWhoseThresholdLiesBetween) {
  load_conditions({"room.temperature > 20", "room.temperature > 21", "22.0 > room.temperature"});
  EXPECT_EQ(woken("room.temperature", 20.5, 20.9), Rules{});
  EXPECT_EQ(woken("room.temperature", 20.5, 21.5), Rules{1});
  EXPECT_EQ(woken("room.temperature", 30.0, 0.0), (Rules{0, 1, 2}));
}

TEST_F(FlipIndexTest, AThresholdItselfBelongsToTheSideThatItsRelationSays) {
  load_conditions({"room.temperature > 20", "room.temperature >= 20", "room.temperature < 20",
                   "room.temperature <= 20"});
  EXPECT_EQ(woken("room.temperature", 19.0, 20.0), (Rules{1, 2}));
  EXPECT_EQ(woken("room.temperature", 20.0, 21.0), (Rules{0, 3}));
  EXPECT_EQ(woken("room.temperature", 21.0, 20.0), (Rules{0, 3}));
}

TEST_F(FlipIndexTest, AnEqualityWakesForBothItsWords) {
  load_conditions({"tv.playback == 'playing'", "tv.playback != 'paused'", "tv.playback == 'idle'"});
  EXPECT_EQ(woken("tv.playback", "playing", "paused"), (Rules{0, 1}));
  EXPECT_EQ(woken("tv.playback", "idle", "stopped"), Rules{2});
}

TEST_F(FlipIndexTest, WhatBecomesKnownOrUnknownWakesEveryReader) {
  load_conditions({"room.temperature > 20", "room.temperature > 30"});
  EXPECT_EQ(woken("room.temperature", Value(), 10.0), (Rules{0, 1}));
  EXPECT_EQ(woken("room.temperature", 10.0, Value()), (Rules{0, 1}));
  EXPECT_EQ(woken("room.temperature", 10.0, "odd"), (Rules{0, 1}));
}

TEST_F(FlipIndexTest, WhatIsComputedWakesAtEachChange) {
  load_conditions({"room.temperature + 0.1 > 20", "room.temperature > 20",
                   "room.temperature > room.humidity", "[room].exists(r, r.temperature > 40.0)"});
  EXPECT_EQ(woken("room.temperature", 1.0, 2.0), (Rules{0, 2, 3}));
}

TEST_F(FlipIndexTest, LiveWantsWakeAtEachChange) {
  load_rules(
      "version: 1\nrules:\n"
      "  a: {when: room.temperature > 20, want: {lamp.brightness: =room.temperature}}\n"
      "  b: {when: room.temperature > 20, want: {lamp.on: true}}\n");
  EXPECT_EQ(woken("room.temperature", 1.0, 2.0), Rules{0});
}

TEST_F(FlipIndexTest, QuestionsBehindNamesAreFound) {
  load_rules(
      "version: 1\nvars: {warm: '=room.temperature > 20 && room.humidity > 50'}\nrules:\n"
      "  a: {when: warm, want: {lamp.on: true}}\n"
      "  b: {when: \"!warm\", until: room.temperature > 30, want: {lamp.on: true}}\n");
  EXPECT_EQ(woken("room.temperature", 1.0, 2.0), Rules{});
  EXPECT_EQ(woken("room.temperature", 1.0, 25.0), (Rules{0, 1}));
  EXPECT_EQ(woken("room.temperature", 25.0, 35.0), Rules{1});
}

constexpr std::array kNumbers = {0.0, -0.0, 18.0, 19.5, 20.0, 20.5, 21.0, 40.0, 1e9, -1e9, 0.1};

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_(seed) {}
  std::size_t below(std::size_t n) { return engine_() % n; }
  double number() { return kNumbers[below(kNumbers.size())]; }
  std::string pick(std::initializer_list<const char*> of) { return of.begin()[below(of.size())]; }
  Value value() {
    const double number = this->number();
    switch (below(8)) {
      case 0:
        return static_cast<std::int64_t>(number);
      case 1:
        return pick({"playing", "paused", "odd"});
      case 2:
        return below(2) == 0;
      case 3:
        return Value();
      default:
        return number;
    }
  }
  std::string question() {
    const std::string number = fmt::format("{:.1f}", this->number());
    const std::string op = pick({"<", "<=", ">", ">=", "==", "!="});
    switch (below(8)) {
      case 0:
        return "tv.playback " + pick({"==", "!="}) + " '" + pick({"playing", "paused"}) + "'";
      case 1:
        return "room.occupancy";
      case 2:
        return number + " " + op + " room.temperature";
      case 3:
        return "room.temperature * 0.1 " + op + " " + number;
      case 4:
        return "room.temperature - room.temperature + room.humidity " + op + " " + number;
      default:
        return pick({"room.temperature ", "room.humidity "}) + op + " " + number;
    }
  }
  std::string condition(int depth) {
    if (depth == 0) return question();
    const std::string a = condition(depth - 1);
    switch (below(5)) {
      case 0:
        return "!(" + a + ")";
      case 1:
        return "(" + question() + " ? " + a + " : " + condition(depth - 1) + ")";
      case 2:
        return a;
      default:
        return "(" + a + pick({" && ", " || "}) + condition(depth - 1) + ")";
    }
  }

 private:
  std::mt19937_64 engine_;
};

class Room final : public StateView {
 public:
  [[nodiscard]] const Value& value(AttributeId id) const override { return values_[index(id)]; }
  Value& at(AttributeId id) { return values_[index(id)]; }

 private:
  std::array<Value, 64> values_;
};

TEST_F(FlipIndexTest, NobodyWhoseConditionFlipsIsLeftAsleep) {
  Dice dice(7);
  std::vector<std::string> conditions;
  for (int n = 0; n < 400; ++n) conditions.push_back(dice.condition(n % 4));
  load_conditions(conditions);
  const std::vector<std::string> paths = {"room.humidity", "room.occupancy", "room.temperature",
                                          "tv.playback"};
  Room room;
  std::size_t woken_at_all = 0;
  std::size_t read_at_all = 0;
  for (int turn = 0; turn < 4'000; ++turn) {
    const std::string& path = paths[dice.below(paths.size())];
    std::vector<cel::Truth> before;
    for (const Rule& rule : set_->rules) before.push_back(rule.when.truth(room));
    const Value was = std::exchange(room.at(id(path)), dice.value());
    const Rules rules = woken(path, was, room.at(id(path)));
    ASSERT_TRUE(std::is_sorted(rules.begin(), rules.end()));
    woken_at_all += rules.size();
    read_at_all += set_->readers.of(id(path)).size();
    for (std::uint32_t i = 0; i < before.size(); ++i) {
      if (set_->rules[i].when.truth(room) == before[i]) continue;
      ASSERT_TRUE(std::binary_search(rules.begin(), rules.end(), i))
          << conditions[i] << " at " << path << " from " << to_json(was) << " to "
          << to_json(room.at(id(path)));
    }
  }
  EXPECT_LT(woken_at_all, read_at_all);
}

}  // namespace
}  // namespace attune::rules
