#include "devices/dialects/shelly_gen1.h"

#include <algorithm>
#include <utility>

#include "devices/dialects/rgb.h"
#include "devices/dialects/shelly_gen1_names.h"
#include "devices/json/writer.h"
#include "devices/names.h"
#include "devices/units.h"
#include "devices/vocabulary.h"

namespace attune::devices {

namespace {

using json::Kind;
using json::Node;

/// The first level of `rest`.
std::string_view first_level(std::string_view rest) {
  return rest.substr(0, rest.find('/'));
}

/// `relay/0` of `relay/0/power`.
std::string_view component_of(std::string_view rest) {
  const std::size_t slash = rest.find('/');
  if (slash == std::string_view::npos) return rest;
  return rest.substr(0, rest.find('/', slash + 1));
}

bool is_light(std::string_view rest) {
  return rest.starts_with("light/") || rest.starts_with("color/") || rest.starts_with("white/");
}

Node truth(bool value) {
  Node node;
  node.kind = Kind::boolean;
  node.boolean = value;
  return node;
}

/// A sensor's word that it does not know.
bool is_unknown(const Binding& binding, const Node& node) {
  const bool text = binding.shape == Shape::text;
  return !text && node.kind == Kind::text && (node.text == "unknown" || node.text == "null");
}

bool looks_like_object(std::string_view payload) {
  const std::size_t first = payload.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && payload[first] == '{';
}

}  // namespace

ShellyGen1::ShellyGen1(const DialectContext& context)
    : book_(context.catalog, "shelly_gen1"),
      base_(context.options.text("base", "shellies") + "/"),
      owner_before_(context.owner_before) {}

/// The device's id may hold slashes: what follows it begins with a component's name.
bool ShellyGen1::split(std::string_view topic, std::string& name, std::string_view& rest) const {
  if (!topic.starts_with(base_)) return false;
  const std::string_view below = topic.substr(base_.size());
  for (std::size_t slash = below.find('/'); slash != std::string_view::npos;
       slash = below.find('/', slash + 1)) {
    const std::string_view tail = below.substr(slash + 1);
    if (slash == 0 || !shelly_gen1::is_component(first_level(tail))) continue;
    name = below.substr(0, slash);
    rest = tail;
    return true;
  }
  return false;
}

bool ShellyGen1::owns(std::string_view topic) const {
  return topic.starts_with(base_);
}

void ShellyGen1::decode(const Message& message, Decoded& out) {
  Turn turn{message, out, {}, {}};
  if (message.topic == base_ + "announce") return decode_announcement(turn);
  if (!split(message.topic, turn.name, turn.rest)) {
    out.pass_on = true;
    return;
  }
  if (message.payload.empty()) return;
  turn.device = book_.find(turn.name);
  const std::string_view first = first_level(turn.rest);
  if (turn.rest == "online") return decode_availability(turn);
  if (turn.rest == "announce" || turn.rest == "info") return decode_announcement(turn);
  if (turn.rest.ends_with("/command") || turn.rest.ends_with("/set") ||
      turn.rest.ends_with("/command/pos")) {
    return decode_command(turn);
  }
  if (first == "input_event") {
    return decode_press(turn.rest.substr(std::min(first.size() + 1, turn.rest.size())), turn);
  }
  if (turn.rest == "status") return decode_status(turn);
  if (is_light(turn.rest) && turn.rest.ends_with("/status")) {
    return decode_light(component_of(turn.rest), turn);
  }
  decode_value(turn);
}

const Node* ShellyGen1::parse(Turn& turn) {
  const Node* root = reader_.read(turn.message.payload);
  if (root == nullptr) {
    book_.reject(nullptr, {}, reader_.refusal().reason, reader_.refusal().detail, turn.message,
                 turn.out);
  } else if (root->kind != Kind::object) {
    book_.reject(nullptr, {}, "type", "not an object", turn.message, turn.out);
    return nullptr;
  }
  return root;
}

BoundDevice* ShellyGen1::device_of(Turn& turn) {
  if (turn.device == nullptr) {
    turn.device = book_.meet(turn.name, turn.message, turn.out);
    if (turn.device != nullptr) own_[turn.name].sleeps = shelly_gen1::is_sleeper(turn.name);
  }
  if (turn.device != nullptr) turn.device->heard = true;
  return turn.device;
}

/// `{"id":..,"model":..}`: what the model has is there before its first value comes.
void ShellyGen1::decode_announcement(Turn& turn) {
  const Node* root = parse(turn);
  if (root == nullptr) return;
  const std::string_view id = root->text_of("id");
  if (turn.name.empty()) turn.name = id;
  std::vector<std::string_view> topics = shelly_gen1::topics_of(root->text_of("model"));
  if (topics.empty()) topics = shelly_gen1::topics_of(id);
  if (turn.name.empty() || (turn.rest == "info" && topics.empty())) return;
  const bool fresh = book_.find(turn.name) == nullptr;
  BoundDevice* device = device_of(turn);
  if (device == nullptr) return;
  turn.out.keep_as = base_ + turn.name + "/announce";
  for (const std::string_view topic : topics) {
    if (is_light(topic) && topic.size() == component_of(topic).size()) {
      const bool colored = topic.starts_with("color/");
      for (const std::string_view member : {"ison", colored ? "gain" : "brightness"}) {
        for (Bound& bound : shelly_gen1::bind_light(turn.name, topic, member)) {
          book_.add(*device, std::move(bound), turn.message, turn.out);
        }
      }
      continue;
    }
    for (Bound& bound : shelly_gen1::bind_topic(turn.name, topic)) {
      book_.add(*device, std::move(bound), turn.message, turn.out);
    }
  }
  if (!fresh) return;
  for (Outgoing& question : ask(device->index)) turn.out.replies.push_back(std::move(question));
}

void ShellyGen1::decode_availability(Turn& turn) {
  const bool online = turn.message.payload == "true";
  if (!online && turn.message.payload != "false") {
    return book_.reject(nullptr, {}, "type", "neither true nor false", turn.message, turn.out);
  }
  BoundDevice* device = device_of(turn);
  if (device == nullptr) return;
  const Availability away = own_[turn.name].sleeps ? Availability::sleeping : Availability::offline;
  turn.out.availability.push_back({device->index, online ? Availability::online : away});
}

/// `{"event":"S","event_cnt":3}` comes again with every report: a new count is a new press.
void ShellyGen1::decode_press(std::string_view input, Turn& turn) {
  const Node* root = parse(turn);
  if (root == nullptr || device_of(turn) == nullptr) return;
  const Node* count = root->find("event_cnt");
  const std::string_view word = shelly_gen1::press_word(root->text_of("event"));
  if (count == nullptr || count->kind != Kind::integer) {
    return book_.reject(turn.device, "event", "type", "no event_cnt", turn.message, turn.out);
  }
  constexpr std::size_t kInputsMax = 16;
  auto& presses = own_[turn.name].presses;
  const auto before = presses.find(input);
  const bool first = before == presses.end();
  if (first && presses.size() >= kInputsMax) return;
  const bool again = !first && before->second == count->integer;
  presses.insert_or_assign(std::string(input), count->integer);
  // What a device counted before we listened is no press of now, unless it says it as such:
  // one that sleeps wakes for it.
  const bool now = !first || own_[turn.name].sleeps || count->integer == 1;
  if (again || !now || word.empty()) return;
  book_.take_event(*turn.device, input, word, turn.message, turn.out);
}

void ShellyGen1::take(Bound bound, const Node& node, Turn& turn) {
  BoundDevice* device = device_of(turn);
  if (device == nullptr) return;
  const std::string property = bound.binding.property;
  if (DeviceBook::binding(*device, property) == nullptr &&
      book_.add(*device, std::move(bound), turn.message, turn.out) == nullptr) {
    return;
  }
  for (const Binding& binding : device->bindings) {
    if (binding.property == property && is_unknown(binding, node)) {
      book_.forget_value(*device, binding, turn.out);
    } else if (binding.property == property) {
      book_.take(*device, binding, node, turn.message, turn.out);
    }
  }
}

void ShellyGen1::decode_light(std::string_view component, Turn& turn) {
  const Node* root = parse(turn);
  if (root == nullptr || device_of(turn) == nullptr) return;
  for (const Node& member : *root) {
    for (Bound& bound : shelly_gen1::bind_light(turn.name, component, member.key)) {
      take(std::move(bound), member, turn);
    }
  }
  const Node* overpower = root->find("overpower");
  if (overpower != nullptr && overpower->kind == Kind::boolean) {
    note_overload(overpower->boolean, turn);
  }
  const bool colored = component.starts_with("color/");
  const Node* red = root->find("red");
  const Node* green = root->find("green");
  const Node* blue = root->find("blue");
  if (!colored || red == nullptr || green == nullptr || blue == nullptr) return;
  const std::string color = rgb_text(*red, *green, *blue);
  if (color.empty()) return;
  take(bind_canonical(std::string(component) + ".rgb", "color_rgb"), text_node(color), turn);
}

void ShellyGen1::decode_status(Turn& turn) {
  const Node* root = parse(turn);
  if (root == nullptr || device_of(turn) == nullptr) return;
  for (const Node& member : *root) {
    std::vector<Bound> bound = shelly_gen1::bind_status(member.key);
    for (Bound& one : bound) {
      // A motion sensor's temperature is an object with its unit.
      const Node* value = member.kind == Kind::object ? member.find("value") : &member;
      if (member.kind == Kind::object && member.text_of("units") == "F") {
        one.binding.conversion = *convert("[degF]", "Cel");
      }
      if (value != nullptr) take(std::move(one), *value, turn);
    }
  }
}

void ShellyGen1::decode_value(Turn& turn) {
  if (turn.rest == "temperature_f" || turn.rest == "temperature_status") return;  // told already
  if (!json::valid_utf8(turn.message.payload)) {
    return book_.reject(turn.device, {}, "utf8", "", turn.message, turn.out);
  }
  if (turn.message.payload.size() > json::kStateLimits.string_bytes) {
    return book_.reject(turn.device, {}, "string", "", turn.message, turn.out);
  }
  const bool light = is_light(turn.rest) && component_of(turn.rest) == turn.rest;
  std::vector<Bound> bound = light ? shelly_gen1::bind_light(turn.name, turn.rest, "ison")
                                   : shelly_gen1::bind_topic(turn.name, turn.rest);
  const Node text = text_node(turn.message.payload);
  if (bound.empty() && looks_like_object(turn.message.payload)) return;  // long texts of its own
  if (bound.empty()) {
    if (device_of(turn) == nullptr) return;
    std::string path;
    for (std::string_view rest = turn.rest; !rest.empty();) {
      const std::string_view level = first_level(rest);
      path += (path.empty() ? "" : ".") + plain_name(level);
      rest.remove_prefix(std::min(level.size() + 1, rest.size()));
    }
    return book_.take_raw(*turn.device, path, text, turn.message, turn.out);
  }
  for (Bound& one : bound) take(std::move(one), text, turn);
  const bool is_switch = light || turn.rest.starts_with("relay/");
  if (is_switch && component_of(turn.rest) == turn.rest) {
    note_overload(turn.message.payload == "overpower", turn);
  }
}

/// What says `overpower` has switched itself off to protect itself: nobody's hand.
void ShellyGen1::note_overload(bool overload, Turn& turn) {
  if (turn.device == nullptr) return;
  const std::string component(component_of(turn.rest));
  const Binding* on = DeviceBook::binding(*turn.device, component);
  if (on == nullptr) on = DeviceBook::binding(*turn.device, component + ".ison");
  if (on == nullptr || canonical_part(on->attribute) != "on") return;
  if (overload) turn.out.by_itself.push_back({on->id, true});
  const std::string property = component + ".overload";
  if (!overload && DeviceBook::binding(*turn.device, property) == nullptr) return;
  const std::string endpoint(endpoint_part(on->attribute));
  Bound bound = bind_canonical(property, endpoint + (endpoint.empty() ? "" : ".") + "overload");
  take(std::move(bound), truth(overload), turn);
}

/// Somebody else's: `relay/0/command` and `roller/0/command/pos` in the words of the report,
/// `light/0/set` an object.
void ShellyGen1::decode_command(Turn& turn) {
  if (turn.device == nullptr) return;
  if (turn.message.retained) {
    return book_.reject(turn.device, {}, "retained_command", std::string(turn.rest), turn.message,
                        turn.out);
  }
  const std::string component(component_of(turn.rest));
  const auto add = [&](std::string_view property, const Node& node) {
    const Binding* binding = DeviceBook::binding(*turn.device, property);
    Value value;
    if (binding == nullptr || !binding->writable || read(*binding, node, value) != Take::value) {
      return;
    }
    turn.out.foreign.push_back({binding->id, std::move(value)});
  };
  if (!json::valid_utf8(turn.message.payload)) return;
  const Node text = text_node(turn.message.payload);
  if (turn.rest.ends_with("/command/pos")) return add(component + "/pos", text);
  if (!turn.rest.ends_with("/set")) {
    add(component, text);
    return add(component + ".ison", truth(turn.message.payload == "on"));
  }
  const Node* root = reader_.read(turn.message.payload);
  if (root == nullptr || root->kind != Kind::object) return;
  for (const Node& member : *root) {
    if (member.key == "turn") {
      add(component + ".ison", truth(member.text == "on"));
    } else {
      add(component + "." + std::string(member.key), member);
    }
  }
}

/// A device of the next generation may have been given a topic among these: then it is no device
/// of this one.
void ShellyGen1::reconsider(Decoded& out) {
  std::vector<std::string> gone;
  for (const auto& [name, device] : book_.all()) {
    if (!owner_before_(base_ + name + "/online").empty()) gone.push_back(name);
  }
  for (const std::string& name : gone) {
    own_.erase(name);
    book_.forget(name, out);
  }
}

void ShellyGen1::declare(std::span<const DeviceEntry> entries) {
  const auto name_of = [this](std::string_view topic) {
    return std::string(topic.starts_with(base_) ? topic.substr(base_.size()) : topic);
  };
  Decoded unheard;
  const Message nothing{};
  for (const std::string& name : book_.declare(entries, name_of)) {
    BoundDevice& device = *book_.find(name);
    own_[name].sleeps = shelly_gen1::is_sleeper(name);
    const std::vector<std::string> promised = device.capabilities;
    const auto add = [&](std::vector<Bound> bound) {
      for (Bound& one : bound) book_.add(device, std::move(one), nothing, unheard);
    };
    for (const std::string& capability : promised) {
      if (capability == "switch") add(shelly_gen1::bind_topic(name, "relay/0"));
      if (capability == "cover") {
        add(shelly_gen1::bind_topic(name, "roller/0")),
            add(shelly_gen1::bind_topic(name, "roller/0/pos"));
      }
      if (capability == "light") {
        add(shelly_gen1::bind_light(name, "light/0", "ison"));
        add(shelly_gen1::bind_light(name, "light/0", "brightness"));
      }
    }
  }
}

std::vector<Outgoing> ShellyGen1::encode(DeviceIndex index, std::span<const Reading> values) const {
  const BoundDevice* device = book_.at(index);
  if (device == nullptr) return {};
  const std::string base = base_ + device->name + "/";
  std::vector<Outgoing> messages;
  std::map<std::string, json::Writer, std::less<>> lights;  // by component
  for (const Reading& reading : values) {
    const auto binding = std::ranges::find_if(device->bindings, [&](const Binding& b) {
      return b.id == reading.attribute && b.writable;
    });
    if (binding == device->bindings.end()) continue;
    const Value wire = write(*binding, reading.value);
    if (!wire.has_value()) continue;
    const std::string text = wire.kind() == ValueKind::text ? wire.as_text() : to_json(wire);
    const std::size_t dot = binding->property.find('.');
    if (dot == std::string::npos) {
      const bool position = binding->property.ends_with("/pos");
      const std::string component(component_of(binding->property));
      messages.push_back({base + component + (position ? "/command/pos" : "/command"), text});
      continue;
    }
    auto [light, fresh] = lights.try_emplace(binding->property.substr(0, dot));
    if (fresh) light->second.begin_object();
    const std::string member = binding->property.substr(dot + 1);
    if (member == "ison") {
      light->second.member("turn", wire == Value(true) ? "on" : "off");
    } else {
      light->second.member(member, wire);
    }
  }
  for (auto& [component, writer] : lights) {
    messages.push_back({base + component + "/set", writer.end_object().take()});
  }
  return messages;
}

std::vector<Outgoing> ShellyGen1::ask(DeviceIndex index) const {
  const BoundDevice* device = book_.at(index);
  if (device == nullptr) return {};
  const auto known = own_.find(device->name);
  if (known != own_.end() && known->second.sleeps) return {};  // it says so when it wakes
  return {{base_ + device->name + "/command", "update"}};
}

}  // namespace attune::devices
