#include "broker/shell/config/devices_file.h"

#include <algorithm>
#include <map>
#include <utility>

#include "broker/shell/config/device_bands.h"
#include "broker/shell/config/fields.h"
#include "devices/dialects/own_attributes.h"
#include "devices/dialects/registry.h"
#include "devices/model/limits.h"
#include "devices/names.h"
#include "devices/vocabulary.h"
#include "rules/load.h"

namespace attune::config {
namespace {

using devices::JsonAttribute;
using devices::JsonDevice;

constexpr std::size_t kTextBytesMax = 256;
constexpr std::size_t kTemplateBytesMax = 4'096;
constexpr std::size_t kUnitBytesMax = 32;
constexpr std::size_t kShadowNameMax = 64;
constexpr Millis kImpulseMin{1'000};
constexpr Millis kImpulseMax{60'000};  // a command lives for twice as long

/// A topic that one message can have: no wildcards, no controls, within the limits.
bool is_topic(const std::string& topic) {
  const auto bad = [](char c) {
    return c == '+' || c == '#' || static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
  };
  return !topic.empty() && topic.front() != '$' && topic.size() <= limits::kTopicBytesMax &&
         std::none_of(topic.begin(), topic.end(), bad) &&
         static_cast<std::size_t>(std::count(topic.begin(), topic.end(), '/')) <
             limits::kTopicLevelsMax;
}

bool is_shadow_name(const std::string& name) {
  return name.size() <= kShadowNameMax && std::ranges::all_of(name, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == ':' || c == '_' || c == '-';
         });
}

/// A duration that is longer than nothing; empty where there is none, or an Issue.
std::optional<Millis> time_span(Fields& fields, std::string_view key) {
  Millis read{-1};
  fields.duration(key, read);
  if (read.count() > 0) return read;
  if (read.count() == 0) {
    fields.error(*fields.node().find(key), "E303", std::string(key) + " is longer than nothing");
  }
  return std::nullopt;
}

/// Reads one file into what the files before it have given.
class DevicesReader {
 public:
  explicit DevicesReader(LoadedDevices& out) : out_(out) {}
  void read(const yaml::Document& document);

 private:
  void read_device(const yaml::Entry& entry);
  void read_capabilities(Fields& fields, devices::DeviceEntry& entry);
  void read_manual(Fields& fields, devices::DeviceEntry& entry);
  void read_attributes(Fields& fields, devices::DeviceEntry& entry);
  devices::MappedAttribute read_mapped(const yaml::Entry& entry, const std::string& dialect);
  JsonAttribute read_attribute(const yaml::Entry& entry, devices::DeviceEntry& device);
  void read_values(Fields& fields, std::map<std::string, std::string>& words);
  void read_path(Fields& fields, std::string& path);
  template <class Attribute>
  void read_declaration(Fields& fields, const yaml::Node& key, Attribute& attribute);
  void read_liveness(Fields& fields, devices::DeviceEntry& entry);
  void read_ages(Fields& fields, devices::DeviceEntry& device);
  void read_age(Fields& fields, const std::string& name, devices::DeviceEntry& device);
  void read_command(Fields& fields, JsonAttribute& attribute);
  static void check_impulse(Fields& command, const JsonAttribute& attribute);
  void check_attribute_name(Fields& fields, const yaml::Node& key);
  void check_id(Fields& fields, const yaml::Node& key);
  void topic(Fields& fields, std::string_view key, std::string& out);
  void label(Fields& fields, std::string_view key, std::string& out);

  LoadedDevices& out_;
  const yaml::Document* document_ = nullptr;
  std::map<std::string, SourcePlace> seen_;
};

void DevicesReader::read(const yaml::Document& document) {
  document_ = &document;
  Fields top(document, document.root, "the devices file", out_.issues);
  top.version();
  if (auto devices = top.map("devices")) {
    for (const auto& entry : devices->node().entries) read_device(entry);
  }
  top.finish();
}

void DevicesReader::check_id(Fields& fields, const yaml::Node& key) {
  const std::string folded = devices::fold_name(key.text);
  if (folded != key.text) {
    const bool is_a_word = folded == key.text + "_";
    fields.error(key, "E307",
                 "'" + key.text + "' cannot be a device's id" +
                     (is_a_word ? ": rules mean something else by it" : ""),
                 "write " + folded);
  }
  const auto [before, first] = seen_.emplace(key.text, key.place);
  if (first) return;
  fields.error(key, "E105",
               "device " + key.text + " already stands in " + before->second.file + ":" +
                   std::to_string(before->second.line));
}

void DevicesReader::read_device(const yaml::Entry& entry) {
  Fields fields(*document_, entry.value, "device " + entry.key.text, out_.issues);
  check_id(fields, entry.key);
  devices::DeviceEntry device;
  device.id = DeviceId(entry.key.text);
  label(fields, "label", device.label);
  label(fields, "area", device.area);
  fields.texts("tags", device.tags);
  std::vector<std::string> dialects;
  for (const auto& row : devices::dialect_table()) dialects.emplace_back(row.name);
  if (const auto word = fields.word("dialect", dialects)) device.dialect = dialects[*word];
  topic(fields, "topic", device.topic);
  read_capabilities(fields, device);
  read_manual(fields, device);
  read_bands(fields, device.bands);
  read_liveness(fields, device);
  read_attributes(fields, device);
  fields.finish();
  out_.file.entries.push_back(std::move(device));
}

void DevicesReader::label(Fields& fields, std::string_view key, std::string& out) {
  fields.text(key, out);
  if (out.size() <= kTextBytesMax) return;
  fields.error(*fields.node().find(key), "E303",
               std::string(key) + " is longer than " + std::to_string(kTextBytesMax) + " bytes");
}

void DevicesReader::topic(Fields& fields, std::string_view key, std::string& out) {
  const yaml::Node* node = fields.node().find(key);
  fields.text(key, out);
  if (node == nullptr || node->kind != yaml::NodeKind::scalar || is_topic(out)) return;
  fields.error(*node, "E303", "'" + node->text + "' is no topic of one message",
               "without + and #, at most 512 bytes and 16 levels");
}

void DevicesReader::read_capabilities(Fields& fields, devices::DeviceEntry& entry) {
  fields.texts("capabilities", entry.capabilities);
  const yaml::Node* node = fields.node().find("capabilities");
  if (node == nullptr) return;
  for (const auto& word : entry.capabilities) {
    if (devices::is_capability(word)) continue;
    const auto same = [&](const yaml::Node& item) { return item.text == word; };
    const auto found = std::find_if(node->items.begin(), node->items.end(), same);
    fields.error(found == node->items.end() ? *node : *found, "E303",
                 "unknown capability '" + word + "'",
                 "a word of the vocabulary, like light, cover, climate, contact");
  }
}

void DevicesReader::read_manual(Fields& fields, devices::DeviceEntry& entry) {
  auto manual = fields.map("manual");
  if (!manual) return;
  if (const auto word = manual->word("other", {"person", "ignore"})) {
    entry.foreign_is_person = *word == 0;
  }
  manual->finish();
}

void DevicesReader::read_liveness(Fields& fields, devices::DeviceEntry& entry) {
  auto liveness = fields.map("liveness");
  if (!liveness) return;
  LivenessTerms& terms = entry.liveness;
  terms.period = time_span(*liveness, "period");
  const yaml::Node* silent_after = liveness->node().find("silent_after");
  terms.may_be_silent = silent_after != nullptr && silent_after->text == "never";
  if (terms.may_be_silent) {
    (void)liveness->take("silent_after");
  } else {
    terms.silent_after = time_span(*liveness, "silent_after");
  }
  bool sleeps = false;
  liveness->flag("sleeps", sleeps);
  if (liveness->node().find("sleeps") != nullptr) terms.sleeps = sleeps;
  liveness->finish();
}

void DevicesReader::read_attributes(Fields& fields, devices::DeviceEntry& entry) {
  auto attributes = fields.map("attributes");
  if (!attributes) {
    if (entry.dialect != "json") return;
    return fields.error(fields.node(), "E112", "a json device says which attributes it has",
                        "attributes: {temperature: {topic: plant/boiler, path: /t}}");
  }
  for (const auto& below : attributes->node().entries) {
    out_.places.emplace(std::pair(entry.id, below.key.text),
                        document_->issue(Severity::error, "E302", below.key.place, ""));
  }
  if (entry.dialect == "sparkplug_b" || entry.dialect == "aws_shadow") {
    for (const auto& below : attributes->node().entries) {
      entry.mapped.push_back(read_mapped(below, entry.dialect));
    }
    return;
  }
  // One that says no more than how long a value counts maps nothing.
  const auto maps = [](const yaml::Entry& below) {
    const auto& said = below.value.entries;
    const bool ages_alone = std::all_of(said.begin(), said.end(), [](const yaml::Entry& one) {
      return one.key.text == "max_age" || one.key.text == "off_delay";
    });
    return said.empty() || !ages_alone;
  };
  const auto& all = attributes->node().entries;
  const bool is_mapped = entry.dialect == "json" || std::any_of(all.begin(), all.end(), maps);
  if (!is_mapped) return read_ages(*attributes, entry);
  if (!entry.dialect.empty() && entry.dialect != "json") {
    return fields.error(
        attributes->node(), "E113",
        "only json, sparkplug_b and aws_shadow devices map their attributes by hand; " +
            entry.dialect + " discovers them");
  }
  JsonDevice device{entry.id, {}};
  for (const auto& below : all) device.attributes.push_back(read_attribute(below, entry));
  out_.file.json.push_back(std::move(device));
}

void DevicesReader::check_attribute_name(Fields& fields, const yaml::Node& key) {
  if (key.text.compare(0, 4, "raw.") == 0 && key.text.size() > 4) return;
  if (devices::is_user_attribute(devices::canonical_part(key.text))) return;
  if (devices::find_word(devices::canonical_part(key.text)) != nullptr) return;
  std::vector<std::string> words;
  for (const auto& [word, type] : devices::vocabulary_types()) words.push_back(word);
  const std::string near = yaml::nearest(key.text.substr(key.text.rfind('.') + 1), words);
  fields.error(key, "E302", "'" + key.text + "' is not an attribute of the vocabulary",
               near.empty() ? "declare it as x_" + devices::fold_name(key.text) +
                                  " with its type, or take it as it comes: raw." +
                                  devices::plain_name(key.text)
                            : "did you mean '" + near + "'?");
}

/// Of attributes that are discovered a file says no more than how long they count.
void DevicesReader::read_ages(Fields& fields, devices::DeviceEntry& device) {
  for (const auto& below : fields.node().entries) {
    Fields attribute(*document_, below.value, "attribute " + below.key.text, out_.issues);
    check_attribute_name(fields, below.key);
    read_age(attribute, below.key.text, device);
    attribute.finish();
  }
}

void DevicesReader::read_age(Fields& fields, const std::string& name,
                             devices::DeviceEntry& device) {
  if (const auto age = time_span(fields, "max_age")) device.max_age[name] = *age;
  const auto delay = time_span(fields, "off_delay");
  if (!delay) return;
  const auto* word = devices::find_word(devices::canonical_part(name));
  if (word != nullptr && word->type != ValueType::boolean) {
    fields.error(*fields.node().find("off_delay"), "E303",
                 "only what is true or false has an off_delay", "max_age: 30m");
  }
  device.off_delay[name] = *delay;
}

JsonAttribute DevicesReader::read_attribute(const yaml::Entry& entry,
                                            devices::DeviceEntry& device) {
  Fields fields(*document_, entry.value, "attribute " + entry.key.text, out_.issues);
  const std::string& name = entry.key.text;
  check_attribute_name(fields, entry.key);
  JsonAttribute attribute;
  attribute.name = name;
  topic(fields, "topic", attribute.topic);
  if (attribute.topic.empty() && fields.node().find("topic") == nullptr) {
    fields.error(entry.key, "E112", "attribute " + name + " has no topic");
  }
  read_path(fields, attribute.path);
  fields.text("unit", attribute.unit);
  read_declaration(fields, entry.key, attribute);
  read_values(fields, attribute.values);
  read_command(fields, attribute);
  read_age(fields, name, device);
  fields.finish();
  return attribute;
}

/// `type` and `range` of an attribute of one's own; the vocabulary says those of all others.
template <class Attribute>
void DevicesReader::read_declaration(Fields& fields, const yaml::Node& key, Attribute& attribute) {
  std::vector<std::string> words;
  for (const auto& [word, type] : devices::own_types()) words.emplace_back(word);
  const yaml::Node* said = fields.node().find("type");
  if (const auto word = fields.word("type", words)) {
    attribute.type = devices::own_types()[*word].second;
  }
  if (auto range = fields.map("range")) {
    constexpr double kMost = 1e15;
    std::optional<double> min;
    std::optional<double> max;
    range->number("min", min, -kMost, kMost);
    range->number("max", max, -kMost, kMost);
    if (min && max) attribute.range = Range{*min, *max};
    if (!min || !max) range->error(range->node(), "E303", "a range has a min and a max");
    range->finish();
  }
  if (!devices::is_user_attribute(devices::canonical_part(key.text))) return;
  if (said == nullptr) {
    fields.error(key, "E302",
                 key.text + " is not declared: an attribute of one's own says its type",
                 "type: number, with its unit");
  }
  if (attribute.unit.size() > kUnitBytesMax) {
    fields.error(*fields.node().find("unit"), "E303",
                 "a unit has at most " + std::to_string(kUnitBytesMax) + " bytes");
  }
}

void DevicesReader::read_path(Fields& fields, std::string& path) {
  fields.text("path", path);
  if (!path.empty() && path.front() != '/') {
    fields.error(*fields.node().find("path"), "E303", "path is a JSON pointer, like /a/b",
                 "write /" + path);
  }
}

/// `{metric: Pump/Run, ..}` of Sparkplug, `{path: /light/level, shadow: config, ..}` of AWS.
devices::MappedAttribute DevicesReader::read_mapped(const yaml::Entry& entry,
                                                    const std::string& dialect) {
  Fields fields(*document_, entry.value, "attribute " + entry.key.text, out_.issues);
  check_attribute_name(fields, entry.key);
  devices::MappedAttribute attribute;
  attribute.name = entry.key.text;
  const bool shadows = dialect == "aws_shadow";
  const char* where = shadows ? "path" : "metric";
  std::string path;
  std::string shadow;
  if (shadows) {
    read_path(fields, path);
    fields.text("shadow", shadow);
  } else {
    fields.text("metric", path);
  }
  if (fields.node().find(where) == nullptr) {
    fields.error(entry.key, "E112", "attribute " + attribute.name + " has no " + where);
  }
  if (!is_shadow_name(shadow)) {
    fields.error(*fields.node().find("shadow"), "E303",
                 "a shadow's name is of A-Z a-z 0-9 : _ -, at most 64");
  }
  attribute.source = shadow + path;
  fields.text("unit", attribute.unit);
  fields.flag("writable", attribute.writable);
  read_declaration(fields, entry.key, attribute);
  read_values(fields, attribute.values);
  fields.finish();
  return attribute;
}

void DevicesReader::read_values(Fields& fields, std::map<std::string, std::string>& words) {
  auto values = fields.map("values");
  if (!values) return;
  std::map<std::string, std::string> canonical_of;
  for (const auto& entry : values->node().entries) {
    std::string word;
    values->text(entry.key.text, word);
    const auto [before, first] = canonical_of.emplace(word, entry.key.text);
    if (!first) {
      values->error(entry.value, "E303", "'" + word + "' already means " + before->second);
    }
    words[entry.key.text] = std::move(word);
  }
}

void DevicesReader::read_command(Fields& fields, JsonAttribute& attribute) {
  auto command = fields.map("command");
  if (!command) return;
  topic(*command, "topic", attribute.command_topic);
  if (command->node().find("topic") == nullptr) {
    command->error(command->node(), "E112", "command has no topic");
  }
  command->text("payload", attribute.command_payload);
  const std::string& payload = attribute.command_payload;
  attribute.impulse = time_span(*command, "impulse");
  if (payload.size() > kTemplateBytesMax) {
    command->error(*command->node().find("payload"), "E303", "payload is longer than 4,096 bytes");
  } else if (attribute.impulse) {
    check_impulse(*command, attribute);
  } else if (!payload.empty() && payload.find("${value}") == std::string::npos) {
    command->error(*command->node().find("payload"), "E303", "payload never says the value",
                   "write ${value} where it belongs");
  }
  command->finish();
}

void DevicesReader::check_impulse(Fields& command, const JsonAttribute& attribute) {
  const std::string& payload = attribute.command_payload;
  if (payload.empty() || payload.find("${value}") != std::string::npos) {
    command.error(command.node(), "E303", "an impulse says the same whatever is wanted",
                  "payload: PULSE, as the device takes it");
  }
  if (*attribute.impulse < kImpulseMin || *attribute.impulse > kImpulseMax) {
    command.error(*command.node().find("impulse"), "E303", "an impulse takes 1s to 1m",
                  "impulse: 20s, which is how long the door takes");
  }
}

}  // namespace

LoadedDevices load_devices(const std::vector<std::string>& paths) {
  LoadedDevices loaded;
  DevicesReader reader(loaded);
  for (const auto& path : paths) {
    for (auto& file : rules::read_files(path, loaded.issues)) {
      const auto document = yaml::parse(file.path, std::move(file.text), loaded.issues);
      if (document) reader.read(*document);
    }
  }
  return loaded;
}

LoadedDevices parse_devices(const std::string& path, std::string text) {
  LoadedDevices loaded;
  DevicesReader reader(loaded);
  const auto document = yaml::parse(path, std::move(text), loaded.issues);
  if (document) reader.read(*document);
  return loaded;
}

Issues issues_of(const LoadedDevices& loaded, const std::vector<devices::Misfit>& misfits) {
  Issues issues;
  for (const devices::Misfit& misfit : misfits) {
    const auto place = loaded.places.find({misfit.device, misfit.attribute});
    Issue issue = place == loaded.places.end() ? Issue{} : place->second;
    issue.code = "E302";
    const std::size_t end = misfit.what.rfind("; ");
    issue.message = misfit.what.substr(0, end);
    if (end != std::string::npos) issue.hint = misfit.what.substr(end + 2);
    issues.push_back(std::move(issue));
  }
  return issues;
}

}  // namespace attune::config
