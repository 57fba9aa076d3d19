#include "tests/bench/match/house.h"

#include <fmt/format.h>

#include <algorithm>
#include <random>

#include "devices/vocabulary.h"

namespace attune::bench {

namespace {

constexpr std::size_t kRulesPerFile = 400;
constexpr std::size_t kRulesPerRoom = 10;

void add_device(House& house, const std::string& id, const char* capability,
                std::initializer_list<const char*> attributes, bool writable) {
  DeviceInfo device;
  device.id = DeviceId(id);
  device.name = device.label = id;
  device.capabilities = {capability};
  for (const char* name : attributes) {
    device.attributes.push_back(devices::canonical_attribute(name, writable));
  }
  house.devices.emplace(device.id, std::move(device));
}

/// Files stay below the loader's limits, as those of people do.
class Writer {
 public:
  explicit Writer(House& house) : house_(house) {}
  void rule(const std::string& id, const std::string& keys) {
    if (rules_++ % kRulesPerFile == 0) {
      house_.files.push_back({fmt::format("{}.yaml", house_.files.size()), "version: 1\nrules:\n"});
    }
    house_.files.back().text += fmt::format("  {}: {{{}}}\n", id, keys);
  }
  /// `holds`: patterns; the claim is asserted while they hold.
  void clips(const std::string& id, const std::string& holds, const std::string& path,
             const std::string& value) {
    house_.clips += fmt::format("(defrule {} (logical {}) => (assert (claim {} {} {})))\n", id,
                                holds, symbol_of(path), value, id);
  }

 private:
  House& house_;
  std::size_t rules_ = 0;
};

}  // namespace

std::string symbol_of(const std::string& path) {
  std::string symbol = path;
  std::replace(symbol.begin(), symbol.end(), '.', '-');
  return symbol;
}

House house_of_rooms(std::size_t rooms, std::size_t told) {
  House house;
  Writer out(house);
  for (std::size_t room = 0; room < rooms; ++room) {
    const std::string sensor = fmt::format("room_{}", room);
    const std::string lamp = fmt::format("lamp_{}", room);
    add_device(house, sensor, "occupancy", {"occupancy", "temperature"}, false);
    add_device(house, lamp, "light", {"brightness", "on"}, true);
    for (std::size_t n = 0; n < kRulesPerRoom; ++n) {
      out.rule(fmt::format("r_{}_{}", room, n),
               fmt::format("when: {}.occupancy && {}.temperature > {}.5, want: "
                           "{{{}.brightness: {}}}, priority: mode-{}",
                           sensor, sensor, 15 + n, lamp, 10 + n, n % 9 + 1));
    }
    if (room >= told) continue;
    house.first.push_back({sensor + ".occupancy", true});
    house.first.push_back({sensor + ".temperature", 16.0});
  }
  for (const double to : {20.0, 16.0}) {
    for (std::size_t room = 0; room < told; ++room) {
      house.events.push_back({fmt::format("room_{}.temperature", room), to});
    }
  }
  return house;
}

House house_of_one_attribute(std::size_t rules) {
  House house;
  Writer out(house);
  add_device(house, "outdoor", "temperature", {"temperature"}, false);
  add_device(house, "lamp", "light", {"brightness", "on"}, true);
  for (std::size_t n = 0; n < rules; ++n) {
    out.rule(fmt::format("r_{}", n),
             fmt::format("when: outdoor.temperature > {:.4f}, want: {{lamp.on: true}}",
                         21.0 + static_cast<double>(n) / 1'000));
  }
  house.first = {{"outdoor.temperature", 20.0}};
  house.events = {{"outdoor.temperature", 20.4}, {"outdoor.temperature", 20.2}};
  return house;
}

House house_of_one_motion(std::size_t rules) {
  House house;
  Writer out(house);
  add_device(house, "hall", "occupancy", {"illuminance", "occupancy"}, false);
  add_device(house, "lamp", "light", {"brightness", "on"}, true);
  for (std::size_t n = 0; n < rules; ++n) {
    out.rule(fmt::format("r_{}", n),
             fmt::format("when: hall.occupancy && hall.illuminance < {}, want: {{lamp.on: true}}",
                         n % 40 + 1));
  }
  house.first = {{"hall.illuminance", 90.0}, {"hall.occupancy", false}};
  house.events = {{"hall.occupancy", true}, {"hall.occupancy", false}};
  return house;
}

House house_of_latches(std::size_t rules) {
  House house;
  Writer out(house);
  for (std::size_t n = 0; n < rules; ++n) {
    const std::string room = fmt::format("room_{}", n / 4);
    const std::string lamp = fmt::format("lamp_{}", n / 4);
    if (n % 4 == 0) {
      add_device(house, room, "occupancy", {"illuminance", "occupancy"}, false);
      add_device(house, lamp, "light", {"brightness", "on"}, true);
    }
    out.rule(fmt::format("light_{}", n),
             fmt::format("when: {}.occupancy && {}.illuminance < {}, until: \"!{}.occupancy\", "
                         "off_delay: 3m, want: {{{}.on: true, {}.brightness: 80}}, priority: "
                         "mode+{}",
                         room, room, 20 + n % 50, room, lamp, lamp, n % 4 + 1));
  }
  return house;
}

House house_of_claims(std::size_t rooms, std::size_t outdoors) {
  House house;
  Writer out(house);
  add_device(house, "outdoor", "temperature", {"temperature"}, false);
  add_device(house, "tv", "media", {"playback"}, false);
  for (std::size_t n = 0; n < rooms; ++n) {
    const std::string motion = fmt::format("motion_{}", n);
    const std::string on = fmt::format("lamp_{}.on", n);
    const std::string brightness = fmt::format("lamp_{}.brightness", n);
    add_device(house, motion, "occupancy", {"illuminance", "occupancy"}, false);
    add_device(house, fmt::format("lamp_{}", n), "light", {"brightness", "on"}, true);
    const auto dark = [&](std::size_t limit) {
      return fmt::format("({}-occupancy TRUE) ({}-illuminance ?x&:(< ?x {}.0))", motion, motion,
                         limit);
    };
    const auto is_dark = [&](std::size_t limit) {
      return fmt::format("when: {}.occupancy && {}.illuminance < {}", motion, motion, limit);
    };
    const std::size_t limit = 30 + n % 20;
    out.rule(fmt::format("light_{}", n), is_dark(limit) + ", want: {" + on + ": true}");
    out.clips(fmt::format("light_{}", n), dark(limit), on, "TRUE");
    out.rule(fmt::format("bright_{}", n), is_dark(limit / 2) + ", want: {" + brightness + ": 80}");
    out.clips(fmt::format("bright_{}", n), dark(limit / 2), brightness, "80");
    out.rule(fmt::format("film_{}", n),
             "when: tv.playback == 'playing', want: {" + on + ": false}, priority: mode");
    out.clips(fmt::format("film_{}", n), "(tv-playback playing)", on, "FALSE");
    const double hot = 25.0 + static_cast<double>(n) / 100;
    out.rule(fmt::format("hot_{}", n), fmt::format("when: outdoor.temperature > {:.2f}, want: "
                                                   "{{{}: false}}, priority: schedule",
                                                   hot, on));
    out.clips(fmt::format("hot_{}", n), fmt::format("(outdoor-temperature ?x&:(> ?x {:.2f}))", hot),
              on, "FALSE");
    house.first.push_back({motion + ".occupancy", false});
    house.first.push_back({motion + ".illuminance", 10.0});
  }
  house.first.push_back({"outdoor.temperature", 24.0});
  house.first.push_back({"tv.playback", "idle"});
  for (const bool on : {true, false}) {
    for (std::size_t n = 0; n < rooms; ++n) {
      house.events.push_back({fmt::format("motion_{}.occupancy", n), on});
      if (outdoors == 0 || n % outdoors != 0) continue;
      house.events.push_back({"outdoor.temperature", n % 2 == 0 ? 24.2 : 24.0});
    }
  }
  return house;
}

namespace {

/// std's distributions differ between libraries; a seed must mean the same everywhere.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_(seed * 0x9e3779b97f4a7c15ull + 1) {}
  std::size_t below(std::size_t n) { return engine_() % n; }

 private:
  std::mt19937_64 engine_;
};

constexpr std::size_t kSensors = 4;
constexpr std::size_t kLamps = 3;

/// A condition in both tongues.
struct Condition {
  std::string attune, clips;
};

Condition random_question(Dice& dice) {
  static constexpr const char* kOps[] = {"<", "<=", ">", ">="};
  const std::size_t sensor = dice.below(kSensors);
  const double number = 18 + 0.5 * static_cast<double>(dice.below(8));
  switch (dice.below(5)) {
    case 0:
      return {fmt::format("s{}.occupancy", sensor),
              fmt::format("(eq ?s{}-occupancy TRUE)", sensor)};
    case 1:
      return {"tv.playback == 'playing'", "(eq ?tv-playback playing)"};
    case 2:
      return {fmt::format("s{}.temperature == {:.1f}", sensor, number),
              fmt::format("(= ?s{}-temperature {:.1f})", sensor, number)};
    default: {
      const char* op = kOps[dice.below(std::size(kOps))];
      return {fmt::format("s{}.temperature {} {:.1f}", sensor, op, number),
              fmt::format("({} ?s{}-temperature {:.1f})", op, sensor, number)};
    }
  }
}

Condition random_condition(Dice& dice, int depth) {
  if (depth == 0) return random_question(dice);
  const Condition a = random_condition(dice, depth - 1);
  const auto kind = dice.below(3);
  if (kind == 0) return {"!(" + a.attune + ")", "(not " + a.clips + ")"};
  const Condition b = random_condition(dice, depth - 1);
  const bool all = kind == 1;
  return {"(" + a.attune + (all ? " && " : " || ") + b.attune + ")",
          std::string(all ? "(and " : "(or ") + a.clips + " " + b.clips + ")"};
}

Told random_event(Dice& dice) {
  const std::size_t sensor = dice.below(kSensors);
  switch (dice.below(4)) {
    case 0:
      return {fmt::format("s{}.occupancy", sensor), dice.below(2) == 0};
    case 1:
      return {"tv.playback", dice.below(2) == 0 ? "playing" : "idle"};
    default:
      return {fmt::format("s{}.temperature", sensor),
              18 + 0.5 * static_cast<double>(dice.below(8))};
  }
}

}  // namespace

House random_house(std::uint64_t seed, std::size_t rules, std::size_t events) {
  Dice dice(seed);
  House house;
  Writer out(house);
  std::string every;  // binds each attribute
  for (std::size_t n = 0; n < kSensors; ++n) {
    const std::string id = fmt::format("s{}", n);
    add_device(house, id, "occupancy", {"occupancy", "temperature"}, false);
    house.first.push_back({id + ".occupancy", false});
    house.first.push_back({id + ".temperature", 19.0});
    every += fmt::format("({}-occupancy ?{}-occupancy) ({}-temperature ?{}-temperature) ", id, id,
                         id, id);
  }
  add_device(house, "tv", "media", {"playback"}, false);
  house.first.push_back({"tv.playback", "idle"});
  every += "(tv-playback ?tv-playback) ";
  for (std::size_t n = 0; n < kLamps; ++n) {
    add_device(house, fmt::format("lamp{}", n), "light", {"brightness", "on"}, true);
  }
  for (std::size_t n = 0; n < rules; ++n) {
    const Condition when = random_condition(dice, static_cast<int>(dice.below(4)));
    const std::string on = fmt::format("lamp{}.on", dice.below(kLamps));
    const bool value = dice.below(2) == 0;
    const std::string id = fmt::format("r_{}", n);
    out.rule(id, fmt::format("when: \"{}\", want: {{{}: {}}}", when.attune, on, value));
    out.clips(id, every + "(test " + when.clips + ")", on, value ? "TRUE" : "FALSE");
  }
  for (std::size_t n = 0; n < events; ++n) house.events.push_back(random_event(dice));
  return house;
}

}  // namespace attune::bench
