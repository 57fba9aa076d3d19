#include "rules/cel/spelling.h"

#include <algorithm>

namespace attune::cel {

namespace {

/// Insertions, deletions, changes and swaps of neighbours that make `a` into `b`.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({change, last[j] + 1, row[j - 1] + 1});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
    before.swap(last);
    last.swap(row);
  }
  return last[b.size()];
}

constexpr std::size_t kWordBytesMax = 64;  // a longer word is no slip of the pen

}  // namespace

std::string nearest(std::string_view word, const std::vector<std::string_view>& candidates) {
  if (word.size() > kWordBytesMax) return "";
  std::size_t best = std::max<std::size_t>(2, word.size() / 3) + 1;
  if (word.size() < 3) best = 2;
  std::string_view found;
  for (const auto candidate : candidates) {
    const std::size_t longer = std::max(candidate.size(), word.size());
    if (longer - std::min(candidate.size(), word.size()) >= best) continue;
    const std::size_t d = distance(word, candidate);
    if (d >= best || d >= longer) continue;
    best = d;
    found = candidate;
  }
  return std::string(found);
}

std::string did_you_mean(std::string_view word, const std::vector<std::string_view>& candidates) {
  const std::string found = nearest(word, candidates);
  return found.empty() ? "" : "did you mean '" + found + "'?";
}

}  // namespace attune::cel
