#include "broker/shell/beside/ha_requests.h"

#include <algorithm>
#include <string>
#include <utility>

#include "broker/core/arbitration.h"
#include "broker/shell/beside/ha_view.h"
#include "devices/dialects/binding.h"

namespace attune::beside {

namespace {

using Submissions = std::vector<api::Submission>;

constexpr std::string_view kClock = "00:00";

/// By what the setting is, and not by how the payload looks: a choice may be called `1`.
Result<Value> value_of(const SettingView& setting, std::string_view payload) {
  // A plan for a schedule is its JSON; the core reads it.
  if (setting.is_schedule && payload.starts_with('{')) return Value(payload);
  switch (setting.control) {
    case Control::toggle:
      if (payload == "true" || payload == "false") return Value(payload == "true");
      break;
    case Control::number:
      if (const auto number = devices::parse_number(payload)) return Value(*number);
      break;
    case Control::time:  // with seconds, which are always none
      return Value(payload.substr(0, kClock.size()));
    case Control::select:
      return Value(payload);
  }
  return Error{"type", setting.id + " does not become this from Home Assistant"};
}

Result<Submissions> write(const core::Core& core, std::string_view id, std::string_view payload) {
  const auto& settings = core.rule_set().settings;
  const auto setting = std::ranges::find(settings, id, &rules::Setting::id);
  if (setting == settings.end()) return Error{"topic", "there is no such setting"};
  auto value = value_of(view_of(core, *setting), payload);
  if (!value) return value.error();
  core::WriteRequest request;
  request.path = {DeviceId(std::string(kSettingsDevice)), setting->id};
  request.value = std::move(*value);
  request.who = kHomeAssistantWho;
  Submissions all;
  all.emplace_back(std::move(request));
  return all;
}

Result<Submissions> set_mode(const core::Core& core, std::string_view id,
                             std::string_view payload) {
  if (!rule_view(core, id)) return Error{"topic", "there is no such rule"};
  if (payload != "ON" && payload != "OFF") return Error{"type", "a rule is ON or OFF"};
  const RuleMode mode = payload == "ON" ? RuleMode::enabled : RuleMode::disabled;
  Submissions all;
  all.emplace_back(
      core::RuleModeRequest{{}, RuleId(std::string(id)), mode, {}, std::string(kHomeAssistantWho)});
  return all;
}

Result<Submissions> release(const core::Core& core, std::string_view id) {
  const DeviceInfo* device = core.catalog().find(id);
  if (device == nullptr) return Error{"topic", "there is no such device"};
  Submissions all;
  for (const AttributeInfo& info : device->attributes) {
    const auto attribute = core.catalog().table().find(id, info.name);
    if (!attribute) continue;
    if (core.claims().find(*attribute, ClaimBy::person, core::kPersonSource) == nullptr) continue;
    all.emplace_back(
        core::ReleaseRequest{{}, {device->id, info.name}, std::string(kHomeAssistantWho)});
  }
  return all;
}

}  // namespace

Result<Submissions> read_request(const core::Core& core, std::string_view path,
                                 std::string_view payload) {
  const std::size_t slash = path.find('/');
  const std::string_view kind = path.substr(0, slash);
  const std::string_view id = slash == std::string_view::npos ? "" : path.substr(slash + 1);
  if (kind == "settings") return write(core, id, payload);
  if (kind == "rules") return set_mode(core, id, payload);
  if (kind == "release") return release(core, id);
  return Error{"topic", "it is settings/<id>, rules/<id> or release/<device>"};
}

}  // namespace attune::beside
