#include "devices/dialects/tasmota_config.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "devices/topics.h"

namespace attune::devices::tasmota {

namespace {

using json::Kind;
using json::Node;

constexpr std::size_t kRelaysMax = 32;
constexpr std::size_t kWordBytesMax = 32;
constexpr int kRgb = 3;

void replace_all(std::string& text, std::string_view what, std::string_view by) {
  for (std::size_t at = text.find(what); at != std::string::npos;
       at = text.find(what, at + by.size())) {
    text.replace(at, what.size(), by);
  }
}

/// The nth element, when it is a text.
std::string_view text_at(const Node* list, std::size_t n) {
  if (list == nullptr || list->kind != Kind::array) return {};
  for (const Node& one : *list) {
    if (n-- == 0) return one.kind == Kind::text ? one.text : std::string_view{};
  }
  return {};
}

std::int64_t integer_of(const Node& node, std::string_view key) {
  const Node* found = node.find(key);
  return found != nullptr && found->kind == Kind::integer ? found->integer : 0;
}

/// A FullTopic with everything put in; ends with a slash.
std::string base_of(const Node& root, std::string_view prefix) {
  std::string base(root.text_of("ft"));
  replace_all(base, "%prefix%", prefix);
  replace_all(base, "%topic%", root.text_of("t"));
  replace_all(base, "%hostname%", root.text_of("hn"));
  replace_all(base, "%id%", root.text_of("mac"));
  if (!base.ends_with('/')) base += '/';
  return base;
}

bool is_base(std::string_view base) {
  return what_is_wrong_with_topic(std::string(base) + "x").empty() && !base.starts_with('$') &&
         !base.starts_with('/');
}

void read_word(const Node* list, std::size_t n, std::string& out) {
  const std::string_view word = text_at(list, n);
  if (!word.empty() && word.size() <= kWordBytesMax) out = word;
}

void read_relays(const Node& root, Config& config) {
  const Node* relays = root.find("rl");
  if (relays == nullptr || relays->kind != Kind::array) return;
  for (const Node& one : *relays) {
    if (config.relays.size() == kRelaysMax) return;
    const bool known = one.kind == Kind::integer && one.integer >= 0 && one.integer <= 3;
    config.relays.push_back(known ? static_cast<Relay>(one.integer) : Relay::none);
  }
}

void read_shutters(const Node& root, Config& config) {
  const Node* options = root.find("sho");
  if (options == nullptr || options->kind != Kind::array) return;
  for (const Node& one : *options) {
    if (config.inverted.size() == kRelaysMax) return;
    config.inverted.push_back(one.kind == Kind::integer && (one.integer & 1) != 0);
  }
}

std::string at(std::string_view endpoint, std::string_view attribute) {
  return (endpoint.empty() ? "" : std::string(endpoint) + ".") + std::string(attribute);
}

Bound power(const Config& config, std::string_view member, std::size_t number) {
  const std::string endpoint = config.discovered ? config.endpoint(number)
                               : number == 0     ? ""
                                                 : std::to_string(number);
  Bound bound = bind_canonical(member, at(endpoint, "on"));
  bound.binding.on = "ON";
  bound.binding.off = "OFF";
  bound.binding.words = {{config.on, "true"}, {config.off, "false"}};
  make_writable(bound);
  return bound;
}

Bound percent(std::string_view member, std::string_view attribute, bool inverted = false) {
  Bound bound = bind_canonical(member, attribute);
  bound.binding.whole = true;
  if (inverted) bound.binding.conversion = {-1, 1, 100};
  make_writable(bound);
  return bound;
}

std::vector<Bound> fan(std::string_view member) {
  std::vector<Bound> all;
  Bound on = bind_canonical(member, "on");
  on.binding.on = 2;  // the middle of its three speeds
  on.binding.off = 0;
  on.binding.words = {{"0", "false"}, {"1", "true"}, {"2", "true"}, {"3", "true"}};
  make_writable(on);
  Bound mode = bind_canonical(member, "fan_mode");
  mode.binding.words = {{"0", "off"}, {"1", "low"}, {"2", "medium"}, {"3", "high"}};
  mode.binding.closed = true;
  make_writable(mode);
  mode.info.values = {"off", "low", "medium", "high"};
  Bound speed = bind_canonical(member, "fan_speed");
  make_writable(speed);
  scale_percent(speed, 3);
  all.push_back(std::move(on));
  all.push_back(std::move(mode));
  all.push_back(std::move(speed));
  return all;
}

Bound color_temp(std::string_view member) {
  Bound bound = bind_canonical(member, "color_temp");
  bound.binding.shape = Shape::mired;
  make_writable(bound);
  return bound;
}

/// Hue and saturation in whole degrees and percent; the third is the dimmer once more.
Bound color(std::string_view member) {
  Bound bound = bind_canonical(member, "color_hs");
  bound.binding.shape = Shape::color_hs;
  make_writable(bound);
  bound.info.wire = {Wire::Scale::linear, 1};
  return bound;
}

std::vector<Bound> shutter(const Config& config, std::string_view member) {
  const std::size_t dot = member.find('.');
  const std::size_t number = number_of(member.substr(0, dot));
  const std::string_view field = member.substr(dot + 1);
  const bool several = !config.discovered || config.shutters() > 1;
  const std::string endpoint = several && number > 0 ? std::to_string(number) : "";
  const bool inverted =
      number > 0 && number <= config.inverted.size() && config.inverted[number - 1];
  if (field == "Position") return {percent(member, at(endpoint, "position"), inverted)};
  if (field == "Tilt") {
    Bound bound = percent(member, at(endpoint, "tilt"));
    return {std::move(bound)};
  }
  if (field != "Direction") return {};
  Bound bound = bind_canonical(member, at(endpoint, "movement"));
  bound.binding.words = {
      {inverted ? "-1" : "1", "opening"}, {inverted ? "1" : "-1", "closing"}, {"0", "stopped"}};
  return {std::move(bound)};
}

std::string_view without_number(std::string_view member) {
  const std::size_t last = member.find_last_not_of("0123456789");
  return member.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

/// Of the lights that SetOption68 lets dim one by one.
std::vector<Bound> dimmer(const Config& config, std::string_view member, std::size_t number) {
  if (config.discovered && config.count(Relay::light) == 0) return {};
  std::string endpoint;
  if (number > 0) {
    // Of one light's halves, colour and white, only the whole is its brightness.
    if (config.discovered && !config.dims_each) return {};
    endpoint = config.discovered ? config.endpoint(number) : std::to_string(number);
  }
  return {percent(member, at(endpoint, "brightness"))};
}

}  // namespace

std::size_t Config::count(Relay kind) const {
  return static_cast<std::size_t>(std::ranges::count(relays, kind));
}

std::string Config::endpoint(std::size_t number) const {
  const std::size_t switched = count(Relay::relay) + count(Relay::light);
  return switched > 1 ? std::to_string(std::max<std::size_t>(number, 1)) : "";
}

std::size_t number_of(std::string_view member) {
  const std::string_view digits = member.substr(without_number(member).size());
  std::size_t number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return number <= kRelaysMax ? number : 0;
}

Config plain_config(std::string_view topic) {
  Config config;
  config.topic = topic;
  config.command_base = "cmnd/" + config.topic + "/";
  config.stat_base = "stat/" + config.topic + "/";
  config.tele_base = "tele/" + config.topic + "/";
  return config;
}

Config read_config(const Node& root, std::string& why) {
  constexpr std::size_t kLabelBytesMax = 128;
  Config config;
  const Node* prefixes = root.find("tp");
  config.command_base = base_of(root, text_at(prefixes, 0));
  config.stat_base = base_of(root, text_at(prefixes, 1));
  config.tele_base = base_of(root, text_at(prefixes, 2));
  const bool bases =
      is_base(config.command_base) && is_base(config.stat_base) && is_base(config.tele_base);
  const bool apart = config.command_base != config.stat_base &&
                     config.command_base != config.tele_base &&
                     config.stat_base != config.tele_base;
  if (!is_topic_safe(root.text_of("t")) || !bases || !apart) {
    why = "its topics (t, ft, tp) are none that can be told apart";
    return config;
  }
  config.discovered = true;
  config.topic = root.text_of("t");
  config.label = text_at(root.find("fn"), 0);
  if (config.label.empty()) config.label = root.text_of("dn");
  if (config.label.size() > kLabelBytesMax) config.label.clear();
  if (!root.text_of("onln").empty()) config.online = root.text_of("onln");
  if (!root.text_of("ofln").empty()) config.offline = root.text_of("ofln");
  read_word(root.find("state"), 0, config.off);
  read_word(root.find("state"), 1, config.on);
  read_relays(root, config);
  read_shutters(root, config);
  config.light = static_cast<int>(std::clamp<std::int64_t>(integer_of(root, "lt_st"), 0, 5));
  config.fan = integer_of(root, "if") == 1;
  config.sleeps = integer_of(root, "dslp") == 1;
  if (const Node* options = root.find("so")) config.dims_each = integer_of(*options, "68") == 1;
  return config;
}

Config config_of(std::string_view topic, std::span<const std::string> capabilities) {
  Config config = plain_config(topic);
  const auto has = [&](std::string_view word) {
    return std::ranges::find(capabilities, word) != capabilities.end();
  };
  config.discovered = true;
  if (has("cover")) config.relays = {Relay::shutter, Relay::shutter};
  if (has("switch")) config.relays.push_back(Relay::relay);
  if (has("light")) config.relays.push_back(Relay::light), config.light = 5;
  config.fan = has("fan");
  return config;
}

std::vector<Bound> bind_state(const Config& config, std::string_view member) {
  const std::string_view base = without_number(member);
  const std::size_t number = number_of(member);
  if (base == "POWER") {
    const std::size_t place = std::max<std::size_t>(number, 1) - 1;
    const Relay kind = place < config.relays.size() ? config.relays[place] : Relay::none;
    // Of a shutter they are its motor's wires; of a fan, its speed.
    if (config.discovered && (kind == Relay::shutter || kind == Relay::none)) return {};
    return {power(config, member, number)};
  }
  if (base == "Dimmer") return dimmer(config, member, number);
  if (member == "CT") {
    if (config.discovered && config.light != 2 && config.light != 5) return {};
    return {color_temp(member)};
  }
  if (member == "HSBColor") {
    if (config.discovered && config.light < kRgb) return {};
    return {color(member)};
  }
  if (member == "FanSpeed") {
    if (config.discovered && !config.fan) return {};
    return fan(member);
  }
  return member.starts_with("Shutter") ? shutter(config, member) : std::vector<Bound>{};
}

std::vector<Bound> bound_of(const Config& config) {
  std::vector<Bound> all;
  const auto add = [&](const std::string& member) {
    for (Bound& bound : bind_state(config, member)) all.push_back(std::move(bound));
  };
  const bool several = config.count(Relay::relay) + config.count(Relay::light) > 1;
  for (std::size_t i = 0; i < config.relays.size(); ++i) {
    add(several ? "POWER" + std::to_string(i + 1) : i == 0 ? "POWER" : "");
    if (!several && i > 0 && config.relays[i] != Relay::none) add("POWER" + std::to_string(i + 1));
    if (config.dims_each && config.relays[i] == Relay::light) {
      add("Dimmer" + std::to_string(i + 1));
    }
  }
  if (config.count(Relay::light) > 0 && !config.dims_each) add("Dimmer");
  if (config.count(Relay::light) > 0) add("CT"), add("HSBColor");
  if (config.fan) add("FanSpeed");
  for (std::size_t i = 1; i <= config.shutters(); ++i) {
    add("Shutter" + std::to_string(i) + ".Position");
    add("Shutter" + std::to_string(i) + ".Direction");
  }
  return all;
}

std::vector<std::string> capabilities_of(const Config& config) {
  std::vector<std::string> all;
  if (config.count(Relay::light) > 0) all.emplace_back("light");
  if (config.fan) all.emplace_back("fan");
  if (config.shutters() > 0) all.emplace_back("cover");
  if (config.count(Relay::relay) > 0) all.emplace_back("switch");
  return all;
}

}  // namespace attune::devices::tasmota
