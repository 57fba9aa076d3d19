#include "devices/model/records.h"

#include <array>
#include <cstdlib>
#include <utility>

namespace attune {

std::string priority_text(Priority priority) {
  static constexpr std::array<std::pair<Level, const char*>, 7> kLevels = {{
      {Level::base, "base"}, {Level::schedule, "schedule"}, {Level::comfort, "comfort"},
      {Level::mode, "mode"}, {Level::person, "person"}, {Level::equipment, "equipment"},
      {Level::life_safety, "life_safety"}}};
  const char* nearest = kLevels[0].second;
  int offset = priority;
  for (const auto& [level, text] : kLevels) {
    const int distance = priority - static_cast<Priority>(level);
    if (std::abs(distance) < std::abs(offset)) {
      offset = distance;
      nearest = text;
    }
  }
  std::string out = nearest;
  if (offset != 0) out += (offset > 0 ? "+" : "") + std::to_string(offset);
  return out;
}

std::string_view name(CommandState state) {
  switch (state) {
    case CommandState::queued: return "queued";
    case CommandState::sent: return "sent";
    case CommandState::confirmed: return "confirmed";
    case CommandState::superseded: return "superseded";
    case CommandState::expired: return "expired";
    case CommandState::failed: return "failed";
    case CommandState::unknown: return "unknown";
    case CommandState::rejected: return "rejected";
  }
  return "";
}

std::string_view name(RulePhase phase) {
  switch (phase) {
    case RulePhase::idle: return "idle";
    case RulePhase::waiting: return "waiting";
    case RulePhase::active: return "active";
    case RulePhase::ending: return "ending";
  }
  return "";
}

std::string_view name(RuleMode mode) {
  switch (mode) {
    case RuleMode::enabled: return "enabled";
    case RuleMode::disabled: return "disabled";
    case RuleMode::shadow: return "shadow";
  }
  return "";
}

}  // namespace attune
