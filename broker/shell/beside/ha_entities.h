#pragma once
#include <map>
#include <string>
#include <string_view>

#include "broker/core/notice.h"
#include "broker/shell/beside/ha_view.h"

/// What attune publishes for Home Assistant: one configuration that describes a device with all
/// entities, and the topics to which they point (docs/beside-home-assistant.md).
///
/// Determinism: functions of their arguments.
namespace attune::beside {

struct HaNames {
  std::string discovery = "homeassistant";  ///< Home Assistant's prefix
  std::string prefix = "attune";            ///< of attune's own topics
  std::string node;                         ///< [A-Za-z0-9_-]{1,64}
  std::string version;
};

/// `homeassistant/device/attune_<node>/config`
[[nodiscard]] std::string config_topic(const HaNames& names);
[[nodiscard]] std::string setting_topic(const HaNames& names, std::string_view setting);
[[nodiscard]] std::string plan_topic(const HaNames& names, std::string_view setting);
[[nodiscard]] std::string rule_topic(const HaNames& names, std::string_view rule);
[[nodiscard]] std::string device_topic(const HaNames& names, std::string_view device);
/// Where notices are said as events; the only one of these that is not retained.
[[nodiscard]] std::string notice_topic(const HaNames& names);
/// Commands come below it: `settings/<id>`, `rules/<id>`, `release/<device>`.
[[nodiscard]] std::string command_root(const HaNames& names);

/// Platforms by the names of the entities in the configuration.
using Components = std::map<std::string, std::string, std::less<>>;
[[nodiscard]] Components components_of(const HaView& view);
/// The configuration. Of `removed` it says that they are there no more.
[[nodiscard]] std::string configuration(const HaView& view, const HaNames& names,
                                        const Components& removed);

/// What stands on an entity's state topic.
[[nodiscard]] std::string state_of(const SettingView& setting);
[[nodiscard]] std::string plan_of(const SettingView& setting);
[[nodiscard]] std::string state_of(const RuleView& rule);
[[nodiscard]] std::string state_of(const DeviceView& device);
[[nodiscard]] std::string state_of(const core::Notice& notice);

}  // namespace attune::beside
