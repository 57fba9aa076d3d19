#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>

#include "devices/model/letters.h"
#include "rules/yaml/source_text.h"
#include "rules/yaml/yaml.h"

namespace attune::yaml {

namespace {

constexpr std::size_t kSourceLineBytesMax = 1'000;  // a longer line explains nothing
constexpr std::size_t kWordBytesMax = 128;          // beyond it nobody mistyped a name

std::size_t skip_digits(std::string_view text, std::size_t at) {
  return std::min(text.find_first_not_of("0123456789", at), text.size());
}

/// -?(0|[1-9][0-9]*)(.[0-9]+)?([eE][+-]?[0-9]+)?
bool is_decimal(std::string_view text) {
  std::size_t at = !text.empty() && text.front() == '-' ? 1 : 0;
  std::size_t end = skip_digits(text, at);
  if (end == at || (text[at] == '0' && end > at + 1)) return false;
  if (end < text.size() && text[end] == '.') {
    at = end + 1;
    end = skip_digits(text, at);
    if (end == at) return false;
  }
  if (end < text.size() && (text[end] == 'e' || text[end] == 'E')) {
    at = end + 1;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
    end = skip_digits(text, at);
    if (end == at) return false;
  }
  return end == text.size();
}

/// Edits that turn `a` into `b`: insert, delete, replace, swap two neighbours.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1);
  std::vector<std::size_t> above(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(above.begin(), above.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, replaced});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    std::swap(before, above);
    std::swap(above, row);
  }
  return above[b.size()];
}

}  // namespace

const Node* Node::find(std::string_view key) const {
  const auto at = std::find_if(entries.begin(), entries.end(),
                               [&](const Entry& entry) { return entry.key.text == key; });
  return at == entries.end() ? nullptr : &at->value;
}

std::optional<bool> Node::as_bool() const {
  if (kind != NodeKind::scalar || quoted) return std::nullopt;
  if (text == "true") return true;
  if (text == "false") return false;
  return std::nullopt;
}

std::optional<double> Node::as_number() const {
  if (kind != NodeKind::scalar || quoted || !is_decimal(text)) return std::nullopt;
  double number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec != std::errc() || !std::isfinite(number)) return std::nullopt;
  return number;
}

Issue Document::issue(Severity severity, std::string code, SourcePlace place, std::string message,
                      std::string hint) const {
  const std::string_view line = line_at(text, place.line);
  Issue made{severity, std::move(code), std::move(place), std::move(message), {}, std::move(hint)};
  if (line.size() <= kSourceLineBytesMax) made.source_line = line;
  return made;
}

std::string nearest(std::string_view word, const std::vector<std::string>& known) {
  if (word.size() > kWordBytesMax) return {};
  const std::string wanted = lower_case(word);
  std::size_t best = 1 + std::max<std::size_t>(1, word.size() / 3);
  std::string found;
  for (const std::string& candidate : known) {
    const std::size_t longer = std::max(candidate.size(), wanted.size());
    if (longer - std::min(candidate.size(), wanted.size()) >= best) continue;
    const std::size_t distance = edit_distance(wanted, lower_case(candidate));
    if (distance >= best) continue;
    best = distance;
    found = candidate;
  }
  return found;
}

}  // namespace attune::yaml
