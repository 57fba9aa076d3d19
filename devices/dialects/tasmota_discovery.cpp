#include <utility>

#include "devices/dialects/tasmota.h"
#include "devices/model/limits.h"

/// Which devices Tasmota's discovery tells of, and where they speak.
namespace attune::devices {

using json::Kind;
using json::Node;
using tasmota::Config;

/// `<MAC>/config` and `<MAC>/sensors`.
void Tasmota::decode_discovery(std::string_view rest, Turn& turn) {
  const std::size_t slash = rest.find('/');
  const std::string_view what = slash == std::string_view::npos ? "" : rest.substr(slash + 1);
  const std::string mac(rest.substr(0, slash));
  if (mac.empty() || (what != "config" && what != "sensors")) return;
  if (!turn.message.payload.empty()) {
    return what == "config" ? decode_config(mac, turn) : decode_sensors(mac, turn);
  }
  turn.out.keep_as = turn.message.topic;
  if (what == "config") leave(mac, turn);
}

void Tasmota::decode_config(const std::string& mac, Turn& turn) {
  const Node* root = parse(turn, json::kDiscoveryLimits);
  if (root == nullptr) return;
  if (root->kind != Kind::object) {
    return book_.reject(nullptr, {}, "type", "a description is an object", turn.message, turn.out);
  }
  std::string why;
  Config config = tasmota::read_config(*root, why);
  if (!why.empty()) {
    return book_.reject(nullptr, {}, "topic", std::move(why), turn.message, turn.out);
  }
  for (const std::string& base : {config.command_base, config.stat_base, config.tele_base}) {
    const auto taken = by_base_.find(base);
    const auto own_name = by_mac_.find(mac);
    const bool ours = taken == by_base_.end() || taken->second.first == config.topic;
    const bool same_device = own_name != by_mac_.end() && taken != by_base_.end() &&
                             taken->second.first == own_name->second;
    if (!ours && !same_device) {
      return book_.reject(nullptr, {}, "topic", "another device speaks at " + base, turn.message,
                          turn.out);
    }
  }
  const auto [known, fresh] = by_mac_.try_emplace(mac, config.topic);
  if (!fresh && known->second != config.topic) {
    leave(mac, turn);
    by_mac_.emplace(mac, config.topic);
  }
  turn.name = config.topic;
  adopt(std::move(config), turn);
}

/// Takes up what the description says; what messages told beside it stays.
void Tasmota::adopt(Config config, Turn& turn) {
  turn.device = book_.find(turn.name);
  BoundDevice* device = book_.ensure(turn.name, turn.message, turn.out);
  if (device == nullptr) return;
  turn.device = device;
  turn.out.keep_as = turn.message.topic;
  Own& known = own(turn.name);
  const bool fresh = !known.config.discovered || known.config.command_base != config.command_base;
  forget_topics(known.config);
  learn_topics(config, turn);
  book_.describe(*device, tasmota::bound_of(config), tasmota::capabilities_of(config), config.label,
                 turn.out);
  known.config = std::move(config);
  if (!fresh) return;
  // Its state is not retained: it is asked for.
  for (Outgoing& question : ask(device->index)) turn.out.replies.push_back(std::move(question));
}

void Tasmota::decode_sensors(const std::string& mac, Turn& turn) {
  const auto known = by_mac_.find(mac);
  const Node* root = parse(turn, json::kDiscoveryLimits);
  if (root == nullptr) return;
  const Node* sensors = root->find("sn");
  if (sensors == nullptr || sensors->kind != Kind::object) {
    return book_.reject(nullptr, {}, "type", "sensors are an object", turn.message, turn.out);
  }
  // Kept in any case: at the next start the order of both is not known.
  turn.out.keep_as = turn.message.topic;
  if (known == by_mac_.end()) return;
  turn.name = known->second;
  turn.device = book_.find(turn.name);
  if (turn.device != nullptr) take_sensors(*sensors, false, turn);
}

void Tasmota::leave(const std::string& mac, Turn& turn) {
  const auto found = by_mac_.find(mac);
  if (found == by_mac_.end()) return;
  const std::string name = found->second;
  by_mac_.erase(found);
  const auto known = own_.find(name);
  if (known != own_.end()) {
    forget_topics(known->second.config);
    own_.erase(known);
    turn.out.subscriptions_changed = true;
  }
  book_.forget(name, turn.out);
}

void Tasmota::learn_topics(const Config& config, Turn& turn) {
  by_base_[config.command_base] = {config.topic, Channel::command};
  by_base_[config.stat_base] = {config.topic, Channel::stat};
  by_base_[config.tele_base] = {config.topic, Channel::tele};
  turn.out.subscriptions_changed = true;
}

void Tasmota::forget_topics(const Config& config) {
  for (const std::string& base : {config.command_base, config.stat_base, config.tele_base}) {
    const auto found = by_base_.find(base);
    if (found != by_base_.end() && found->second.first == config.topic) by_base_.erase(found);
  }
}

}  // namespace attune::devices
