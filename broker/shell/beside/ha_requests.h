#pragma once
#include <string_view>
#include <vector>

#include "broker/core/core.h"
#include "broker/shell/api/ports.h"
#include "devices/model/result.h"

/// What Home Assistant asks for on the command topics that it was given.
///
/// Determinism: a function of its arguments.
namespace attune::beside {

/// Who stands in the causes of what it does.
inline constexpr std::string_view kHomeAssistantWho = "homeassistant";

/// `path` is the rest of a topic below command_root(): `settings/<id>`, `rules/<id>`,
/// `release/<device>`. A release of a device that nobody holds asks for nothing. Errors: "topic"
/// (no such thing), "type" (no value of this setting).
[[nodiscard]] Result<std::vector<api::Submission>> read_request(const core::Core& core,
                                                                std::string_view path,
                                                                std::string_view payload);

}  // namespace attune::beside
