#include "devices/dialects/ha_config.h"

#include <algorithm>
#include <utility>

#include "devices/dialects/binding.h"
#include "devices/dialects/ha_names.h"

namespace attune::devices::ha {

namespace {

using json::Kind;
using json::Node;

std::string text_of(const Node& node) {
  switch (node.kind) {
    case Kind::text:
      return std::string(node.text);
    case Kind::boolean:
      return node.boolean ? "True" : "False";
    case Kind::integer:
    case Kind::number:
      return to_json(plain_value(node));
    case Kind::null:
    case Kind::array:
    case Kind::object:
      break;
  }
  return {};
}

Field field_of(const Node& node) {
  Field field;
  field.text = text_of(node);
  field.is_null = node.kind == Kind::null;
  field.is_true = node.boolean || node.text == "true" || node.text == "True";
  if (node.is_number()) field.number = node.number;
  if (node.kind == Kind::text) field.number = parse_number(node.text);
  if (node.kind != Kind::array) return field;
  for (const Node& element : node) {
    if (field.list.size() < kListMax) field.list.push_back(text_of(element));
  }
  return field;
}

bool is_topic_key(std::string_view key) {
  return key == "topic" || key.ends_with("_topic");
}

/// `~` at the start or the end of a topic stands for the base.
std::string with_base(std::string topic, const std::string& base) {
  if (base.empty() || topic.empty()) return topic;
  if (topic.starts_with('~')) return base + topic.substr(1);
  if (topic.ends_with('~')) return topic.substr(0, topic.size() - 1) + base;
  return topic;
}

/// A name that people gave: no control characters, not endless.
bool is_fit_name(std::string_view name) {
  return name.size() <= kNameBytesMax && std::ranges::none_of(name, [](char c) {
           return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
         });
}

const Node* find_full(const Node& object, std::string_view full) {
  for (const Node& member : object) {
    if (full_name(member.key) == full) return &member;
  }
  return nullptr;
}

std::string first_text(const Node& node) {
  if (node.kind != Kind::array) return text_of(node);
  return node.size > 0 ? text_of(*node.begin()) : "";
}

/// `[["mac", "aa:bb"]]`: what the first one is called.
std::string first_connection(const Node& node) {
  if (node.kind != Kind::array || node.size == 0) return {};
  const Node& first = *node.begin();
  if (first.kind != Kind::array || first.size != 2) return {};
  const Node* name = &*first.begin();
  return text_of(*(name + name->span));
}

/// Who the device is: its first identifier, else its first connection.
void read_device(const Node& device, Config& config) {
  std::string connection;
  for (const Node& member : device) {
    const std::string_view key = full_device_name(member.key);
    if (key == "identifiers") config.device = first_text(member);
    if (key == "connections") connection = first_connection(member);
    if (key == "name") config.label = text_of(member);
    if (key == "suggested_area") config.area = text_of(member);
  }
  if (config.device.empty()) config.device = connection;
}

AvailabilitySource source_of(const Node& from, const std::string& base) {
  AvailabilitySource source{"", "online", "offline", ""};
  for (const Node& member : from) {
    const std::string_view key = full_name(member.key);
    if (key == "topic") source.topic = with_base(text_of(member), base);
    if (key == "payload_available") source.available = text_of(member);
    if (key == "payload_not_available") source.not_available = text_of(member);
    if (key == "value_template") source.value_template = text_of(member);
  }
  return source;
}

void read_availability(const Node& list, const std::string& base, Config& config) {
  if (list.kind == Kind::object) {
    config.availability.push_back(source_of(list, base));
    return;
  }
  if (list.kind != Kind::array) return;
  for (const Node& from : list) {
    if (config.availability.size() < kListMax && from.kind == Kind::object) {
      config.availability.push_back(source_of(from, base));
    }
  }
}

/// Takes the members of one object; what an outer one said before gives way.
Status read_members(const Node& object, const std::string& base, Config& config) {
  bool own_availability = false;
  for (const Node& member : object) {
    const std::string_view key = full_name(member.key);
    if (key == "device" && member.kind == Kind::object) {
      read_device(member, config);
    } else if (key == "origin" && member.kind == Kind::object) {
      config.origin = member.text_of("name");
    } else if (key == "availability") {
      if (!std::exchange(own_availability, true)) config.availability.clear();
      read_availability(member, base, config);
    } else if (key != "components" && member.kind != Kind::object && member.key != "~") {
      if (config.fields.size() >= kFieldsMax) {
        return Error{"members", config.object_id + ": too many fields"};
      }
      Field field = field_of(member);
      if (is_topic_key(key)) field.text = with_base(std::move(field.text), base);
      config.fields.insert_or_assign(std::string(key), std::move(field));
    }
  }
  return {};
}

/// What the fields say of availability, and names that fit.
Status complete(const Place& place, Config& config) {
  if (config.availability.empty() && config.has("availability_topic")) {
    config.availability.push_back(
        {config.text("availability_topic"), config.text("payload_available", "online"),
         config.text("payload_not_available", "offline"), config.text("availability_template")});
  }
  if (config.device.empty()) {
    config.device = place.node.empty() ? std::string(place.object) : std::string(place.node);
  }
  for (const std::string& name :
       {config.device, config.label, config.area, config.object_id, config.text("name")}) {
    if (!is_fit_name(name)) {
      return Error{"name", config.object_id.substr(0, 64) + ": a name that is no name"};
    }
  }
  return {};
}

/// A component of a platform alone says that the entity is there no more.
bool is_farewell(const Node& component) {
  return component.size == 1 && full_name((*component.begin()).key) == "platform";
}

/// What it costs to spread it to one more component.
std::size_t bytes_of(const Config& shared) {
  std::size_t bytes = 0;
  for (const auto& [key, field] : shared.fields) {
    bytes += key.size() + field.text.size();
    for (const std::string& each : field.list) bytes += each.size();
  }
  for (const AvailabilitySource& source : shared.availability) {
    bytes += source.topic.size() + source.available.size() + source.not_available.size() +
             source.value_template.size();
  }
  return bytes;
}

Result<std::vector<Config>> read_components(const Place& place, const Node& root,
                                            const Node& components, const std::string& base) {
  Config shared;
  if (Status read = read_members(root, base, shared); !read) return read.error();
  if (shared.device.empty()) shared.device = place.object;
  if (components.size > kComponentsMax) {
    return Error{"members", std::to_string(components.size) + " components, at most " +
                                std::to_string(kComponentsMax)};
  }
  if (bytes_of(shared) * components.size > kSharedBytesMax) {
    return Error{"size", "what all " + std::to_string(components.size) +
                             " components share is too long for so many"};
  }
  std::vector<Config> configs;
  for (const Node& component : components) {
    if (component.kind != Kind::object || is_farewell(component)) continue;
    Config config = shared;
    config.object_id = component.key;
    if (Status read = read_members(component, base, config); !read) return read.error();
    config.platform = config.text("platform");
    if (Status fits = complete(place, config); !fits) return fits.error();
    configs.push_back(std::move(config));
  }
  return configs;
}

}  // namespace

bool Config::has(std::string_view key) const {
  const auto found = fields.find(key);
  return found != fields.end() && !found->second.is_null;
}

std::string Config::text(std::string_view key, std::string_view otherwise) const {
  return std::string(has(key) ? fields.find(key)->second.text : otherwise);
}

double Config::number(std::string_view key, double otherwise) const {
  return has(key) ? fields.find(key)->second.number.value_or(otherwise) : otherwise;
}

bool Config::flag(std::string_view key, bool otherwise) const {
  return has(key) ? fields.find(key)->second.is_true : otherwise;
}

const std::vector<std::string>& Config::list(std::string_view key) const {
  static const std::vector<std::string> kNone;
  const auto found = fields.find(key);
  return found == fields.end() ? kNone : found->second.list;
}

Result<std::vector<Config>> read_configs(const Place& place, const Node& root) {
  if (root.kind != Kind::object) return Error{"type", "a configuration is an object"};
  const Node* tilde = root.find("~");
  const std::string base = tilde != nullptr ? text_of(*tilde) : "";
  const Node* components = find_full(root, "components");
  if (place.platform == "device") {
    if (components == nullptr || components->kind != Kind::object) {
      return Error{"type", "a device's configuration has components"};
    }
    return read_components(place, root, *components, base);
  }
  Config config;
  config.platform = place.platform;
  config.object_id = place.object;
  if (Status read = read_members(root, base, config); !read) return read.error();
  if (Status fits = complete(place, config); !fits) return fits.error();
  std::vector<Config> one;
  one.push_back(std::move(config));
  return one;
}

}  // namespace attune::devices::ha
