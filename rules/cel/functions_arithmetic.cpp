#include <array>
#include <limits>

#include "rules/cel/functions.h"
#include "rules/cel/time.h"

/// `+ - * / %` and the unary minus.
namespace attune::cel {

namespace {

constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();

Datum overflow() {
  return make_error("integer overflow");
}

Datum add_int(Arena&, const Datum* a) {
  std::int64_t r = 0;
  return __builtin_add_overflow(a[0].integer, a[1].integer, &r) ? overflow() : make(r);
}
Datum subtract_int(Arena&, const Datum* a) {
  std::int64_t r = 0;
  return __builtin_sub_overflow(a[0].integer, a[1].integer, &r) ? overflow() : make(r);
}
Datum multiply_int(Arena&, const Datum* a) {
  std::int64_t r = 0;
  return __builtin_mul_overflow(a[0].integer, a[1].integer, &r) ? overflow() : make(r);
}
Datum divide_int(Arena&, const Datum* a) {
  if (a[1].integer == 0) return make_error("division by zero");
  if (a[0].integer == kLeast && a[1].integer == -1) return overflow();
  return make(a[0].integer / a[1].integer);
}
Datum modulo_int(Arena&, const Datum* a) {
  if (a[1].integer == 0) return make_error("modulus by zero");
  if (a[1].integer == -1) return make(std::int64_t{0});
  return make(a[0].integer % a[1].integer);
}
Datum negate_int(Arena&, const Datum* a) {
  return a[0].integer == kLeast ? overflow() : make(-a[0].integer);
}

Datum add_uint(Arena&, const Datum* a) {
  std::uint64_t r = 0;
  return __builtin_add_overflow(a[0].unsigned_integer, a[1].unsigned_integer, &r) ? overflow()
                                                                                  : make(r);
}
Datum subtract_uint(Arena&, const Datum* a) {
  std::uint64_t r = 0;
  return __builtin_sub_overflow(a[0].unsigned_integer, a[1].unsigned_integer, &r) ? overflow()
                                                                                  : make(r);
}
Datum multiply_uint(Arena&, const Datum* a) {
  std::uint64_t r = 0;
  return __builtin_mul_overflow(a[0].unsigned_integer, a[1].unsigned_integer, &r) ? overflow()
                                                                                  : make(r);
}
Datum divide_uint(Arena&, const Datum* a) {
  if (a[1].unsigned_integer == 0) return make_error("division by zero");
  return make(a[0].unsigned_integer / a[1].unsigned_integer);
}
Datum modulo_uint(Arena&, const Datum* a) {
  if (a[1].unsigned_integer == 0) return make_error("modulus by zero");
  return make(a[0].unsigned_integer % a[1].unsigned_integer);
}

Datum add_double(Arena&, const Datum* a) {
  return make(a[0].number + a[1].number);
}
Datum subtract_double(Arena&, const Datum* a) {
  return make(a[0].number - a[1].number);
}
Datum multiply_double(Arena&, const Datum* a) {
  return make(a[0].number * a[1].number);
}
Datum negate_double(Arena&, const Datum* a) {
  return make(-a[0].number);
}

// IEEE 754: division by zero is an infinity or NaN.
#if defined(__clang__)
__attribute__((no_sanitize("float-divide-by-zero")))
#endif
Datum divide_double(Arena&, const Datum* a) {
  return make(a[0].number / a[1].number);
}

Datum add_text(Arena& arena, const Datum* a) {
  return arena.text(std::string(a[0].view()).append(a[1].view()), a[0].kind);
}

Datum add_lists(Arena& arena, const Datum* a) {
  if (a[0].size == 0) return a[1];
  if (a[1].size == 0) return a[0];
  std::vector<Datum> both(a[0].begin(), a[0].end());
  both.insert(both.end(), a[1].begin(), a[1].end());
  return arena.list(std::move(both));
}

Datum checked_duration(bool over, std::int64_t nanos) {
  return over ? make_error("range: a duration of more than 292 years") : make_duration(nanos);
}
Datum add_durations(Arena&, const Datum* a) {
  std::int64_t r = 0;
  const bool over = __builtin_add_overflow(a[0].integer, a[1].integer, &r);
  return checked_duration(over, r);
}
Datum subtract_durations(Arena&, const Datum* a) {
  std::int64_t r = 0;
  const bool over = __builtin_sub_overflow(a[0].integer, a[1].integer, &r);
  return checked_duration(over, r);
}
Datum negate_duration(Arena&, const Datum* a) {
  return checked_duration(a[0].integer == kLeast, -static_cast<std::int64_t>(a[0].integer + 1) - 1);
}

constexpr std::int64_t kSecond = 1'000'000'000;

Datum later(const Datum& time, std::int64_t nanos, std::int64_t sign) {
  return checked_timestamp(time.integer + sign * (nanos / kSecond),
                           static_cast<std::int64_t>(time.size) + sign * (nanos % kSecond));
}
Datum time_plus_duration(Arena&, const Datum* a) {
  return later(a[0], a[1].integer, 1);
}
Datum duration_plus_time(Arena&, const Datum* a) {
  return later(a[1], a[0].integer, 1);
}
Datum time_minus_duration(Arena&, const Datum* a) {
  return later(a[0], a[1].integer, -1);
}
Datum time_minus_time(Arena&, const Datum* a) {
  std::int64_t r = 0;
  const bool over = __builtin_mul_overflow(a[0].integer - a[1].integer, kSecond, &r) ||
                    __builtin_add_overflow(r, static_cast<std::int64_t>(a[0].size) - a[1].size, &r);
  return checked_duration(over, r);
}

constexpr std::array kTable = {
    Signature{"_+_", "(double, double) double", add_double},
    Signature{"_+_", "(int, int) int", add_int},
    Signature{"_+_", "(uint, uint) uint", add_uint},
    Signature{"_+_", "(string, string) string", add_text},
    Signature{"_+_", "(bytes, bytes) bytes", add_text},
    Signature{"_+_", "(list($T), list($T)) list($T)", add_lists},
    Signature{"_+_", "(timestamp, duration) timestamp", time_plus_duration},
    Signature{"_+_", "(duration, timestamp) timestamp", duration_plus_time},
    Signature{"_+_", "(duration, duration) duration", add_durations},
    Signature{"_-_", "(double, double) double", subtract_double},
    Signature{"_-_", "(int, int) int", subtract_int},
    Signature{"_-_", "(uint, uint) uint", subtract_uint},
    Signature{"_-_", "(timestamp, timestamp) duration", time_minus_time},
    Signature{"_-_", "(timestamp, duration) timestamp", time_minus_duration},
    Signature{"_-_", "(duration, duration) duration", subtract_durations},
    Signature{"_*_", "(double, double) double", multiply_double},
    Signature{"_*_", "(int, int) int", multiply_int},
    Signature{"_*_", "(uint, uint) uint", multiply_uint},
    Signature{"_/_", "(double, double) double", divide_double},
    Signature{"_/_", "(int, int) int", divide_int},
    Signature{"_/_", "(uint, uint) uint", divide_uint},
    Signature{"_%_", "(int, int) int", modulo_int},
    Signature{"_%_", "(uint, uint) uint", modulo_uint},
    Signature{"-_", "(double) double", negate_double},
    Signature{"-_", "(int) int", negate_int},
    Signature{"-_", "(duration) duration", negate_duration},
};

}  // namespace

std::span<const Signature> arithmetic_functions() {
  return kTable;
}

}  // namespace attune::cel
