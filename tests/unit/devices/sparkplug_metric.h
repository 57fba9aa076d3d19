#pragma once
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "devices/dialects/sparkplug_payload.h"

/// Sparkplug's payloads, as a test says them.
namespace attune::devices {

inline sparkplug::Metric metric(std::string name, sparkplug::Type type, Value value) {
  sparkplug::Metric made;
  made.name = std::move(name);
  made.datatype = static_cast<std::uint32_t>(type);
  made.value = std::move(value);
  return made;
}

inline std::string payload(std::optional<std::uint64_t> seq,
                           std::vector<sparkplug::Metric> metrics) {
  return sparkplug::encode({0, seq, std::move(metrics)});
}

}  // namespace attune::devices
