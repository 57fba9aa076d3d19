#include "devices/dialects/homie_devices.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "devices/dialects/rgb.h"
#include "devices/model/limits.h"
#include "devices/names.h"
#include "devices/vocabulary.h"

namespace attune::devices::homie {

namespace {

constexpr std::size_t kWaitingMax = 20'000;    // values of all devices together
constexpr std::size_t kWaitingBytesMax = 256;  // of one

std::string_view last_level(std::string_view topic) {
  const std::size_t slash = topic.rfind('/');
  return slash == std::string_view::npos ? topic : topic.substr(slash + 1);
}

std::pair<std::string_view, std::string_view> halves(std::string_view path) {
  const std::size_t slash = std::min(path.find('/'), path.size());
  return {path.substr(0, slash), path.substr(std::min(slash + 1, path.size()))};
}

bool is_color(const Binding& binding) {
  const std::string_view name = canonical_part(binding.attribute);
  return name == "color_rgb" || name == "color_hs" || name == "color_xy";
}

std::string_view form_of(const Binding& binding) {
  const std::string_view name = canonical_part(binding.attribute);
  return name == "color_rgb" ? "rgb" : name == "color_hs" ? "hsv" : "xyz";
}

/// `12,34.5,6`; empty when one is no number.
std::vector<double> numbers_of(std::string_view text) {
  std::vector<double> all;
  constexpr std::size_t kMax = 3;
  while (all.size() < kMax) {
    const std::size_t comma = std::min(text.find(','), text.size());
    const auto number = parse_number(text.substr(0, comma));
    if (!number) return {};
    all.push_back(*number);
    if (comma == text.size()) return all;
    text.remove_prefix(comma + 1);
  }
  return {};
}

std::optional<Value> color_of(std::string_view form, const std::vector<double>& n) {
  const auto within = [&](std::size_t at, double max) { return n[at] >= 0 && n[at] <= max; };
  constexpr double kByte = 255;
  constexpr double kHue = 360;
  constexpr double kPercent = 100;
  if (form == "rgb") {
    if (n.size() != 3 || !within(0, kByte) || !within(1, kByte) || !within(2, kByte)) return {};
    const auto whole = [&](std::size_t at) { return static_cast<int>(std::lround(n[at])); };
    return Value(to_text({whole(0), whole(1), whole(2)}));
  }
  if (form == "hsv") {
    if (n.size() != 3 || !within(0, kHue) || !within(1, kPercent)) return {};
    return Value(std::vector<double>{n[0], n[1]});
  }
  if (n.size() < 2 || !within(0, 1) || !within(1, 1)) return {};
  return Value(std::vector<double>{n[0], n[1]});
}

/// Words of buttons as everybody else says them.
std::string_view press_word(std::string_view word) {
  static constexpr std::pair<std::string_view, std::string_view> kWords[] = {
      {"short", "single"},
      {"click", "single"},
      {"long", "hold"},
      {"pressed", "press"},
      {"released", "release"}};
  const auto found = std::ranges::find(kWords, word, [](const auto& row) { return row.first; });
  return found == std::end(kWords) ? word : found->second;
}

std::string comma_text(const std::vector<double>& numbers) {
  std::string text;
  for (const double number : numbers) {
    if (!text.empty()) text += ',';
    append_number(text, number);
  }
  return text;
}

}  // namespace

Own* Devices::own(std::string_view name) {
  const auto found = own_.find(name);
  return found == own_.end() ? nullptr : &found->second;
}

BoundDevice* Devices::meet(std::string_view topic, Turn& turn) {
  const std::string_view name = last_level(topic);
  if (book_.find(name) == nullptr && book_.meet(name, turn.message, turn.out) == nullptr) {
    return nullptr;
  }
  return ensure(topic, turn);
}

BoundDevice* Devices::ensure(std::string_view topic, Turn& turn) {
  const std::string_view name = last_level(topic);
  Own* known = own(name);
  if (known != nullptr && !known->topic.empty() && known->topic != topic) {
    book_.reject(nullptr, {}, "topic", "a device of this name speaks at " + known->topic,
                 turn.message, turn.out);
    return nullptr;
  }
  BoundDevice* device = book_.ensure(name, turn.message, turn.out);
  if (device == nullptr) return nullptr;
  device->heard = true;
  own_[std::string(name)].topic = topic;
  return device;
}

void Devices::forget(std::string_view name, Turn& turn) {
  const auto found = own_.find(name);
  if (found != own_.end()) {
    waiting_ -= found->second.waiting.size();
    own_.erase(found);
  }
  book_.forget(name, turn.out);
}

void Devices::declare(std::span<const DeviceEntry> entries, std::string_view base) {
  std::map<std::string, std::string> topics;
  const auto name_of = [&](std::string_view topic) {
    std::string name(last_level(topic));
    const bool bare = topic.find('/') == std::string_view::npos;
    topics[name] = bare ? std::string(base) + "/" + name : std::string(topic);
    return name;
  };
  for (const std::string& name : book_.declare(entries, name_of)) {
    own_[name].topic = topics[name];
  }
}

void Devices::describe(BoundDevice& device, Nodes nodes, Turn& turn) {
  Own& beside = own_[device.name];
  beside.nodes = std::move(nodes);
  beside.described = true;
  beside.bound.clear();
  for (const auto& [node_id, node] : beside.nodes) {
    for (const auto& [id, property] : node.properties) {
      beside.bound[node_id + "/" + id] = bind_property(node_id, node, id, property);
    }
  }
  apply(device, turn);
}

void Devices::redescribe(BoundDevice& device, std::string_view node_id, std::string_view id,
                         Turn& turn) {
  Own& beside = own_[device.name];
  const Node& node = beside.nodes.find(node_id)->second;
  const auto property = node.properties.find(id);
  const std::string path = std::string(node_id) + "/" + std::string(id);
  std::vector<Bound>& bound = beside.bound[path];
  std::vector<Bound> fresh;
  if (property != node.properties.end()) {
    fresh = bind_property(node_id, node, id, property->second);
  }
  const bool guessed = bound.empty() && DeviceBook::binding(device, path) != nullptr;
  if (!guessed && std::ranges::equal(bound, fresh, is_same)) return;
  bound = std::move(fresh);
  apply(device, turn);
}

/// Where two properties of a node are one attribute, the later one has an endpoint of its own.
void Devices::apply(BoundDevice& device, Turn& turn) {
  const Own& beside = own_[device.name];
  std::vector<Bound> all = beside.beside;
  std::vector<std::string> capabilities;
  std::set<std::string> taken;
  for (const auto& [path, bounds] : beside.bound) {
    const auto [node_id, id] = halves(path);
    const Node& node = beside.nodes.find(node_id)->second;
    for (Bound bound : bounds) {
      const std::string_view capability = capability_of(node_id, node, bound);
      const bool fresh = std::ranges::find(capabilities, capability) == capabilities.end();
      if (!capability.empty() && fresh) capabilities.emplace_back(capability);
      if (!taken.insert(bound.binding.attribute).second) {
        const std::string_view name = canonical_part(bound.binding.attribute);
        bound.info.name = plain_name(node_id) + "_" + plain_name(id) + "." + std::string(name);
        bound.binding.attribute = bound.info.name;
        if (!taken.insert(bound.binding.attribute).second) continue;
      }
      all.push_back(std::move(bound));
    }
  }
  book_.describe(device, std::move(all), std::move(capabilities), beside.label, turn.out);
  take_waiting(device, turn);
}

void Devices::take_waiting(BoundDevice& device, Turn& turn) {
  Own& beside = own_[device.name];
  for (auto at = beside.waiting.begin(); at != beside.waiting.end();) {
    if (take_bound(device, at->first, at->second, turn)) {
      at = beside.waiting.erase(at);
      --waiting_;
    } else {
      ++at;
    }
  }
}

void Devices::take_value(BoundDevice& device, std::string_view path, Turn& turn) {
  std::string_view payload = turn.message.payload;
  if (payload.empty()) return;  // the topic was cleared, nothing is said
  if (payload == std::string_view("\0", 1)) payload = {};
  if (payload.size() > limits::kJsonStringBytesMax || !json::valid_utf8(payload)) {
    return book_.reject(&device, {}, payload.size() > limits::kJsonStringBytesMax ? "size" : "utf8",
                        std::string(path.substr(0, kWaitingBytesMax)), turn.message, turn.out);
  }
  if (take_bound(device, path, payload, turn)) return;
  Own& beside = own_[device.name];
  if (!beside.described && take_guessed(device, path, payload, turn)) return;
  const auto [node_id, id] = halves(path);
  if (!beside.described && payload.size() <= kWaitingBytesMax && waiting_ < kWaitingMax) {
    const auto [at, fresh] = beside.waiting.insert_or_assign(std::string(path), payload);
    waiting_ += fresh ? 1 : 0;
    if (turn.message.retained) return;  // what it is may follow
  }
  book_.take_raw(device, plain_name(node_id) + "." + plain_name(id), text_node(payload),
                 turn.message, turn.out);
}

bool Devices::take_bound(BoundDevice& device, std::string_view path, std::string_view payload,
                         Turn& turn) {
  bool found = false;
  bool read = false;
  const Binding* refusing = nullptr;
  for (const Binding& binding : device.bindings) {
    if (binding.property != path) continue;
    found = true;
    if (binding.shape == Shape::event) {
      const std::string endpoint(endpoint_part(binding.attribute));
      book_.take_event(device, endpoint, press_word(payload), turn.message, turn.out);
      return true;
    }
    if (!is_color(binding)) {
      book_.take(device, binding, text_node(payload), turn.message, turn.out);
      continue;
    }
    if (std::optional<Value> value = read_one(binding, payload)) {
      turn.out.readings.push_back({binding.id, std::move(*value)});
      read = true;
    } else {
      refusing = &binding;
    }
  }
  if (refusing != nullptr && !read) {
    book_.reject(&device, refusing->attribute, "type", to_json(Value(payload)), turn.message,
                 turn.out);
  }
  return found;
}

/// Nothing describes it: what its name and payload leave no doubt of counts all the same.
bool Devices::take_guessed(BoundDevice& device, std::string_view path, std::string_view payload,
                           Turn& turn) {
  const auto [node_id, id] = halves(path);
  Own& beside = own_[device.name];
  const auto known = beside.nodes.find(node_id);
  if (known != beside.nodes.end() && known->second.properties.contains(id)) return false;
  const Node node = known == beside.nodes.end() ? Node{} : known->second;
  std::vector<Bound> bounds = bind_property(node_id, node, id, guess(payload));
  if (bounds.empty()) return false;
  for (Bound& bound : bounds) {
    const std::string_view capability = capability_of(node_id, node, bound);
    if (book_.add(device, std::move(bound), turn.message, turn.out) == nullptr) return false;
    if (!capability.empty()) book_.promise(device, capability, turn.out);
  }
  return take_bound(device, path, payload, turn);
}

std::optional<Value> Devices::read_one(const Binding& binding, std::string_view payload) const {
  if (is_color(binding)) {
    const std::string_view form = form_of(binding);
    if (colors_ == Colors::bare) return color_of(form, numbers_of(payload));
    if (!payload.starts_with(form) || payload.substr(form.size(), 1) != ",") return std::nullopt;
    return color_of(form, numbers_of(payload.substr(form.size() + 1)));
  }
  Value value;
  if (read(binding, text_node(payload), value) != Take::value) return std::nullopt;
  return value;
}

void Devices::take_own(BoundDevice& device, std::string_view property, std::string_view attribute,
                       Turn& turn) {
  if (DeviceBook::binding(device, property) == nullptr) {
    Bound bound = bind_canonical(property, attribute);
    own_[device.name].beside.push_back(bound);
    if (book_.add(device, std::move(bound), turn.message, turn.out) == nullptr) return;
  }
  take_bound(device, property, turn.message.payload, turn);
}

void Devices::take_target(const BoundDevice& device, std::string_view path, Turn& turn) {
  if (turn.message.payload.empty() || !json::valid_utf8(turn.message.payload)) return;
  for (const Binding& binding : device.bindings) {
    if (binding.property != path || binding.shape == Shape::event) continue;
    if (std::optional<Value> value = read_one(binding, turn.message.payload)) {
      turn.out.desired.push_back({binding.id, std::move(*value)});
    }
  }
}

void Devices::take_command(const BoundDevice& device, std::string_view path, Turn& turn) {
  if (turn.message.payload.empty()) return;
  if (turn.message.retained) {
    return book_.reject(&device, {}, "retained_command",
                        std::string(path.substr(0, kWaitingBytesMax)), turn.message, turn.out);
  }
  if (!json::valid_utf8(turn.message.payload)) return;
  for (const Binding& binding : device.bindings) {
    if (binding.property != path || !binding.writable) continue;
    if (std::optional<Value> value = read_one(binding, turn.message.payload)) {
      turn.out.foreign.push_back({binding.id, std::move(*value)});
    }
  }
}

void Devices::take_state(BoundDevice& device, std::string_view word, Turn& turn) {
  static constexpr std::pair<std::string_view, Availability> kStates[] = {
      {"init", Availability::unknown},         {"ready", Availability::online},
      {"alert", Availability::online},         {"sleeping", Availability::sleeping},
      {"disconnected", Availability::offline}, {"lost", Availability::offline}};
  const auto found = std::ranges::find(kStates, word, [](const auto& row) { return row.first; });
  if (found == std::end(kStates)) {
    return book_.reject(&device, {}, "type", "no word of $state", turn.message, turn.out);
  }
  Own& beside = own_[device.name];
  beside.said = found->second;
  report(device, beside, turn);
  for (const auto& [name, child] : own_) {
    if (child.root != device.name || name == device.name) continue;
    if (const BoundDevice* reached = book_.find(name)) report(*reached, child, turn);
  }
}

/// Who speaks over another's connection is away when that one is.
void Devices::report(const BoundDevice& device, const Own& beside, Turn& turn) const {
  const auto root = own_.find(beside.root);
  const bool cut_off = root != own_.end() && root->second.said == Availability::offline;
  turn.out.availability.push_back({device.index, cut_off ? Availability::offline : beside.said});
}

std::vector<Outgoing> Devices::encode(DeviceIndex index, std::span<const Reading> values) const {
  const BoundDevice* device = book_.at(index);
  if (device == nullptr) return {};
  const auto known = own_.find(device->name);
  if (known == own_.end()) return {};
  std::vector<Outgoing> messages;
  std::set<std::string_view> written;
  for (const Reading& reading : values) {
    for (const Binding& binding : device->bindings) {
      if (binding.id != reading.attribute || !binding.writable) continue;
      std::string text = wire_text(binding, reading.value);
      if (text.empty() || !written.insert(binding.property).second) break;
      messages.push_back({known->second.topic + "/" + binding.property + "/set", std::move(text)});
      break;
    }
  }
  return messages;
}

std::string Devices::wire_text(const Binding& binding, const Value& value) const {
  std::string numbers;
  if (is_color(binding)) {
    if (value.kind() == ValueKind::text) {
      const auto rgb = parse_rgb(value.as_text());
      if (!rgb) return {};
      const auto [red, green, blue] = *rgb;
      numbers = comma_text(
          {static_cast<double>(red), static_cast<double>(green), static_cast<double>(blue)});
    } else if (value.kind() == ValueKind::numbers && value.as_numbers().size() == 2) {
      constexpr double kFull = 100;  // its brightness is another property's
      numbers = comma_text(value.as_numbers());
      if (form_of(binding) == "hsv") append_number(numbers += ',', kFull);
    }
    if (numbers.empty() || colors_ == Colors::bare) return numbers;
    return std::string(form_of(binding)) + "," + numbers;
  }
  const Value wire = write(binding, value);
  if (wire.kind() != ValueKind::text) return wire.has_value() ? to_json(wire) : std::string();
  // An empty text is a zero byte: an empty message would say nothing.
  return wire.as_text().empty() ? std::string(1, '\0') : wire.as_text();
}

}  // namespace attune::devices::homie
