#include "devices/dialects/esphome.h"

#include <algorithm>
#include <utility>

#include "devices/dialects/rgb.h"
#include "devices/json/writer.h"
#include "devices/names.h"
#include "devices/topics.h"

namespace attune::devices {

namespace {

using esphome::Entity;
using json::Kind;
using json::Node;

constexpr std::string_view kComponents[] = {
    "sensor", "binary_sensor", "switch", "light",  "cover", "valve", "fan",
    "lock",   "climate",       "number", "select", "text",  "event", "alarm_control_panel"};
constexpr std::string_view kCommanded[] = {"switch", "light", "cover",  "valve",
                                           "fan",    "lock",  "climate"};
constexpr std::string_view kDiscover = "esphome/discover/";
constexpr std::string_view kPing = "esphome/ping/";
constexpr std::string_view kMissing = "None";  // of a reading, where an option wants it for `nan`

/// The last level of `topic`, taken off it.
std::string_view cut_level(std::string_view& topic) {
  const std::size_t slash = topic.rfind('/');
  const std::string_view level = slash == std::string_view::npos ? topic : topic.substr(slash + 1);
  topic = slash == std::string_view::npos ? std::string_view{} : topic.substr(0, slash);
  return level;
}

/// Whether nothing but ESPHome says this there, without any description.
bool leaves_no_doubt(std::string_view component, std::string_view part, std::string_view payload) {
  if (!part.empty()) return true;
  const bool either = payload == "ON" || payload == "OFF";
  if (component == "switch" || component == "fan") return either;
  if (component == "light") return payload.starts_with('{') && payload.ends_with('}');
  static constexpr std::string_view kWords[] = {"open",    "closed",  "opening",
                                                "closing", "LOCKED",  "UNLOCKED",
                                                "JAMMED",  "LOCKING", "UNLOCKING"};
  const bool moves = component == "cover" || component == "valve" || component == "lock";
  return moves && std::ranges::find(kWords, payload) != std::end(kWords);
}

std::string wire_text(const Value& wire) {
  return wire.kind() == ValueKind::text ? wire.as_text() : to_json(wire);
}

/// `light/desk` of `light/desk/brightness`.
std::string_view entity_of(std::string_view property) {
  const std::size_t object = property.find('/');
  return property.substr(0, property.find('/', object + 1));
}

void write_light(json::Writer& json, std::string_view member, const Value& wire) {
  if (member != "color") {
    json.member(member, wire);
    return;
  }
  const auto rgb = wire.kind() == ValueKind::text ? parse_rgb(wire.as_text()) : std::nullopt;
  if (!rgb) return;
  json.key("color").begin_object();
  json.member("r", rgb->red).member("g", rgb->green).member("b", rgb->blue).end_object();
}

}  // namespace

std::string EspHome::Place::entity() const {
  return std::string(component) + "/" + std::string(object);
}
std::string EspHome::Place::property() const {
  return part.empty() ? entity() : entity() + "/" + std::string(part);
}

EspHome::EspHome(const DialectContext& context)
    : book_(context.catalog, "esphome"),
      discovery_(context.options.text("discovery", "homeassistant") + "/"),
      prefixes_(context.options.list("prefix", "")) {
  // A node's prefix is its name, and many put it below a level of its own.
  if (prefixes_ == std::vector<std::string>{""}) prefixes_ = {"+", "esphome/+"};
}

std::vector<std::string> EspHome::subscriptions() const {
  std::vector<std::string> all = {std::string(kDiscover) + "+", std::string(kPing) + "+",
                                  discovery_ + "+/+/config", discovery_ + "+/+/+/config"};
  for (const std::string& prefix : prefixes_) {
    all.push_back(prefix + "/status");
    const auto add = [&](std::string_view component, const char* verb) {
      const std::string topic = prefix + "/" + std::string(component);
      all.push_back(topic + "/+/" + verb);
      if (esphome::has_parts(component)) all.push_back(topic + "/+/+/" + verb);
    };
    for (const std::string_view component : kComponents) add(component, "state");
    for (const std::string_view component : kCommanded) add(component, "command");
  }
  for (const auto& [prefix, device] : book_.all()) {
    if (is_heard(prefix)) continue;
    for (const char* tail :
         {"/status", "/+/+/state", "/+/+/+/state", "/+/+/command", "/+/+/+/command"}) {
      all.push_back(prefix + tail);
    }
  }
  return all;
}

bool EspHome::is_heard(std::string_view prefix) const {
  return std::ranges::any_of(prefixes_, [&](const std::string& p) { return covers(p, prefix); });
}

EspHome::Place EspHome::place_of(std::string_view topic) {
  Place place;
  std::string_view rest = topic;
  const std::string_view last = cut_level(rest);
  if (rest.empty()) return {};
  if (last == "status" || last == "debug") {
    place.verb = last == "status" ? Verb::status : Verb::log;
    place.prefix = rest;
    return place;
  }
  if (last != "state" && last != "command") return {};
  place.verb = last == "state" ? Verb::state : Verb::command;
  const std::string_view a = cut_level(rest);
  const std::string_view b = cut_level(rest);
  std::string_view above = rest;
  const std::string_view c = cut_level(above);
  if (!above.empty() && esphome::has_parts(c)) {
    place.prefix = above;
    place.component = c;
    place.object = b;
    place.part = a;
    return place;
  }
  if (rest.empty() || !esphome::is_component(b)) return {};
  place.prefix = rest;
  place.component = b;
  place.object = a;
  return place;
}

bool EspHome::is_config(std::string_view topic) const {
  return topic.starts_with(discovery_) && topic.ends_with("/config") &&
         !topic.starts_with(discovery_ + "device/");
}

bool EspHome::may_be_ours(std::string_view prefix) const {
  if (book_.find(prefix) != nullptr) return true;
  const bool discovery = discovery_.starts_with(prefix) && discovery_.size() == prefix.size() + 1;
  return !discovery && !foreign_.contains(prefix) && is_heard(prefix);
}

bool EspHome::owns(std::string_view topic) const {
  if (topic.starts_with(kDiscover) || topic.starts_with(kPing) || is_config(topic)) return true;
  const Place place = place_of(topic);
  switch (place.verb) {
    case Verb::state:
    case Verb::status:
      return may_be_ours(place.prefix);
    case Verb::command:
    case Verb::log:
      return book_.find(place.prefix) != nullptr;
    case Verb::none:
      return false;
  }
  return false;
}

bool EspHome::knows(std::string_view topic) const {
  if (topic.starts_with(kDiscover) || topic.starts_with(kPing)) return true;
  if (is_config(topic)) return described_.contains(topic);
  return book_.find(place_of(topic).prefix) != nullptr;
}

void EspHome::declare(std::span<const DeviceEntry> entries) {
  book_.declare(entries, [](std::string_view topic) { return std::string(topic); });
}

BoundDevice* EspHome::meet(std::string_view prefix, Turn& turn) {
  const bool fresh = book_.find(prefix) == nullptr;
  const std::string_view topic = turn.message.topic;
  const bool describes =
      is_config(topic) || topic.starts_with(kDiscover) || topic.starts_with(kPing);
  BoundDevice* device = describes ? book_.ensure(prefix, turn.message, turn.out)
                                  : book_.meet(prefix, turn.message, turn.out);
  if (device == nullptr) return nullptr;
  device->heard = true;
  if (fresh && !is_heard(prefix)) turn.out.subscriptions_changed = true;
  return device;
}

void EspHome::decode(const Message& message, Decoded& out) {
  Turn turn{message, out};
  if (is_config(message.topic)) return decode_config(turn);
  if (message.topic.starts_with(kDiscover) || message.topic.starts_with(kPing)) {
    return decode_answer(turn);
  }
  const Place place = place_of(message.topic);
  if (message.payload.empty()) return decode_cleared(place, turn);
  switch (place.verb) {
    case Verb::status:
      return decode_status(place, turn);
    case Verb::state:
      return decode_state(place, turn);
    case Verb::command:
      return decode_command(place, turn);
    case Verb::log:  // for people
    case Verb::none:
      return;
  }
}

/// Anything may have a topic called status: without a node that is known only the birth and will
/// of ESPHome, which are retained, make one.
void EspHome::decode_status(const Place& place, Turn& turn) {
  const std::string_view word = turn.message.payload;
  const bool known = book_.find(place.prefix) != nullptr;
  if (word != "online" && word != "offline") {
    turn.out.pass_on = !known;
    if (known)
      book_.reject(nullptr, {}, "type", "neither online nor offline", turn.message, turn.out);
    return;
  }
  if (!known && !turn.message.retained) {
    turn.out.pass_on = true;
    return;
  }
  BoundDevice* device = meet(place.prefix, turn);
  if (device == nullptr) return;
  const bool online = word == "online";
  turn.out.availability.push_back(
      {device->index, online ? Availability::online : Availability::offline});
}

void EspHome::decode_state(const Place& place, Turn& turn) {
  const bool known = book_.find(place.prefix) != nullptr;
  if (!known && !leaves_no_doubt(place.component, place.part, turn.message.payload)) {
    turn.out.pass_on = true;
    return;
  }
  if (!json::valid_utf8(turn.message.payload)) {
    return book_.reject(nullptr, {}, "utf8", "no text", turn.message, turn.out);
  }
  BoundDevice* device = meet(place.prefix, turn);
  if (device == nullptr) return;
  const std::string_view capability = esphome::capability_of(place.component);
  if (!capability.empty()) book_.promise(*device, capability, turn.out);
  if (place.component == "light") return decode_light(*device, place, turn);
  if (place.component == "event") return decode_event(*device, place, turn);
  const bool measures = place.component == "sensor" || place.component == "number";
  if (measures && turn.message.payload == kMissing) return forget(*device, place, turn);
  const std::string property = place.property();
  if (DeviceBook::binding(*device, property) == nullptr) {
    const Own& own = own_[device->name];
    const auto entity = own.entities.find(place.entity());
    Entity guessed;
    guessed.component = place.component;
    guessed.object = place.object;
    const Entity& said = entity == own.entities.end() ? guessed : entity->second;
    for (Bound& bound : esphome::bind(said, place.part)) {
      keep(*device, place, std::move(bound), turn);
    }
  }
  bool taken = false;
  for (const Binding& binding : device->bindings) {
    if (binding.property != property) continue;
    book_.take(*device, binding, text_node(turn.message.payload), turn.message, turn.out);
    taken = true;
  }
  if (!taken) take_raw(*device, place, turn);
}

/// Nothing is retained there any more, or a text is empty: neither is a value.
void EspHome::decode_cleared(const Place& place, Turn& turn) {
  const BoundDevice* device = book_.find(place.prefix);
  if (device != nullptr && place.verb == Verb::state) forget(*device, place, turn);
}

void EspHome::forget(const BoundDevice& device, const Place& place, Turn& turn) {
  const std::string property = place.property();
  for (const Binding& binding : device.bindings) {
    const bool member = place.component == "light" && entity_of(binding.property) == property;
    if (member || binding.property == property) book_.forget_value(device, binding, turn.out);
  }
  book_.forget_raw(device, raw_name(device, place), turn.out);
}

std::string EspHome::raw_name(const BoundDevice& device, const Place& place) const {
  const auto own = own_.find(device.name);
  std::string_view category;
  if (own != own_.end()) {
    const auto entity = own->second.entities.find(place.entity());
    if (entity != own->second.entities.end()) category = entity->second.category;
  }
  std::string name = category == "config" ? "config." : category == "diagnostic" ? "diag." : "raw.";
  name += plain_name(place.object);
  if (!place.part.empty()) name += "." + plain_name(place.part);
  return name;
}

/// What nobody describes: a number where it is one. `nan` is a reading that is missing.
void EspHome::take_raw(BoundDevice& device, const Place& place, Turn& turn) {
  const std::string path = raw_name(device, place);
  const std::string_view payload = turn.message.payload;
  constexpr std::size_t kTextBytesMax = 4'096;
  const bool missing = payload == "nan" || payload == "NaN";
  if (missing) book_.forget_raw(device, path, turn.out);
  if (missing || payload.size() > kTextBytesMax) {
    return book_.reject(&device, path, payload.size() > kTextBytesMax ? "size" : "type",
                        std::string(payload.substr(0, 16)), turn.message, turn.out);
  }
  const auto number = parse_number(payload);
  book_.put(device, path, number ? Value(*number) : Value(payload), turn.message, turn.out);
}

/// Binds what a state showed, and keeps it for when a description comes: that speaks of one entity,
/// and of the others says nothing.
bool EspHome::keep(BoundDevice& device, const Place& place, Bound bound, Turn& turn) {
  if (book_.add(device, bound, turn.message, turn.out) == nullptr) return false;
  own_[device.name].heard[place.entity()].push_back(std::move(bound));
  return true;
}

const Node* EspHome::parse(Turn& turn) {
  const Node* root = reader_.read(turn.message.payload);
  if (root == nullptr || root->kind != Kind::object) {
    const bool json = root == nullptr;
    book_.reject(nullptr, {}, json ? reader_.refusal().reason : "type",
                 json ? reader_.refusal().detail : "no object", turn.message, turn.out);
    return nullptr;
  }
  return root;
}

void EspHome::decode_light(BoundDevice& device, const Place& place, Turn& turn) {
  const Node* root = parse(turn);
  if (root == nullptr) return;
  for (const Node& member : *root) take_member(device, place, member, turn);
}

void EspHome::take_member(BoundDevice& device, const Place& place, const Node& member, Turn& turn) {
  const std::string property = place.entity() + "/" + std::string(member.key);
  if (DeviceBook::binding(device, property) == nullptr) {
    std::optional<Bound> bound = esphome::bind_light(place.object, member.key);
    if (!bound || !keep(device, place, std::move(*bound), turn)) {
      const std::string path = plain_name(place.object) + "." + plain_name(member.key);
      return book_.take_raw(device, path, member, turn.message, turn.out);
    }
  }
  const Binding& binding = *DeviceBook::binding(device, property);
  if (member.key == "color") return take_color(device, binding, member, turn);
  book_.take(device, binding, member, turn.message, turn.out);
}

/// Channels of white alone are no colour.
void EspHome::take_color(const BoundDevice& device, const Binding& binding, const Node& color,
                         Turn& turn) {
  const Node* red = color.find("r");
  const Node* green = color.find("g");
  const Node* blue = color.find("b");
  if (red == nullptr || green == nullptr || blue == nullptr) return;
  std::string text = rgb_text(*red, *green, *blue);
  if (text.empty()) {
    return book_.reject(&device, binding.attribute, "type", "r, g and b are 0 to 255", turn.message,
                        turn.out);
  }
  turn.out.readings.push_back({binding.id, std::move(text)});
}

void EspHome::decode_event(BoundDevice& device, const Place& place, Turn& turn) {
  const Node* root = parse(turn);
  if (root == nullptr) return;
  if (DeviceBook::binding(device, place.property()) == nullptr) {
    Entity button;
    button.component = place.component;
    button.object = place.object;
    for (Bound& bound : esphome::bind(button, {})) keep(device, place, std::move(bound), turn);
  }
  book_.take_event(device, place.object, root->text_of("event_type"), turn.message, turn.out);
}

/// Somebody else's command to a node that is known.
void EspHome::decode_command(const Place& place, Turn& turn) {
  BoundDevice* device = book_.find(place.prefix);
  if (device == nullptr) return;
  if (turn.message.retained) {
    return book_.reject(device, {}, "retained_command", place.property().substr(0, 64),
                        turn.message, turn.out);
  }
  if (!json::valid_utf8(turn.message.payload)) return;
  const bool light = place.component == "light";
  const Node* root = light ? reader_.read(turn.message.payload) : nullptr;
  const Node text = text_node(turn.message.payload);
  for (const Binding& binding : device->bindings) {
    if (!binding.writable || entity_of(binding.property) != place.entity()) continue;
    const Node* node = &text;
    if (light) {
      const std::string_view member =
          std::string_view(binding.property).substr(place.entity().size() + 1);
      node = root == nullptr ? nullptr : root->find(member);
    } else if (binding.property != place.property()) {
      continue;
    }
    Value value;
    if (node == nullptr || read(binding, *node, value) != Take::value) continue;
    turn.out.foreign.push_back({binding.id, std::move(value)});
  }
}

std::vector<Outgoing> EspHome::encode(DeviceIndex index, std::span<const Reading> values) const {
  const BoundDevice* device = book_.at(index);
  if (device == nullptr) return {};
  std::vector<Outgoing> messages;
  std::map<std::string, std::pair<json::Writer, Millis>, std::less<>> lights;
  for (const Reading& reading : values) {
    for (const Binding& binding : device->bindings) {
      if (binding.id != reading.attribute || !binding.writable) continue;
      const Value wire = write(binding, reading.value);
      if (!wire.has_value()) break;
      const std::string entity(entity_of(binding.property));
      if (!entity.starts_with("light/")) {
        messages.push_back({device->name + "/" + binding.property + "/command", wire_text(wire)});
        break;
      }
      auto [light, fresh] = lights.try_emplace(entity);
      if (fresh) light->second.first.begin_object();
      write_light(light->second.first, std::string_view(binding.property).substr(entity.size() + 1),
                  wire);
      light->second.second = std::max(light->second.second, reading.transition);
      break;
    }
  }
  for (auto& [entity, light] : lights) {
    auto& [json, transition] = light;
    constexpr double kMillisPerSecond = 1000;
    if (transition.count() > 0) {
      json.member("transition", static_cast<double>(transition.count()) / kMillisPerSecond);
    }
    messages.push_back({device->name + "/" + entity + "/command", json.end_object().take()});
  }
  return messages;
}

std::vector<Outgoing> EspHome::ask(DeviceIndex /*device*/) const {
  return {};
}

}  // namespace attune::devices
