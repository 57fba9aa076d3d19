#include "rules/message.h"

namespace attune::rules {

std::string Message::render(const StateView& view) const {
  std::string out;
  for (const auto& part : parts) {
    if (const auto* text = std::get_if<std::string>(&part)) {
      out += *text;
      continue;
    }
    const auto value = std::get<cel::Expression>(part).value(view);
    out += value && value->kind() == ValueKind::text ? value->as_text() : "unknown";
  }
  return out;
}

}  // namespace attune::rules
