#include "broker/core/schedules.h"

#include <utility>

#include "broker/core/fit.h"
#include "devices/json/reader.h"
#include "devices/json/values.h"

namespace attune::core {

namespace {

using devices::json::Kind;
using devices::json::Node;

Error wrong(std::string message) {
  return {"plan", std::move(message)};
}

const rules::Setting* find(const rules::RuleSet& set, std::string_view id) {
  for (const rules::Setting& setting : set.settings) {
    if (setting.id == id) return &setting;
  }
  return nullptr;
}

}  // namespace

std::string plan_attribute(std::string_view setting) {
  return std::string(setting) + ".plan";
}

Result<rules::Schedule> parse_plan(std::string_view json, const AttributeInfo& info) {
  devices::json::Reader reader;
  const Node* root = reader.read(json);
  if (root == nullptr) return wrong(reader.refusal().detail);
  if (root->kind != Kind::object) return wrong("a plan is {\"mon-fri\":{\"05:30\":22}}");
  std::vector<rules::Schedule::Line> lines;
  for (const Node& days : *root) {
    if (days.kind != Kind::object) return wrong("a day of a plan is {\"05:30\":22}");
    for (const Node& time : days) {
      auto value = fit(info, devices::json::value_of(time));
      if (!value) return wrong(value.error().message);
      lines.push_back({std::string(days.key), std::string(time.key), std::move(*value)});
    }
  }
  return rules::Schedule::make(lines);
}

std::optional<rules::Schedule> Schedules::plan_of(const rules::Setting& setting) const {
  if (!setting.schedule) return std::nullopt;
  const auto id = table_.find(kSettingsDevice, plan_attribute(setting.id));
  if (!id || image_.at(*id).value.kind() != ValueKind::text) return setting.schedule;
  auto written = parse_plan(image_.at(*id).value.as_text(), setting.info);
  if (!written) return setting.schedule;  // the file gave the setting another type since
  return std::move(*written);
}

void Schedules::load() {
  for (const rules::Setting& setting : rules_.set().settings) {
    if (setting.schedule) adopt(setting);
  }
}

/// The plan is written down when it is first seen: so a plan of the file that changed is told from
/// a person's, and from a value that stands until the next flip.
void Schedules::adopt(const rules::Setting& setting) {
  const AttributeId plan =
      table_.intern(DeviceId(std::string(kSettingsDevice)), plan_attribute(setting.id));
  const AttributeId value = table_.intern(DeviceId(std::string(kSettingsDevice)), setting.id);
  const AttributeState& known = image_.at(plan);
  const bool by_person =
      known.cause.kind == CauseKind::person && parse_plan(known.value.as_text(), setting.info).ok();
  const Because loaded{{CauseKind::system, "rules loaded", {}}, {}};
  const bool changed = !by_person && inference_.set_setting(plan, setting.schedule->text(), loaded);
  const Value& current = image_.at(value).value;
  if (changed || !current.has_value() || !fit(setting.info, current)) follow(setting, loaded);
  arm(setting);
}

void Schedules::follow(const rules::Setting& setting, const Because& because) {
  const AttributeId id = table_.intern(DeviceId(std::string(kSettingsDevice)), setting.id);
  const Value value = plan_of(setting)->at(site_.zone, journal_.now().wall);
  inference_.set_setting(id, value, because);
}

void Schedules::arm(const rules::Setting& setting) {
  const Instant& now = journal_.now();
  const Millis flip = plan_of(setting)->next(site_.zone, now.wall);
  timers_.arm(TimerKind::schedule, setting.id, now.steady + (flip - now.wall), journal_.out());
}

void Schedules::fire(const Timer& timer) {
  const rules::Setting* setting = find(rules_.set(), timer.subject);
  if (setting == nullptr || !setting->schedule) return;
  follow(*setting, {{CauseKind::timer, "schedule of " + setting->id, {}}, {}});
  arm(*setting);
}

void Schedules::clock_was_set(Millis before) {
  for (const rules::Setting& setting : rules_.set().settings) {
    if (!setting.schedule) continue;
    const rules::Schedule plan = *plan_of(setting);
    const Millis now = journal_.now().wall;
    if (!(plan.at(site_.zone, before) == plan.at(site_.zone, now))) {
      follow(setting, {{CauseKind::system, "the clock was set", {}}, {}});
    }
    arm(setting);
  }
}

Status Schedules::write(const rules::Setting& setting, std::string_view json,
                        const Because& because) {
  const auto plan = parse_plan(json, setting.info);
  if (!plan) return plan.error();
  const AttributeId id =
      table_.intern(DeviceId(std::string(kSettingsDevice)), plan_attribute(setting.id));
  inference_.set_setting(id, plan->text(), because);
  follow(setting, because);
  arm(setting);
  return {};
}

std::optional<Millis> Schedules::next(const rules::Setting& setting, Millis wall) const {
  const auto plan = plan_of(setting);
  if (!plan) return std::nullopt;
  return plan->next(site_.zone, wall);
}

}  // namespace attune::core
