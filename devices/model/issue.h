#pragma once
#include <string>
#include <vector>

/// What an author of a file did wrong, so that it can be shown like a compiler's finding.
namespace attune {

enum class Severity { error, warning };

/// A place in a file. Lines and columns count from 1; columns count bytes.
struct SourcePlace {
  std::string file;
  int line = 0;
  int column = 0;
  int length = 1;  ///< bytes to underline
  friend bool operator==(const SourcePlace&, const SourcePlace&) = default;
};

/// One finding. `code` is its class and number: E1 YAML, E2 types, E3 names and values, C4
/// conflicts, D4 ends, W9 the rest (docs/rules.md).
struct Issue {
  Severity severity = Severity::error;
  std::string code;
  SourcePlace place;
  std::string message;
  std::string source_line;  ///< the line of `place`, for the caret; may be empty
  std::string hint;         ///< what to do; may be empty
};

using Issues = std::vector<Issue>;

[[nodiscard]] bool has_errors(const Issues& issues);

/// `file:12:31: error[E203]: text`, the line, a caret below it, the hint. Ends with a newline.
/// Control characters of the file are escaped.
[[nodiscard]] std::string render(const Issue& issue);
[[nodiscard]] std::string render(const Issues& issues);

/// Text from outside, safe on a terminal and in a log: controls and bidi marks become `\u{..}`.
[[nodiscard]] std::string printable(std::string_view text);

}  // namespace attune
