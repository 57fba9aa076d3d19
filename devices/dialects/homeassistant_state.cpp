#include <algorithm>
#include <array>
#include <utility>

#include "devices/dialects/homeassistant.h"
#include "devices/dialects/rgb.h"
#include "devices/model/limits.h"

/// What messages on the topics of entities mean.
namespace attune::devices {

namespace {

using ha::Channel;
using json::Kind;
using json::Node;

constexpr std::string_view kNotKnown = "None";  // as templates write it

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t start = text.find_first_not_of(kSpace);
  if (start == std::string_view::npos) return {};
  return text.substr(start, text.find_last_not_of(kSpace) - start + 1);
}

/// Up to three numbers with commas between them; none for anything else.
std::vector<double> numbers_of(std::string_view text) {
  std::vector<double> numbers;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    const auto number = parse_number(trimmed(text.substr(0, comma)));
    if (!number || numbers.size() == 3) return {};
    numbers.push_back(*number);
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return numbers;
}

/// The same out of an object, by the names of its members.
std::vector<double> members_of(const Node& node, std::initializer_list<std::string_view> keys) {
  std::vector<double> numbers;
  for (const std::string_view key : keys) {
    const Node* found = node.find(key);
    if (found == nullptr || !found->is_number()) return {};
    numbers.push_back(found->number);
  }
  return numbers;
}

std::vector<double> colour_of(const Channel& channel, const Node& node) {
  if (node.kind == Kind::text) return numbers_of(node.text);
  if (node.kind != Kind::object) return {};
  if (channel.reading == ha::Reading::rgb) return members_of(node, {"r", "g", "b"});
  const bool xy = channel.bound.binding.shape == Shape::color_xy;
  return xy ? members_of(node, {"x", "y"}) : members_of(node, {"h", "s"});
}

bool is_within(double value, double max) {
  return value >= 0 && value <= max;
}

Availability combined(const std::string& mode, const std::vector<Availability>& all,
                      Availability latest) {
  const auto count = [&](Availability wanted) { return std::ranges::count(all, wanted); };
  const auto size = static_cast<std::ptrdiff_t>(all.size());
  if (mode == "all") {
    if (count(Availability::offline) > 0) return Availability::offline;
    return count(Availability::online) == size ? Availability::online : Availability::unknown;
  }
  if (mode == "any") {
    if (count(Availability::online) > 0) return Availability::online;
    return count(Availability::offline) == size ? Availability::offline : Availability::unknown;
  }
  return latest;
}

}  // namespace

void HomeAssistant::decode_uses(const std::vector<Use>& uses, Turn& turn) {
  const Message& message = turn.message;
  if (message.payload.size() > limits::kPayloadBytesMax) {
    return book_.reject(nullptr, {}, "size", "more bytes than a message may have", message,
                        turn.out);
  }
  if (!json::valid_utf8(message.payload)) {
    return book_.reject(nullptr, {}, "utf8", "not UTF-8", message, turn.out);
  }
  turn.root = reader_.read(message.payload);
  const std::string_view text = trimmed(message.payload);
  if (turn.root == nullptr && text.starts_with('{')) {
    return book_.reject(nullptr, {}, reader_.refusal().reason, reader_.refusal().detail, message,
                        turn.out);
  }
  std::set<std::string_view> told;  // devices whose availability this message is about
  for (const Use& use : uses) {
    Entry& entry = entries_.find(use.key)->second;
    if (use.kind == Use::Kind::state) take_state(entry, use.at, turn);
    if (use.kind == Use::Kind::command) take_command(entry, use.at, turn);
    if (use.kind != Use::Kind::availability) continue;
    take_availability(entry, use.at, turn);
    told.insert(entry.entity.config.device);
  }
  for (const std::string_view name : told) {
    const BoundDevice* device = book_.find(name);
    const Availability now = availability_of(name);
    if (device != nullptr && now != Availability::unknown) {
      turn.out.availability.push_back({device->index, now});
    }
  }
}

/// The payload, or what a template makes of it; none when that says nothing.
std::optional<std::string> HomeAssistant::text_of(const jinja::Template* value_template, Turn& turn,
                                                  const BoundDevice& device,
                                                  std::string_view attribute) {
  std::string text(trimmed(turn.message.payload));
  if (value_template != nullptr) {
    jinja::Rendered made = value_template->run({Value(turn.message.payload), turn.root, {}});
    if (made.outcome == jinja::Rendered::Outcome::failed) {
      book_.reject(&device, attribute, "template", std::move(made.text), turn.message, turn.out);
      return std::nullopt;
    }
    if (made.outcome == jinja::Rendered::Outcome::missing) return std::nullopt;
    text = std::move(made.text);
  }
  if (text.empty()) return std::nullopt;
  return text;
}

void HomeAssistant::take_state(Entry& entry, std::size_t at, Turn& turn) {
  const Channel& channel = entry.entity.channels[at];
  BoundDevice* device = book_.find(entry.entity.config.device);
  if (device == nullptr) return;
  device->heard = true;
  const Binding binding = device->bindings[entry.first + at];
  const jinja::Template* made_by = channel.state_template ? &*channel.state_template : nullptr;
  const auto text = text_of(made_by, turn, *device, binding.attribute);
  if (!text) return;
  if (*text == kNotKnown) return book_.forget_value(*device, binding, turn.out);
  const Node plain = text_node(*text);
  if (channel.json_key.empty()) return take_node(entry, channel, binding, plain, *device, turn);
  const Node* root = made_by == nullptr ? turn.root : inner_.read(*text);
  if (root != nullptr && root->kind == Kind::object) {
    const Node* member = root->find(channel.json_key);
    if (member != nullptr) take_node(entry, channel, binding, *member, *device, turn);
  } else if (channel.text_too) {
    take_node(entry, channel, binding, plain, *device, turn);
  } else {
    book_.reject(device, binding.attribute, "type", "not an object", turn.message, turn.out);
  }
}

void HomeAssistant::take_node(const Entry& entry, const Channel& channel, const Binding& binding,
                              const Node& node, BoundDevice& device, Turn& turn) {
  if (node.kind == Kind::null) return book_.forget_value(device, binding, turn.out);
  const bool is_text = node.kind == Kind::text;
  if (is_text && std::ranges::find(channel.silent, node.text) != channel.silent.end()) return;
  switch (channel.reading) {
    case ha::Reading::movement:
      return take_movement(entry, binding, node, device, turn);
    case ha::Reading::press:
      return take_press(entry, channel, node, device, turn);
    case ha::Reading::rgb:
    case ha::Reading::pair:
      return take_color(channel, binding, node, device, turn);
    case ha::Reading::plain:
      return book_.take(device, binding, node, turn.message, turn.out);
  }
}

void HomeAssistant::take_movement(const Entry& entry, const Binding& binding, const Node& node,
                                  const BoundDevice& device, Turn& turn) {
  if (node.is_number() || (node.kind == Kind::text && parse_number(node.text))) return;
  const auto found = std::ranges::find_if(
      binding.words, [&](const auto& word) { return word.first == node.text; });
  if (node.kind != Kind::text || found == binding.words.end()) {
    return book_.reject(&device, binding.attribute, "type", shown(node), turn.message, turn.out);
  }
  const std::string& word = found->second;
  const bool end = word == "open" || word == "closed";
  if (end && entry.entity.position_by_words) {
    const std::string front = entry.endpoint.empty() ? "" : entry.endpoint + ".";
    book_.put(device, front + "position", word == "open" ? 100.0 : 0.0, turn.message, turn.out);
  }
  turn.out.readings.push_back({binding.id, Value(end ? std::string("stopped") : word)});
}

void HomeAssistant::take_press(const Entry& entry, const Channel& channel, const Node& node,
                               BoundDevice& device, Turn& turn) {
  if (node.kind != Kind::text) return;
  const auto& words = channel.bound.binding.words;
  const bool trigger = entry.entity.config.platform == "device_automation";
  if (trigger && (words.empty() || words.front().first != node.text)) return;
  book_.take_event(device, entry.endpoint, trigger ? words.front().second : node.text, turn.message,
                   turn.out);
}

void HomeAssistant::take_color(const Channel& channel, const Binding& binding, const Node& node,
                               const BoundDevice& device, Turn& turn) {
  const std::vector<double> parts = colour_of(channel, node);
  const bool rgb = channel.reading == ha::Reading::rgb;
  // A light that shows another kind of colour just now says nothing of this one.
  if (parts.empty() && node.kind == Kind::object) return;
  const bool xy = binding.shape == Shape::color_xy;
  bool good = parts.size() == (rgb ? 3U : 2U);
  for (std::size_t i = 0; good && i < parts.size(); ++i) {
    good = is_within(parts[i], rgb ? 255 : xy ? 1 : (i == 0 ? 360 : 100));
  }
  if (!good) {
    return book_.reject(&device, binding.attribute, parts.empty() ? "type" : "range", shown(node),
                        turn.message, turn.out);
  }
  if (!rgb) return turn.out.readings.push_back({binding.id, Value(parts)});
  const Rgb color{static_cast<int>(parts[0]), static_cast<int>(parts[1]),
                  static_cast<int>(parts[2])};
  turn.out.readings.push_back({binding.id, Value(to_text(color))});
}

void HomeAssistant::take_availability(Entry& entry, std::size_t at, Turn& turn) {
  const ha::AvailabilitySource& source = entry.entity.config.availability[at];
  const BoundDevice* device = book_.find(entry.entity.config.device);
  if (device == nullptr) return;
  const auto& made_by = entry.entity.availability_templates[at];
  const auto text = text_of(made_by ? &*made_by : nullptr, turn, *device, "");
  if (!text || (*text != source.available && *text != source.not_available)) return;
  entry.reachable[at] = *text == source.available ? Availability::online : Availability::offline;
  entry.latest = entry.reachable[at];
}

/// A device can be reached when one of its entities can.
Availability HomeAssistant::availability_of(std::string_view device) const {
  Availability all = Availability::unknown;
  const auto keys = by_device_.find(device);
  if (keys == by_device_.end()) return all;
  for (const std::string& key : keys->second) {
    const Entry& entry = entries_.find(key)->second;
    if (entry.reachable.empty()) continue;
    const std::string mode = entry.entity.config.text("availability_mode", "latest");
    const Availability one = combined(mode, entry.reachable, entry.latest);
    if (one == Availability::online) return one;
    if (one == Availability::offline) all = one;
  }
  return all;
}

}  // namespace attune::devices
