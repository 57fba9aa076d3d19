#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "devices/model/value.h"
#include "rules/cel/functions.h"
#include "rules/cel/time.h"

/// `'%s is %.1f'.format([...])` and `strings.quote`.
namespace attune::cel {

namespace {

constexpr int kPrecisionMax = 100;

/// One `%.2f` of a format.
struct Clause {
  char verb = 0;
  int precision = -1;
};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::string_view not_finite(double v) {
  if (std::isnan(v)) return "NaN";
  return v > 0 ? "Infinity" : "-Infinity";
}

std::string double_text(double v) {
  if (!std::isfinite(v)) return std::string(not_finite(v));
  std::string out;
  append_number(out, v);
  return out;
}

std::string plain_text(const Datum& d);

std::string list_text(const Datum& list) {
  std::string out = "[";
  for (const Datum& d : list) out += (&d == list.begin() ? "" : ", ") + plain_text(d);
  return out + "]";
}

/// Entries by the text of their keys, which is how people look for them.
std::string map_text(const Map& map) {
  std::vector<std::string> parts;
  for (const auto& [key, value] : map.entries) {
    parts.push_back(plain_text(key) + ": " + plain_text(value));
  }
  std::sort(parts.begin(), parts.end());
  std::string out = "{";
  for (const auto& part : parts) out += (out.size() == 1 ? "" : ", ") + part;
  return out + "}";
}

std::string plain_text(const Datum& d) {
  switch (d.kind) {
    case Kind::null:
      return "null";
    case Kind::boolean:
      return d.boolean ? "true" : "false";
    case Kind::integer:
      return std::to_string(d.integer);
    case Kind::unsigned_integer:
      return std::to_string(d.unsigned_integer);
    case Kind::number:
      return double_text(d.number);
    case Kind::text:
    case Kind::bytes:
    case Kind::type:
      return std::string(d.view());
    case Kind::timestamp:
      return format_timestamp(d);
    case Kind::duration:
      return format_seconds(d);
    case Kind::list:
      return list_text(d);
    case Kind::map:
      return map_text(*d.map);
    default:
      return std::string(type_name(d.kind));
  }
}

std::string in_base(std::uint64_t v, unsigned base, bool upper) {
  const std::string_view digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";
  std::string out;
  do {
    out += digits[v % base];
    v /= base;
  } while (v != 0);
  std::reverse(out.begin(), out.end());
  return out;
}

/// An int or uint in a base; empty for other kinds.
std::string integer_text(const Datum& d, unsigned base, bool upper) {
  if (d.is(Kind::unsigned_integer)) return in_base(d.unsigned_integer, base, upper);
  if (!d.is(Kind::integer)) return "";
  const auto bits = static_cast<std::uint64_t>(d.integer);
  return d.integer < 0 ? "-" + in_base(0 - bits, base, upper) : in_base(bits, base, upper);
}

std::string hex_text(const Datum& d, bool upper) {
  if (!d.is(Kind::text) && !d.is(Kind::bytes)) return integer_text(d, 16, upper);
  std::string out;
  for (const char c : d.view()) {
    const auto byte = static_cast<unsigned char>(c);
    out += in_base(byte / 16, 16, upper) + in_base(byte % 16, 16, upper);
  }
  return out;
}

/// `%f` and `%e`; empty for what is no number.
std::string fraction_text(const Datum& d, const Clause& clause) {
  if (!d.numeric()) return "";
  double v = d.number;
  if (d.is(Kind::integer)) v = static_cast<double>(d.integer);
  if (d.is(Kind::unsigned_integer)) v = static_cast<double>(d.unsigned_integer);
  if (!std::isfinite(v)) return std::string(not_finite(v));
  const int precision = clause.precision < 0 ? 6 : clause.precision;
  std::array<char, 512> out{};
  std::snprintf(out.data(), out.size(), clause.verb == 'f' ? "%.*f" : "%.*e", precision, v);
  return out.data();
}

/// Empty when the value does not fit the verb.
std::string clause_text(const Datum& d, const Clause& clause) {
  switch (clause.verb) {
    case 's':
      return plain_text(d);
    case 'd':
      return d.is(Kind::number) ? double_text(d.number) : integer_text(d, 10, false);
    case 'b':
      return d.is(Kind::boolean) ? (d.boolean ? "1" : "0") : integer_text(d, 2, false);
    case 'o':
      return integer_text(d, 8, false);
    case 'x':
      return hex_text(d, false);
    case 'X':
      return hex_text(d, true);
    case 'f':
    case 'e':
      return fraction_text(d, clause);
    default:
      return "";
  }
}

/// Reads a clause after its `%`; verb 0 when it is none.
Clause take_clause(std::string_view& rest) {
  Clause clause;
  if (!rest.empty() && rest[0] == '.') {
    clause.precision = 0;
    for (rest.remove_prefix(1); !rest.empty() && is_digit(rest[0]); rest.remove_prefix(1)) {
      clause.precision = std::min(clause.precision * 10 + (rest[0] - '0'), kPrecisionMax);
    }
  }
  if (rest.empty() || std::string_view("sdboxXfe").find(rest[0]) == std::string_view::npos) {
    return {};
  }
  clause.verb = rest[0];
  rest.remove_prefix(1);
  return clause;
}

Datum format(Arena& arena, const Datum* a) {
  std::string out;
  std::size_t next = 0;
  for (auto rest = a[0].view(); !rest.empty();) {
    const std::size_t plain = std::min(rest.find('%'), rest.size());
    out += rest.substr(0, plain);
    rest.remove_prefix(plain);
    if (rest.empty()) break;
    rest.remove_prefix(1);
    if (!rest.empty() && rest[0] == '%') {
      out += '%';
      rest.remove_prefix(1);
      continue;
    }
    const Clause clause = take_clause(rest);
    if (clause.verb == 0) return make_error("format: % is followed by none of s d f e b o x X");
    if (next >= a[1].size) return make_error("format: the list has too few values");
    const Datum& value = a[1].list[next++];
    const std::string text = clause_text(value, clause);
    const bool may_be_empty = clause.verb == 's' || value.is(Kind::text) || value.is(Kind::bytes);
    if (text.empty() && !(may_be_empty && value.size == 0)) {
      return make_error("format: a value does not fit its % clause");
    }
    out += text;
  }
  return arena.text(std::move(out));
}

std::string_view escape(char c) {
  switch (c) {
    case '\a':
      return "\\a";
    case '\b':
      return "\\b";
    case '\f':
      return "\\f";
    case '\n':
      return "\\n";
    case '\r':
      return "\\r";
    case '\t':
      return "\\t";
    case '\v':
      return "\\v";
    case '\\':
      return "\\\\";
    case '"':
      return "\\\"";
    default:
      return "";
  }
}

Datum quote(Arena& arena, const Datum* a) {
  std::string out = "\"";
  for (const char c : a[0].view()) {
    const auto escaped = escape(c);
    if (escaped.empty()) {
      out += c;
    } else {
      out += escaped;
    }
  }
  return arena.text(out + "\"");
}

constexpr std::array kTable = {
    Signature{"format", "string.(list($T)) string", format, Growth::expand},
    Signature{"strings.quote", "(string) string", quote, Growth::product},
};

}  // namespace

std::span<const Signature> format_functions() {
  return kTable;
}

}  // namespace attune::cel
