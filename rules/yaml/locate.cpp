#include <algorithm>

#include "rules/yaml/source_text.h"
#include "rules/yaml/yaml.h"

// A scalar's text is its source with line ends folded, escapes replaced and indentation taken
// away. The walks below go through the source once more, and count the bytes of text that each
// piece of source became, until the wanted byte is reached.
namespace attune::yaml {

namespace {

bool is_break(char c) {
  return c == '\n' || c == '\r';
}
bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

/// Bytes of a code point in UTF-8.
std::size_t utf8_bytes(unsigned long code) {
  return code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
}

/// A piece of source and the bytes of text that it became.
struct Piece {
  std::size_t source = 0;
  std::size_t text = 0;
};

/// `\n`, `\x41`, `\u00e9`, an escaped line end.
Piece escape_at(std::string_view source, std::size_t at) {
  const char kind = at + 1 < source.size() ? source[at + 1] : '\0';
  if (is_break(kind)) {
    const std::size_t next = source.find_first_not_of(" \t\r\n", at + 1);
    return {std::min(next, source.size()) - at, 0};
  }
  const std::size_t digits = kind == 'x' ? 2 : kind == 'u' ? 4 : kind == 'U' ? 8 : 0;
  if (digits > 0) {
    const std::string hex(source.substr(std::min(at + 2, source.size()), digits));
    return {2 + digits, utf8_bytes(std::strtoul(hex.c_str(), nullptr, 16))};
  }
  return {2, kind == 'L' || kind == 'P' ? 3U : 1U};
}

/// Blanks, and line ends among them: one folds into a space, n into n - 1 line ends.
Piece fold_at(std::string_view source, std::size_t at) {
  const std::size_t end = std::min(source.find_first_not_of(" \t\r\n", at), source.size());
  const std::string_view run = source.substr(at, end - at);
  const auto breaks = static_cast<std::size_t>(std::count(run.begin(), run.end(), '\n'));
  if (breaks == 0) return {1, 1};
  return {run.size(), breaks == 1 ? 1 : breaks - 1};
}

Piece flow_piece(std::string_view source, std::size_t at, char quote) {
  if (quote == '"' && source[at] == '\\') return escape_at(source, at);
  if (quote == '\'' && source.substr(at, 2) == "''") return {2, 1};
  if (is_blank(source[at]) || is_break(source[at])) return fold_at(source, at);
  return {1, 1};
}

/// Source offset of byte `wanted` of a plain or quoted scalar's text.
std::size_t walk_flow(std::string_view source, std::size_t at, char quote, std::size_t wanted) {
  for (std::size_t seen = 0; at < source.size();) {
    const Piece piece = flow_piece(source, at, quote);
    if (wanted < seen + piece.text) return piece.source == piece.text ? at + (wanted - seen) : at;
    seen += piece.text;
    at += piece.source;
  }
  return source.size();
}

std::size_t leading_blanks(std::string_view line) {
  return std::min(line.find_first_not_of(' '), line.size());
}

/// How far a block is indented: what its first line with content has more than its text.
std::size_t block_indent(std::string_view source, std::size_t at, std::string_view text) {
  const std::size_t word = std::min(text.find_first_not_of(" \n"), text.size());
  const std::size_t line = text.substr(0, word).rfind('\n');
  const std::size_t in_text = word - (line == std::string_view::npos ? 0 : line + 1);
  const std::size_t found = std::min(source.find_first_not_of(" \r\n", at), source.size());
  const std::size_t start = source.substr(0, found).rfind('\n') + 1;
  return found - start - std::min(in_text, found - start);
}

/// Source offset of byte `wanted` of a `|` or `>` scalar's text; `at` is its indicator.
std::size_t walk_block(std::string_view source, std::size_t at, std::string_view text,
                       std::size_t wanted) {
  at = std::min(source.find('\n', at), source.size() - 1) + 1;
  const std::size_t indent = block_indent(source, at, text);
  for (std::size_t seen = 0; at < source.size();) {
    std::string_view line = source.substr(at, source.find('\n', at) - at);
    const std::size_t next = at + line.size() + 1;
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    const std::size_t skip = std::min(indent, leading_blanks(line));
    const std::size_t content = line.size() - skip;
    if (wanted < seen + content) return at + skip + (wanted - seen);
    seen += content;
    const bool separated = seen >= text.size() || text[seen] == '\n' || text[seen] == ' ';
    if (wanted == seen && separated) return at + line.size();
    seen += separated ? 1 : 0;  // folding swallows some line ends
    at = next;
  }
  return source.size();
}

std::size_t source_offset(std::string_view source, const Node& scalar, std::size_t wanted) {
  const std::size_t at = offset_of(source, {scalar.place.line, scalar.place.column});
  const char before = at > 0 ? source[at - 1] : '\0';
  const char first = at < source.size() ? source[at] : '\0';
  if (!scalar.quoted) return walk_flow(source, at, '\0', wanted);
  if (before == '"' || before == '\'') return walk_flow(source, at, before, wanted);
  const bool block = first == '|' || first == '>';
  return block ? walk_block(source, at, scalar.text, wanted) : at;
}

}  // namespace

SourcePlace Document::locate(const Node& scalar, std::size_t offset, std::size_t length) const {
  if (scalar.kind != NodeKind::scalar) return scalar.place;
  const std::size_t first = std::min(offset, scalar.text.size());
  const std::size_t last = std::min(first + std::max<std::size_t>(length, 1) - 1,
                                    std::max<std::size_t>(scalar.text.size(), 1) - 1);
  const std::size_t from = source_offset(text, scalar, first);
  const std::size_t to = source_offset(text, scalar, std::max(first, last));
  const LineColumn at = line_column(text, from);
  const std::size_t line_end =
      from - static_cast<std::size_t>(at.column - 1) + line_at(text, at.line).size();
  const std::size_t end = std::clamp(to + 1, from + 1, std::max(line_end, from + 1));
  return {file, at.line, at.column, static_cast<int>(end - from)};
}

}  // namespace attune::yaml
