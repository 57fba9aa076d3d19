#include "devices/dialects/homie5.h"

#include <algorithm>
#include <utility>

#include "devices/model/limits.h"

namespace attune::devices {

namespace {

using homie::Nodes;
using homie::Turn;
using json::Kind;
using json::Node;

constexpr std::size_t kDomainsMax = 16;  // learnt ones: each is three subscriptions more
constexpr std::string_view kTarget = "/$target";
constexpr std::string_view kSet = "/set";

bool truth_of(const Node& object, std::string_view name, bool usual) {
  const Node* said = object.find(name);
  return said != nullptr && said->kind == Kind::boolean ? said->boolean : usual;
}

/// Whether an id can stand in a topic as one level.
bool is_level(std::string_view id) {
  return is_topic_safe(id) && id.find('/') == std::string_view::npos;
}

homie::Property property_of(const Node& said) {
  homie::Property property;
  property.label = said.text_of("name");
  property.datatype = said.text_of("datatype");
  property.format = said.text_of("format");
  property.unit = said.text_of("unit");
  property.settable = truth_of(said, "settable", false);
  property.retained = truth_of(said, "retained", true);
  return property;
}

/// Ids that cannot be in a topic are left out; `dropped` counts them.
Nodes nodes_of(const Node& said, std::size_t& dropped) {
  Nodes nodes;
  std::size_t properties = 0;
  for (const Node& node : said) {
    if (node.kind != Kind::object || !is_level(node.key)) {
      ++dropped;
      continue;
    }
    homie::Node& made = nodes[std::string(node.key)];
    made.label = node.text_of("name");
    made.type = node.text_of("type");
    const Node* all = node.find("properties");
    if (all == nullptr || all->kind != Kind::object) continue;
    for (const Node& property : *all) {
      const bool fits = property.kind == Kind::object && is_level(property.key) &&
                        properties < limits::kAttributesPerDeviceMax;
      if (!fits) ++dropped;
      if (!fits) continue;
      ++properties;
      made.properties[std::string(property.key)] = property_of(property);
    }
  }
  return nodes;
}

}  // namespace

Homie5::Homie5(Catalog& catalog, std::string_view domain)
    : devices_(catalog, "homie5", homie::Colors::named), domain_(domain) {}

std::vector<std::string> Homie5::subscriptions() const {
  std::vector<std::string> all = {"+/5/+/$state"};
  const auto add = [&](const std::string& domain) {
    for (const std::string_view tail : {"/5/+/$description", "/5/+/+/+", "/5/+/+/+/+"}) {
      all.push_back(domain + std::string(tail));
    }
  };
  add(domain_);
  for (const std::string& domain : learnt_) add(domain);
  return all;
}

Homie5::Place Homie5::place_of(std::string_view topic) {
  const std::size_t five = topic.find("/5/");
  if (five == std::string_view::npos || five == 0) return {};
  const std::size_t end = topic.find('/', five + 3);
  if (end == std::string_view::npos || end == five + 3) return {};
  return {topic.substr(0, five), topic.substr(0, end), topic.substr(end + 1)};
}

bool Homie5::owns(std::string_view topic) const {
  const Place place = place_of(topic);
  if (place.rest.empty()) return false;
  if (place.domain == domain_ || place.rest == "$state" || place.rest == "$description") {
    return true;
  }
  return learnt_.contains(place.domain) && knows(topic);
}

bool Homie5::knows(std::string_view topic) const {
  const Place place = place_of(topic);
  const auto slash = place.device.rfind('/');
  return !place.rest.empty() && devices_.book().find(place.device.substr(slash + 1)) != nullptr;
}

void Homie5::declare(std::span<const DeviceEntry> entries) {
  devices_.declare(entries, domain_ + "/5");
}

void Homie5::learn(std::string_view domain, Decoded& out) {
  if (domain == domain_ || learnt_.size() >= kDomainsMax) return;
  if (learnt_.insert(std::string(domain)).second) out.subscriptions_changed = true;
}

void Homie5::decode(const Message& message, Decoded& out) {
  Turn turn{message, out};
  const Place place = place_of(message.topic);
  const std::string_view name = place.device.substr(place.device.rfind('/') + 1);
  if (name.starts_with('$')) return;  // `$broadcast`
  if (place.rest == "$description") return decode_description(place, turn);
  if (place.rest == "$state") {
    if (message.payload.empty()) return devices_.forget(name, turn);
    BoundDevice* device = devices_.meet(place.device, turn);
    if (device == nullptr) return;
    learn(place.domain, out);
    return devices_.take_state(*device, message.payload, turn);
  }
  if (place.rest.starts_with('$')) return;  // $log, $alert: for people
  const bool whole = std::ranges::count(place.rest, '/') == 1;
  const bool below = place.rest.ends_with(kTarget) || place.rest.ends_with(kSet);
  if (!whole && !below) return;
  // Somebody's command, or what became of it, makes nobody known.
  BoundDevice* device = whole ? devices_.meet(place.device, turn) : devices_.book().find(name);
  if (device != nullptr) decode_property(*device, place.rest, turn);
}

void Homie5::decode_property(BoundDevice& device, std::string_view rest, Turn& turn) {
  const std::string_view path = rest.substr(0, rest.find('/', rest.find('/') + 1));
  if (path.size() == rest.size()) return devices_.take_value(device, rest, turn);
  const std::string_view tail = rest.substr(path.size());
  if (tail == kTarget) return devices_.take_target(device, path, turn);
  if (tail == kSet) devices_.take_command(device, path, turn);
}

void Homie5::decode_description(const Place& place, Turn& turn) {
  turn.out.keep_as = turn.message.topic;
  const std::string_view name = place.device.substr(place.device.rfind('/') + 1);
  if (turn.message.payload.empty()) return devices_.forget(name, turn);
  const Node* root = reader_.read(turn.message.payload, json::kDiscoveryLimits);
  if (root == nullptr || root->kind != Kind::object) {
    const bool json = root == nullptr;
    turn.out.keep_as.clear();
    return devices_.book().reject(nullptr, {}, json ? reader_.refusal().reason : "type",
                                  json ? reader_.refusal().detail : "a description is an object",
                                  turn.message, turn.out);
  }
  BoundDevice* device = devices_.ensure(place.device, turn);
  if (device == nullptr) return turn.out.keep_as.clear();
  learn(place.domain, turn.out);
  homie::Own& beside = *devices_.own(name);
  beside.label = root->text_of("name");
  beside.root = root->text_of("root");
  std::size_t dropped = 0;
  const Node* nodes = root->find("nodes");
  const bool has = nodes != nullptr && nodes->kind == Kind::object;
  Nodes made = has ? nodes_of(*nodes, dropped) : Nodes{};
  devices_.describe(*device, std::move(made), turn);
  if (dropped == 0) return;
  devices_.book().reject(nullptr, {}, "topic",
                         std::to_string(dropped) + " nodes or properties cannot be used",
                         turn.message, turn.out);
}

std::vector<Outgoing> Homie5::encode(DeviceIndex device, std::span<const Reading> values) const {
  return devices_.encode(device, values);
}

std::vector<Outgoing> Homie5::ask(DeviceIndex /*device*/) const {
  return {};
}

}  // namespace attune::devices
