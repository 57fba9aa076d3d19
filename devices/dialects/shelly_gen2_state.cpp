#include <algorithm>
#include <array>
#include <utility>

#include "devices/dialects/rgb.h"
#include "devices/dialects/shelly_gen2.h"
#include "devices/names.h"
#include "devices/vocabulary.h"

/// What the messages of Shelly devices since the second generation mean.
namespace attune::devices {

namespace {

using json::Kind;
using json::Node;

constexpr std::size_t kSourceBytesMax = 64;

/// What a simple command says of one attribute: `true`, a number, or nothing.
std::string_view simple_word(std::string_view payload, std::string_view attribute) {
  std::array<std::string_view, 3> words{};
  for (std::string_view& word : words) {
    const std::size_t comma = std::min(payload.find(','), payload.size());
    word = payload.substr(0, comma);
    payload.remove_prefix(std::min(comma + 1, payload.size()));
  }
  const bool set = words[0] == "set";
  const std::string_view on = set ? words[1] : words[0];
  if (attribute == "on") {
    if (on == "on" || on == "true") return "true";
    return on == "off" || on == "false" ? "false" : "";
  }
  if (attribute == "brightness") return set ? words[2] : "";
  if (attribute != "position") return {};
  if (words[0] == "open") return "100";
  if (words[0] == "close") return "0";
  return words[0] == "pos" ? words[1] : "";
}

Node simple_node(std::string_view said) {
  Node node = text_node(said);
  const auto number = parse_number(said);
  node.kind = number ? Kind::number : Kind::boolean;
  node.number = number.value_or(0);
  node.boolean = said == "true";
  return node;
}

/// Fields that change with every message, or say the same once more.
bool is_noise(std::string_view path) {
  static constexpr std::string_view kNoise[] = {"id",
                                                "source",
                                                "temperature.tF",
                                                "tF",
                                                "aenergy.by_minute",
                                                "aenergy.minute_ts",
                                                "ret_aenergy.by_minute",
                                                "ret_aenergy.minute_ts",
                                                "errors",
                                                "timer_started_at",
                                                "timer_duration",
                                                "last_direction"};
  return std::ranges::find(kNoise, path) != std::end(kNoise);
}

/// What only says how the device itself is: nothing of it is kept, but what bind_field() names.
bool is_service(std::string_view type) {
  static constexpr std::string_view kService[] = {
      "sys",    "wifi", "eth",    "cloud",  "mqtt",   "ble",      "ws",     "ui",
      "script", "knx",  "matter", "modbus", "bthome", "plugs_ui", "service"};
  return std::ranges::find(kService, type) != std::end(kService);
}

/// A sensor that names any error has no value; of other components an error names its field:
/// `out_of_range:a_voltage`, or the whole component.
bool is_faulty(std::string_view type, const Node& component, std::string_view path) {
  const Node* errors = component.find("errors");
  if (errors == nullptr || errors->kind != Kind::array || errors->size == 0) return false;
  static constexpr std::string_view kSensors[] = {
      "temperature", "humidity", "illuminance", "voltmeter", "devicepower", "flood", "smoke"};
  if (std::ranges::find(kSensors, type) != std::end(kSensors)) return true;
  const std::string tail = ":" + std::string(path);
  return std::any_of(errors->begin().at, errors->end().at,
                     [&](const Node& error) { return error.text.ends_with(tail); });
}

/// Whether an entry of `errors` makes this attribute true.
bool names_error(const Node& component, std::string_view attribute) {
  const Node* errors = component.find("errors");
  if (errors == nullptr || errors->kind != Kind::array) return false;
  return std::any_of(errors->begin().at, errors->end().at, [&](const Node& error) {
    return error.kind == Kind::text && shelly_gen2::attribute_of_error(error.text) == attribute;
  });
}

}  // namespace

void ShellyGen2::decode_events(Turn& turn) {
  const Node* root = parse(turn);
  if (root == nullptr) return;
  const Node* parameters = root->find("params");
  const std::string_view method = root->text_of("method");
  if (parameters == nullptr || parameters->kind != Kind::object) return;
  const bool whole = method == "NotifyFullStatus";
  if (!whole && method != "NotifyStatus" && method != "NotifyEvent") return;
  const std::string_view source = root->text_of("src");
  if (!source.empty() && source.size() <= kSourceBytesMax && device_of(turn) != nullptr) {
    by_source_.insert_or_assign(std::string(source), turn.name);
  }
  if (method != "NotifyEvent") return take_components(*parameters, whole, turn);
  const Node* events = parameters->find("events");
  if (events != nullptr && events->kind == Kind::array) take_events(*events, turn);
}

/// `{"src":"<id>","result":{..}}` or `{"src":..,"error":{"code":..,"message":".."}}`.
void ShellyGen2::decode_answer(Turn& turn) {
  const Node* root = parse(turn);
  if (root == nullptr) return;
  const std::string_view source = root->text_of("src");
  const auto known = by_source_.find(source);
  turn.name = known != by_source_.end() ? known->second : std::string(source);
  turn.device = book_.find(turn.name);
  if (turn.device == nullptr) return;  // it answers somebody that we never heard of
  if (const Node* error = root->find("error")) {
    return book_.reject(turn.device, {}, "refused", std::string(error->text_of("message")),
                        turn.message, turn.out);
  }
  const Node* result = root->find("result");
  const bool status =
      result != nullptr && result->kind == Kind::object && result->find("sys") != nullptr;
  if (status) take_components(*result, true, turn);
}

/// Somebody else's request to the device.
void ShellyGen2::decode_foreign(Turn& turn) {
  const Node* root = parse(turn);
  if (root == nullptr || root->text_of("src") == "attune-shelly") return;
  const std::string_view method = root->text_of("method");
  const Node* parameters = root->find("params");
  if (parameters == nullptr || parameters->kind != Kind::object) return;
  const Node* number = parameters->find("id");
  if (turn.message.retained) {
    return book_.reject(turn.device, {}, "retained_command", std::string(method), turn.message,
                        turn.out);
  }
  for (const Binding& binding : turn.device->bindings) {
    if (!binding.writable) continue;
    const shelly_gen2::Method own = shelly_gen2::method_of(binding.property, Value(true));
    const auto component = shelly_gen2::component_of(
        std::string_view(binding.property).substr(0, binding.property.find('/')));
    const bool same = own.method == method && number != nullptr && number->kind == Kind::integer &&
                      std::to_string(number->integer) == component.number;
    const Node* wanted = same ? parameters->find(own.parameter) : nullptr;
    Value value;
    if (wanted != nullptr && read(binding, *wanted, value) == Take::value) {
      turn.out.foreign.push_back({binding.id, std::move(value)});
    }
  }
}

/// Somebody else's `on`, `pos,40` or `set,true,60`: what a device with `enable_control` takes.
void ShellyGen2::decode_simple_command(std::string_view component, Turn& turn) {
  if (turn.message.retained) {
    return book_.reject(turn.device, {}, "retained_command", std::string(component), turn.message,
                        turn.out);
  }
  for (const Binding& binding : turn.device->bindings) {
    const std::string_view property = binding.property;
    if (!binding.writable || property.substr(0, property.find('/')) != component) continue;
    const std::string_view said =
        simple_word(turn.message.payload, canonical_part(binding.attribute));
    if (said.empty()) continue;
    Value value;
    if (read(binding, simple_node(said), value) == Take::value) {
      turn.out.foreign.push_back({binding.id, std::move(value)});
    }
  }
}

/// Who has `switch:1` has more than one: `switch:0` is an endpoint then.
void ShellyGen2::note_several(const Node& components, Turn& turn) {
  for (const Node& component : components) {
    const auto [type, number] = shelly_gen2::component_of(component.key);
    if (number.empty() || number == "0") continue;
    std::set<std::string, std::less<>>& several = own_[turn.name].several;
    if (several.contains(type)) continue;
    several.emplace(type);
    const std::string first = std::string(type) + ":0/";
    std::vector<std::string> misnamed;
    for (const Binding& binding : turn.device->bindings) {
      if (binding.property.starts_with(first)) misnamed.push_back(binding.attribute);
    }
    for (const std::string& attribute : misnamed) book_.drop(*turn.device, attribute, turn.out);
  }
}

void ShellyGen2::take_components(const Node& components, bool whole, Turn& turn) {
  if (device_of(turn) == nullptr) return;
  note_several(components, turn);
  if (whole) own_[turn.name].sleeps |= components.find("devicepower:0") != nullptr;
  for (const Node& component : components) {
    if (component.kind == Kind::object) take_component(component.key, component, whole, turn);
    if (component.kind == Kind::null) forget(component.key, {}, turn);
  }
}

void ShellyGen2::take_component(std::string_view key, const Node& component, bool whole,
                                Turn& turn) {
  const auto [type, number] = shelly_gen2::component_of(key);
  if (!shelly_gen2::is_type(type)) return;
  if (type == "cover") book_.promise(*turn.device, "cover", turn.out);
  if (type == "thermostat") take_thermostat(key, component, turn);
  const std::size_t first = turn.out.readings.size();
  for (const Node& field : component) {
    const std::string path(field.key);
    if (path == "transition") {
      const Node* target = field.find("target");
      if (target != nullptr && target->kind == Kind::object) take_wish(key, *target, turn);
    } else if (field.kind == Kind::object) {
      for (const Node& inner : field) {
        const std::string deep = path + "." + std::string(inner.key);
        take_field(key, deep, inner, is_faulty(type, component, deep), turn);
      }
    } else {
      take_field(key, path, field, is_faulty(type, component, path), turn);
    }
  }
  // Without a position a cover still knows when it has reached an end.
  const Node* positioned = component.find("pos_control");
  const Node* state = component.find("state");
  if (type == "cover" && positioned != nullptr && !positioned->boolean && state != nullptr) {
    take_field(key, "opened", *state, false, turn);
  }
  note_own_doing(component, first, turn);
  take_errors(key, component, whole, turn);
}

/// Who switched last stands beside what was switched; what is off with an error switched itself
/// off. `first`: the first reading of the component.
void ShellyGen2::note_own_doing(const Node& component, std::size_t first, Turn& turn) {
  const std::string_view source = component.text_of("source");
  const Node* output = component.find("output");
  const bool off = output != nullptr && output->kind == Kind::boolean && !output->boolean;
  const bool faulty = names_error(component, "overload") || names_error(component, "problem");
  const bool protection = shelly_gen2::protects(source) || (off && faulty);
  if (!protection && !shelly_gen2::is_own_doing(source)) return;
  for (std::size_t at = first; at < turn.out.readings.size(); ++at) {
    turn.out.by_itself.push_back({turn.out.readings[at].attribute, protection});
  }
}

/// What the device finds wrong with its load and itself. A whole status without errors has none.
void ShellyGen2::take_errors(std::string_view key, const Node& component, bool whole, Turn& turn) {
  if (component.find("errors") == nullptr && !whole) return;
  const std::string endpoint = endpoint_of(turn.name, std::string(key));
  const std::string front = endpoint + (endpoint.empty() ? "" : ".");
  for (const std::string attribute : {"overload", "problem"}) {
    const bool found = names_error(component, attribute);
    const std::string property = std::string(key) + "/" + attribute;
    if (!found && DeviceBook::binding(*turn.device, property) == nullptr) continue;
    take_value(bind_canonical(property, front + attribute), simple_node(found ? "true" : "false"),
               false, turn);
  }
}

std::string ShellyGen2::endpoint_of(std::string_view device, const std::string& key) const {
  const auto [type, number] = shelly_gen2::component_of(key);
  const auto known = own_.find(device);
  const bool several = (known != own_.end() && known->second.several.contains(type)) ||
                       shelly_gen2::has_several(device, type);
  return number.empty() || (number == "0" && !several) ? "" : std::string(number);
}

void ShellyGen2::take_field(std::string_view key, const std::string& path, const Node& node,
                            bool faulty, Turn& turn) {
  if (is_noise(path)) return;
  if (node.kind == Kind::null) return forget(key, path, turn);
  const shelly_gen2::Component component = shelly_gen2::component_of(key);
  const std::string endpoint = endpoint_of(turn.name, std::string(key));
  std::optional<Bound> bound = shelly_gen2::bind_field(turn.name, component, endpoint, path);
  if (bound) return take_value(std::move(*bound), node, faulty, turn);
  if (is_service(component.type)) return;
  book_.take_raw(*turn.device, plain_name(key) + "." + plain_name(path), node, turn.message,
                 turn.out);
}

/// The device takes a field back, or with an empty path all of a component: it is not known now.
void ShellyGen2::forget(std::string_view key, std::string_view path, Turn& turn) {
  const std::string property = std::string(key) + (path.empty() ? "" : "/") + std::string(path);
  book_.forget_values(*turn.device, property, turn.out);
  // Read from these fields, and kept under names of their own.
  static constexpr std::pair<std::string_view, std::string_view> kMade[] = {
      {"state", "opened"}, {"enable", "hvac_mode"}, {"output", "hvac_action"}};
  for (const auto& [field, made] : kMade) {
    if (path == field) {
      book_.forget_values(*turn.device, std::string(key) + "/" + std::string(made), turn.out);
    }
  }
  const std::string raw = "raw." + plain_name(key) + (path.empty() ? "" : "." + plain_name(path));
  book_.forget_raw(*turn.device, raw, turn.out);
}

void ShellyGen2::take_value(Bound bound, const Node& node, bool faulty, Turn& turn) {
  const std::string property = bound.binding.property;
  const std::string attribute = bound.binding.attribute;
  if (DeviceBook::binding(*turn.device, property) == nullptr &&
      book_.add(*turn.device, std::move(bound), turn.message, turn.out) == nullptr) {
    return;
  }
  if (faulty) {
    return book_.reject(turn.device, attribute, "range", "the device names it faulty", turn.message,
                        turn.out);
  }
  const Binding& binding = *DeviceBook::binding(*turn.device, property);
  if (!attribute.ends_with("color_rgb")) {
    return book_.take(*turn.device, binding, node, turn.message, turn.out);
  }
  std::string color;
  if (node.kind == Kind::array && node.size == 3) {
    const Node* red = &*node.begin();
    const Node* green = red + red->span;
    color = rgb_text(*red, *green, *(green + green->span));
  }
  if (color.empty()) {
    return book_.reject(turn.device, attribute, "type", shown(node), turn.message, turn.out);
  }
  turn.out.readings.push_back({binding.id, Value(color)});
}

/// Where a fade leads: wanted, not there yet.
void ShellyGen2::take_wish(std::string_view key, const Node& target, Turn& turn) {
  for (const Node& field : target) {
    const std::string property = std::string(key) + "/" + std::string(field.key);
    const Binding* binding = DeviceBook::binding(*turn.device, property);
    Value value;
    if (binding != nullptr && read(*binding, field, value) == Take::value) {
      turn.out.desired.push_back({binding->id, std::move(value)});
    }
  }
}

/// Its mode is whether it is enabled, and what it can; its output whether it does it.
void ShellyGen2::take_thermostat(std::string_view key, const Node& component, Turn& turn) {
  const bool cools = component.text_of("type") == "cooling";
  const std::string endpoint = endpoint_of(turn.name, std::string(key));
  const auto take = [&](std::string_view field, std::string_view attribute, std::string_view yes,
                        std::string_view no) {
    const Node* node = component.find(field);
    if (node == nullptr || node->kind != Kind::boolean) return;
    const std::string name = (endpoint.empty() ? "" : endpoint + ".") + std::string(attribute);
    take_value(bind_canonical(std::string(key) + "/" + std::string(attribute), name),
               text_node(node->boolean ? yes : no), false, turn);
  };
  book_.promise(*turn.device, "climate", turn.out);
  take("enable", "hvac_mode", cools ? "cool" : "heat", "off");
  take("output", "hvac_action", cools ? "cooling" : "heating", "idle");
}

/// The same press may come twice, where two filters match its topic: its time tells.
void ShellyGen2::take_events(const Node& events, Turn& turn) {
  constexpr std::size_t kPressesMax = 64;
  for (const Node& event : events) {
    const auto component = shelly_gen2::component_of(event.text_of("component"));
    const std::string_view word = shelly_gen2::press_word(event.text_of("event"));
    if (component.type != "input" || component.number.empty() || word.empty()) continue;
    if (device_of(turn) == nullptr) return;
    const Node* time = event.find("ts");
    if (time != nullptr && time->is_number()) {
      auto& presses = own_[turn.name].presses;
      const std::string key = std::string(component.number) + "/" + std::string(word);
      const auto known = presses.find(key);
      if (known != presses.end() && known->second == time->number) continue;
      if (known == presses.end() && presses.size() >= kPressesMax) presses.clear();
      presses.insert_or_assign(key, time->number);
    }
    book_.take_event(*turn.device, component.number, word, turn.message, turn.out);
  }
}

}  // namespace attune::devices
