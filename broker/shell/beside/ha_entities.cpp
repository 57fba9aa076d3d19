#include "broker/shell/beside/ha_entities.h"

#include <algorithm>
#include <utility>

#include "devices/dialects/unit_names.h"
#include "devices/json/writer.h"

namespace attune::beside {

namespace {

using devices::json::Writer;

constexpr std::size_t kStateBytesMax = 255;  ///< of a state of Home Assistant's
constexpr double kUnbounded = 1e9;           ///< a number there must have bounds
constexpr double kNarrow = 2;                ///< a range that is stepped through in hundredths

std::string below(const HaNames& names, std::string_view kind, std::string_view id) {
  std::string topic = names.prefix + "/ha/";
  topic.append(kind).append("/").append(id);
  return topic;
}

std::string command(const HaNames& names, std::string_view kind, std::string_view id) {
  std::string topic = command_root(names);
  topic.append("/").append(kind).append("/").append(id);
  return topic;
}

std::string_view platform_of(Control control) {
  switch (control) {
    case Control::select:
      return "select";
    case Control::number:
      return "number";
    case Control::toggle:
      return "switch";
    case Control::time:
      return "time";
  }
  return {};
}

/// With its platform in it: a setting that becomes another kind of entity is another entity.
std::string setting_name(const SettingView& setting) {
  return "setting_" + setting.id + "_" + std::string(platform_of(setting.control));
}

std::string plan_name(const SettingView& setting) {
  return "setting_" + setting.id + "_plan";
}

/// Of a character more than a byte nothing is left over.
std::string shortened(const std::string& text) {
  if (text.size() <= kStateBytesMax) return text;
  std::size_t size = kStateBytesMax;
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) --size;
  return text.substr(0, size);
}

/// Writes the components one after the other.
class Document {
 public:
  Document(Writer& out, const HaNames& names) : out_(out), names_(names) {}

  void add(const SettingView& setting);
  void add(const RuleView& rule);
  void add(const DeviceView& device);
  void add_notices();
  void add_removed(std::string_view name, std::string_view platform);

 private:
  void begin(const std::string& name, std::string_view platform, const std::string& label);
  void add_plan(const SettingView& setting);
  void add_number(const SettingView& setting);
  void end() { out_.end_object(); }

  Writer& out_;
  const HaNames& names_;
};

void Document::begin(const std::string& name, std::string_view platform, const std::string& label) {
  out_.key(name).begin_object().member("platform", platform).member("name", label);
  out_.member("unique_id", "attune_" + names_.node + "_" + name);
  out_.member("default_entity_id", std::string(platform) + ".attune_" + name);
}

void Document::add(const SettingView& setting) {
  begin(setting_name(setting), platform_of(setting.control), setting.label);
  out_.member("state_topic", setting_topic(names_, setting.id));
  out_.member("command_topic", command(names_, "settings", setting.id));
  switch (setting.control) {
    case Control::select:
      out_.key("options").begin_array();
      for (const std::string& option : setting.options) out_.value(option);
      out_.end_array();
      break;
    case Control::number:
      add_number(setting);
      break;
    case Control::toggle:
      out_.member("payload_on", "true").member("payload_off", "false");
      break;
    case Control::time:
      break;
  }
  end();
  if (setting.is_schedule) add_plan(setting);
}

void Document::add_number(const SettingView& setting) {
  const Range range = setting.range.value_or(Range{-kUnbounded, kUnbounded});
  const double min = std::max(range.min, -kUnbounded);
  const double max = std::min(range.max, kUnbounded);
  out_.member("min", min).member("max", max).member("mode", "box");
  out_.member("step", max - min <= kNarrow ? 0.01 : 0.1);
  const std::string_view unit = devices::written_unit(setting.unit);
  if (!unit.empty()) out_.member("unit_of_measurement", unit);
}

void Document::add_plan(const SettingView& setting) {
  begin(plan_name(setting), "text", setting.label + " plan");
  out_.member("state_topic", plan_topic(names_, setting.id));
  out_.member("command_topic", command(names_, "settings", setting.id));
  out_.member("entity_category", "config").member("max", static_cast<int>(kStateBytesMax));
  end();
}

void Document::add(const RuleView& rule) {
  begin("rule_" + rule.id, "switch", "Rule " + (rule.label.empty() ? rule.id : rule.label));
  const std::string topic = rule_topic(names_, rule.id);
  out_.member("state_topic", topic).member("value_template", "{{ value_json.state }}");
  out_.member("json_attributes_topic", topic);
  out_.member("command_topic", command(names_, "rules", rule.id));
  out_.member("entity_category", "config");
  end();
}

void Document::add(const DeviceView& device) {
  const std::string topic = device_topic(names_, device.id);
  begin("held_by_" + device.id, "sensor", device.label + " held by");
  out_.member("state_topic", topic).member("value_template", "{{ value_json.held_by }}");
  out_.member("json_attributes_topic", topic).member("entity_category", "diagnostic");
  end();
  begin("release_" + device.id, "button", device.label + " release");
  out_.member("command_topic", command(names_, "release", device.id));
  out_.member("entity_category", "config");
  end();
  begin("not_obeying_" + device.id, "binary_sensor", device.label + " not obeying");
  out_.member("state_topic", topic).member("value_template", "{{ value_json.not_obeying }}");
  out_.member("device_class", "problem").member("entity_category", "diagnostic");
  end();
}

void Document::add_notices() {
  begin("notices", "event", "Notices");
  out_.member("state_topic", notice_topic(names_));
  out_.key("event_types").begin_array();
  for (const auto state :
       {core::NoticeState::raised, core::NoticeState::repeated, core::NoticeState::cleared}) {
    out_.value(core::name(state));
  }
  out_.end_array();
  end();
}

/// Nothing but its platform: Home Assistant lets the entity go.
void Document::add_removed(std::string_view name, std::string_view platform) {
  out_.key(name).begin_object().member("platform", platform).end_object();
}

/// The hold that a person would name first: of the highest priority, of those the latest.
const Hold* foremost(const std::vector<Hold>& holds) {
  const auto before = [](const Hold& a, const Hold& b) {
    return std::pair(a.priority, a.since.steady) < std::pair(b.priority, b.since.steady);
  };
  const auto found = std::ranges::max_element(holds, before);
  return found == holds.end() ? nullptr : &*found;
}

void append_hold(Writer& out, const Hold& hold) {
  out.member("value", hold.value).member("reason", hold.reason);
  out.member("since", format_utc(hold.since.wall));
}

}  // namespace

std::string config_topic(const HaNames& names) {
  return names.discovery + "/device/attune_" + names.node + "/config";
}

std::string setting_topic(const HaNames& names, std::string_view setting) {
  return below(names, "settings", setting);
}

std::string plan_topic(const HaNames& names, std::string_view setting) {
  return below(names, "plans", setting);
}

std::string rule_topic(const HaNames& names, std::string_view rule) {
  return below(names, "rules", rule);
}

std::string device_topic(const HaNames& names, std::string_view device) {
  return below(names, "devices", device);
}

std::string notice_topic(const HaNames& names) {
  return names.prefix + "/ha/notices";
}

std::string command_root(const HaNames& names) {
  return names.prefix + "/ha/set";
}

Components components_of(const HaView& view) {
  Components all{{"notices", "event"}};
  for (const SettingView& setting : view.settings) {
    all.emplace(setting_name(setting), platform_of(setting.control));
    if (setting.is_schedule) all.emplace(plan_name(setting), "text");
  }
  for (const RuleView& rule : view.rules) all.emplace("rule_" + rule.id, "switch");
  for (const DeviceView& device : view.devices) {
    all.emplace("held_by_" + device.id, "sensor");
    all.emplace("release_" + device.id, "button");
    all.emplace("not_obeying_" + device.id, "binary_sensor");
  }
  return all;
}

std::string configuration(const HaView& view, const HaNames& names, const Components& removed) {
  Writer out;
  out.begin_object().key("device").begin_object();
  out.key("identifiers").begin_array().value("attune_" + names.node).end_array();
  out.member("name", "attune").member("manufacturer", "attune");
  out.member("model", "State coordination broker").member("serial_number", names.node);
  out.member("sw_version", names.version).end_object();
  out.key("origin").begin_object().member("name", "attune");
  out.member("sw_version", names.version).end_object();
  out.member("availability_topic", names.prefix + "/status");
  out.member("availability_template", "{{ value_json.state }}").member("qos", 1);
  out.key("components").begin_object();
  Document document(out, names);
  for (const SettingView& setting : view.settings) document.add(setting);
  for (const RuleView& rule : view.rules) document.add(rule);
  for (const DeviceView& device : view.devices) document.add(device);
  document.add_notices();
  for (const auto& [name, platform] : removed) document.add_removed(name, platform);
  return out.end_object().end_object().take();
}

/// `None` is what Home Assistant takes for unknown.
std::string state_of(const SettingView& setting) {
  if (!setting.value.has_value()) return "None";
  if (setting.control == Control::toggle) {
    return setting.value == Value(true) ? "true" : "false";
  }
  return setting.value.kind() == ValueKind::text ? setting.value.as_text() : to_json(setting.value);
}

std::string plan_of(const SettingView& setting) {
  return setting.plan.size() <= kStateBytesMax ? setting.plan : "longer than can be shown here";
}

std::string state_of(const RuleView& rule) {
  Writer out;
  out.begin_object().member("state", rule.mode == RuleMode::enabled ? "ON" : "OFF");
  return out.member("mode", name(rule.mode)).member("rule", rule.id).end_object().take();
}

std::string state_of(const DeviceView& device) {
  Writer out;
  const Hold* first = foremost(device.holds);
  out.begin_object().member("device", device.id);
  out.member("held_by", first == nullptr ? "nobody" : shortened(first->by));
  out.member("attribute", first == nullptr ? Value() : Value(first->attribute));
  if (first != nullptr) append_hold(out, *first);
  out.member("not_obeying", device.diverged.empty() ? "OFF" : "ON");
  out.key("diverged").begin_array();
  for (const std::string& attribute : device.diverged) out.value(attribute);
  out.end_array().key("holds").begin_object();
  for (const Hold& hold : device.holds) {
    append_hold(out.key(hold.attribute).begin_object().member("by", hold.by), hold);
    out.end_object();
  }
  return out.end_object().end_object().take();
}

std::string state_of(const core::Notice& notice) {
  Writer out;
  out.begin_object().member("event_type", core::name(notice.state)).member("id", notice.id);
  out.member("severity", notice.severity).member("message", notice.message);
  out.member("rule", notice.rule.text()).member("to", notice.to);
  return out.member("count", static_cast<std::int64_t>(notice.count)).end_object().take();
}

}  // namespace attune::beside
