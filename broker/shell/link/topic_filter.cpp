#include "broker/shell/link/topic_filter.h"

namespace attune::link {
namespace {

/// The first level, and `text` behind its slash; `more` says whether there was one.
std::string_view take_level(std::string_view& text, bool& more) {
  const std::size_t slash = text.find('/');
  const std::string_view level = text.substr(0, slash);
  more = slash != std::string_view::npos;
  text = more ? text.substr(slash + 1) : std::string_view{};
  return level;
}

}  // namespace

bool matches(std::string_view filter, std::string_view topic) {
  if (filter.empty() || topic.empty()) return false;
  if (topic.front() == '$' && filter.front() != '$') return false;
  bool more_filter = true;
  bool more_topic = true;
  while (more_filter && more_topic) {
    const std::string_view wanted = take_level(filter, more_filter);
    if (wanted == "#") return true;
    const std::string_view level = take_level(topic, more_topic);
    if (wanted != "+" && wanted != level) return false;
  }
  return more_filter == more_topic || (more_filter && filter == "#");
}

bool covers(std::string_view wide, std::string_view narrow) {
  if (!wide.empty() && !narrow.empty() && narrow.front() == '$' && wide.front() != '$') {
    return false;
  }
  bool more_wide = true;
  bool more_narrow = true;
  while (more_wide && more_narrow) {
    const std::string_view wanted = take_level(wide, more_wide);
    if (wanted == "#") return true;
    const std::string_view level = take_level(narrow, more_narrow);
    if (level == "#" || (wanted != level && wanted != "+")) return false;
  }
  return more_wide == more_narrow || (more_wide && wide == "#");
}

std::vector<std::string> without_covered(const std::vector<std::string>& filters) {
  std::vector<std::string> kept;
  for (std::size_t i = 0; i < filters.size(); ++i) {
    bool covered = false;
    for (std::size_t j = 0; j < filters.size() && !covered; ++j) {
      const bool same = covers(filters[i], filters[j]);
      covered = j != i && covers(filters[j], filters[i]) && (!same || j < i);
    }
    if (!covered) kept.push_back(filters[i]);
  }
  return kept;
}

}  // namespace attune::link
