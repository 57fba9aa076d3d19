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

/// A metric's value as a binding reads it.
[[nodiscard]] json::Node node_of(const Value& value);
/// A wire value as its metric takes it: words that are numbers or truths become that. None: it
/// has no form there.
[[nodiscard]] Value as_datatype(const Value& wire, std::uint32_t datatype);
/// How fine the metric is: whole numbers, or what 32 bits tell apart.
void fit_datatype(Bound& bound, std::uint32_t datatype);

}  // namespace attune::devices::sparkplug
