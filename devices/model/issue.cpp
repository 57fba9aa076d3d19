#include "devices/model/issue.h"

#include <algorithm>
#include <cstdio>

namespace attune {

namespace {

/// Length in bytes of the UTF-8 sequence at the front of `text`, and its code point.
std::size_t decode(std::string_view text, char32_t& code) {
  const auto byte = [&](std::size_t i) {
    return static_cast<char32_t>(static_cast<unsigned char>(text[i]));
  };
  const char32_t first = byte(0);
  const std::size_t length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  if ((first >= 0x80 && first < 0xc2) || first > 0xf4 || text.size() < length) {
    code = 0xfffd;
    return 1;
  }
  code = length == 1 ? first : first & (0xffu >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) {
      code = 0xfffd;
      return 1;
    }
    code = (code << 6) | (byte(i) & 0x3f);
  }
  return length;
}

/// Characters that move the cursor, hide, or turn the reading direction.
bool hides(char32_t code) {
  return code < 0x20 || (code >= 0x7f && code < 0xa0) || (code >= 0x200b && code <= 0x200f) ||
         (code >= 0x202a && code <= 0x202e) || (code >= 0x2060 && code <= 0x206f) ||
         code == 0xfeff || code == 0xfffd;
}

std::string caret_line(const Issue& issue) {
  const auto before = static_cast<std::size_t>(std::max(issue.place.column - 1, 0));
  std::string_view line = issue.source_line;
  std::string pad(printable(line.substr(0, std::min(before, line.size()))).size(), ' ');
  const auto left = line.size() > before ? line.size() - before : 1;
  const auto marks = std::clamp<std::size_t>(static_cast<std::size_t>(std::max(issue.place.length, 1)),
                                             1, std::max<std::size_t>(left, 1));
  return pad + "^" + std::string(marks - 1, '~');
}

}  // namespace

bool has_errors(const Issues& issues) {
  return std::any_of(issues.begin(), issues.end(),
                     [](const Issue& issue) { return issue.severity == Severity::error; });
}

std::string printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    char32_t code = 0;
    const std::size_t length = decode(text, code);
    if (code == '\t') {
      out += ' ';
    } else if (hides(code)) {
      char escaped[16];
      std::snprintf(escaped, sizeof escaped, "\\u{%x}", static_cast<unsigned>(code));
      out += escaped;
    } else {
      out.append(text.substr(0, length));
    }
    text.remove_prefix(length);
  }
  return out;
}

std::string render(const Issue& issue) {
  std::string out = printable(issue.place.file);
  if (issue.place.line > 0) {
    out += ":" + std::to_string(issue.place.line) + ":" + std::to_string(issue.place.column);
  }
  out += issue.severity == Severity::error ? ": error[" : ": warning[";
  out += issue.code + "]: " + printable(issue.message) + "\n";
  if (!issue.source_line.empty()) {
    out += "  " + printable(issue.source_line) + "\n  " + caret_line(issue) + "\n";
  }
  if (!issue.hint.empty()) out += "  hint: " + printable(issue.hint) + "\n";
  return out;
}

std::string render(const Issues& issues) {
  std::string out;
  for (const auto& issue : issues) out += render(issue);
  return out;
}

}  // namespace attune
