#include "broker/shell/link/topic_filter.h"

#include <algorithm>
#include <iterator>
#include <set>

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

std::vector<std::string> missing_from(const std::vector<std::string>& has,
                                      const std::vector<std::string>& wants) {
  const std::set<std::string_view> known(has.begin(), has.end());
  std::vector<std::string> missing;
  std::ranges::copy_if(wants, std::back_inserter(missing),
                       [&](const std::string& filter) { return !known.contains(filter); });
  return missing;
}

}  // namespace attune::link
