#include "devices/dialects/statestream.h"

#include <algorithm>
#include <utility>

#include "devices/topics.h"

namespace attune::devices {

namespace {

constexpr std::string_view kLeaves[] = {"state", "friendly_name"};
constexpr std::size_t kStateBytesMax = 255;     // Home Assistant's own limit
constexpr std::string_view kZone = "raw.zone";  // another one than home

std::string_view cut_level(std::string_view& topic) {
  const std::size_t slash = topic.rfind('/');
  const std::string_view level = slash == std::string_view::npos ? topic : topic.substr(slash + 1);
  topic = slash == std::string_view::npos ? std::string_view{} : topic.substr(0, slash);
  return level;
}

std::vector<Bound> bound_of_person() {
  return {bind_canonical("state", "home")};
}

}  // namespace

Statestream::Statestream(const DialectContext& context)
    : book_(context.catalog, "statestream"),
      bases_(context.options.list("base", "+")),
      domains_(context.options.list("domains", "")) {
  if (domains_ == std::vector<std::string>{""}) domains_ = {"person", "device_tracker"};
}

std::vector<std::string> Statestream::subscriptions() const {
  std::vector<std::string> all;
  for (const std::string& base : bases_) {
    for (const std::string& domain : domains_) {
      for (const std::string_view leaf : kLeaves) {
        all.push_back(base + "/" + domain + "/+/" + std::string(leaf));
      }
    }
  }
  return all;
}

Statestream::Place Statestream::place_of(std::string_view topic) const {
  std::string_view base = topic;
  const std::string_view leaf = cut_level(base);
  const std::string_view object = cut_level(base);
  const std::string_view domain = cut_level(base);
  const bool heard = std::ranges::find(kLeaves, leaf) != std::end(kLeaves) && !object.empty() &&
                     std::ranges::find(domains_, domain) != domains_.end() && !base.empty() &&
                     std::ranges::any_of(bases_, [&](const auto& b) { return covers(b, base); });
  if (!heard) return {};
  return {std::string(domain) + "." + std::string(object), leaf};
}

bool Statestream::owns(std::string_view topic) const {
  return !place_of(topic).name.empty();
}

bool Statestream::knows(std::string_view topic) const {
  return book_.find(place_of(topic).name) != nullptr;
}

void Statestream::declare(std::span<const DeviceEntry> entries) {
  const auto fresh = book_.declare(entries, [this](std::string_view topic) {
    const Place place = place_of(topic);
    if (!place.name.empty()) return place.name;
    return topic.find('/') == std::string_view::npos ? std::string(topic) : std::string();
  });
  Decoded unheard;
  for (const std::string& name : fresh) {
    BoundDevice& device = *book_.find(name);
    book_.describe(device, bound_of_person(), device.capabilities, {}, unheard);
  }
}

BoundDevice* Statestream::meet(std::string_view name, const Message& message, Decoded& out) {
  BoundDevice* device = book_.meet(name, message, out);
  if (device == nullptr) return nullptr;
  if (!device->heard) {
    book_.describe(*device, bound_of_person(), device->capabilities, labels_[device->name], out);
  }
  device->heard = true;
  return device;
}

void Statestream::decode(const Message& message, Decoded& out) {
  const Place place = place_of(message.topic);
  if (message.payload.empty()) return;
  if (place.leaf == "friendly_name") return decode_label(place.name, message, out);
  if (message.payload.size() > kStateBytesMax || !json::valid_utf8(message.payload)) {
    return book_.reject(nullptr, {}, "size", "no state of Home Assistant's", message, out);
  }
  if (BoundDevice* device = meet(place.name, message, out)) decode_state(*device, message, out);
}

void Statestream::decode_state(BoundDevice& device, const Message& message, Decoded& out) {
  const std::string_view word = message.payload;
  if (word == "unavailable") {
    out.availability.push_back({device.index, Availability::offline});
    return;
  }
  if (!message.retained) out.availability.push_back({device.index, Availability::online});
  const Binding* home = DeviceBook::binding(device, "state");
  if (home == nullptr) return;
  const bool known = word != "unknown" && word != "None";
  const bool zone = known && word != "home" && word != "not_home";
  if (!zone) book_.forget_raw(device, kZone, out);
  if (!known) return book_.forget_value(device, *home, out);
  Reading& reading = out.readings.emplace_back();
  reading.attribute = home->id;
  reading.value = word == "home";
  if (zone) book_.put(device, kZone, Value(word), message, out);
}

/// An attribute is JSON, a name a text in it.
void Statestream::decode_label(std::string_view name, const Message& message, Decoded& out) {
  const json::Node* root = reader_.read(message.payload);
  if (root == nullptr || root->kind != json::Kind::text) {
    return book_.reject(nullptr, {}, root == nullptr ? reader_.refusal().reason : "type",
                        "a name is a text", message, out);
  }
  BoundDevice* device = meet(name, message, out);
  if (device == nullptr) return;
  out.keep_as = message.topic;
  std::string& label = labels_[device->name];
  if (label == root->text) return;
  label = root->text;
  book_.describe(*device, bound_of_person(), device->capabilities, label, out);
}

std::vector<Outgoing> Statestream::encode(DeviceIndex /*device*/,
                                          std::span<const Reading> /*values*/) const {
  return {};
}

std::vector<Outgoing> Statestream::ask(DeviceIndex /*device*/) const {
  return {};
}

}  // namespace attune::devices
