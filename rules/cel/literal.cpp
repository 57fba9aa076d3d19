#include <charconv>
#include <limits>

#include "rules/cel/lexer.h"
#include "rules/cel/utf8.h"

namespace attune::cel {

namespace {

constexpr std::uint64_t kIntMagnitudeMax = std::uint64_t{1} << 63U;  // of the least int

std::optional<std::uint64_t> read_magnitude(std::string_view digits) {
  const bool hex = digits.size() > 2 && (digits[1] == 'x' || digits[1] == 'X');
  if (hex) digits.remove_prefix(2);
  std::uint64_t value = 0;
  const auto* const end = digits.data() + digits.size();
  const auto result = std::from_chars(digits.data(), end, value, hex ? 16 : 10);
  if (result.ec != std::errc{} || result.ptr != end) return std::nullopt;
  return value;
}

std::optional<Literal> read_integer(std::string_view digits, bool negative) {
  const auto magnitude = read_magnitude(digits);
  if (!magnitude || *magnitude > kIntMagnitudeMax - (negative ? 0 : 1)) return std::nullopt;
  if (negative) return static_cast<std::int64_t>(0 - *magnitude);
  return static_cast<std::int64_t>(*magnitude);
}

std::optional<Literal> read_double(std::string_view digits, bool negative) {
  double value = 0;
  const auto* const end = digits.data() + digits.size();
  const auto result = std::from_chars(digits.data(), end, value);
  if (result.ec != std::errc{} || result.ptr != end) return std::nullopt;
  return negative ? -value : value;
}

bool is_float(std::string_view digits) {
  const bool hex = digits.size() > 2 && (digits[1] == 'x' || digits[1] == 'X');
  return !hex && digits.find_first_of(".eE") != std::string_view::npos;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return 16;
}

/// Escapes of one character: what stands for it, or -1.
int simple_escape(char c) {
  switch (c) {
    case 'a':
      return '\a';
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case 'v':
      return '\v';
    case '\\':
    case '?':
    case '"':
    case '\'':
    case '`':
      return c;
    default:
      return -1;
  }
}

/// Reads `count` digits of `base` at the front; empty when they are not there.
std::optional<char32_t> take_digits(std::string_view& rest, std::size_t count, int base) {
  if (rest.size() < count) return std::nullopt;
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const int digit = hex_digit(rest[i]);
    if (digit >= base) return std::nullopt;
    value = value * static_cast<std::uint64_t>(base) + static_cast<std::uint64_t>(digit);
  }
  rest.remove_prefix(count);
  return static_cast<char32_t>(value);
}

/// The number after the backslash: `x41`, `u00e9`, `U0001f431`, `101`.
std::optional<char32_t> take_point(std::string_view& rest, bool bytes) {
  const char c = rest.front();
  if (c >= '0' && c <= '3') return take_digits(rest, 3, 8);
  rest.remove_prefix(1);
  if (c == 'x' || c == 'X') return take_digits(rest, 2, 16);
  if (c == 'u' && !bytes) return take_digits(rest, 4, 16);
  if (c == 'U' && !bytes) return take_digits(rest, 8, 16);
  return std::nullopt;
}

/// Appends the escape at the front of `rest`, whose backslash is gone.
bool take_escape(std::string_view& rest, bool bytes, std::string& out) {
  if (rest.empty()) return false;
  const int simple = simple_escape(rest.front());
  if (simple >= 0) {
    out += static_cast<char>(simple);
    rest.remove_prefix(1);
    return true;
  }
  const auto point = take_point(rest, bytes);
  if (!point) return false;
  if (!bytes) return append_code_point(out, *point);
  out += static_cast<char>(*point);
  return *point <= 0xFF;
}

}  // namespace

std::optional<Literal> read_number(std::string_view text, bool negative) {
  if (text.back() == 'u' || text.back() == 'U') {
    const auto magnitude = read_magnitude(text.substr(0, text.size() - 1));
    if (!magnitude || negative) return std::nullopt;
    return *magnitude;
  }
  return is_float(text) ? read_double(text, negative) : read_integer(text, negative);
}

std::optional<std::string> unescape(std::string_view body, bool bytes) {
  std::string out;
  out.reserve(body.size());
  while (!body.empty()) {
    const char c = body.front();
    body.remove_prefix(1);
    if (c != '\\') {
      out += c;
    } else if (!take_escape(body, bytes, out)) {
      return std::nullopt;
    }
  }
  return out;
}

}  // namespace attune::cel
