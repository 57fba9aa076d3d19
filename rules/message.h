#pragma once
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "devices/model/instant.h"
#include "rules/cel/expression.h"

/// What people are told.
namespace attune::rules {

/// A text with `${CEL}` in it.
struct Message {
  std::vector<std::variant<std::string, cel::Expression>> parts;
  std::string source;  ///< as it stands in the file
  /// What is unknown, or cannot be said, reads `unknown`.
  [[nodiscard]] std::string render(const StateView& view) const;
};

/// One entry of `notify`.
struct NoticePlan {
  std::string to;
  std::string topic;     ///< of `notifiers`; empty: `<prefix>/notify/<to>`
  std::string severity;  ///< info, warning, critical
  Message message;
  Millis after{0};               ///< the rule's start
  std::optional<Millis> repeat;  ///< until the rule ends or somebody acknowledges it
  bool wants_ack = false;        ///< shown as waiting for somebody
};

}  // namespace attune::rules
