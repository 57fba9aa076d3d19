#include "rules/sections/composed.h"

#include <algorithm>

namespace attune::rules {

namespace {

/// A CEL string literal of any bytes.
std::string quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else {
      out += c;
    }
  }
  return out + "'";
}

std::string literal(const yaml::Node& node) {
  if (node.kind == yaml::NodeKind::null) return "null";
  if (const auto truth = node.as_bool()) return *truth ? "true" : "false";
  if (node.as_number()) {
    const bool whole = node.text.find_first_of(".eE") == std::string::npos;
    return whole ? node.text + ".0" : node.text;
  }
  return quoted(node.text);
}

void append(Composed& out, const yaml::Node& node);

void append_map(Composed& out, const yaml::Node& map) {
  out.add_literal(map, "{");
  for (const yaml::Entry& entry : map.entries) {
    const bool first = &entry == &map.entries.front();
    out.add_literal(entry.key, (first ? "" : ", ") + quoted(entry.key.text) + ": ");
    append(out, entry.value);
  }
  out.add_literal(map, "}");
}

void append_list(Composed& out, const yaml::Node& list) {
  out.add_literal(list, "[");
  for (const yaml::Node& item : list.items) {
    if (&item != &list.items.front()) out.add_literal(list, ", ");
    append(out, item);
  }
  out.add_literal(list, "]");
}

void append(Composed& out, const yaml::Node& node) {
  if (node.kind == yaml::NodeKind::map) return append_map(out, node);
  if (node.kind == yaml::NodeKind::list) return append_list(out, node);
  if (!is_expression(node)) return out.add_literal(node, literal(node));
  out.add_literal(node, "(");
  out.add_expression(node, 1);
  out.add_literal(node, ")");
}

}  // namespace

void Composed::add_expression(const yaml::Node& scalar, std::size_t from, std::size_t length) {
  pieces_.push_back({source_.size(), &scalar, from, true});
  source_ += scalar.text.substr(std::min(from, scalar.text.size()), length);
}

void Composed::add_literal(const yaml::Node& node, std::string_view cel) {
  pieces_.push_back({source_.size(), &node, 0, false});
  source_ += cel;
}

void Composed::add(const Composed& more) {
  for (Piece piece : more.pieces_) {
    piece.begin += source_.size();
    pieces_.push_back(piece);
  }
  source_ += more.source_;
}

SourcePlace Composed::locate(const yaml::Document& document, std::size_t offset,
                             std::size_t length) const {
  const auto after =
      std::upper_bound(pieces_.begin(), pieces_.end(), offset,
                       [](std::size_t wanted, const Piece& piece) { return wanted < piece.begin; });
  if (after == pieces_.begin()) return {document.file, 1, 1, 1};
  const Piece& piece = *std::prev(after);
  if (!piece.verbatim) return piece.node->place;
  return document.locate(*piece.node, piece.from + (offset - piece.begin), length);
}

Composed compose(const yaml::Node& node) {
  Composed out;
  if (is_expression(node)) {
    out.add_expression(node, 1);
  } else {
    append(out, node);
  }
  return out;
}

void report(Reader& reader, const Composed& text, std::vector<cel::Finding> findings) {
  for (cel::Finding& finding : findings) {
    reader.report(finding.severity, std::move(finding.code),
                  text.locate(reader.document(), finding.offset, finding.length),
                  std::move(finding.message), std::move(finding.hint));
  }
}

std::optional<cel::Expression> compile(Reader& reader, const Composed& text, cel::Expect expect) {
  Loading& loading = reader.loading;
  auto key = std::pair(expect, text.source());
  const bool lasts = loading.bound.empty();  // else its names are others in the next instance
  const auto known = lasts ? loading.compiled.find(key) : loading.compiled.end();
  if (known != loading.compiled.end()) return known->second;
  std::vector<cel::Finding> findings;
  auto compiled = cel::compile(text.source(), loading.names, expect, findings);
  if (compiled && lasts && findings.empty()) loading.compiled.emplace(std::move(key), *compiled);
  report(reader, text, std::move(findings));
  return compiled;
}

std::optional<cel::Expression> Reader::expression(const yaml::Node& node, std::size_t from,
                                                  cel::Expect expect) {
  Composed text;
  text.add_expression(node, from);
  return compile(*this, text, expect);
}

std::optional<cel::Expression> Reader::condition(const yaml::Node& node, std::string_view what) {
  if (!text(node, what)) return std::nullopt;
  if (is_expression(node)) {
    error("E201", node, std::string(what) + " is an expression already", "remove the '='");
    return std::nullopt;
  }
  return expression(node, 0, cel::Expect::boolean);
}

}  // namespace attune::rules
