#include <array>
#include <charconv>
#include <cmath>

#include "devices/model/value.h"
#include "rules/cel/functions.h"
#include "rules/cel/time.h"
#include "rules/cel/utf8.h"

/// Conversions between types, `type` and `dyn`.
namespace attune::cel {

namespace {

constexpr double kTwo63 = 9223372036854775808.0;
constexpr double kTwo64 = 18446744073709551616.0;

Datum range() {
  return make_error("range: the number does not fit");
}

template <class T>
Datum parsed(std::string_view text) {
  T value{};
  const auto* const end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, value);
  if (result.ec != std::errc{} || result.ptr != end) return make_error("the string is no number");
  return make(value);
}

std::string_view unsigned_text(std::string_view text) {
  const bool plus = text.size() > 1 && text[0] == '+' && text[1] != '-';
  return plus ? text.substr(1) : text;
}

Datum same(Arena&, const Datum* a) {
  return a[0];
}

Datum int_of_uint(Arena&, const Datum* a) {
  if (a[0].unsigned_integer > static_cast<std::uint64_t>(INT64_MAX)) return range();
  return make(static_cast<std::int64_t>(a[0].unsigned_integer));
}
Datum int_of_double(Arena&, const Datum* a) {
  if (!(a[0].number > -kTwo63 && a[0].number < kTwo63)) return range();
  return make(static_cast<std::int64_t>(a[0].number));
}
Datum int_of_text(Arena&, const Datum* a) {
  return parsed<std::int64_t>(unsigned_text(a[0].view()));
}
Datum int_of_timestamp(Arena&, const Datum* a) {
  return make(std::int64_t{a[0].integer});
}

Datum uint_of_int(Arena&, const Datum* a) {
  if (a[0].integer < 0) return range();
  return make(static_cast<std::uint64_t>(a[0].integer));
}
Datum uint_of_double(Arena&, const Datum* a) {
  if (!(a[0].number >= 0 && a[0].number < kTwo64)) return range();
  return make(static_cast<std::uint64_t>(a[0].number));
}
Datum uint_of_text(Arena&, const Datum* a) {
  return parsed<std::uint64_t>(unsigned_text(a[0].view()));
}

Datum double_of_int(Arena&, const Datum* a) {
  return make(static_cast<double>(a[0].integer));
}
Datum double_of_uint(Arena&, const Datum* a) {
  return make(static_cast<double>(a[0].unsigned_integer));
}
Datum double_of_text(Arena&, const Datum* a) {
  return parsed<double>(unsigned_text(a[0].view()));
}

Datum bool_of_text(Arena&, const Datum* a) {
  for (const std::string_view word : {"true", "True", "TRUE", "t", "1"}) {
    if (a[0].view() == word) return make(true);
  }
  for (const std::string_view word : {"false", "False", "FALSE", "f", "0"}) {
    if (a[0].view() == word) return make(false);
  }
  return make_error("the string is neither true nor false");
}

Datum text_of_bool(Arena&, const Datum* a) {
  return make_text(a[0].boolean ? "true" : "false");
}
Datum text_of_int(Arena& arena, const Datum* a) {
  return arena.text(std::to_string(a[0].integer));
}
Datum text_of_uint(Arena& arena, const Datum* a) {
  return arena.text(std::to_string(a[0].unsigned_integer));
}
Datum text_of_double(Arena& arena, const Datum* a) {
  if (std::isnan(a[0].number)) return make_text("NaN");
  if (std::isinf(a[0].number)) return make_text(a[0].number > 0 ? "Infinity" : "-Infinity");
  std::string out;
  append_number(out, a[0].number);
  return arena.text(std::move(out));
}
Datum text_of_bytes(Arena&, const Datum* a) {
  if (!valid_utf8(a[0].view())) return make_error("the bytes are no UTF-8");
  return make_text(a[0].view());
}
Datum text_of_timestamp(Arena& arena, const Datum* a) {
  return arena.text(format_timestamp(a[0]));
}
Datum text_of_duration(Arena& arena, const Datum* a) {
  return arena.text(format_seconds(a[0]));
}
Datum spoken_duration(Arena& arena, const Datum* a) {
  return arena.text(format_spoken(a[0]));
}

Datum bytes_of_text(Arena&, const Datum* a) {
  return make_text(a[0].view(), Kind::bytes);
}

Datum timestamp_of_text(Arena&, const Datum* a) {
  return parse_timestamp(a[0].view());
}
Datum timestamp_of_int(Arena&, const Datum* a) {
  return checked_timestamp(a[0].integer, 0);
}
Datum duration_of_text(Arena&, const Datum* a) {
  return parse_duration_text(a[0].view());
}

Datum type_of_any(Arena&, const Datum* a) {
  return make_text(type_name(a[0].kind), Kind::type);
}

constexpr std::array kTable = {
    Signature{"int", "(int) int", same},
    Signature{"int", "(uint) int", int_of_uint},
    Signature{"int", "(double) int", int_of_double},
    Signature{"int", "(string) int", int_of_text},
    Signature{"int", "(timestamp) int", int_of_timestamp},
    Signature{"uint", "(uint) uint", same},
    Signature{"uint", "(int) uint", uint_of_int},
    Signature{"uint", "(double) uint", uint_of_double},
    Signature{"uint", "(string) uint", uint_of_text},
    Signature{"double", "(double) double", same},
    Signature{"double", "(int) double", double_of_int},
    Signature{"double", "(uint) double", double_of_uint},
    Signature{"double", "(string) double", double_of_text},
    Signature{"bool", "(bool) bool", same},
    Signature{"bool", "(string) bool", bool_of_text},
    Signature{"string", "(string) string", same},
    Signature{"string", "(bool) string", text_of_bool},
    Signature{"string", "(int) string", text_of_int},
    Signature{"string", "(uint) string", text_of_uint},
    Signature{"string", "(double) string", text_of_double},
    Signature{"string", "(bytes) string", text_of_bytes},
    Signature{"string", "(timestamp) string", text_of_timestamp},
    Signature{"string", "(duration) string", text_of_duration},
    // attune's own: as `string`, but a duration reads as people write it. `${..}` of messages.
    Signature{"spoken", "(string) string", same},
    Signature{"spoken", "(bool) string", text_of_bool},
    Signature{"spoken", "(int) string", text_of_int},
    Signature{"spoken", "(uint) string", text_of_uint},
    Signature{"spoken", "(double) string", text_of_double},
    Signature{"spoken", "(bytes) string", text_of_bytes},
    Signature{"spoken", "(timestamp) string", text_of_timestamp},
    Signature{"spoken", "(duration) string", spoken_duration},
    Signature{"bytes", "(bytes) bytes", same},
    Signature{"bytes", "(string) bytes", bytes_of_text},
    Signature{"timestamp", "(timestamp) timestamp", same},
    Signature{"timestamp", "(string) timestamp", timestamp_of_text},
    Signature{"timestamp", "(int) timestamp", timestamp_of_int},
    Signature{"duration", "(duration) duration", same},
    Signature{"duration", "(string) duration", duration_of_text},
    Signature{"type", "(dyn) type", type_of_any},
    Signature{"dyn", "($T) dyn", same},
};

}  // namespace

std::span<const Signature> conversion_functions() {
  return kTable;
}

}  // namespace attune::cel
