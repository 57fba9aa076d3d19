#include "broker/shell/config/fields.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <utility>

namespace attune::config {
namespace {

constexpr Millis kYear = std::chrono::hours(24) * 365;

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

/// `2y`, `1y30d`: a leading count of years before what parse_duration knows.
std::optional<Millis> parse_age(std::string_view text) {
  const std::size_t mark = text.find('y');
  if (mark == std::string_view::npos) return parse_duration(text);
  unsigned years = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + mark, years);
  if (failed != std::errc{} || end != text.data() + mark || years > 1'000) return std::nullopt;
  const std::string_view rest = text.substr(mark + 1);
  const std::optional<Millis> more = rest.empty() ? Millis{0} : parse_duration(rest);
  if (!more) return std::nullopt;
  return kYear * years + *more;
}

}  // namespace

std::optional<std::uint64_t> parse_size(std::string_view text) {
  std::uint64_t count = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (failed != std::errc{}) return std::nullopt;
  const std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
  int shift = 0;
  if (unit == "KiB") shift = 10;
  if (unit == "MiB") shift = 20;
  if (unit == "GiB") shift = 30;
  if (unit == "TiB") shift = 40;
  if (shift == 0 && !unit.empty() && unit != "B") return std::nullopt;
  if (count > (std::numeric_limits<std::uint64_t>::max() >> shift)) return std::nullopt;
  return count << shift;
}

Fields::Fields(const yaml::Document& document, const yaml::Node& map, std::string what,
               Issues& issues)
    : document_(document), map_(map), what_(std::move(what)), issues_(issues) {
  if (map.kind == yaml::NodeKind::map || map.kind == yaml::NodeKind::null) return;
  error(map, "E111", what_ + " is a map of keys");
}

void Fields::error(const yaml::Node& at, std::string code, std::string message, std::string hint) {
  issues_.push_back(document_.issue(Severity::error, std::move(code), at.place, std::move(message),
                                    std::move(hint)));
}

void Fields::warning(const yaml::Node& at, std::string code, std::string message,
                     std::string hint) {
  issues_.push_back(document_.issue(Severity::warning, std::move(code), at.place,
                                    std::move(message), std::move(hint)));
}

const yaml::Node* Fields::take(std::string_view key) {
  known_.emplace_back(key);
  return map_.find(key);
}

std::optional<Fields> Fields::map(std::string_view key) {
  const yaml::Node* below = take(key);
  if (below == nullptr) return std::nullopt;
  return Fields(document_, *below, std::string(key), issues_);
}

const std::string* Fields::scalar(std::string_view key) {
  const yaml::Node* node = take(key);
  if (node == nullptr) return nullptr;
  if (node->kind == yaml::NodeKind::scalar) return &node->text;
  error(*node, "E111",
        std::string(key) + " is one value, not " +
            (node->kind == yaml::NodeKind::null ? "empty" : "a list or map"));
  return nullptr;
}

void Fields::text(std::string_view key, std::string& out) {
  const std::string* value = scalar(key);
  if (value == nullptr) return;
  if (value->empty()) return error(*map_.find(key), "E303", std::string(key) + " is empty");
  out = *value;
}

void Fields::flag(std::string_view key, bool& out) {
  if (scalar(key) == nullptr) return;
  const yaml::Node& node = *map_.find(key);
  if (const auto value = node.as_bool()) {
    out = *value;
  } else {
    error(node, "E303", std::string(key) + " is true or false, not '" + node.text + "'");
  }
}

void Fields::number(std::string_view key, std::optional<double>& out, double min, double max) {
  if (scalar(key) == nullptr) return;
  const yaml::Node& node = *map_.find(key);
  const std::optional<double> value = node.as_number();
  if (value && *value >= min && *value <= max) {
    out = value;
    return;
  }
  std::string range;
  append_number(range, min);
  range += " to ";
  append_number(range, max);
  error(node, "E303",
        std::string(key) + " is a number from " + range + ", not '" + node.text + "'");
}

void Fields::port(std::string_view key, std::uint16_t& out) {
  std::optional<double> value;
  number(key, value, 0, 65'535);
  if (!value) return;
  if (*value != std::floor(*value))
    return error(*map_.find(key), "E303", "a port is a whole number");
  out = static_cast<std::uint16_t>(*value);
}

void Fields::duration(std::string_view key, Millis& out) {
  const std::string* value = scalar(key);
  if (value == nullptr) return;
  // A bare 0 needs no unit.
  const std::optional<Millis> read = *value == "0" ? Millis{0} : parse_duration(*value);
  if (read) {
    out = *read;
  } else {
    error(*map_.find(key), "E303", std::string(key) + " is a duration, not '" + *value + "'",
          "write 90s, 5m, 1h30m or 7d");
  }
}

void Fields::age(std::string_view key, std::optional<Millis>& out) {
  const std::string* value = scalar(key);
  if (value == nullptr) return;
  if (*value == "forever") {
    out.reset();
  } else if (const auto read = parse_age(*value)) {
    out = read;
  } else {
    error(*map_.find(key), "E303", std::string(key) + " is an age, not '" + *value + "'",
          "write 30d, 2y or forever");
  }
}

void Fields::size(std::string_view key, std::uint64_t& out) {
  const std::string* value = scalar(key);
  if (value == nullptr) return;
  if (const auto read = parse_size(*value)) {
    out = *read;
  } else {
    error(*map_.find(key), "E303", std::string(key) + " is a size, not '" + *value + "'",
          "write 64KiB, 256MiB or 1GiB");
  }
}

std::optional<std::size_t> Fields::word(std::string_view key,
                                        const std::vector<std::string>& words) {
  const std::string* value = scalar(key);
  if (value == nullptr) return std::nullopt;
  const auto found = std::find(words.begin(), words.end(), *value);
  if (found != words.end()) return static_cast<std::size_t>(found - words.begin());
  const std::string near = yaml::nearest(*value, words);
  error(*map_.find(key), "E303",
        std::string(key) + " is one of " + joined(words) + ", not '" + *value + "'",
        near.empty() ? "" : "did you mean '" + near + "'?");
  return std::nullopt;
}

void Fields::texts(std::string_view key, std::vector<std::string>& out) {
  const yaml::Node* node = take(key);
  if (node == nullptr) return;
  if (node->kind == yaml::NodeKind::scalar) {
    out = {node->text};
    return;
  }
  if (node->kind != yaml::NodeKind::list) {
    return error(*node, "E111", std::string(key) + " is a list of texts");
  }
  out.clear();
  for (const auto& item : node->items) {
    if (item.kind == yaml::NodeKind::scalar) {
      out.push_back(item.text);
    } else {
      error(item, "E111", "an entry of " + std::string(key) + " is a text");
    }
  }
}

void Fields::version() {
  const yaml::Node* node = take("version");
  if (node == nullptr) {
    return error(map_, "E112", "the file does not say its version", "begin it with `version: 1`");
  }
  if (node->kind == yaml::NodeKind::scalar && node->as_number() == 1.0) return;
  error(*node, "E303", "version is 1, not '" + node->text + "'",
        "a later version needs a later attune");
}

void Fields::finish() {
  for (const auto& entry : map_.entries) {
    const std::string& key = entry.key.text;
    if (std::find(known_.begin(), known_.end(), key) != known_.end()) continue;
    const std::string near = yaml::nearest(key, known_);
    error(entry.key, "E110", "unknown key '" + key + "' in " + what_,
          near.empty() ? "known keys: " + joined(known_) : "did you mean '" + near + "'?");
  }
}

}  // namespace attune::config
