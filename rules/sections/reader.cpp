#include "rules/sections/reader.h"

#include <algorithm>

namespace attune::rules {

namespace {

constexpr std::size_t kIdBytesMax = 64;
constexpr std::size_t kShownMax = 1'000;  // errors, and warnings, of a set; nobody reads further
constexpr std::size_t kSuggestionsMax = 200;  // searches over the names of all devices

bool is_id(std::string_view text) {
  const auto in_id = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !text.empty() && text.size() <= kIdBytesMax && text.front() >= 'a' &&
         text.front() <= 'z' && std::all_of(text.begin(), text.end(), in_id);
}

/// Names that expressions give a meaning of their own.
bool is_reserved(std::string_view text) {
  static const std::set<std::string_view> words = {
      "settings", "sun",     "local",     "weekday", "true", "false",    "null", "in",     "as",
      "break",    "const",   "continue",  "else",    "for",  "function", "if",   "import", "let",
      "loop",     "package", "namespace", "return",  "var",  "void",     "while"};
  return words.contains(text);
}

std::string place_text(const SourcePlace& place) {
  return printable(place.file) + ":" + std::to_string(place.line);
}

std::string unknown_key_hint(const std::string& text, const std::vector<Key>& keys) {
  std::vector<std::string> known;
  for (const Key& key : keys) {
    if (key.built) known.emplace_back(key.text);
  }
  const std::string near = yaml::nearest(text, known);
  if (!near.empty()) return "did you mean '" + near + "'?";
  const bool torn = text.find_first_of("()&|<>=?'\"") != std::string::npos;
  return torn ? "an expression with a comma needs quotes inside {..}"
              : "see docs/rules.md for the keys";
}

}  // namespace

bool device_may_explain(std::string_view code) {
  return code == "E301" || code == "E302" || code == "E306";
}

void Reader::report(Severity severity, std::string code, SourcePlace at, std::string message,
                    std::string hint) {
  const bool is_error = severity == Severity::error;
  std::size_t& count = is_error ? loading.errors : loading.warnings;
  if (is_error && !device_may_explain(code)) loading.only_unknown_devices = false;
  if (++count > kShownMax) return;
  loading.issues.push_back(document_.issue(severity, std::move(code), std::move(at),
                                           std::move(message), std::move(hint)));
}

std::string Reader::suggest(std::string_view text, const std::vector<std::string>& known) {
  if (++loading.suggestions > kSuggestionsMax) return {};
  return yaml::nearest(text, known);
}

void Reader::error_at(std::string code, SourcePlace at, std::string message, std::string hint) {
  report(Severity::error, std::move(code), std::move(at), std::move(message), std::move(hint));
}

FilePlace Reader::in_set(const SourcePlace& place) {
  if (!file_) {
    const auto& files = loading.set.files;
    const auto mine = std::find_if(files.begin(), files.end(), [&](const SourceFile& file) {
      return file.path == document_.file;
    });
    file_ = static_cast<std::uint32_t>(mine - files.begin());
  }
  return {*file_, place.line, place.column, place.length};
}

void Reader::error(std::string code, const yaml::Node& at, std::string message, std::string hint) {
  report(Severity::error, std::move(code), at.place, std::move(message), std::move(hint));
}

void Reader::warning(std::string code, const yaml::Node& at, std::string message,
                     std::string hint) {
  report(Severity::warning, std::move(code), at.place, std::move(message), std::move(hint));
}

bool Reader::is_map(const yaml::Node& node, std::string_view what) {
  if (node.kind == yaml::NodeKind::map) return true;
  error("E114", node, std::string(what) + " is a map", "write {key: value}");
  return false;
}

bool Reader::is_list(const yaml::Node& node, std::string_view what) {
  if (node.kind == yaml::NodeKind::list) return true;
  error("E114", node, std::string(what) + " is a list", "write [a, b]");
  return false;
}

Reader::Matches Reader::match(const yaml::Node& map, const std::vector<Key>& keys) {
  Matches matches;
  for (const yaml::Entry& entry : map.entries) {
    const auto at = std::find_if(keys.begin(), keys.end(),
                                 [&](const Key& key) { return key.text == entry.key.text; });
    if (at == keys.end()) {
      error("E103", entry.key, "unknown key '" + printable(entry.key.text) + "'",
            unknown_key_hint(entry.key.text, keys));
    } else if (!at->built) {
      error("E110", entry.key, "'" + entry.key.text + "' is not supported yet in this version",
            "remove it, or put it in a comment");
    } else {
      matches.emplace_back(static_cast<std::size_t>(at - keys.begin()), &entry.value);
    }
  }
  return matches;
}

bool Reader::is_name(const std::string& kind, const yaml::Node& key) {
  if (!is_id(key.text)) {
    error("E115", key, "'" + printable(key.text) + "' cannot be the id of a " + kind,
          "ids are lower case letters, digits and _, begin with a letter, and have at most 64");
    return false;
  }
  if (is_reserved(key.text)) {
    error("E115", key, "'" + key.text + "' is a reserved word", "choose another name");
    return false;
  }
  return true;
}

bool Reader::take_id(const std::string& kind, const yaml::Node& key) {
  return is_name(kind, key) && take_once(kind, key.text, key);
}

bool Reader::take_once(const std::string& kind, const std::string& id, const yaml::Node& key) {
  const auto [first, fresh] = loading.ids.emplace(std::pair(kind, id), key.place);
  if (fresh) return true;
  error("E106", key, kind + " '" + printable(id) + "' is already at " + place_text(first->second),
        "rename one of the two, or remove it");
  return false;
}

bool is_expression(const yaml::Node& node) {
  return node.kind == yaml::NodeKind::scalar && node.text.starts_with('=');
}

}  // namespace attune::rules
