#include "tests/devices/playback.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "devices/derive.h"
#include "devices/names.h"
#include "devices/topics.h"
#include "devices/vocabulary.h"

namespace attune::devices::conformance {

namespace {

namespace bj = boost::json;

DialectConfig only(const std::string& convention) {
  DialectConfig config;
  config.all = false;
  config.chosen[convention];
  return config;
}

/// `bridge/devices` of one device.
std::string described(const std::string& name, const std::string& exposes) {
  return R"([{"type":"Router","friendly_name":)" + bj::serialize(bj::value(bj::string(name))) +
         R"(,"definition":{"exposes":)" + exposes + "}}]";
}

/// Letters and digits, the rest alike: how a free name looks in a path.
std::string plain(std::string_view name) {
  std::string out(name);
  for (char& c : out) {
    const bool keep = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!keep) c = '_';
  }
  return out;
}

class Playback {
 public:
  Playback(const Row& row, const File& file) : row_(row), wire_(only(text(row, "convention"))) {
    const bool command = text(row, "kind") == "command";
    name_ = text(object(row, command ? "input" : "expect"), "device");
    for (const std::string& id : texts(row, "needs")) {
      const auto found = file.by_id.find(id);
      if (found == file.by_id.end()) {
        miss("it needs " + id + ", which is not in the file");
      } else {
        hear(file.rows[found->second]);
      }
    }
  }

  void describe(const std::map<std::string, std::string>& exposes) {
    const auto model = exposes.find(text(object(row_, "meta"), "model"));
    if (model == exposes.end()) return;
    wire_.hear("zigbee2mqtt/bridge/devices", described(name_, model->second), true);
    for (const std::string& reason : wire_.rejected())
      miss("its description is refused: " + reason);
  }

  std::vector<std::string> run() {
    if (text(row_, "kind") == "command") {
      command();
    } else {
      message();
    }
    return std::move(misses_);
  }

 private:
  void miss(std::string what) { misses_.push_back(std::move(what)); }
  void hear(const Row& row) {
    wire_.hear(text(row, "topic"), payload(row), is_set(row, "retain"));
    for (const AvailabilityReport& report : wire_.decoded.availability) {
      availability_[index(report.device)] = report.availability;
    }
  }

  [[nodiscard]] const DeviceInfo* device() const {
    for (const auto& [id, info] : wire_.catalog.devices()) {
      if (info.name == name_) return &info;
    }
    return wire_.catalog.find(fold_name(name_));
  }
  [[nodiscard]] std::string id() const {
    const DeviceInfo* info = device();
    return info != nullptr ? info->id.text() : fold_name(name_);
  }

  /// `right/on` is `right.on`. Without an endpoint: that of the only one that has it.
  [[nodiscard]] std::string path_of(std::string name) const {
    std::ranges::replace(name, '/', '.');
    const DeviceInfo* info = device();
    const bool exact = wire_.values.contains(id() + "." + name) ||
                       (info != nullptr && info->find(name) != nullptr);
    if (exact || info == nullptr || name.find('.') != std::string::npos) return name;
    std::vector<std::string> candidates;
    const auto consider = [&](std::string_view attribute) {
      const bool fits = canonical_part(attribute) == name && attribute != name;
      if (fits && std::ranges::find(candidates, attribute) == candidates.end()) {
        candidates.emplace_back(attribute);
      }
    };
    for (const AttributeInfo& attribute : info->attributes) consider(attribute.name);
    for (const auto& [path, value] : wire_.values) {
      if (path.starts_with(id() + ".")) consider(std::string_view(path).substr(id().size() + 1));
    }
    return candidates.size() == 1 ? candidates[0] : name;
  }
  [[nodiscard]] const Value& value(const std::string& name) const {
    return wire_.value(id() + "." + path_of(name));
  }

  void message() {
    const std::uint64_t before = wire_.catalog.generation();
    hear(row_);
    const Row& expect = object(row_, "expect");
    if (is_set(expect, "ignore")) return nothing_changed(before);
    attributes(object(expect, "attributes"));
    for (const std::string& name : texts(expect, "forbid")) {
      if (value(name).has_value()) miss(name + " is forbidden");
    }
    for (const std::string& name : texts(expect, "reject")) refused(name);
    if (expect.contains("events")) events(expect.at("events").as_array());
    if (expect.contains("entities")) entities(expect.at("entities").as_array());
    derived(expect);
    wanted(object(expect, "desired"));
    metrics(object(expect, "metrics"));
    place(expect);
    if (is_set(expect, "removed") && device() != nullptr) miss("the device is still there");
  }

  void nothing_changed(std::uint64_t generation) {
    const Decoded& decoded = wire_.decoded;
    if (wire_.catalog.generation() != generation) miss("ignore: the devices changed");
    for (const Reading& reading : decoded.readings) miss("ignore: reads " + wire_.path(reading));
    if (!decoded.events.empty()) miss("ignore: gives an event");
    if (!decoded.availability.empty()) miss("ignore: tells availability");
  }

  void attributes(const Row& all) {
    for (const auto& [key, want] : all) {
      const std::string name(key);
      const Value& got = value(name);
      if (same_value(path_of(name), want, got)) continue;
      miss(name + ": wanted " + bj::serialize(want) + ", got " + to_json(got));
    }
  }

  void refused(const std::string& name) {
    const std::string path = id() + "." + path_of(name);
    const bool counted = std::ranges::any_of(wire_.decoded.rejections, [&](const Rejection& r) {
      return r.attribute == path || (r.attribute.starts_with(id() + ".") &&
                                     canonical_part(r.attribute.substr(id().size() + 1)) == name);
    });
    if (!counted) miss(name + " is not refused");
    if (value(name).has_value()) miss(name + " is refused and has a value");
  }

  void events(const bj::array& all) {
    std::vector<std::string> want;
    for (const bj::value& one : all) {
      const std::string endpoint = text(one.as_object(), "endpoint");
      want.push_back(id() + "." + (endpoint.empty() ? "" : endpoint + ".") +
                     "event=" + text(one.as_object(), "event"));
    }
    if (wire_.events() != want) miss("events: got " + ::testing::PrintToString(wire_.events()));
  }

  void derived(const Row& expect) {
    if (expect.contains("availability")) {
      const auto known = wire_.catalog.table().find_device(id());
      const auto said = known ? availability_.find(index(*known)) : availability_.end();
      const auto got = said == availability_.end() ? Availability::unknown : said->second;
      if (device() == nullptr) miss("no device " + name_);
      if (name(got) != text(expect, "availability")) {
        miss("availability: got " + std::string(name(got)));
      }
    }
    if (!expect.contains("state") && !expect.contains("level")) return;
    const DeviceInfo* info = device();
    if (info == nullptr) return miss("no device " + name_);
    const Derived got = derive(*info,
                               [&](std::string_view attribute) -> const Value& {
                                 return wire_.value(id() + "." + std::string(attribute));
                               },
                               {});
    if (expect.contains("state") && got.state != text(expect, "state")) {
      miss("state: wanted " + text(expect, "state") + ", got " + got.state);
    }
    if (expect.contains("level") && got.level != text(expect, "level")) {
      miss("level: wanted " + text(expect, "level") + ", got " + got.level);
    }
  }

  void wanted(const Row& all) {
    for (const auto& [key, want] : all) {
      const std::string path = id() + "." + path_of(std::string(key));
      const auto found = std::ranges::find_if(
          wire_.decoded.desired, [&](const Reading& r) { return wire_.path(r) == path; });
      if (found == wire_.decoded.desired.end() || !same_value(key, want, found->value)) {
        miss("desired " + std::string(key) + " is not there");
      }
    }
  }

  void metrics(const Row& all) {
    for (const auto& [key, want] : all) {
      const std::string path = plain(id() + ".raw." + std::string(key));
      const auto found = std::ranges::find_if(
          wire_.values, [&](const auto& entry) { return plain(entry.first) == path; });
      const Value got = found == wire_.values.end() ? Value() : found->second;
      if (!same_value(key, want, got)) {
        miss("metric " + std::string(key) + ": got " + to_json(got));
      }
    }
  }

  void place(const Row& expect) {
    const StreamPlace& got = wire_.decoded.place;
    const auto compare = [&](std::string_view key, const std::optional<std::uint64_t>& value) {
      const bj::value* want = expect.if_contains(key);
      if (want == nullptr) return;
      if (!value || *value != want->to_number<std::uint64_t>()) miss(std::string(key) + " differs");
    };
    compare("seq", got.seq);
    compare("bdSeq", got.birth);
    compare("version", got.version);
    if (is_set(expect, "seq_gap") && !got.gap) miss("the gap is not noticed");
  }

  void entities(const bj::array& all) {
    if (!all.empty() && device() == nullptr) return miss("no device " + name_);
    for (const bj::value& one : all) entity(one.as_object());
    for (const std::string& reason : wire_.rejected()) miss("refused: " + reason);
  }

  void entity(const Row& want) {
    const DeviceInfo& info = *device();
    const std::string endpoint = text(want, "endpoint");
    const std::string capability = text(want, "capability");
    // `sensor` is no capability but the lack of one: its attributes say what it senses.
    if (is_capability(capability) && !info.has_capability(capability)) {
      miss("not a " + capability);
    }
    std::vector<std::string> names;
    for (const std::string& name : texts(want, "attributes")) {
      const std::string own = endpoint.empty() ? "" : endpoint + ".";
      const std::string& path = info.find(own + name) != nullptr ? own + name : path_of(name);
      if (info.find(path) == nullptr) miss("no attribute " + own + name);
      names.push_back(path);
    }
    const std::string command = text(want, "command_topic");
    if (!command.empty() && !reaches(names, command)) miss("nothing is sent to " + command);
    listens(text(want, "availability_topic"));
    listens(text(want, "state_topic"));
    for (const std::string& topic : texts(want, "state_topics")) listens(topic);
    if (is_set(want, "inverted")) inverted(names);
  }

  void listens(const std::string& topic) {
    if (topic.empty()) return;
    const auto filters = wire_.normaliser.subscriptions();
    if (!std::ranges::any_of(filters, [&](const auto& f) { return covers(f, topic); })) {
      miss("does not listen to " + topic);
    }
  }

  /// Whether a command of any of these attributes goes to `topic`.
  [[nodiscard]] bool reaches(const std::vector<std::string>& names, const std::string& topic) {
    for (const std::string& name : names) {
      const AttributeInfo* info = device()->find(name);
      if (info == nullptr || !info->writable) continue;
      for (const std::string& sent : wire_.drive(id(), {{name, probe(*info)}})) {
        if (sent.starts_with(topic + " ")) return true;
      }
    }
    return false;
  }

  [[nodiscard]] static Value probe(const AttributeInfo& info) {
    if (info.type == ValueType::boolean) return true;
    if (info.type == ValueType::enumeration && !info.values.empty()) return info.values.front();
    const bool number = info.type == ValueType::number || info.type == ValueType::integer;
    if (number && info.range) return (info.range->min + info.range->max) / 2;
    if (info.type == ValueType::numbers) return std::vector<double>{0.3, 0.3};
    return number ? Value(1.0) : Value("auto");
  }

  /// A cover that is a third open is told two thirds.
  void inverted(const std::vector<std::string>& names) {
    for (const std::string& name : names) {
      if (canonical_part(name) != "position") continue;
      const auto sent = wire_.drive(id(), {{name, 30}});
      const bool turned = sent.size() == 1 && sent[0].find("70") != std::string::npos;
      if (!turned) miss("position is not inverted");
    }
  }

  /// Without discovery a devices file says that there is such a device.
  void declare(const Row& set) {
    const std::string convention = text(row_, "convention");
    DeviceEntry entry;
    entry.id = DeviceId(fold_name(name_));
    entry.dialect = convention;
    entry.topic = convention == "zigbee2mqtt" ? "zigbee2mqtt/" + name_ : name_;
    for (const auto& [key, want] : set) {
      entry.capabilities.emplace_back(key == "position" ? "cover" : "light");
    }
    DevicesFile devices;
    devices.entries.push_back(std::move(entry));
    if (!wire_.normaliser.configure(devices).ok()) miss("the devices file is refused");
  }

  void command() {
    const Row& input = object(row_, "input");
    if (!row_.contains("needs")) declare(object(input, "set"));
    const auto known = wire_.catalog.table().find_device(id());
    if (!known) return miss("no device " + name_);
    std::vector<std::pair<std::string, Value>> set;
    for (const auto& [key, want] : object(input, "set")) {
      set.emplace_back(path_of(std::string(key)), value_of(want));
    }
    for (const auto& [key, want] : object(input, "metrics")) {
      set.emplace_back(raw_path(std::string(key)), value_of(want));
    }
    std::vector<Reading> readings;
    for (const auto& [name, value] : set) {
      const auto attribute = wire_.catalog.table().find(id(), name);
      if (!attribute) miss("no attribute " + name);
      if (attribute) readings.push_back({*attribute, value});
    }
    compare(is_set(input, "rebirth") ? wire_.normaliser.ask(*known)
                                     : wire_.normaliser.encode(*known, readings));
  }

  [[nodiscard]] std::string raw_path(const std::string& metric) const {
    const std::string wanted = plain(id() + ".raw." + metric);
    for (const auto& [path, value] : wire_.values) {
      if (plain(path) == wanted) return path.substr(id().size() + 1);
    }
    return "raw." + metric;
  }

  /// One message, the one of the row.
  void compare(const std::vector<Outgoing>& sent) {
    if (sent.size() != 1) return miss("messages sent: " + std::to_string(sent.size()));
    if (sent[0].topic != text(row_, "topic")) return miss("sent to " + sent[0].topic);
    if (!same_payload(row_, sent[0].payload)) miss("sent: " + sent[0].payload);
  }

  const Row& row_;
  Wire wire_;
  std::string name_;
  std::map<std::size_t, Availability> availability_;
  std::vector<std::string> misses_;
};

}  // namespace

std::vector<std::string> play(const Row& row, const File& file,
                              const std::map<std::string, std::string>& exposes) {
  Playback playback(row, file);
  playback.describe(exposes);
  return playback.run();
}

}  // namespace attune::devices::conformance
