#include "broker/core/packed_value.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

namespace attune::core {

namespace {

template <class Number>
std::optional<Number> parse(std::string_view text) {
  Number number{};
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
  return number;
}

std::optional<double> parse_finite(std::string_view text) {
  const auto number = parse<double>(text);
  return number && std::isfinite(*number) ? number : std::nullopt;
}

std::optional<Value> parse_numbers(std::string_view list) {
  std::vector<double> numbers;
  while (!list.empty()) {
    const std::size_t end = list.find(' ');
    const auto number =
        end == std::string_view::npos ? std::nullopt : parse_finite(list.substr(0, end));
    if (!number) return std::nullopt;
    numbers.push_back(*number);
    list.remove_prefix(end + 1);
  }
  return Value(std::move(numbers));
}

template <class Parsed>
std::optional<Value> as_value(const std::optional<Parsed>& parsed) {
  return parsed ? std::optional(Value(*parsed)) : std::nullopt;
}

}  // namespace

std::string shortest(double number) {
  std::array<char, 32> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number);
  return {buffer.data(), end.ptr};
}

std::string pack_value(const Value& value) {
  switch (value.kind()) {
    case ValueKind::none:
      return "-";
    case ValueKind::boolean:
      return value.as_bool() ? "b1" : "b0";
    case ValueKind::integer:
      return "i" + std::to_string(value.as_integer());
    case ValueKind::number:
      return "r" + shortest(value.as_number());
    case ValueKind::text:
      return "t" + value.as_text();
    case ValueKind::numbers:
      break;
  }
  std::string list = "n";
  for (const double number : value.as_numbers()) list += shortest(number) + ' ';
  return list;
}

std::optional<Value> unpack_value(std::string_view text) {
  if (text.empty()) return std::nullopt;
  const std::string_view rest = text.substr(1);
  switch (text.front()) {
    case '-':
      return rest.empty() ? std::optional(Value()) : std::nullopt;
    case 'b':
      return rest == "0" || rest == "1" ? std::optional(Value(rest == "1")) : std::nullopt;
    case 'i':
      return as_value(parse<std::int64_t>(rest));
    case 'r':
      return as_value(parse_finite(rest));
    case 't':
      return Value(rest);
    case 'n':
      return parse_numbers(rest);
    default:
      return std::nullopt;
  }
}

}  // namespace attune::core
