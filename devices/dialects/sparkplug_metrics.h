#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "devices/dialects/device_book.h"
#include "devices/dialects/sparkplug_payload.h"

/// What the free names of Sparkplug's metrics mean.
namespace attune::devices::sparkplug {

/// The attribute of every metric: `raw.Outputs.LEDs.Green` of `Outputs/LEDs/Green`.
[[nodiscard]] std::string raw_name(std::string_view metric);

/// The metrics of a birth that are canonical beyond doubt: the last part of the name is a word of
/// the vocabulary, and the unit one that it is counted in. What stands before is the endpoint.
[[nodiscard]] std::vector<Bound> canonical_of(const std::vector<Metric>& metrics);

}  // namespace attune::devices::sparkplug
