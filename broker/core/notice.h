#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "devices/model/change.h"

/// One thing that people are told.
namespace attune::core {

/// Stored as its number: append only.
enum class NoticeState : std::uint8_t { raised = 1, repeated, cleared };
[[nodiscard]] std::string_view name(NoticeState state);

struct Notice {
  std::string id;  ///< the same from its first telling to its end
  RuleId rule;
  std::string to;
  std::string topic;  ///< empty: `<prefix>/notify/<to>`
  std::string severity;
  std::string message;
  std::uint32_t count = 0;  ///< how often it was told
  NoticeState state = NoticeState::raised;
  Instant raised;
  Instant told;  ///< last
  bool wants_ack = false;
  bool acknowledged = false;
  Revision revision{};  ///< of its first telling
  friend bool operator==(const Notice&, const Notice&) = default;
};

}  // namespace attune::core
