#include <set>

#include "broker/core/attendance.h"
#include "broker/core/schedules.h"
#include "broker/shell/api/documents.h"
#include "broker/shell/api/feeds.h"
#include "broker/shell/api/match.h"
#include "broker/shell/api/routes.h"

/// GET /api/v1/state, /devices/{id}, /settings
namespace attune::api {
namespace {

void get_state(const Call& call) {
  if (call.has_query("at") || call.has_query("revision")) return get_state_at(call);
  call.feeds.snapshots.write(Match(call.query("match")),
                             [answer = call.answer](std::string document) {
                               http::Response response;
                               response.body = std::move(document) + '\n';
                               answer.send(std::move(response));
                             });
}

void append_texts(Writer& out, std::string_view key, const std::vector<std::string>& texts) {
  out.key(key).begin_array();
  for (const auto& text : texts) out.value(text);
  out.end_array();
}

void append_kind(Writer& out, const AttributeInfo& info) {
  out.key(info.name).begin_object().member("type", name(info.type));
  out.member("unit", text_or_null(info.unit)).member("writable", info.writable);
  if (info.range) out.member("min", info.range->min).member("max", info.range->max);
  if (!info.values.empty()) append_texts(out, "values", info.values);
  out.end_object();
}

void append_info(Writer& out, const DeviceInfo& info) {
  out.member("name", info.name).member("dialect", info.dialect);
  append_texts(out, "tags", info.tags);
  append_texts(out, "capabilities", info.capabilities);
  out.key("schema").begin_object();
  for (const auto& attribute : info.attributes) append_kind(out, attribute);
  out.end_object();
}

void append_raw(Writer& out, const core::Core& core, DeviceIndex device) {
  const auto& table = core.catalog().table();
  out.key("raw").begin_object();
  for (const auto attribute : table.attributes_of(device)) {
    const auto& path = table.path(attribute);
    if (path.attribute.compare(0, 4, "raw.") != 0) continue;
    out.member(path.attribute, core.image().at(attribute).value);
  }
  out.end_object();
}

void append_ids(Writer& out, std::string_view key, const std::set<std::string_view>& ids) {
  out.key(key).begin_array();
  for (const auto id : ids) out.value(id);
  out.end_array();
}

/// The rules that read or write the device.
void append_rules(Writer& out, const core::Core& core, DeviceIndex device) {
  const auto& table = core.catalog().table();
  std::set<std::string_view> readers;
  std::set<std::string_view> writers;
  for (const auto& rule : core.rule_set().rules) {
    for (const auto read : rule.reads()) {
      if (table.device_of(read) == device) readers.insert(rule.id.text());
    }
    for (const auto& want : rule.want) {
      if (table.device_of(want.attribute) == device) writers.insert(rule.id.text());
    }
  }
  out.key("rules").begin_object();
  append_ids(out, "read", readers);
  append_ids(out, "write", writers);
  out.end_object();
}

Value duration_or_null(const std::optional<Millis>& duration) {
  if (!duration) return {};
  return format_duration(std::chrono::duration_cast<std::chrono::seconds>(*duration));
}

/// What is known of a device's being there, and after how long a silence it becomes what.
void append_liveness(Writer& out, const core::Core& core, DeviceIndex device, const Instant& now) {
  const auto& state = core.image().device(device);
  out.key("liveness").begin_object().member("state", name(state.availability));
  out.member("availability", name(state.availability)).member("silent", state.silent);
  out.member("since", time_of(state.at)).member("revision", integer(state.revision));
  if (const auto* liveness = core.attendance().find(device)) {
    const auto heard = core.attendance().heard_wall(device, now);
    const auto patience = liveness->patience(core.attendance().nature(device));
    out.member("heard", heard ? Value(format_utc(*heard)) : Value());
    out.member("said", name(liveness->memory().said));
    out.member("period", duration_or_null(liveness->habit().period()));
    out.member("sleeping_after", duration_or_null(patience.quiet));
    out.member("suspect_after", duration_or_null(patience.worrying));
    out.member("offline_after", duration_or_null(patience.gone));
  }
  out.end_object();
}

void get_device(const Call& call) {
  const auto& core = call.ports.core();
  const auto device = core.catalog().table().find_device(call.params[0]);
  const auto* info = core.catalog().find(call.params[0]);
  if (!device || (info == nullptr && call.params[0] != kSettingsDevice)) {
    return call.answer.refuse(404, "unknown_device",
                              "there is no device `" + std::string(call.params[0]) + "`");
  }
  Writer out;
  out.begin_object().member("id", call.params[0]);
  out.member("revision", integer(call.ports.head()));
  append_device(out, core, info, *device, Match());
  if (info != nullptr) append_info(out, *info);
  append_liveness(out, core, *device, call.ports.now());
  append_rules(out, core, *device);
  append_raw(out, core, *device);
  call.answer.json(std::move(out.end_object()));
}

std::string_view type_name(const rules::Setting& setting) {
  if (setting.schedule) return "schedule";
  return setting.info.unit == kTimeOfDay ? "time" : name(setting.info.type);
}

/// The plan as JSON, what it says next, and when.
void append_schedule(Writer& out, const core::Core& core, const rules::Setting& setting,
                     Millis now) {
  const auto plan = core.schedules().plan_of(setting);
  const auto next = core.schedules().next(setting, now);
  if (!plan || !next) return;
  out.member("plan", plan->text()).member("next_at", format_utc(*next));
}

void append_setting(Writer& out, const core::Core& core, const rules::Setting& setting,
                    Millis now) {
  out.begin_object().member("id", setting.id).member("label", text_or_null(setting.label));
  out.member("type", type_name(setting)).member("unit", text_or_null(setting.info.unit));
  append_schedule(out, core, setting, now);
  if (setting.info.range) {
    out.member("min", setting.info.range->min).member("max", setting.info.range->max);
  }
  if (!setting.info.values.empty()) append_texts(out, "values", setting.info.values);
  const auto attribute = core.catalog().table().find(kSettingsDevice, setting.id);
  const auto* state = attribute ? &core.image().at(*attribute) : nullptr;
  out.member("value", state == nullptr ? Value() : state->value);
  out.member("revision", integer(state == nullptr ? Revision{} : state->revision));
  out.end_object();
}

void get_settings(const Call& call) {
  const auto& core = call.ports.core();
  Writer out;
  out.begin_object().member("revision", integer(call.ports.head())).key("settings").begin_array();
  for (const auto& setting : core.rule_set().settings)
    append_setting(out, core, setting, call.ports.now().wall);
  call.answer.json(std::move(out.end_array().end_object()));
}

void get_setting(const Call& call) {
  const auto& core = call.ports.core();
  for (const auto& setting : core.rule_set().settings) {
    if (setting.id != call.params[0]) continue;
    Writer out;
    append_setting(out, core, setting, call.ports.now().wall);
    return call.answer.json(std::move(out));
  }
  call.answer.refuse(404, "unknown_setting", "there is no such setting");
}

constexpr Route kRoutes[] = {
    {"GET", "api/v1/state", "match at revision", get_state},
    {"GET", "api/v1/devices/*", "", get_device},
    {"GET", "api/v1/settings", "", get_settings},
    {"GET", "api/v1/settings/*", "", get_setting},
};

}  // namespace

std::span<const Route> state_routes() {
  return kRoutes;
}

}  // namespace attune::api
