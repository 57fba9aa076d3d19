#include "devices/dialects/shelly_gen2.h"

#include <algorithm>
#include <utility>

#include "devices/dialects/rgb.h"
#include "devices/json/writer.h"

namespace attune::devices {

namespace {

using json::Kind;
using json::Node;

/// Who asks: devices answer at `<source>/rpc`.
constexpr std::string_view kSource = "attune-shelly";
constexpr std::string_view kAnswers = "attune-shelly/rpc";

/// Below prefixes of one and two levels.
constexpr std::string_view kUsualFilters[] = {"+/events/rpc", "+/+/events/rpc", "+/status/+",
                                              "+/+/status/+", "+/online",       "+/+/online"};

/// `{"id":1,"src":..,"method":..` with its parameters to come.
json::Writer request(std::string_view method) {
  json::Writer writer;
  writer.begin_object().member("id", 1).member("src", kSource).member("method", method);
  return writer;
}

void write_parameter(json::Writer& writer, std::string_view name, const Value& wire) {
  const auto color = wire.kind() == ValueKind::text ? parse_rgb(wire.as_text()) : std::nullopt;
  if (!color) {
    writer.member(name, wire);
    return;
  }
  writer.key(name).begin_array().value(color->red).value(color->green).value(color->blue);
  writer.end_array();
}

}  // namespace

ShellyGen2::ShellyGen2(const DialectContext& context)
    : book_(context.catalog, "shelly_gen2"), prefixes_(context.options.list("prefixes", "")) {
  std::erase(prefixes_, "");
}

std::vector<std::string> ShellyGen2::subscriptions() const {
  std::vector<std::string> all(std::begin(kUsualFilters), std::end(kUsualFilters));
  all.emplace_back(kAnswers);
  for (const std::string& prefix : prefixes_) {
    for (const char* tail : {"/events/rpc", "/status/+", "/online"}) all.push_back(prefix + tail);
  }
  // What others ask of it, and all of its state at once.
  for (const auto& known : book_.all()) {
    all.push_back(known.first + "/rpc");
    all.push_back(known.first + "/command/+");
    all.push_back(known.first + "/status");
  }
  return all;
}

bool ShellyGen2::is_ours(std::string_view device) const {
  if (book_.find(device) != nullptr) return true;
  if (std::ranges::find(prefixes_, device) != prefixes_.end()) return true;
  if (!shelly_gen2::looks_like_shelly(device)) return false;
  // Devices of the first generation speak below `shellies` too.
  return !device.starts_with("shellies/") || shelly_gen2::is_younger(device);
}

ShellyGen2::Place ShellyGen2::place_of(std::string_view topic) const {
  if (topic == kAnswers) return {{}, Channel::answer, {}};
  const auto before = [&](std::string_view tail) {
    const bool ends = topic.size() > tail.size() && topic.ends_with(tail);
    return ends ? topic.substr(0, topic.size() - tail.size()) : std::string_view{};
  };
  if (const auto device = before("/events/rpc"); !device.empty()) {
    return {device, Channel::events, {}};
  }
  if (const auto device = before("/online"); is_ours(device)) return {device, Channel::online, {}};
  if (const auto device = before("/rpc"); !device.empty() && book_.find(device) != nullptr) {
    return {device, Channel::rpc, {}};
  }
  if (const auto device = before("/status"); is_ours(device)) return {device, Channel::status, {}};
  const std::size_t last = topic.rfind('/');
  if (last == std::string_view::npos) return {};
  const std::string_view front = topic.substr(0, last);
  const std::string_view key = topic.substr(last + 1);
  constexpr std::string_view kCommand = "/command";
  if (front.ends_with(kCommand)) {
    const std::string_view to = front.substr(0, front.size() - kCommand.size());
    return book_.find(to) != nullptr ? Place{to, Channel::command, key} : Place{};
  }
  if (!front.ends_with("/status") || front.size() <= 7) return {};
  const std::string_view device = front.substr(0, front.size() - 7);
  const shelly_gen2::Component component = shelly_gen2::component_of(key);
  const bool numbered = !component.number.empty();
  if (!shelly_gen2::is_type(component.type) || (!numbered && !is_ours(device))) return {};
  return {device, Channel::status, key};
}

bool ShellyGen2::owns(std::string_view topic) const {
  return place_of(topic).channel != Channel::none;
}

void ShellyGen2::decode(const Message& message, Decoded& out) {
  const Place place = place_of(message.topic);
  if (message.payload.empty()) return;
  Turn turn{message, out, std::string(place.device)};
  turn.device = book_.find(turn.name);
  switch (place.channel) {
    case Channel::events:
      return decode_events(turn);
    case Channel::online:
      return decode_availability(turn);
    case Channel::rpc:
      return decode_foreign(turn);
    case Channel::command:
      return decode_simple_command(place.component, turn);
    case Channel::answer:
      return decode_answer(turn);
    case Channel::status:
      break;
    case Channel::none:
      return;
  }
  const Node* root = parse(turn);
  if (root == nullptr) return;
  if (place.component.empty()) return take_components(*root, true, turn);
  if (device_of(turn) != nullptr) take_component(place.component, *root, true, turn);
}

const Node* ShellyGen2::parse(Turn& turn) {
  const Node* root = reader_.read(turn.message.payload);
  if (root != nullptr && root->kind == Kind::object) return root;
  const bool read = root != nullptr;
  book_.reject(turn.device, {}, read ? "type" : reader_.refusal().reason,
               read ? "not an object" : reader_.refusal().detail, turn.message, turn.out);
  return nullptr;
}

/// A device that is new is asked for all that it has: most of its messages say only what changed.
BoundDevice* ShellyGen2::device_of(Turn& turn) {
  if (turn.device == nullptr) {
    turn.device = book_.meet(turn.name, turn.message, turn.out);
    if (turn.device == nullptr) return nullptr;
    own_[turn.name].sleeps = shelly_gen2::is_sleeper(turn.name);
    turn.out.subscriptions_changed = true;
    for (Outgoing& question : ask(turn.device->index)) {
      turn.out.replies.push_back(std::move(question));
    }
  }
  turn.device->heard = true;
  return turn.device;
}

void ShellyGen2::decode_availability(Turn& turn) {
  const bool online = turn.message.payload == "true";
  if (!online && turn.message.payload != "false") {
    return book_.reject(turn.device, {}, "type", "neither true nor false", turn.message, turn.out);
  }
  if (device_of(turn) == nullptr) return;
  const Availability away = own_[turn.name].sleeps ? Availability::sleeping : Availability::offline;
  turn.out.availability.push_back({turn.device->index, online ? Availability::online : away});
}

void ShellyGen2::declare(std::span<const DeviceEntry> entries) {
  Decoded unheard;
  const Message nothing{};
  const auto name_of = [](std::string_view topic) { return std::string(topic); };
  for (const std::string& name : book_.declare(entries, name_of)) {
    BoundDevice& device = *book_.find(name);
    own_[name].sleeps = shelly_gen2::is_sleeper(name);
    const std::vector<std::string> promised = device.capabilities;
    const auto add = [&](std::string_view type, std::initializer_list<std::string_view> paths) {
      for (const std::string_view path : paths) {
        auto bound = shelly_gen2::bind_field(name, {type, "0"}, {}, path);
        if (bound) book_.add(device, std::move(*bound), nothing, unheard);
      }
    };
    for (const std::string& capability : promised) {
      if (capability == "switch") add("switch", {"output"});
      if (capability == "light") add("light", {"output", "brightness"});
      if (capability == "cover") add("cover", {"current_pos", "state"});
    }
  }
}

/// One request for each component and method, with all of its parameters.
std::vector<Outgoing> ShellyGen2::encode(DeviceIndex index, std::span<const Reading> values) const {
  const BoundDevice* device = book_.at(index);
  if (device == nullptr) return {};
  std::map<std::pair<std::string, std::string>, std::vector<std::pair<std::string, Value>>> calls;
  for (const Reading& reading : values) {
    const auto binding = std::ranges::find_if(device->bindings, [&](const Binding& b) {
      return b.id == reading.attribute && b.writable;
    });
    if (binding == device->bindings.end()) continue;
    const Value wire = write(*binding, reading.value);
    if (!wire.has_value()) continue;
    const bool color = binding->attribute.ends_with("color_rgb");
    if (color && !parse_rgb(wire.as_text())) continue;
    const shelly_gen2::Method method = shelly_gen2::method_of(binding->property, wire);
    const std::string key = binding->property.substr(0, binding->property.find('/'));
    calls[{key, method.method}].emplace_back(method.parameter, wire);
  }
  std::vector<Outgoing> messages;
  for (const auto& [call, parameters] : calls) {
    json::Writer writer = request(call.second);
    const std::string number(shelly_gen2::component_of(call.first).number);
    const bool config = call.second.ends_with(".SetConfig");
    writer.key("params").begin_object();
    writer.member("id", static_cast<std::int64_t>(*parse_number(number.empty() ? "0" : number)));
    if (config) writer.key("config").begin_object();
    for (const auto& [parameter, wire] : parameters) {
      if (!parameter.empty()) write_parameter(writer, parameter, wire);
    }
    if (config) writer.end_object();
    messages.push_back({device->name + "/rpc", writer.end_object().end_object().take()});
  }
  return messages;
}

std::vector<Outgoing> ShellyGen2::ask(DeviceIndex index) const {
  const BoundDevice* device = book_.at(index);
  if (device == nullptr) return {};
  const auto known = own_.find(device->name);
  if (known != own_.end() && known->second.sleeps) return {};  // it says so when it wakes
  return {{device->name + "/rpc", request("Shelly.GetStatus").end_object().take()}};
}

}  // namespace attune::devices
