#include "devices/dialects/json_template.h"

#include <algorithm>

#include "devices/json/reader.h"
#include "devices/json/writer.h"

namespace attune::devices {

namespace {

using json::Kind;
using json::Node;

constexpr std::string_view kPlaceholder = "${value}";

bool is_harmless(std::string_view text) {
  constexpr std::size_t kInsertedBytesMax = 64;
  return !text.empty() && text.size() <= kInsertedBytesMax && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.' || c == '-';
  });
}

/// `within` says whether the text so far stands inside a JSON string.
void track_quotes(std::string_view text, bool& within) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && within) {
      ++i;
    } else if (text[i] == '"') {
      within = !within;
    }
  }
}

/// Appends the keys that lead to it; false, and nothing appended, where it does not stand.
bool find_placeholder(const Node& node, std::vector<std::string>& path) {
  if (node.kind == Kind::text) return node.text == kPlaceholder;
  if (node.kind != Kind::object && node.kind != Kind::array) return false;
  std::size_t place = 0;
  for (const Node& child : node) {
    path.push_back(node.kind == Kind::array ? std::to_string(place++) : std::string(child.key));
    if (find_placeholder(child, path)) return true;
    path.pop_back();
  }
  return false;
}

}  // namespace

std::string template_problem(std::string_view pattern) {
  for (std::size_t at = pattern.find("${"); at != std::string_view::npos;
       at = pattern.find("${", at + 1)) {
    if (pattern.substr(at, kPlaceholder.size()) != kPlaceholder) {
      return "only ${value} can be inserted into a payload; write the rest as it is";
    }
  }
  return "";
}

std::optional<std::string> fill_template(std::string_view pattern, const Value& wire) {
  const bool is_text = wire.kind() == ValueKind::text;
  const std::string value = is_text ? wire.as_text() : to_json(wire);
  if (pattern.empty() || pattern == kPlaceholder) return value;
  std::string filled;
  bool within = false;
  while (true) {
    const std::size_t at = pattern.find(kPlaceholder);
    const std::string_view literal = pattern.substr(0, at);
    filled += literal;
    track_quotes(literal, within);
    if (at == std::string_view::npos) return filled;
    if (is_text && !within && !is_harmless(value)) return std::nullopt;
    filled += within ? json::escaped(value) : value;
    pattern.remove_prefix(at + kPlaceholder.size());
  }
}

std::optional<std::vector<std::string>> path_in_template(std::string_view pattern) {
  if (pattern.empty() || pattern == kPlaceholder) return std::vector<std::string>{};
  std::string whole;  // with the placeholder as a text wherever it stands
  bool within = false;
  while (true) {
    const std::size_t at = pattern.find(kPlaceholder);
    const std::string_view literal = pattern.substr(0, at);
    whole += literal;
    track_quotes(literal, within);
    if (at == std::string_view::npos) break;
    const std::string_view quote = within ? "" : "\"";
    whole.append(quote).append(kPlaceholder).append(quote);
    pattern.remove_prefix(at + kPlaceholder.size());
  }
  json::Reader reader;
  const Node* root = reader.read(whole);
  std::vector<std::string> path;
  if (root == nullptr || !find_placeholder(*root, path)) return std::nullopt;
  return path;
}

}  // namespace attune::devices
