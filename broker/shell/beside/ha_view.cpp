#include "broker/shell/beside/ha_view.h"

#include <utility>

#include "broker/core/arbitration.h"
#include "broker/core/schedules.h"

namespace attune::beside {

namespace {

Control control_of(const AttributeInfo& info) {
  if (info.unit == kTimeOfDay) return Control::time;
  if (info.type == ValueType::boolean) return Control::toggle;
  return info.values.empty() ? Control::number : Control::select;
}

/// In the words of who wrote the rule, where the claim has none.
std::string reason_of(const core::Core& core, const Claim& claim) {
  if (!claim.reason.empty() || claim.by != ClaimBy::rule) return claim.reason;
  const rules::Rule* rule = core.rule_set().find(claim.source);
  if (rule == nullptr) return {};
  const auto& words = rule->extras->words;
  return words.because.empty() ? words.label : words.because;
}

Hold hold_of(const core::Core& core, const Claim& claim, const std::string& attribute) {
  return {attribute,   claim.value,   core::claimant(claim), reason_of(core, claim),
          claim.since, claim.priority};
}

RuleView rule_view_at(const core::Core& core, std::uint32_t index) {
  const rules::Rule& rule = core.rule_set().rules[index];
  return {std::string(rule.declared()), rule.extras->words.label, core.rules().mode(index)};
}

std::optional<DeviceView> view_of(const core::Core& core, const DeviceInfo& info) {
  const AttributeTable& table = core.catalog().table();
  DeviceView view{info.id.text(), info.label.empty() ? info.id.text() : info.label, {}, {}};
  bool takes_commands = false;
  for (const AttributeInfo& attribute : info.attributes) {
    if (!attribute.writable) continue;
    takes_commands = true;
    const auto id = table.find(info.id.text(), attribute.name);
    if (!id) continue;
    const Claim* winner = core.claims().winner(*id);
    if (winner != nullptr) view.holds.push_back(hold_of(core, *winner, attribute.name));
    if (core.ledger().diverged(*id)) view.diverged.push_back(attribute.name);
  }
  if (!takes_commands) return std::nullopt;
  return view;
}

}  // namespace

SettingView view_of(const core::Core& core, const rules::Setting& setting) {
  SettingView view{setting.id,
                   setting.label.empty() ? setting.id : setting.label,
                   control_of(setting.info),
                   setting.info.unit,
                   setting.info.range,
                   setting.info.values,
                   {},
                   setting.schedule.has_value()};
  const auto id = core.catalog().table().find(kSettingsDevice, setting.id);
  if (id) view.value = core.image().at(*id).value;
  if (!view.is_schedule) return view;
  if (const auto plan = core.schedules().plan_of(setting)) view.plan = plan->text();
  return view;
}

std::optional<RuleView> rule_view(const core::Core& core, std::string_view id) {
  std::optional<RuleView> view;
  for (const std::uint32_t index : core.rule_set().all_of(id)) {
    RuleView instance = rule_view_at(core, index);
    if (!view || instance.mode == RuleMode::enabled) view = std::move(instance);
  }
  return view;
}

std::optional<DeviceView> device_view(const core::Core& core, std::string_view id) {
  const DeviceInfo* info = core.catalog().find(id);
  return info == nullptr ? std::nullopt : view_of(core, *info);
}

HaView view_of(const core::Core& core) {
  HaView view;
  for (const rules::Setting& setting : core.rule_set().settings) {
    view.settings.push_back(view_of(core, setting));
  }
  const auto& rules = core.rule_set().rules;
  for (std::uint32_t index = 0; index < rules.size(); ++index) {
    RuleView rule = rule_view_at(core, index);
    // Instances of one `foreach` stand beside each other.
    const bool another = view.rules.empty() || view.rules.back().id != rule.id;
    if (another) {
      view.rules.push_back(std::move(rule));
    } else if (rule.mode == RuleMode::enabled) {
      view.rules.back() = std::move(rule);
    }
  }
  for (const auto& [id, info] : core.catalog().devices()) {
    if (auto device = view_of(core, info)) view.devices.push_back(std::move(*device));
  }
  return view;
}

}  // namespace attune::beside
