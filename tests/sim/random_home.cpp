#include "tests/sim/random_home.h"

#include <fmt/format.h>

namespace attune::sim {

namespace {

constexpr int kLamps = 4;
constexpr int kMotions = 4;

/// std's distributions differ between libraries; a seed must mean the same everywhere. For the same
/// reason no two throws stand in one call: compilers order a call's arguments as they like.
class Dice {
 public:
  Dice(std::uint64_t seed, Language language) : engine_(seed), language_(language) {}
  [[nodiscard]] bool whole_language() const { return language_ == Language::whole; }
  std::uint64_t below(std::uint64_t n) { return engine_() % n; }
  bool one_in(std::uint64_t n) { return below(n) == 0; }

 private:
  std::mt19937_64 engine_;
  Language language_;
};

std::string random_condition(Dice& dice) {
  const auto motion = dice.below(kMotions);
  switch (dice.below(5)) {
    case 0:
      return fmt::format("motion{}.occupancy", motion);
    case 1:
      return fmt::format("motion{}.occupancy && motion{}.illuminance < {}", motion, motion,
                         dice.below(100));
    case 2:
      return fmt::format("motion{}.illuminance > {}", motion, dice.below(100));
    case 3:
      return fmt::format("settings.house == 'night' || motion{}.occupancy", motion);
    default:
      return fmt::format("!motion{}.occupancy && settings.house != 'away'", motion);
  }
}

std::string random_want(Dice& dice) {
  const auto lamp = dice.below(kLamps);
  if (dice.one_in(8)) {
    return fmt::format("{{settings.house: {}}}", dice.one_in(2) ? "night" : "home");
  }
  if (dice.one_in(3)) return fmt::format("{{lamp{}.on: false}}", lamp);
  if (dice.whole_language() && dice.one_in(6))
    return fmt::format("{{lamp{}.brightness: {{max: {}}}}}", lamp, dice.below(100));
  return fmt::format("{{lamp{}.on: true, lamp{}.brightness: {}}}", lamp, lamp,
                     20 * (1 + dice.below(5)));
}

/// Keys about how long a rule lives, and what it does meanwhile.
std::string random_life(Dice& dice) {
  switch (dice.below(dice.whole_language() ? 5 : 4)) {
    case 0:
      return fmt::format("    max_time: {}s\n", 5 + dice.below(40));
    case 1:
      return fmt::format("    cooldown: {}s\n", 5 + dice.below(40));
    case 2:
      return "    reset: ack\n";
    case 3:
      return fmt::format("    notify: {{to: people, message: x, after: {}s, repeat: 20s}}\n",
                         dice.below(20));
    default:
      break;
  }
  const auto lamp = dice.below(kLamps);
  const auto wait = 1 + dice.below(20);
  return fmt::format(
      "    do: [{{want: {{lamp{}.on: true}}}}, {{wait: {}s}}, "
      "{{want: {{lamp{}.on: false}}}}, {{wait: 3s}}]\n",
      lamp, wait, lamp);
}

/// Rules that begin at an instant.
std::string random_trigger(Dice& dice, std::size_t n) {
  const auto motion = dice.below(kMotions);
  const auto lamp = dice.below(kLamps);
  const bool lives = dice.one_in(2);
  const std::string end = lives ? fmt::format("max_time: {}s", 5 + dice.below(30)) : "label: once";
  switch (dice.below(3)) {
    case 0:
      return fmt::format(
          "  edge{}: {{trigger: rises(motion{}.occupancy), {}, want: {{lamp{}.on: true}}}}\n", n,
          motion, end, lamp);
    case 1:
      return fmt::format(
          "  edge{}: {{trigger: falls(motion{}.occupancy), {}, want: {{lamp{}.on: false}}}}\n", n,
          motion, end, lamp);
    default:
      return fmt::format(
          "  edge{}: {{trigger: {{every: {}s}}, {}, want: {{lamp{}.brightness: 40}}}}\n", n,
          20 + dice.below(60), end, lamp);
  }
}

std::string random_rule(Dice& dice, std::size_t n) {
  static constexpr const char* kPriorities[] = {"schedule", "comfort", "mode", "mode+1"};
  std::string rule = fmt::format("  rule{}:\n    when: \"{}\"\n", n, random_condition(dice));
  if (dice.one_in(2)) rule += fmt::format("    for: {}s\n", 1 + dice.below(20));
  if (dice.one_in(3)) rule += fmt::format("    until: \"{}\"\n", random_condition(dice));
  if (dice.one_in(2)) rule += fmt::format("    off_delay: {}s\n", 1 + dice.below(30));
  if (dice.one_in(4)) rule += fmt::format("    while: \"{}\"\n", random_condition(dice));
  if (dice.whole_language() && dice.one_in(3)) rule += random_life(dice);
  const std::string want = random_want(dice);
  const char* priority = kPriorities[dice.below(4)];
  rule += fmt::format("    want: {}\n    priority: {}\n", want, priority);
  return rule;
}

/// What must never be, and what lamps can bear.
std::string random_guards(Dice& dice) {
  std::string text;
  if (dice.one_in(2)) {
    const auto one = dice.below(kLamps);
    const auto other = (one + 1) % kLamps;
    text += fmt::format("interlocks:\n  never_both: {{never: lamp{}.on && lamp{}.on", one, other);
    if (dice.one_in(2)) text += fmt::format(", want: {{lamp{}.on: false}}", other);
    text += "}\n";
  }
  if (dice.one_in(2)) {
    const auto slow = dice.below(kLamps);
    const auto short_lived = dice.below(kLamps);
    if (slow == short_lived) return text;
    text += fmt::format("limits:\n  lamp{}.on: {{min_on: {}s, min_off: {}s, max_starts: 4/min}}\n",
                        slow, 1 + slow * 5, 2 + short_lived * 3);
    text += fmt::format("  lamp{}.on: {{max_on: {}s}}\n", short_lived, 5 + slow * 20);
  }
  return text;
}

Happening random_report(Dice& dice) {
  Happening happening;
  happening.kind = Happening::Kind::report;
  if (dice.one_in(8)) {  // somebody's hand at a lamp
    happening.topic = fmt::format("zigbee2mqtt/lamp{}", dice.below(kLamps));
    const char* state = dice.one_in(2) ? "ON" : "OFF";
    happening.payload = fmt::format(R"({{"state":"{}","brightness":{}}})", state, dice.below(255));
    return happening;
  }
  happening.topic = fmt::format("zigbee2mqtt/motion{}", dice.below(kMotions));
  const bool occupied = dice.one_in(2);
  happening.payload =
      fmt::format(R"({{"occupancy":{},"illuminance":{}}})", occupied, dice.below(100));
  return happening;
}

Happening random_happening(Dice& dice) {
  Happening happening;
  switch (dice.below(12)) {
    case 0:
      happening.kind = Happening::Kind::write;
      happening.path = fmt::format("lamp{}.on", dice.below(kLamps));
      happening.value = dice.one_in(2) ? "true" : "false";
      break;
    case 1:
      happening.kind = Happening::Kind::release;
      happening.path = fmt::format("lamp{}.on", dice.below(kLamps));
      break;
    case 2:
      happening.kind = Happening::Kind::write;
      happening.path = "settings.house";
      happening.value = dice.one_in(2) ? "night" : "away";
      break;
    case 3:
      happening.kind = Happening::Kind::rule_mode;
      happening.path = fmt::format("rule{}", dice.below(4));
      happening.value = dice.one_in(3) ? "disabled" : "enabled";
      break;
    case 4:
      happening.kind = Happening::Kind::pass_time;
      break;
    case 5:
      happening.kind = Happening::Kind::acknowledge;
      happening.path = fmt::format("rule{}", dice.below(6));
      break;
    default:
      happening = random_report(dice);
  }
  happening.after = Millis(dice.one_in(5) ? dice.below(40'000) : dice.below(3'000));
  return happening;
}

}  // namespace

RandomHome make_home(std::uint64_t seed, std::size_t events, Language language) {
  Dice dice(seed * 0x9e3779b97f4a7c15ull + 1, language);
  RandomHome home;
  home.rules =
      "version: 1\n"
      "settings: {house: {label: House, values: [home, away, night], initial: home}}\n"
      "manual: {default: {hold: 40s}}\n"
      "rules:\n";
  const std::size_t rules = 4 + dice.below(6);
  for (std::size_t n = 0; n < rules; ++n) home.rules += random_rule(dice, n);
  if (dice.whole_language()) {
    const std::size_t triggers = dice.below(3);
    for (std::size_t n = 0; n < triggers; ++n) home.rules += random_trigger(dice, n);
    home.rules += random_guards(dice);
  }
  for (int n = 0; n < kLamps; ++n) {
    home.first.push_back(fmt::format(R"(zigbee2mqtt/lamp{} {{"state":"OFF","brightness":0}})", n));
  }
  for (int n = 0; n < kMotions; ++n) {
    home.first.push_back(
        fmt::format(R"(zigbee2mqtt/motion{} {{"occupancy":false,"illuminance":50}})", n));
  }
  for (std::size_t n = 0; n < events; ++n) home.events.push_back(random_happening(dice));
  return home;
}

}  // namespace attune::sim
