#pragma once
#include <string_view>

/// Where attune must never send a command, whoever describes the device.
namespace attune::devices {

/// What a topic is to others, so that no command may go there; empty: it may. `discovery` is the
/// prefix of Home Assistant's discovery, with its slash.
[[nodiscard]] std::string_view why_reserved(std::string_view topic, std::string_view discovery);

}  // namespace attune::devices
