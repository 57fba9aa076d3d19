#include <algorithm>
#include <cmath>

#include "rules/cel/signal.h"
#include "rules/sections/reader.h"

// Literals of YAML, read by the declared type of what they are for: `on`, `off` and `22:00` are
// whatever the attribute says they are, never what YAML guesses.
namespace attune::rules {

namespace {

constexpr double kExactIntegerMax = 9007199254740992.0;  // 2^53

std::string shown(const yaml::Node& node) {
  switch (node.kind) {
    case yaml::NodeKind::null:
      return "nothing";
    case yaml::NodeKind::scalar:
      return "'" + printable(node.text) + "'";
    case yaml::NodeKind::list:
      return "a list";
    case yaml::NodeKind::map:
      return "a map";
  }
  return {};
}

std::string number_text(double number) {
  std::string out;
  append_number(out, number);
  return out;
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : ", ") + word;
  return out;
}

std::string range_text(const AttributeInfo& info) {
  const bool open = info.range->max > 1e300;
  return (open ? "at least " + number_text(info.range->min)
               : number_text(info.range->min) + " to " + number_text(info.range->max)) +
         (info.unit.empty() ? "" : " " + info.unit);
}

/// What to write for a number instead of this.
std::string number_hint(const yaml::Node& node, const std::string& unit) {
  if (node.quoted) return "write it without quotes";
  return unit.empty() ? "write a number" : "write a number in " + unit + ", without its unit";
}

std::string word_hint(const std::string& word, const std::vector<std::string>& words) {
  const std::string near = yaml::nearest(word, words);
  return near.empty() ? "one of: " + printable(joined(words)) : "did you mean '" + near + "'?";
}

}  // namespace

std::optional<std::string> Reader::text(const yaml::Node& node, std::string_view what) {
  if (node.kind == yaml::NodeKind::scalar) return node.text;
  error("E114", node, std::string(what) + " is a text, got " + shown(node), "write one text");
  return std::nullopt;
}

std::optional<std::vector<std::string>> Reader::texts(const yaml::Node& node,
                                                      std::string_view what) {
  if (!is_list(node, what)) return std::nullopt;
  std::vector<std::string> all;
  for (const yaml::Node& item : node.items) {
    const auto one = text(item, "an item of " + std::string(what));
    if (!one) return std::nullopt;
    all.push_back(*one);
  }
  return all;
}

std::optional<double> Reader::number(const yaml::Node& node, std::string_view what) {
  if (const auto number = node.as_number()) return number;
  error("E203", node, std::string(what) + " is a number, got " + shown(node),
        number_hint(node, {}));
  return std::nullopt;
}

std::optional<Millis> Reader::duration(const yaml::Node& node) {
  if (node.kind == yaml::NodeKind::scalar) {
    if (const auto found = parse_duration(node.text)) return found;
  }
  const bool unitless = node.as_number().has_value();
  error("E105", node, shown(node) + " is no duration",
        unitless ? "add its unit: '" + node.text + "s', or ms, m, h, d"
                 : "write 90s, 5m, 1h30m or 7d: not negative, at most 10 years");
  return std::nullopt;
}

std::optional<std::size_t> Reader::word(const yaml::Node& node, std::string_view what,
                                        const std::vector<std::string>& words) {
  const auto at = std::find(words.begin(), words.end(), node.text);
  if (node.kind == yaml::NodeKind::scalar && at != words.end()) {
    return static_cast<std::size_t>(at - words.begin());
  }
  error("E303", node, std::string(what) + " cannot be " + shown(node), word_hint(node.text, words));
  return std::nullopt;
}

bool Reader::is_in_range(const yaml::Node& node, double number, const AttributeInfo& info) {
  if (!info.range || (number >= info.range->min && number <= info.range->max)) return true;
  error("E304", node, number_text(number) + " is outside the range of " + info.name,
        "it is " + range_text(info));
  return false;
}

bool Reader::is_known_word(const yaml::Node& node, const std::string& word,
                           const AttributeInfo& info) {
  const auto& known = info.values;
  const bool closed = info.type == ValueType::enumeration && !known.empty();
  if (!closed || std::find(known.begin(), known.end(), word) != known.end()) return true;
  error("E303", node, info.name + " cannot be '" + printable(word) + "'", word_hint(word, known));
  return false;
}

std::optional<Value> Reader::checked_number(const yaml::Node& node, const AttributeInfo& info) {
  const auto number = node.as_number();
  if (!number) {
    error("E203", node, info.name + " is a number, got " + shown(node),
          number_hint(node, info.unit));
    return std::nullopt;
  }
  if (!is_in_range(node, *number, info)) return std::nullopt;
  if (info.type != ValueType::integer) return Value(*number);
  if (std::trunc(*number) != *number || std::abs(*number) > kExactIntegerMax) {
    error("E203", node, info.name + " is a whole number, got " + shown(node), "round it");
    return std::nullopt;
  }
  return Value(static_cast<std::int64_t>(*number));
}

std::optional<Value> Reader::checked_numbers(const yaml::Node& node, const AttributeInfo& info) {
  if (!is_list(node, info.name)) return std::nullopt;
  std::vector<double> numbers;
  for (const yaml::Node& item : node.items) {
    const auto one = checked_number(item, info);
    if (!one) return std::nullopt;
    numbers.push_back(one->numeric());
  }
  return Value(std::move(numbers));
}

std::optional<Value> Reader::checked_word(const yaml::Node& node, const AttributeInfo& info) {
  if (node.kind != yaml::NodeKind::scalar) {
    error("E203", node, info.name + " is a text, got " + shown(node), "write one text");
    return std::nullopt;
  }
  if (info.unit == kTimeOfDay && !cel::parse_time_of_day(node.text)) {
    error("E203", node, info.name + " is a time of day, got " + shown(node), "write \"07:00\"");
    return std::nullopt;
  }
  const bool closed = info.type == ValueType::enumeration && !info.values.empty();
  if (closed && !word(node, info.name, info.values)) return std::nullopt;
  return Value(node.text);
}

std::optional<Value> Reader::value(const yaml::Node& node, const AttributeInfo& info) {
  switch (info.type) {
    case ValueType::boolean:
      if (const auto truth = node.as_bool()) return Value(*truth);
      error("E203", node, info.name + " is true or false, got " + shown(node),
            "write true or false, without quotes");
      return std::nullopt;
    case ValueType::integer:
    case ValueType::number:
      return checked_number(node, info);
    case ValueType::numbers:
      return checked_numbers(node, info);
    case ValueType::enumeration:
    case ValueType::text:
    case ValueType::event:
    case ValueType::timestamp:
      return checked_word(node, info);
  }
  return std::nullopt;
}

}  // namespace attune::rules
