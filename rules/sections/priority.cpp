#include "rules/sections/priority.h"

#include <algorithm>

namespace attune::rules {

namespace {

/// `mode`, `mode+1`, `comfort-9`.
std::optional<Priority> parse_priority(std::string_view text) {
  static const std::map<std::string_view, Level> kLevels = {{"life_safety", Level::life_safety},
                                                            {"equipment", Level::equipment},
                                                            {"mode", Level::mode},
                                                            {"comfort", Level::comfort},
                                                            {"schedule", Level::schedule}};
  const std::size_t sign = std::min(text.find_first_of("+-"), text.size());
  const auto level = kLevels.find(text.substr(0, sign));
  if (level == kLevels.end()) return std::nullopt;
  const auto base = static_cast<Priority>(level->second);
  if (sign == text.size()) return base;
  const std::string_view digit = text.substr(sign + 1);
  if (digit.size() != 1 || digit[0] < '1' || digit[0] > '9') return std::nullopt;
  const int offset = digit[0] - '0';
  return static_cast<Priority>(text[sign] == '+' ? base + offset : base - offset);
}

}  // namespace

std::optional<Priority> read_priority(Reader& reader, const yaml::Node& node) {
  const auto text = reader.text(node, "priority");
  if (!text) return std::nullopt;
  if (const auto priority = parse_priority(*text)) return priority;
  const std::string near =
      yaml::nearest(text->substr(0, text->find_first_of("+-")),
                    {"life_safety", "equipment", "mode", "comfort", "schedule"});
  reader.error("E303", node, "'" + printable(*text) + "' is no priority",
               near.empty() || *text == near
                   ? "life_safety, equipment, mode, comfort or schedule, with +1..+9 or -1..-9"
                   : "did you mean '" + near + "'?");
  return std::nullopt;
}

}  // namespace attune::rules
