#include "devices/derive.h"

#include "devices/bands.h"
#include "devices/vocabulary.h"

namespace attune::devices {

namespace {

using Values = std::function<const Value&(std::string_view)>;

/// What one capability says: whether it applies at all, and what it makes of the values.
struct Finding {
  bool applies = false;
  Derived derived;
};

struct Look {
  const DeviceInfo& device;
  const Values& value;
  const Derived& before;
  std::span<const Cut> cuts;

  /// The attribute that speaks for the device: its own, or that of its only endpoint that has it.
  [[nodiscard]] const AttributeInfo* attribute(std::string_view name) const {
    if (const AttributeInfo* own = device.find(name)) return own;
    const AttributeInfo* only = nullptr;
    for (const AttributeInfo& a : device.attributes) {
      if (canonical_part(a.name) != name) continue;
      if (only != nullptr) return nullptr;
      only = &a;
    }
    return only;
  }
  [[nodiscard]] const Value* read(std::string_view name) const {
    const AttributeInfo* found = attribute(name);
    return found == nullptr ? nullptr : &value(found->name);
  }
  [[nodiscard]] std::string percent(std::string_view name) const {
    const Value* v = read(name);
    if (v == nullptr || !v->is_numeric()) return {};
    return std::string(band(*find_scale("percent"), cuts, v->numeric(), before.level));
  }
};

bool is_bool(const Value* v) {
  return v != nullptr && v->kind() == ValueKind::boolean;
}
bool is_text(const Value* v) {
  return v != nullptr && v->kind() == ValueKind::text;
}

/// A yes or no with its two words.
Finding either(const Look& look, std::string_view name, const char* yes, const char* no) {
  const Value* v = look.read(name);
  Finding found{v != nullptr, {}};
  if (is_bool(v)) found.derived.state = v->as_bool() ? yes : no;
  return found;
}

Finding of_switch(const Look& look) {
  return either(look, "on", "active", "idle");
}

Finding of_dimmable(const Look& look, std::string_view amount) {
  Finding found = of_switch(look);
  if (look.attribute(amount) == nullptr) return found;
  if (found.derived.state == "idle") found.derived.level = "off";
  if (found.derived.state == "active") found.derived.level = look.percent(amount);
  return found;
}
Finding of_light(const Look& look) {
  return of_dimmable(look, "brightness");
}
Finding of_fan(const Look& look) {
  return of_dimmable(look, "fan_speed");
}

Finding of_lock(const Look& look) {
  const Value* v = look.read("lock_state");
  Finding found{v != nullptr, {}};
  if (!is_text(v)) return found;
  const std::string& word = v->as_text();
  if (word == "locked" || word == "unlocked" || word == "jammed") found.derived.state = word;
  if (word == "open") found.derived.state = "unlocked";
  if (word == "locking" || word == "unlocking") found.derived.state = look.before.state;
  return found;
}

Finding of_cover(const Look& look) {
  const Value* v = look.read("position");
  if (v == nullptr || !v->is_numeric()) {
    Finding by_word = either(look, "open", "open", "closed");
    by_word.applies = by_word.applies || v != nullptr;
    return by_word;
  }
  const double position = v->numeric();
  const char* state = position <= 0 ? "closed" : position >= 100 ? "open" : "partially_open";
  return {true, {state, look.percent("position")}};
}

std::string climate_level(std::string_view word) {
  if (word == "heat" || word == "heating" || word == "preheating" || word == "emergency_heat") {
    return "heating";
  }
  if (word == "cool" || word == "cooling" || word == "precool") return "cooling";
  if (word == "dry" || word == "drying") return "drying";
  if (word == "fan_only" || word == "fan") return "fan";
  if (word == "off" || word == "auto") return std::string(word);
  return {};
}

Finding of_climate(const Look& look) {
  const Value* action = look.read("hvac_action");
  const Value* mode = look.read("hvac_mode");
  Finding found{action != nullptr || mode != nullptr, {}};
  if (is_text(mode)) {
    found.derived = {mode->as_text() == "off" ? "idle" : "active", climate_level(mode->as_text())};
  }
  if (!is_text(action)) return found;
  const bool rests = action->as_text() == "off" || action->as_text() == "idle";
  found.derived.state = rests ? "idle" : "active";
  const std::string level = climate_level(action->as_text());
  if (!level.empty()) found.derived.level = level;
  return found;
}

Finding of_humidifier(const Look& look) {
  Finding found = of_climate(look);
  return found.derived.state.empty() ? of_switch(look) : found;
}

Finding of_alarm(const Look& look) {
  const Value* v = look.read("alarm_state");
  Finding found{v != nullptr, {}};
  if (!is_text(v)) return found;
  const std::string& word = v->as_text();
  if (word == "triggered") found.derived.state = "alarm";
  if (word == "disarmed") found.derived.state = "disarmed";
  if (word.starts_with("armed_")) found.derived = {"armed", word.substr(6)};
  if (found.derived.state.empty()) found.derived.state = look.before.state;  // arming, pending
  return found;
}

Finding of_siren(const Look& look) {
  return either(look, "siren", "active", "idle");
}

/// Media and cleaners: a word that says whether it works.
Finding of_activity(const Look& look, std::string_view name) {
  const Value* v = look.read(name);
  Finding found{v != nullptr, {}};
  if (!is_text(v)) return found;
  const std::string& word = v->as_text();
  const bool works = word == "playing" || word == "buffering" || word == "cleaning" ||
                     word == "returning" || word == "mowing";
  found.derived.state = word == "error" ? "fault" : works ? "active" : "idle";
  return found;
}
Finding of_media(const Look& look) {
  return of_activity(look, "playback");
}
Finding of_cleaner(const Look& look) {
  return of_activity(look, "activity");
}

Finding of_smoke(const Look& look) {
  return either(look, "smoke", "alarm", "idle");
}
Finding of_co(const Look& look) {
  return either(look, "co_alarm", "alarm", "idle");
}
Finding of_gas(const Look& look) {
  return either(look, "gas", "alarm", "idle");
}
Finding of_leak(const Look& look) {
  return either(look, "leak", "alarm", "idle");
}
Finding of_contact(const Look& look) {
  return either(look, "open", "open", "closed");
}
Finding of_occupancy(const Look& look) {
  return either(look, "occupancy", "active", "idle");
}
Finding of_vibration(const Look& look) {
  return either(look, "vibration", "active", "idle");
}

struct Rule {
  std::string_view capability;
  Finding (*find)(const Look&);
};

/// The first that applies and knows its values decides.
constexpr Rule kRules[] = {
    {"lock", of_lock},
    {"cover", of_cover},
    {"valve", of_cover},
    {"climate", of_climate},
    {"humidifier", of_humidifier},
    {"alarm_panel", of_alarm},
    {"light", of_light},
    {"fan", of_fan},
    {"switch", of_switch},
    {"siren", of_siren},
    {"media", of_media},
    {"cleaner", of_cleaner},
    {"smoke", of_smoke},
    {"co_alarm", of_co},
    {"gas", of_gas},
    {"leak", of_leak},
    {"contact", of_contact},
    {"occupancy", of_occupancy},
    {"vibration", of_vibration},
};

}  // namespace

Derived derive(const DeviceInfo& device, const Values& value, const Derived& before,
               std::span<const Cut> percent) {
  const Look look{device, value, before, percent};
  bool applies = false;
  for (const Rule& rule : kRules) {
    if (!device.has_capability(rule.capability)) continue;
    Finding found = rule.find(look);
    if (!found.derived.state.empty()) return found.derived;
    applies = applies || found.applies;
  }
  return {applies ? "unknown" : "", ""};
}

}  // namespace attune::devices
