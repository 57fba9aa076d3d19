#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "devices/model/issue.h"

/// Lines and columns of a file's bytes: what yaml-cpp does not check, and where findings point.
namespace attune::yaml {

struct LineColumn {
  int line = 1;
  int column = 1;
};

/// Of the byte at `offset`; beyond the end: of the end.
[[nodiscard]] LineColumn line_column(std::string_view text, std::size_t offset);
/// The byte at a line and column, at most the line's end.
[[nodiscard]] std::size_t offset_of(std::string_view text, LineColumn at);
/// A line without its end (`\n` or `\r\n`).
[[nodiscard]] std::string_view line_at(std::string_view text, int line);

[[nodiscard]] bool is_utf8(std::string_view text);

/// What stands in the way of reading `text` as YAML at all.
struct Unreadable {
  std::size_t offset = 0;
  std::string message;
  std::string hint;
};
/// The first byte that is not UTF-8, a control character, or a tab that indents.
[[nodiscard]] std::optional<Unreadable> find_unreadable(std::string_view text);

/// A file's bytes; E100 when it cannot be read, E111 when it is bigger than kYamlBytesMax.
[[nodiscard]] std::optional<std::string> read_text(const std::string& path, Issues& issues);
/// The E111 of a file that is too big to be read.
[[nodiscard]] Issue too_big(const std::string& path);

}  // namespace attune::yaml
