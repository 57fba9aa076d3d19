#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include "devices/dialects/device_classes.h"
#include "devices/dialects/ha_builder.h"
#include "devices/dialects/unit_names.h"
#include "devices/names.h"
#include "devices/vocabulary.h"

/// What a sensor senses: by its class, its name and its unit.
namespace attune::devices::ha {

namespace {

using Pair = std::pair<std::string_view, std::string_view>;

/// Where there is no class, the unit alone may say it.
constexpr Pair kUnits[] = {
    {"W", "power"},
    {"kW", "power"},
    {"kW.h", "energy"},
    {"W.h", "energy"},
    {"V", "voltage"},
    {"mV", "voltage"},
    {"A", "current"},
    {"mA", "current"},
    {"Cel", "temperature"},
    {"[degF]", "temperature"},
    {"lx", "illuminance"},
    {"Hz", "frequency"},
    {"hPa", "pressure"},
    {"V.A", "apparent_power"},
    {"var", "reactive_power"},
    {"dBm", "rssi"},
};

/// Names that are not the vocabulary's own.
constexpr Pair kNames[] = {
    {"linkquality", "link_quality"},
    {"wifi_signal", "rssi"},
    {"signal", "rssi"},
    {"pm2_5", "pm25"},
    {"pm_2_5", "pm25"},
    {"today_energy", "energy_today"},
    {"energy_total", "energy"},
    {"total_energy", "energy"},
    {"chip_temperature", "device_temperature"},
    {"cpu_temperature", "device_temperature"},
};

template <std::size_t N>
std::string_view look_up(const Pair (&table)[N], std::string_view key) {
  const auto found = std::ranges::find(table, key, &Pair::first);
  return found == std::end(table) ? std::string_view{} : found->second;
}

bool is_numeric(const Word& word) {
  return word.type == ValueType::number || word.type == ValueType::integer;
}

/// Whether what is measured in this unit can be this attribute. A unit that nobody knows says
/// nothing against it where the attribute has none.
bool suits(const Word& word, std::string_view written, std::string_view unit) {
  if (!is_numeric(word)) return false;
  if (written.empty()) return word.unit.empty() || word.unit == "1" || word.unit == "%";
  if (unit.empty()) return word.unit == "1";
  return convert(unit, word.unit).has_value() && (word.unit != "1" || unit == "1");
}

/// Of a device's own workings there are other words.
std::string_view of_the_device(std::string_view attribute) {
  if (attribute == "temperature") return "device_temperature";
  return attribute == "voltage" ? std::string_view("battery_voltage") : attribute;
}

/// The attribute of a number that is read; empty: there is none.
std::string measured(const Config& config) {
  const std::string written = config.text("unit_of_measurement");
  const std::string_view unit = ucum_code(written);
  const std::string named = named_word(config);
  const std::string_view by_class = measured_by(config.text("device_class"));
  const Word* word = find_word(named);
  // The name is finer than the class: energy of today, voltage of the battery.
  const Word* classed = find_word(by_class);
  const bool agrees = classed == nullptr || (word != nullptr && word->unit == classed->unit);
  if (word != nullptr && agrees && suits(*word, written, unit)) return named;
  const std::string_view attribute =
      !by_class.empty() || config.has("device_class") ? by_class : look_up(kUnits, unit);
  const bool diagnostic = config.text("entity_category") == "diagnostic";
  return std::string(diagnostic ? of_the_device(attribute) : attribute);
}

/// A button that is published as a sensor of words.
bool is_presses(const Config& config) {
  const std::string name = fold_name(own_name(config));
  return !config.has("device_class") && !config.has("unit_of_measurement") &&
         (name == "action" || name == "click" || config.object_id == "action" ||
          config.object_id == "click");
}

void build_presses(Builder& b) {
  b.entity.capability = "button";
  Channel& event = b.add("event");
  event.reading = Reading::press;
  b.state(event, "state_topic", "value_template");
}

}  // namespace

std::string named_word(const Config& config) {
  const std::string folded = fold_name(own_name(config));
  for (const std::string& candidate : {folded, config.object_id}) {
    if (const std::string_view known = look_up(kNames, candidate); !known.empty()) {
      return std::string(known);
    }
    if (find_word(candidate) != nullptr) return candidate;
  }
  return {};
}

void build_sensor(Builder& b) {
  if (!b.config.has("state_topic")) return b.fail("topic", "a sensor has a state topic");
  if (is_presses(b.config)) return build_presses(b);
  if (named_word(b.config) == "last_seen") {
    return b.state(b.add("last_seen"), "state_topic", "value_template");
  }
  const std::string attribute = measured(b.config);
  const std::string_view unit = ucum_code(b.config.text("unit_of_measurement"));
  const Word* word = find_word(attribute);
  if (word == nullptr) {
    return b.state(b.add_raw(), "state_topic", "value_template");
  }
  // What is counted without a unit, or in one that is only decoration, is counted in its own.
  const bool plain = unit.empty() || word->unit == "1";
  Channel& channel = b.add(attribute, plain ? std::string_view{} : unit);
  if (channel.bound.binding.shape == Shape::raw) {
    channel.bound.binding.attribute = "raw." + b.entity.endpoint;
  }
  b.state(channel, "state_topic", "value_template");
}

/// `lock` is turned around, and a word.
void build_binary_sensor(Builder& b) {
  const Config& c = b.config;
  if (!c.has("state_topic")) return b.fail("topic", "a sensor has a state topic");
  const std::string on = c.text("payload_on", "ON");
  const std::string off = c.text("payload_off", "OFF");
  const std::string kind = c.text("device_class");
  if (kind == "lock") {
    Channel& lock = b.add("lock_state");
    lock.bound.binding.words = {{on, "unlocked"}, {off, "locked"}};
    return b.state(lock, "state_topic", "value_template");
  }
  std::string attribute(told_by(kind));
  const std::string named = named_word(c);
  const Word* word = find_word(named);
  if (kind.empty() && word != nullptr && word->type == ValueType::boolean && named != "on") {
    attribute = named;
  }
  if (attribute.empty()) return b.state(b.add_raw(), "state_topic", "value_template");
  Channel& channel = b.add(attribute);
  b.truth(channel, on, off);
  b.state(channel, "state_topic", "value_template");
}

void build_number(Builder& b) {
  const Config& c = b.config;
  const std::string named = named_word(c);
  const Word* word = find_word(named);
  const std::string written = c.text("unit_of_measurement");
  const std::string_view unit = ucum_code(written);
  const bool canonical = word != nullptr && word->writable && suits(*word, written, unit);
  if (!canonical) {
    if (c.has("state_topic")) b.state(b.add_raw(), "state_topic", "value_template");
    return;
  }
  Channel& channel = b.add(named, unit);
  b.state(channel, "state_topic", "value_template");
  b.command(channel, "command_topic", "command_template");
  channel.bound.binding.step = c.number("step", 1);
  b.range(channel, "min", "max");
}

void build_select(Builder& b) {
  const Config& c = b.config;
  const std::string named = named_word(c);
  const Word* word = find_word(named);
  const bool fits =
      word != nullptr && word->writable &&
      (word->type == ValueType::text || (word->type == ValueType::enumeration && word->open));
  if (!fits) {
    if (c.has("state_topic")) b.state(b.add_raw(), "state_topic", "value_template");
    return;
  }
  Channel& channel = b.add(named);
  b.state(channel, "state_topic", "value_template");
  b.command(channel, "command_topic", "command_template");
  b.words(channel, "options");
}

}  // namespace attune::devices::ha
