#include <array>
#include <cmath>
#include <limits>

#include "rules/cel/functions.h"

/// `math.*` but for greatest and least, which take any count of numbers.
namespace attune::cel {

namespace {

Datum ceil_double(Arena&, const Datum* a) {
  return make(std::ceil(a[0].number));
}
Datum floor_double(Arena&, const Datum* a) {
  return make(std::floor(a[0].number));
}
Datum round_double(Arena&, const Datum* a) {
  return make(std::round(a[0].number));
}
Datum trunc_double(Arena&, const Datum* a) {
  return make(std::trunc(a[0].number));
}
Datum sqrt_double(Arena&, const Datum* a) {
  return make(std::sqrt(a[0].number));
}
Datum is_nan(Arena&, const Datum* a) {
  return make(std::isnan(a[0].number));
}
Datum is_inf(Arena&, const Datum* a) {
  return make(std::isinf(a[0].number));
}
Datum is_finite(Arena&, const Datum* a) {
  return make(std::isfinite(a[0].number));
}

Datum same(Arena&, const Datum* a) {
  return a[0];
}
Datum abs_double(Arena&, const Datum* a) {
  return make(std::abs(a[0].number));
}
Datum abs_int(Arena&, const Datum* a) {
  if (a[0].integer == std::numeric_limits<std::int64_t>::min()) {
    return make_error("integer overflow");
  }
  return make(a[0].integer < 0 ? -a[0].integer : std::int64_t{a[0].integer});
}

Datum sign_int(Arena&, const Datum* a) {
  return make(std::int64_t{a[0].integer > 0} - std::int64_t{a[0].integer < 0});
}
Datum sign_uint(Arena&, const Datum* a) {
  return make(std::uint64_t{a[0].unsigned_integer > 0});
}
Datum sign_double(Arena&, const Datum* a) {
  if (std::isnan(a[0].number) || a[0].number == 0) return a[0];
  return make(a[0].number > 0 ? 1.0 : -1.0);
}

std::uint64_t bits(const Datum& d) {
  return static_cast<std::uint64_t>(d.integer);
}
Datum int_of(std::uint64_t v) {
  return make(static_cast<std::int64_t>(v));
}

Datum and_int(Arena&, const Datum* a) {
  return int_of(bits(a[0]) & bits(a[1]));
}
Datum or_int(Arena&, const Datum* a) {
  return int_of(bits(a[0]) | bits(a[1]));
}
Datum xor_int(Arena&, const Datum* a) {
  return int_of(bits(a[0]) ^ bits(a[1]));
}
Datum not_int(Arena&, const Datum* a) {
  return int_of(~bits(a[0]));
}
Datum and_uint(Arena&, const Datum* a) {
  return make(a[0].unsigned_integer & a[1].unsigned_integer);
}
Datum or_uint(Arena&, const Datum* a) {
  return make(a[0].unsigned_integer | a[1].unsigned_integer);
}
Datum xor_uint(Arena&, const Datum* a) {
  return make(a[0].unsigned_integer ^ a[1].unsigned_integer);
}
Datum not_uint(Arena&, const Datum* a) {
  return make(~a[0].unsigned_integer);
}

Datum negative_shift() {
  return make_error("a shift by a negative number");
}
Datum left_int(Arena&, const Datum* a) {
  if (a[1].integer < 0) return negative_shift();
  return int_of(a[1].integer > 63 ? 0 : bits(a[0]) << bits(a[1]));
}
Datum right_int(Arena&, const Datum* a) {
  if (a[1].integer < 0) return negative_shift();
  return int_of(a[1].integer > 63 ? 0 : bits(a[0]) >> bits(a[1]));
}
Datum left_uint(Arena&, const Datum* a) {
  if (a[1].integer < 0) return negative_shift();
  return make(a[1].integer > 63 ? 0 : a[0].unsigned_integer << bits(a[1]));
}
Datum right_uint(Arena&, const Datum* a) {
  if (a[1].integer < 0) return negative_shift();
  return make(a[1].integer > 63 ? 0 : a[0].unsigned_integer >> bits(a[1]));
}

constexpr std::array kTable = {
    Signature{"math.ceil", "(double) double", ceil_double},
    Signature{"math.floor", "(double) double", floor_double},
    Signature{"math.round", "(double) double", round_double},
    Signature{"math.trunc", "(double) double", trunc_double},
    Signature{"math.sqrt", "(double) double", sqrt_double},
    Signature{"math.isNaN", "(double) bool", is_nan},
    Signature{"math.isInf", "(double) bool", is_inf},
    Signature{"math.isFinite", "(double) bool", is_finite},
    Signature{"math.abs", "(double) double", abs_double},
    Signature{"math.abs", "(int) int", abs_int},
    Signature{"math.abs", "(uint) uint", same},
    Signature{"math.sign", "(double) double", sign_double},
    Signature{"math.sign", "(int) int", sign_int},
    Signature{"math.sign", "(uint) uint", sign_uint},
    Signature{"math.bitAnd", "(int, int) int", and_int},
    Signature{"math.bitAnd", "(uint, uint) uint", and_uint},
    Signature{"math.bitOr", "(int, int) int", or_int},
    Signature{"math.bitOr", "(uint, uint) uint", or_uint},
    Signature{"math.bitXor", "(int, int) int", xor_int},
    Signature{"math.bitXor", "(uint, uint) uint", xor_uint},
    Signature{"math.bitNot", "(int) int", not_int},
    Signature{"math.bitNot", "(uint) uint", not_uint},
    Signature{"math.bitShiftLeft", "(int, int) int", left_int},
    Signature{"math.bitShiftLeft", "(uint, int) uint", left_uint},
    Signature{"math.bitShiftRight", "(int, int) int", right_int},
    Signature{"math.bitShiftRight", "(uint, int) uint", right_uint},
};

}  // namespace

std::span<const Signature> math_functions() {
  return kTable;
}

}  // namespace attune::cel
