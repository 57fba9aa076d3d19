#include "devices/topics.h"

#include <algorithm>
#include <iterator>
#include <set>

#include "devices/json/reader.h"
#include "devices/model/limits.h"

namespace attune::devices {

namespace {

/// The first level of `rest`, taken off it.
std::string_view next_level(std::string_view& rest) {
  const std::size_t slash = rest.find('/');
  const std::string_view level = rest.substr(0, slash);
  rest = slash == std::string_view::npos ? std::string_view{} : rest.substr(slash + 1);
  return level;
}

bool has_wildcard(std::string_view filter) {
  return filter.find_first_of("+#") != std::string_view::npos;
}

}  // namespace

std::string_view what_is_wrong_with_topic(std::string_view topic) {
  constexpr std::string_view kForbidden{"+#\0", 3};
  if (topic.empty()) return "an empty topic";
  if (topic.size() > limits::kTopicBytesMax) return "a topic of many bytes";
  if (topic.find_first_of(kForbidden) != std::string_view::npos) return "a wildcard or NUL";
  const auto levels = std::ranges::count(topic, '/') + 1;
  if (static_cast<std::size_t>(levels) > limits::kTopicLevelsMax) return "a topic of many levels";
  if (!json::valid_utf8(topic)) return "not UTF-8";
  return {};
}

std::size_t split_levels(std::string_view topic, std::span<std::string_view> levels) {
  std::size_t count = 0;
  for (bool more = true; more; ++count) {
    if (count == levels.size()) return 0;
    const std::size_t slash = topic.find('/');
    more = slash != std::string_view::npos;
    levels[count] = topic.substr(0, slash);
    if (levels[count].empty()) return 0;
    if (more) topic.remove_prefix(slash + 1);
  }
  return count;
}

bool covers(std::string_view wide, std::string_view narrow) {
  if (narrow.starts_with('$') && !wide.starts_with('$')) return false;
  bool more_wide = true;
  bool more_narrow = true;
  while (more_wide && more_narrow) {
    const bool last_wide = wide.find('/') == std::string_view::npos;
    const bool last_narrow = narrow.find('/') == std::string_view::npos;
    const std::string_view w = next_level(wide);
    const std::string_view n = next_level(narrow);
    if (w == "#") return true;
    if (n == "#" || (w != "+" && w != n)) return false;
    more_wide = !last_wide;
    more_narrow = !last_narrow;
  }
  return more_wide == more_narrow || (more_wide && wide == "#");  // a/# matches a too
}

std::vector<std::string> without_covered(const std::vector<std::string>& filters) {
  // A plain topic covers itself alone, so thousands of them meet only the few wide ones.
  std::set<std::string_view> wide;
  std::ranges::copy_if(filters, std::inserter(wide, wide.end()), has_wildcard);
  std::set<std::string_view> seen;
  std::vector<std::string> kept;
  for (const std::string& filter : filters) {
    if (!seen.insert(filter).second) continue;
    const bool covered = std::ranges::any_of(
        wide, [&](std::string_view other) { return other != filter && covers(other, filter); });
    if (!covered) kept.push_back(filter);
  }
  return kept;
}

}  // namespace attune::devices
