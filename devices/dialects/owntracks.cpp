#include "devices/dialects/owntracks.h"

#include <algorithm>
#include <utility>

#include "devices/model/letters.h"

namespace attune::devices {

namespace {

using json::Kind;
using json::Node;

constexpr std::size_t kRegionsBytesMax = 256;

std::string plain(std::string_view text) {
  const std::size_t first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  return lower_case(text.substr(first, text.find_last_not_of(' ') - first + 1));
}

/// What a phone tells: whether its owner is at home, and of its battery.
std::vector<Bound> bound_of_phone() {
  Bound charging = bind_canonical("bs", "charging");
  // 1 unplugged, 2 charging, 3 full; 0 says that it does not know.
  charging.binding.words = {{"2", "true"}, {"1", "false"}, {"3", "false"}, {"0", ""}};
  return {bind_canonical("home", "home"), bind_canonical("batt", "battery"), std::move(charging)};
}

}  // namespace

OwnTracks::OwnTracks(const DialectContext& context)
    : book_(context.catalog, "owntracks"), base_(context.options.text("base", "owntracks") + "/") {
  for (const std::string& name : context.options.list("home", "home")) {
    homes_.push_back(plain(name));
  }
}

std::vector<std::string> OwnTracks::subscriptions() const {
  return {base_ + "+/+", base_ + "+/+/event", base_ + "+/+/info", base_ + "+/+/waypoint",
          base_ + "+/+/waypoints"};
}

std::string_view OwnTracks::name_of(std::string_view topic) const {
  static constexpr std::string_view kBelow[] = {"event", "info", "waypoint", "waypoints"};
  if (!topic.starts_with(base_)) return {};
  const std::string_view rest = topic.substr(base_.size());
  const std::size_t user = rest.find('/');
  if (user == std::string_view::npos || user == 0) return {};
  const std::size_t device = std::min(rest.find('/', user + 1), rest.size());
  if (device == user + 1) return {};
  if (device == rest.size()) return rest;
  const bool ours = std::ranges::find(kBelow, rest.substr(device + 1)) != std::end(kBelow);
  return ours ? rest.substr(0, device) : std::string_view{};
}

bool OwnTracks::owns(std::string_view topic) const {
  return !name_of(topic).empty();
}

bool OwnTracks::knows(std::string_view topic) const {
  return book_.find(name_of(topic)) != nullptr;
}

void OwnTracks::declare(std::span<const DeviceEntry> entries) {
  const auto fresh = book_.declare(entries, [this](std::string_view topic) {
    return std::string(topic.starts_with(base_) ? topic.substr(base_.size()) : topic);
  });
  Decoded unheard;
  for (const std::string& name : fresh) {
    BoundDevice& device = *book_.find(name);
    book_.describe(device, bound_of_phone(), device.capabilities, {}, unheard);
  }
}

bool OwnTracks::is_home(std::string_view region) const {
  return std::ranges::find(homes_, plain(region)) != homes_.end();
}

bool OwnTracks::meet(Turn& turn) {
  turn.device = book_.meet(turn.name, turn.message, turn.out);
  if (turn.device == nullptr) return false;
  if (!turn.device->heard) describe(*turn.device, turn);
  turn.device->heard = true;
  return true;
}

void OwnTracks::describe(BoundDevice& device, Turn& turn) {
  book_.describe(device, bound_of_phone(), device.capabilities, own_[device.name].label, turn.out);
}

void OwnTracks::decode(const Message& message, Decoded& out) {
  Turn turn{message, out, name_of(message.topic)};
  if (message.payload.empty()) return;
  turn.root = reader_.read(message.payload);
  if (turn.root == nullptr) {
    return book_.reject(nullptr, {}, reader_.refusal().reason, reader_.refusal().detail, message,
                        out);
  }
  const std::string_view type = turn.root->text_of("_type");
  if (type == "location") return decode_location(turn);
  if (type == "transition") return decode_transition(turn);
  if (type == "waypoint" || type == "waypoints") return decode_waypoints(turn);
  if (type == "card") return decode_card(turn);
  if (type == "encrypted") {
    return book_.reject(nullptr, {}, "type", "encrypted: only what is in the clear can be read",
                        message, out);
  }
  if (type != "lwt" || !meet(turn)) return;
  // A phone that lost its connection sleeps: it says nothing of where its owner is.
  out.availability.push_back({turn.device->index, Availability::sleeping});
}

/// Whether nothing newer was told: phones send what they kept when they are back.
bool OwnTracks::is_newest(Turn& turn) {
  const Node* told = turn.root->find("tst");
  if (told == nullptr || told->kind != Kind::integer) return true;
  constexpr std::int64_t kDay = 86'400;
  const std::int64_t now = turn.message.at.wall.count() / 1000;
  if (now > 0 && told->integer > now + kDay) return true;  // its clock is wrong: no order by it
  std::int64_t& newest = own_[turn.device->name].told;
  if (told->integer < newest) return false;
  newest = told->integer;
  return true;
}

/// Kept: after the next start, too, to be in no region means not to be at home.
void OwnTracks::learn_home(Turn& turn) {
  bool& known = own_[turn.device->name].has_home;
  if (!std::exchange(known, true)) turn.out.keep_as = turn.message.topic;
}

void OwnTracks::say_home(bool home, Turn& turn) {
  const Binding* binding = DeviceBook::binding(*turn.device, "home");
  if (binding == nullptr) return;
  auto& where = is_newest(turn) ? turn.out.readings : turn.out.historical;
  Reading& reading = where.emplace_back();
  reading.attribute = binding->id;
  reading.value = home;
}

void OwnTracks::take(std::string_view property, std::string_view member, Turn& turn) {
  const Node* said = turn.root->find(member);
  const Binding* binding = DeviceBook::binding(*turn.device, property);
  if (said == nullptr || binding == nullptr) return;
  book_.take(*turn.device, *binding, *said, turn.message, turn.out);
}

void OwnTracks::decode_location(Turn& turn) {
  if (!meet(turn)) return;
  if (!turn.message.retained) {
    turn.out.availability.push_back({turn.device->index, Availability::online});
  }
  Own& own = own_[turn.device->name];
  const Node* regions = turn.root->find("inregions");
  bool home = false;
  std::string names;
  if (regions != nullptr && regions->kind == Kind::array) {
    for (const Node& region : *regions) {
      if (region.kind != Kind::text) continue;
      home = home || is_home(region.text);
      if (names.size() + region.text.size() > kRegionsBytesMax) continue;
      names.append(names.empty() ? "" : ", ").append(region.text);
    }
  }
  if (home) learn_home(turn);
  const bool current = is_newest(turn);
  // Without a region called home, not to be in any says nothing.
  if (home || own.has_home || !names.empty()) say_home(home, turn);
  if (!current) return;
  book_.put(*turn.device, "raw.regions", Value(names), turn.message, turn.out);
  take("batt", "batt", turn);
  take("bs", "bs", turn);
}

void OwnTracks::decode_transition(Turn& turn) {
  if (!is_home(turn.root->text_of("desc")) || !meet(turn)) return;
  learn_home(turn);
  const std::string_view event = turn.root->text_of("event");
  if (event == "enter" || event == "leave") return say_home(event == "enter", turn);
  book_.reject(turn.device, "home", "type", "neither enter nor leave", turn.message, turn.out);
}

void OwnTracks::decode_waypoints(Turn& turn) {
  const Node* list = turn.root->find("waypoints");
  bool home = is_home(turn.root->text_of("desc"));
  if (list != nullptr && list->kind == Kind::array) {
    for (const Node& one : *list) home = home || is_home(one.text_of("desc"));
  }
  if (home && meet(turn)) learn_home(turn);
}

void OwnTracks::decode_card(Turn& turn) {
  const std::string_view name = turn.root->text_of("name");
  if (name.empty() || !meet(turn)) return;
  turn.out.keep_as = turn.message.topic;
  std::string& label = own_[turn.device->name].label;
  if (label == name) return;
  label = name;
  describe(*turn.device, turn);
}

std::vector<Outgoing> OwnTracks::encode(DeviceIndex /*device*/,
                                        std::span<const Reading> /*values*/) const {
  return {};
}

std::vector<Outgoing> OwnTracks::ask(DeviceIndex /*device*/) const {
  return {};
}

}  // namespace attune::devices
