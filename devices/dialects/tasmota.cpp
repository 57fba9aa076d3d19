#include "devices/dialects/tasmota.h"

#include <algorithm>
#include <utility>

#include "devices/topics.h"

namespace attune::devices {

namespace {

using json::Node;
using tasmota::Config;

/// What is heard of every device whose FullTopic is one of the two that people use.
constexpr std::string_view kUsualFilters[] = {"tele/#",   "stat/#",   "cmnd/#",
                                              "+/tele/+", "+/stat/+", "+/cmnd/+"};

/// What Tasmota reports below `tele` and `stat`: another topic of that form is somebody else's.
bool is_report(std::string_view leaf) {
  static constexpr std::string_view kLeaves[] = {"LWT",   "STATE", "SENSOR", "RESULT",
                                                 "INFO1", "INFO2", "INFO3",  "UPTIME"};
  return std::ranges::find(kLeaves, leaf) != std::end(kLeaves) || leaf.starts_with("POWER") ||
         leaf.starts_with("STATUS");
}

}  // namespace

Tasmota::Tasmota(Catalog& catalog, std::string_view discovery)
    : catalog_(catalog), book_(catalog, "tasmota"), discovery_(std::string(discovery) + "/") {}

std::vector<std::string> Tasmota::subscriptions() const {
  std::vector<std::string> all(std::begin(kUsualFilters), std::end(kUsualFilters));
  all.push_back(discovery_ + "#");
  for (const auto& learnt : by_base_) {
    const std::string filter = learnt.first + "+";
    const bool heard = std::ranges::any_of(
        kUsualFilters, [&](std::string_view usual) { return covers(usual, filter); });
    if (!heard) all.push_back(filter);
  }
  return all;
}

Tasmota::Place Tasmota::learnt_place(std::string_view topic) const {
  const std::size_t slash = topic.rfind('/');
  if (slash == std::string_view::npos) return {};
  const auto found = by_base_.find(topic.substr(0, slash + 1));
  if (found == by_base_.end()) return {};
  return {found->second.first, found->second.second, topic.substr(slash + 1)};
}

Tasmota::Place Tasmota::place_of(std::string_view topic) const {
  if (Place learnt = learnt_place(topic); learnt.channel != Channel::none) return learnt;
  static constexpr std::pair<std::string_view, Channel> kPrefixes[] = {
      {"cmnd", Channel::command}, {"stat", Channel::stat}, {"tele", Channel::tele}};
  const std::size_t last = topic.rfind('/');
  if (last == std::string_view::npos) return {};
  const std::string_view front = topic.substr(0, last);
  const std::string_view leaf = topic.substr(last + 1);
  for (const auto& [prefix, channel] : kPrefixes) {
    const std::size_t size = prefix.size() + 1;
    if (front.size() <= size) continue;
    if (front.starts_with(prefix) && front[prefix.size()] == '/') {
      return {std::string(front.substr(size)), channel, leaf};
    }
    const bool behind = front.ends_with(prefix) && front[front.size() - size] == '/';
    if (!behind) continue;
    const std::string_view device = front.substr(0, front.size() - size);
    const bool ours = channel == Channel::command ? book_.find(device) != nullptr : is_report(leaf);
    if (ours) return {std::string(device), channel, leaf};
  }
  return {};
}

bool Tasmota::owns(std::string_view topic) const {
  return topic.starts_with(discovery_) || place_of(topic).channel != Channel::none;
}

void Tasmota::decode(const Message& message, Decoded& out) {
  Turn turn{message, out, {}};
  if (message.topic.starts_with(discovery_)) {
    return decode_discovery(message.topic.substr(discovery_.size()), turn);
  }
  const Place place = place_of(message.topic);
  if (message.payload.empty() && place.channel != Channel::command) return;
  turn.name = place.device;
  turn.device = book_.find(turn.name);
  if (place.channel == Channel::command) return decode_command(place.leaf, turn);
  decode_report(place.channel, place.leaf, turn);
}

const Node* Tasmota::parse(Turn& turn, const json::Limits& limits) {
  const Node* root = reader_.read(turn.message.payload, limits);
  if (root == nullptr) {
    book_.reject(nullptr, {}, reader_.refusal().reason, reader_.refusal().detail, turn.message,
                 turn.out);
  }
  return root;
}

BoundDevice* Tasmota::device_of(Turn& turn) {
  if (turn.device == nullptr) turn.device = book_.meet(turn.name, turn.message, turn.out);
  if (turn.device != nullptr) turn.device->heard = true;
  return turn.device;
}

Tasmota::Own& Tasmota::own(std::string_view device) {
  const auto found = own_.find(device);
  if (found != own_.end()) return found->second;
  Own fresh;
  fresh.config = tasmota::plain_config(device);
  // A device that speaks as `<topic>/tele/..` is commanded so too.
  for (const auto& [name, place] : by_base_) {
    if (place.first == device && place.second == Channel::command) fresh.config.command_base = name;
  }
  return own_.emplace(std::string(device), std::move(fresh)).first->second;
}

void Tasmota::declare(std::span<const DeviceEntry> entries) {
  const auto name_of = [](std::string_view topic) {
    for (const std::string_view prefix : {"cmnd/", "stat/", "tele/"}) {
      if (topic.starts_with(prefix)) return std::string(topic.substr(prefix.size()));
    }
    return std::string(topic);
  };
  const std::vector<std::string> fresh = book_.declare(entries, name_of);
  Decoded unheard;
  for (const std::string& name : fresh) {
    BoundDevice* device = book_.find(name);
    if (device == nullptr || own(name).config.discovered) continue;
    const std::vector<std::string> promised = device->capabilities;
    Config config = tasmota::config_of(name, promised);
    book_.describe(*device, tasmota::bound_of(config), promised, {}, unheard);
    // From here on its messages may still add to what the file promised.
    config.discovered = false;
    own(name).config = std::move(config);
  }
}

std::vector<Outgoing> Tasmota::ask(DeviceIndex index) const {
  const BoundDevice* device = book_.at(index);
  if (device == nullptr) return {};
  const auto known = own_.find(device->name);
  if (known == own_.end() || !known->second.bridge.empty()) return {};
  const std::string& base = known->second.config.command_base;
  return {{base + "STATE", ""}, {base + "STATUS", "10"}};
}

}  // namespace attune::devices
