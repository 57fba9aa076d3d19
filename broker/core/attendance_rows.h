#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "devices/liveness.h"

/// What Attendance keeps as named bytes (store/FORMAT.md, "Blobs"): one row for each device.
///
/// Errors: what is written otherwise is nothing; no field is believed.
namespace attune::core {

[[nodiscard]] std::string pack(const devices::LivenessMemory& memory);
[[nodiscard]] std::optional<devices::LivenessMemory> unpack_liveness(std::string_view bytes);

}  // namespace attune::core
