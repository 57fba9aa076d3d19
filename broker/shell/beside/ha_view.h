#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/core/core.h"

/// What Home Assistant is shown of attune: settings, rules, and who holds which device.
///
/// Determinism: functions of the core.
namespace attune::beside {

/// How Home Assistant shows a setting.
enum class Control : std::uint8_t { select, number, toggle, time };

struct SettingView {
  std::string id;
  std::string label;
  Control control = Control::select;
  std::string unit;                  ///< UCUM
  std::optional<Range> range;        ///< of a number
  std::vector<std::string> options;  ///< of a select
  Value value;                       ///< none: not known
  bool is_schedule = false;
  std::string plan{};  ///< of a schedule, as JSON
};

struct RuleView {
  std::string id;  ///< as in its file: without the member of a `foreach`
  std::string label;
  RuleMode mode = RuleMode::enabled;  ///< of instances: enabled when one of them is
};

/// Who decides one attribute.
struct Hold {
  std::string attribute;
  Value value;     ///< none: a range
  std::string by;  ///< as in the API: `rule:<id>`, `person`, ..
  std::string reason;
  Instant since;
  Priority priority = 0;
};

/// A device that takes commands.
struct DeviceView {
  std::string id;
  std::string label;
  std::vector<Hold> holds;            ///< ascending by attribute
  std::vector<std::string> diverged;  ///< attributes that do not obey, ascending
};

struct HaView {
  std::vector<SettingView> settings;
  std::vector<RuleView> rules;      ///< ascending by id
  std::vector<DeviceView> devices;  ///< ascending by id
};

[[nodiscard]] HaView view_of(const core::Core& core);
[[nodiscard]] SettingView view_of(const core::Core& core, const rules::Setting& setting);
/// Empty: no rule has this id.
[[nodiscard]] std::optional<RuleView> rule_view(const core::Core& core, std::string_view id);
/// Empty: there is no such device, or it takes no commands.
[[nodiscard]] std::optional<DeviceView> device_view(const core::Core& core, std::string_view id);

}  // namespace attune::beside
