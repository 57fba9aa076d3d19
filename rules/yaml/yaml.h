#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "devices/model/issue.h"

/// The one door to yaml-cpp: a strict subset of YAML as plain data that knows where it stands.
///
/// Refused, each as an Issue E1xx at its place: aliases and anchors, merge keys, tags (also the
/// `!x` of an unquoted CEL condition, with the hint to quote it), duplicate keys (naming both
/// lines), several documents, tabs as indentation, and whatever passes the limits of limits.h.
namespace attune::yaml {

enum class NodeKind { null, scalar, list, map };

struct Entry;

struct Node {
  NodeKind kind = NodeKind::null;
  std::string text;            ///< of a scalar, as read
  bool quoted = false;         ///< '..', ".." or a block: never a number, boolean or null
  SourcePlace place;           ///< of its first character: inside a quote, at the `|` of a block
  std::vector<Node> items;     ///< of a list
  std::vector<Entry> entries;  ///< of a map, in the file's order
  [[nodiscard]] const Node* find(std::string_view key) const;
  /// Unquoted `true` and `false` only; `yes`, `on`, `no` are text.
  [[nodiscard]] std::optional<bool> as_bool() const;
  /// Unquoted decimal numbers only: not 0o17, 1_000, 12:30, .inf.
  [[nodiscard]] std::optional<double> as_number() const;
};

struct Entry {
  Node key;
  Node value;
};

struct Document {
  std::string file;  ///< as given, for messages
  std::string text;  ///< the bytes
  Node root;
  /// The place in the file of byte `offset` of a scalar's text, through quotes and block scalars.
  [[nodiscard]] SourcePlace locate(const Node& scalar, std::size_t offset,
                                   std::size_t length = 1) const;
  /// An Issue at a place of this document, with its source line filled in.
  [[nodiscard]] Issue issue(Severity severity, std::string code, SourcePlace place,
                            std::string message, std::string hint = {}) const;
};

/// Appends findings to `issues`; empty when one of them is an error. Never throws.
[[nodiscard]] std::optional<Document> parse(std::string file, std::string text, Issues& issues);
/// Reads the file first; one that cannot be read, or is too big, is an Issue.
[[nodiscard]] std::optional<Document> parse_file(const std::string& path, Issues& issues);

/// The known word nearest to `word`, or empty when none is near: for "did you mean".
[[nodiscard]] std::string nearest(std::string_view word, const std::vector<std::string>& known);

}  // namespace attune::yaml
