#include "rules/yaml/source_text.h"

#include <algorithm>

namespace attune::yaml {

namespace {

/// Bytes of the UTF-8 character at `at`, or 0 when it is none (also overlong and surrogates).
std::size_t character_bytes(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) {
    return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0U;
  };
  const auto follows = [&](std::size_t i) { return (byte(i) & 0xC0U) == 0x80U; };
  const unsigned first = byte(0);
  if (first < 0x80U) return 1;
  if (first >= 0xC2U && first <= 0xDFU) return follows(1) ? 2 : 0;
  if (first >= 0xE0U && first <= 0xEFU) {
    const bool overlong = first == 0xE0U && byte(1) < 0xA0U;
    const bool surrogate = first == 0xEDU && byte(1) > 0x9FU;
    return follows(1) && follows(2) && !overlong && !surrogate ? 3 : 0;
  }
  if (first >= 0xF0U && first <= 0xF4U) {
    const bool overlong = first == 0xF0U && byte(1) < 0x90U;
    const bool too_high = first == 0xF4U && byte(1) > 0x8FU;
    return follows(1) && follows(2) && follows(3) && !overlong && !too_high ? 4 : 0;
  }
  return 0;
}

/// A carriage return is none when it ends a line together with a line feed.
bool is_control(std::string_view text, std::size_t at) {
  const auto c = static_cast<unsigned char>(text[at]);
  if (c == '\r') return at + 1 >= text.size() || text[at + 1] != '\n';
  return (c < 0x20U && c != '\n' && c != '\t') || c == 0x7FU;
}

/// Whether the rest of the line holds anything but blanks.
bool line_has_content(std::string_view text, std::size_t at) {
  const std::size_t next = text.find_first_not_of(" \t\r", at);
  return next != std::string_view::npos && text[next] != '\n';
}

}  // namespace

LineColumn line_column(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, std::min(offset, text.size()));
  const std::size_t line_end = before.rfind('\n');
  const std::size_t start = line_end == std::string_view::npos ? 0 : line_end + 1;
  return {1 + static_cast<int>(std::count(before.begin(), before.end(), '\n')),
          1 + static_cast<int>(before.size() - start)};
}

std::size_t offset_of(std::string_view text, LineColumn at) {
  std::size_t start = 0;
  for (int line = 1; line < at.line; ++line) {
    const std::size_t end = text.find('\n', start);
    if (end == std::string_view::npos) return text.size();
    start = end + 1;
  }
  const std::size_t end = std::min(text.find('\n', start), text.size());
  return std::min(end, start + static_cast<std::size_t>(std::max(at.column - 1, 0)));
}

std::string_view line_at(std::string_view text, int line) {
  const std::size_t start = offset_of(text, {line, 1});
  std::string_view found = text.substr(start, text.find('\n', start) - start);
  if (!found.empty() && found.back() == '\r') found.remove_suffix(1);
  return found;
}

bool is_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t bytes = character_bytes(text, at);
    if (bytes == 0) return false;
    at += bytes;
  }
  return true;
}

std::optional<Unreadable> find_unreadable(std::string_view text) {
  bool indenting = true;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t bytes = character_bytes(text, at);
    if (bytes == 0) return Unreadable{at, "not valid UTF-8", "save the file as UTF-8"};
    if (is_control(text, at)) {
      return Unreadable{at, "a control character", "remove it, or write it as \"\\x..\""};
    }
    if (indenting && text[at] == '\t' && line_has_content(text, at)) {
      return Unreadable{at, "a tab cannot indent", "indent with spaces"};
    }
    indenting = text[at] == '\n' || (indenting && (text[at] == ' ' || text[at] == '\t'));
    at += bytes;
  }
  return std::nullopt;
}

}  // namespace attune::yaml
