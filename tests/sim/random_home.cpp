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
  explicit Dice(std::uint64_t seed) : engine_(seed) {}
  std::uint64_t below(std::uint64_t n) { return engine_() % n; }
  bool one_in(std::uint64_t n) { return below(n) == 0; }

 private:
  std::mt19937_64 engine_;
};

/// What depends on time, on what was, or on other rules.
std::string random_signal(Dice& dice) {
  const auto motion = dice.below(kMotions);
  const auto lamp = dice.below(kLamps);
  const auto seconds = 3 + dice.below(60);
  const auto level = dice.below(100);
  switch (dice.below(11)) {
    case 0:
      return fmt::format("true_for(motion{}.occupancy, '{}s')", motion, seconds);
    case 1:
      return fmt::format("true_for(!motion{}.occupancy && lamp{}.on, '{}s')", motion, lamp,
                         seconds);
    case 2:
      return fmt::format("unchanged_for(motion{}.illuminance) > '{}s'", motion, seconds);
    case 3:
      return fmt::format("seen_ago(motion{}.occupancy) > '{}s'", motion, seconds);
    case 4:
      return fmt::format("past(motion{}.illuminance, '{}s') > {}", motion, seconds, level);
    case 5:
      return fmt::format("avg(motion{}.illuminance, '{}s') > {}", motion, seconds, level);
    case 6:
      return "active('rule0')";
    case 7:
      return fmt::format("wanted(lamp{}.on) == true", lamp);
    case 8:
      return fmt::format("between('18:0{}', '18:0{}')", dice.below(4), 4 + dice.below(6));
    case 9:
      return fmt::format("motions.exists(m, m.illuminance > {})", level);
    default:
      return "bright";
  }
}

std::string random_condition(Dice& dice) {
  if (dice.one_in(4)) return random_signal(dice);
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
  const auto level = 20 * (1 + dice.below(5));
  switch (dice.below(10)) {
    case 0:
      return fmt::format("{{settings.house: {}}}", dice.one_in(2) ? "night" : "home");
    case 1:
      return fmt::format("{{lamp{}.brightness: {{max: {}}}}}", lamp, dice.below(100));
    case 2:
      return fmt::format("{{lamp{}.on: true, lamp{}.brightness: \"=motion{}.illuminance\"}}", lamp,
                         lamp, lamp);
    case 3:
      return fmt::format("{{lamp{}.on: true, lamp{}.brightness: =settings.dim}}", lamp, lamp);
    case 4:
    case 5:
    case 6:
      return fmt::format("{{lamp{}.on: false}}", lamp);
    default:
      return fmt::format("{{lamp{}.on: true, lamp{}.brightness: {}}}", lamp, lamp, level);
  }
}

/// Steps, one after the other.
std::string random_sequence(Dice& dice) {
  const auto lamp = dice.below(kLamps);
  const auto wait = 1 + dice.below(20);
  std::string steps = fmt::format("{{want: {{lamp{}.on: true}}}}, {{wait: {}s}}", lamp, wait);
  if (dice.one_in(2)) {
    const auto timeout = 1 + dice.below(20);
    const char* then = dice.one_in(2) ? "abort" : "continue";
    steps += fmt::format(", {{wait_until: \"{}\", timeout: {}s, else: {}}}", random_condition(dice),
                         timeout, then);
  }
  steps += fmt::format(", {{want: {{lamp{}.on: false}}}}, {{wait: 3s}}", lamp);
  return fmt::format("    do: [{}]\n", steps);
}

/// Keys about how long a rule lives, and what it does meanwhile.
std::string random_life(Dice& dice) {
  switch (dice.below(6)) {
    case 0:
      return fmt::format("    max_time: {}s\n", 5 + dice.below(40));
    case 1:
      return fmt::format("    cooldown: {}s\n", 5 + dice.below(40));
    case 2:
      return "    reset: ack\n";
    case 3:
      return fmt::format("    notify: {{to: people, message: x, after: {}s, repeat: 20s}}\n",
                         dice.below(20));
    case 4:
      return fmt::format("    on_unknown: {}\n", dice.one_in(2) ? "false" : "true");
    default:
      return random_sequence(dice);
  }
}

std::string random_event(Dice& dice) {
  const auto motion = dice.below(kMotions);
  const auto seconds = 20 + dice.below(60);
  const auto minute = 1 + dice.below(8);
  switch (dice.below(6)) {
    case 0:
      return fmt::format("rises(motion{}.occupancy)", motion);
    case 1:
      return fmt::format("falls(motion{}.occupancy)", motion);
    case 2:
      return fmt::format("{{every: {}s}}", seconds);
    case 3:
      return fmt::format("{{at: \"18:0{}\", late: 1m}}", minute);
    case 4:
      return fmt::format("rises({})", random_condition(dice));
    default:
      return fmt::format("button.event == '{}'", dice.one_in(2) ? "single" : "double");
  }
}

/// Rules that begin at an instant.
std::string random_trigger(Dice& dice, std::size_t n) {
  const auto lamp = dice.below(kLamps);
  const std::string event = random_event(dice);
  std::string rule = fmt::format("  edge{}:\n    trigger: {}\n", n,
                                 event.front() == '{' ? event : '"' + event + '"');
  if (dice.one_in(3)) rule += fmt::format("    when: \"{}\"\n", random_condition(dice));
  const auto life = 5 + dice.below(30);
  switch (dice.below(6)) {
    case 0:
      rule += fmt::format("    max_time: {}s\n", life);
      break;
    case 1:
      rule += fmt::format("    until: \"{}\"\n", random_condition(dice));
      break;
    case 2:
      rule += random_sequence(dice);
      if (dice.one_in(2)) rule += "    run: restart\n";
      return rule;
    case 3:
      return event.starts_with("button")
                 ? rule + fmt::format("    toggle: lamp{}.on\n", lamp)
                 : rule + fmt::format("    want: {{lamp{}.brightness: 40}}\n", lamp);
    case 4:
      return rule + "    cycle: {settings.house: [home, night, away]}\n";
    default:
      break;
  }
  return rule + fmt::format("    want: {{lamp{}.on: {}}}\n", lamp, dice.one_in(2));
}

std::string random_rule(Dice& dice, std::size_t n) {
  static constexpr const char* kPriorities[] = {"schedule", "comfort", "mode", "mode+1"};
  std::string rule = fmt::format("  rule{}:\n    when: \"{}\"\n", n, random_condition(dice));
  if (dice.one_in(2)) rule += fmt::format("    for: {}s\n", 1 + dice.below(20));
  if (dice.one_in(3)) rule += fmt::format("    until: \"{}\"\n", random_condition(dice));
  if (dice.one_in(2)) rule += fmt::format("    off_delay: {}s\n", 1 + dice.below(30));
  if (dice.one_in(4)) rule += fmt::format("    while: \"{}\"\n", random_condition(dice));
  if (dice.one_in(3)) rule += random_life(dice);
  const std::string want = random_want(dice);
  const char* priority = kPriorities[dice.below(4)];
  rule += fmt::format("    want: {}\n    priority: {}\n", want, priority);
  return rule;
}

/// One instance for each motion sensor.
std::string random_instances(Dice& dice) {
  const auto lamp = dice.below(kLamps);
  const auto delay = 1 + dice.below(20);
  return fmt::format(
      "  each:\n    foreach: {{m: motions}}\n    when: m.occupancy && m.illuminance < {}\n"
      "    off_delay: {}s\n    want: {{lamp{}.on: true}}\n",
      dice.below(100), delay, lamp);
}

/// A number that follows what people correct.
std::string random_lesson(Dice& dice) {
  const auto lamp = dice.below(kLamps);
  const auto motion = dice.below(kMotions);
  const auto after = 1 + dice.below(2);
  const char* per = dice.one_in(2) ? ", per: [settings.house]" : "";
  return fmt::format(
      "  taught:\n    when: motion{}.occupancy\n    off_delay: 20s\n"
      "    want: {{lamp{}.on: true, lamp{}.brightness: 50}}\n"
      "learn: {{taught.lamp{}.brightness: {{min: 10, max: 90, step: 10, after: {}, apply: "
      "auto{}}}}}\n",
      motion, lamp, lamp, lamp, after, per);
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
    if (dice.one_in(2)) text += fmt::format("  lamp{}.brightness: {{slew: 60/min}}\n", slow);
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
  if (dice.one_in(8)) {
    happening.topic = "zigbee2mqtt/button";
    happening.payload = dice.one_in(2) ? R"({"action":"single"})" : R"({"action":"double"})";
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

RandomHome make_home(std::uint64_t seed, std::size_t events) {
  Dice dice(seed * 0x9e3779b97f4a7c15ull + 1);
  RandomHome home;
  home.rules =
      "version: 1\n"
      "settings:\n"
      "  house: {label: House, values: [home, away, night], initial: home}\n"
      "  dim: {type: schedule, unit: \"%\", initial: {mon-sun: {\"18:02\": 30, \"18:06\": 70}}}\n"
      "groups: {motions: {devices: [motion0, motion1, motion2, motion3]}}\n"
      "vars: {bright: \"=motion0.illuminance + motion1.illuminance > 120\"}\n"
      "manual: {default: {hold: 40s}, lamp1.on: {hold: 60s, until: \"!motion1.occupancy\"}}\n"
      "rules:\n";
  const std::size_t rules = 4 + dice.below(6);
  for (std::size_t n = 0; n < rules; ++n) home.rules += random_rule(dice, n);
  const std::size_t triggers = dice.below(4);
  for (std::size_t n = 0; n < triggers; ++n) home.rules += random_trigger(dice, n);
  if (dice.one_in(3)) home.rules += random_instances(dice);
  if (dice.one_in(3)) home.rules += random_lesson(dice);
  home.rules += random_guards(dice);
  for (int n = 0; n < kLamps; ++n) {
    home.first.push_back(fmt::format(R"(zigbee2mqtt/lamp{} {{"state":"OFF","brightness":0}})", n));
  }
  for (int n = 0; n < kMotions; ++n) {
    home.first.push_back(
        fmt::format(R"(zigbee2mqtt/motion{} {{"occupancy":false,"illuminance":50}})", n));
  }
  home.first.push_back(R"(zigbee2mqtt/button {"action":"single"})");
  for (std::size_t n = 0; n < events; ++n) home.events.push_back(random_happening(dice));
  return home;
}

}  // namespace attune::sim
