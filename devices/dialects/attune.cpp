#include "devices/dialects/attune.h"

#include <algorithm>
#include <utility>

#include "devices/dialects/own_attributes.h"
#include "devices/dialects/unit_names.h"
#include "devices/json/writer.h"
#include "devices/model/limits.h"
#include "devices/names.h"
#include "devices/vocabulary.h"

namespace attune::devices {

namespace {

using json::Kind;
using json::Node;

constexpr std::string_view kWords[] = {"hello", "report", "ack", "heartbeat", "command"};
constexpr Millis kAskEvery{30'000};    // for the state or the hello of one device
constexpr Millis kAnswerEvery{1'000};  // a device's heartbeats
constexpr std::size_t kDetailBytesMax = 256;

/// A count: whole and not negative.
std::optional<std::uint64_t> count_of(const Node& object, std::string_view name) {
  const Node* said = object.find(name);
  if (said == nullptr || said->kind != Kind::integer || said->integer < 0) return std::nullopt;
  return static_cast<std::uint64_t>(said->integer);
}

bool is_true(const Node& object, std::string_view name) {
  const Node* said = object.find(name);
  return said != nullptr && said->kind == Kind::boolean && said->boolean;
}

std::optional<double> number_of(const Node& object, std::string_view name) {
  const Node* said = object.find(name);
  return said != nullptr && said->is_number() ? std::optional(said->number) : std::nullopt;
}

/// Whether the endpoint of a name, if it has one, can stand in a path.
bool has_plain_endpoint(std::string_view name) {
  const std::string_view endpoint = endpoint_part(name);
  return endpoint.size() <= kIdBytesMax && plain_name(endpoint) == endpoint;
}

/// Whether it is a word of the vocabulary, alone or at an endpoint.
bool is_canonical(std::string_view name) {
  return find_word(canonical_part(name)) != nullptr && has_plain_endpoint(name);
}

/// Whether it is `x_<name>`, alone or at an endpoint.
bool is_own(std::string_view name) {
  return is_user_attribute(canonical_part(name)) && has_plain_endpoint(name);
}

/// What a writable attribute takes, within what is plausible.
void narrow(const Node& said, Bound& bound) {
  const auto min = number_of(said, "min");
  const auto max = number_of(said, "max");
  if (!bound.binding.range || !bound.info.writable) return;
  Range range = *bound.binding.range;
  const Conversion& conversion = bound.binding.conversion;
  if (min) range.min = std::max(range.min, conversion.apply(*min));
  if (max) range.max = std::min(range.max, conversion.apply(*max));
  if (range.min < range.max) bound.info.range = range;
  const auto step = number_of(said, "step");
  if (step && *step > 0) bound.binding.step = *step;
}

/// One member of `attributes`; none when its name is not canonical. Raw when its unit is none of
/// the attribute's.
std::optional<Bound> bind(const Node& said) {
  if (is_own(said.key)) return bind_own(said);
  if (!is_canonical(said.key)) return std::nullopt;
  const std::string_view written = said.text_of("unit");
  const std::string_view code = ucum_code(written);
  Bound bound = bind_canonical(said.key, said.key, code.empty() ? written : code);
  if (bound.binding.shape == Shape::raw) return bound;
  if (said.kind == Kind::object && is_true(said, "writable")) make_writable(bound);
  if (said.kind == Kind::object) narrow(said, bound);
  describe_wire(bound);
  return bound;
}

}  // namespace

Attune::Attune(Catalog& catalog, std::string_view prefix)
    : book_(catalog, "attune"), base_(std::string(prefix) + "/device/") {}

std::vector<std::string> Attune::subscriptions() const {
  std::vector<std::string> all;
  for (const std::string_view word : kWords) all.push_back(base_ + "+/" + std::string(word));
  return all;
}

Attune::Place Attune::place_of(std::string_view topic) const {
  if (!topic.starts_with(base_)) return {};
  topic.remove_prefix(base_.size());
  const std::size_t slash = topic.find('/');
  if (slash == std::string_view::npos || slash == 0) return {};
  const Place place{topic.substr(0, slash), topic.substr(slash + 1)};
  return std::ranges::find(kWords, place.word) == std::end(kWords) ? Place{} : place;
}

bool Attune::owns(std::string_view topic) const {
  return !place_of(topic).id.empty();
}

bool Attune::knows(std::string_view topic) const {
  return book_.find(place_of(topic).id) != nullptr;
}

void Attune::declare(std::span<const DeviceEntry> entries) {
  book_.declare(entries, [this](std::string_view topic) {
    if (topic.starts_with(base_)) topic.remove_prefix(base_.size());
    return topic.find('/') == std::string_view::npos ? std::string(topic) : std::string();
  });
}

void Attune::reject(std::string_view reason, std::string detail, Turn& turn) const {
  book_.reject(book_.find(turn.place.id), {}, reason, std::move(detail), turn.message, turn.out);
}

std::string Attune::topic_of(const BoundDevice& device, std::string_view word) const {
  return base_ + device.name + "/" + std::string(word);
}

BoundDevice* Attune::meet(Turn& turn) {
  BoundDevice* device = turn.place.word == "hello"
                            ? book_.ensure(turn.place.id, turn.message, turn.out)
                            : book_.meet(turn.place.id, turn.message, turn.out);
  if (device != nullptr) device->heard = true;
  return device;
}

void Attune::decode(const Message& message, Decoded& out) {
  Turn turn{message, out, place_of(message.topic)};
  if (message.payload.empty()) {
    if (turn.place.word != "hello" || book_.find(turn.place.id) == nullptr) return;
    out.keep_as = message.topic;
    own_.erase(std::string(turn.place.id));
    return book_.forget(turn.place.id, out);
  }
  const bool hello = turn.place.word == "hello";
  turn.root = reader_.read(message.payload, hello ? json::kDiscoveryLimits : json::kStateLimits);
  if (turn.root == nullptr) return reject(reader_.refusal().reason, reader_.refusal().detail, turn);
  if (turn.root->kind != Kind::object) return reject("type", "an object is wanted", turn);
  if (hello) return decode_hello(turn);
  if (turn.place.word == "report") return decode_report(turn);
  if (turn.place.word == "heartbeat") return decode_heartbeat(turn);
  if (turn.place.word == "ack") return decode_ack(turn);
  decode_command(turn);
}

void Attune::say_online(const BoundDevice& device, Turn& turn) const {
  if (turn.message.retained) return;  // so it was once
  // Its last answer told it how often to be heard, and how much patience there is.
  std::optional<Millis> patience;
  if (const auto own = own_.find(device.name); own != own_.end() && own->second.heartbeat) {
    patience = next_heartbeat(own->second.quality, own->second.link).patience;
  }
  turn.out.availability.push_back({device.index, Availability::online, patience});
}

/// A device says what it is after each start. One that goes says so here too: it is its will.
void Attune::decode_hello(Turn& turn) {
  const auto boot = count_of(*turn.root, "boot");
  if (!boot) return reject("type", "hello needs boot, a whole number", turn);
  BoundDevice* device = meet(turn);
  if (device == nullptr) return;
  if (const std::string_view leaving = turn.root->text_of("leaving"); !leaving.empty()) {
    return decode_leave(*device, leaving, turn);
  }
  Own& own = own_[device->name];
  const bool again = own.boot == *boot;
  if (!again) {
    own.seq.reset();
    own.heartbeat.reset();
  }
  own.boot = *boot;
  own.introduced = true;
  own.link = link_kind(turn.root->text_of("link")).value_or(own.link);
  turn.out.keep_as = turn.message.topic;
  turn.out.place.birth = *boot;
  introduce(*device, turn);
  say_online(*device, turn);
  if (turn.message.retained) return;
  const Millis now = turn.message.at.steady;
  if (again && own.answered && now - *own.answered < kAnswerEvery) return;
  own.answered = now;
  welcome(*device, true, turn);
}

void Attune::decode_leave(BoundDevice& device, std::string_view word, Turn& turn) {
  if (word == "sleep") {
    turn.out.availability.push_back({device.index, Availability::sleeping});
  } else if (word == "off" || word == "lost") {
    turn.out.availability.push_back({device.index, Availability::offline});
  } else {
    reject("type", "leaving is off, sleep or lost", turn);
  }
}

void Attune::introduce(BoundDevice& device, Turn& turn) {
  Own& own = own_[device.name];
  own.label = turn.root->text_of("name");
  device.area = turn.root->text_of("area");
  own.bound.clear();
  const Node* attributes = turn.root->find("attributes");
  if (attributes != nullptr && attributes->kind == Kind::object) {
    for (const Node& said : *attributes) {
      if (own.bound.size() >= limits::kAttributesPerDeviceMax) {
        reject("device_limit", "the device has too many attributes", turn);
        break;
      }
      std::optional<Bound> bound = bind(said);
      if (!bound && is_own(said.key)) {
        reject("unknown_attribute", std::string(said.key) + " is declared with its type", turn);
      }
      if (!bound) continue;
      if (bound->binding.shape == Shape::raw) {
        reject("unit", "no unit of " + bound->binding.property, turn);
      }
      own.bound.emplace(said.key, std::move(*bound));
    }
  }
  std::vector<Bound> all;
  for (const auto& [name, bound] : own.bound) all.push_back(bound);
  std::vector<std::string> capabilities;
  const Node* promised = turn.root->find("capabilities");
  if (promised != nullptr && promised->kind == Kind::array) {
    for (const Node& word : *promised) {
      if (word.kind == Kind::text && is_capability(word.text)) capabilities.emplace_back(word.text);
    }
  }
  book_.describe(device, std::move(all), std::move(capabilities), own.label, turn.out);
}

void Attune::decode_report(Turn& turn) {
  const auto boot = count_of(*turn.root, "boot");
  const auto seq = count_of(*turn.root, "seq");
  const Node* set = turn.root->find("set");
  if (!boot || !seq || set == nullptr || set->kind != Kind::object) {
    return reject("type", "report needs boot and seq, whole numbers, and set, an object", turn);
  }
  BoundDevice* device = meet(turn);
  if (device == nullptr) return;
  turn.out.place.seq = *seq;
  turn.out.place.birth = *boot;
  say_online(*device, turn);
  if (!is_news(*device, *boot, *seq, turn)) return;
  for (const Node& member : *set) take(*device, member, turn);
  if (turn.out.place.gap || !own_[device->name].introduced) ask_again(*device, turn);
}

/// Whether the report was not had yet. Sets Decoded::place's gap.
bool Attune::is_news(BoundDevice& device, std::uint64_t boot, std::uint64_t seq, Turn& turn) {
  Own& own = own_[device.name];
  if (own.boot && boot < *own.boot) {
    reject("old_boot", "of an earlier start of the device", turn);
    return false;
  }
  const bool restarted = own.boot && boot > *own.boot;
  if (own.boot != boot) own.seq.reset();
  own.boot = boot;
  if (own.seq && seq <= *own.seq) return false;
  // Of a start that we saw from its beginning, the first report is 0 or 1.
  turn.out.place.gap = own.seq ? seq > *own.seq + 1 : restarted && seq > 1;
  own.seq = seq;
  return true;
}

void Attune::take(BoundDevice& device, const Node& member, Turn& turn) {
  const Binding* binding = DeviceBook::binding(device, member.key);
  if (binding == nullptr && is_canonical(member.key)) {
    // Its names are the vocabulary's: no hello is needed to read them.
    book_.add(device, bind_canonical(member.key, member.key), turn.message, turn.out);
    binding = DeviceBook::binding(device, member.key);
  }
  if (binding != nullptr) {
    return book_.take(device, *binding, member, turn.message, turn.out);
  }
  if (is_own(member.key)) {
    return book_.reject(&device, member.key, "unknown_attribute",
                        "an attribute of one's own that no hello declared", turn.message, turn.out);
  }
  std::string_view path = member.key;
  if (path.starts_with("raw.")) path.remove_prefix(4);
  book_.take_raw(device, plain_name(path), member, turn.message, turn.out);
}

void Attune::decode_heartbeat(Turn& turn) {
  const auto seq = count_of(*turn.root, "seq");
  if (!seq) return reject("type", "heartbeat needs seq, a whole number", turn);
  if (turn.message.retained) return;  // nobody's heart beats there now
  BoundDevice* device = meet(turn);
  if (device == nullptr) return;
  Own& own = own_[device->name];
  turn.out.place.seq = *seq;
  say_online(*device, turn);
  const bool again = own.heartbeat && *seq == *own.heartbeat;
  if (!again) {
    const bool follows = own.heartbeat && *seq > *own.heartbeat;
    const std::uint64_t lost = follows ? *seq - *own.heartbeat - 1 : 0;
    own.link = link_kind(turn.root->text_of("link")).value_or(own.link);
    note_heartbeat(own.quality, number_of(*turn.root, "rtt_ms"), lost);
    own.heartbeat = *seq;
  }
  const Millis now = turn.message.at.steady;
  if (own.answered && now - *own.answered < kAnswerEvery) return;
  own.answered = now;
  welcome(*device, false, turn);
}

/// `{"heartbeat_ms":..,"patience_ms":..,"time":"..","seq":..}`, and `report` where its state is
/// wanted. `hello` where it never introduced itself.
void Attune::welcome(const BoundDevice& device, bool report, Turn& turn) const {
  const Own& own = own_.find(device.name)->second;
  const Heartbeat next = next_heartbeat(own.quality, own.link);
  json::Writer json;
  json.begin_object();
  if (own.boot) json.member("boot", static_cast<std::int64_t>(*own.boot));
  if (turn.place.word == "heartbeat") {
    json.member("seq", static_cast<std::int64_t>(*own.heartbeat));
  }
  json.member("time", format_utc(turn.message.at.wall));
  json.member("heartbeat_ms", static_cast<std::int64_t>(next.interval.count()));
  json.member("patience_ms", static_cast<std::int64_t>(next.patience.count()));
  if (report) json.member("report", true);
  if (!own.introduced) json.member("hello", true);
  turn.out.replies.push_back({topic_of(device, "welcome"), json.end_object().take()});
}

/// For what is missing, not more often than its answer can be expected.
void Attune::ask_again(const BoundDevice& device, Turn& turn) {
  if (turn.message.retained) return;
  Own& own = own_[device.name];
  const Millis now = turn.message.at.steady;
  if (own.asked && now - *own.asked < kAskEvery) return;
  own.asked = now;
  welcome(device, true, turn);
}

/// What a command came to. That it is done its report shows; that it will not be is said here.
void Attune::decode_ack(Turn& turn) {
  const std::string_view result = turn.root->text_of("result");
  const std::string_view id = turn.root->text_of("id");
  const bool good = result == "accepted" || result == "done";
  const bool bad = result == "rejected" || result == "expired";
  if (id.empty() || (!good && !bad)) {
    return reject("type", "ack needs id, and result: accepted, done, rejected or expired", turn);
  }
  const BoundDevice* device = book_.find(turn.place.id);
  if (device == nullptr || turn.message.retained) return;
  say_online(*device, turn);
  if (good) return;
  const std::string_view why = turn.root->text_of("reason");
  turn.out.refusals.push_back({device->index, std::string(id.substr(0, kDetailBytesMax)),
                               result == "expired", std::string(why.substr(0, kDetailBytesMax))});
  std::string detail(id.substr(0, kDetailBytesMax));
  if (!why.empty()) detail.append(": ").append(why.substr(0, kDetailBytesMax));
  reject(result == "expired" ? "command_expired" : "command_rejected", std::move(detail), turn);
}

/// Somebody else's command to a device that is known.
void Attune::decode_command(Turn& turn) {
  const BoundDevice* device = book_.find(turn.place.id);
  if (device == nullptr) return;
  if (turn.message.retained) return reject("retained_command", "", turn);
  const Node* set = turn.root->find("set");
  if (set == nullptr || set->kind != Kind::object) return;
  for (const Node& member : *set) {
    const Binding* binding = DeviceBook::binding(*device, member.key);
    Value value;
    if (binding == nullptr || !binding->writable) continue;
    if (read(*binding, member, value) != Take::value) continue;
    turn.out.foreign.push_back({binding->id, std::move(value)});
  }
}

std::vector<Outgoing> Attune::encode(DeviceIndex device, std::span<const Reading> values) const {
  return command(device, values, {});
}

std::vector<Outgoing> Attune::command(DeviceIndex index, std::span<const Reading> values,
                                      const Terms& terms) const {
  const BoundDevice* device = book_.at(index);
  if (device == nullptr) return {};
  json::Writer json;
  json.begin_object();
  if (!terms.id.empty()) json.member("id", terms.id);
  json.key("set").begin_object();
  bool any = false;
  Millis transition{};
  for (const Reading& reading : values) {
    for (const Binding& binding : device->bindings) {
      if (binding.id != reading.attribute || !binding.writable) continue;
      const Value wire = write(binding, reading.value);
      if (!wire.has_value()) break;
      json.member(binding.property, wire);
      transition = std::max(transition, reading.transition);
      any = true;
      break;
    }
  }
  if (!any) return {};
  json.end_object();
  if (transition.count() > 0) {
    json.member("transition_ms", static_cast<std::int64_t>(transition.count()));
  }
  if (terms.expires) json.member("expires_at", format_utc(*terms.expires));
  return {{topic_of(*device, "command"), json.end_object().take()}};
}

std::vector<Outgoing> Attune::ask(DeviceIndex index) const {
  const BoundDevice* device = book_.at(index);
  if (device == nullptr) return {};
  return {{topic_of(*device, "welcome"), R"({"report":true})"}};
}

}  // namespace attune::devices
