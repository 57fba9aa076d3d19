#include "store/history/bytes.h"

#include <bit>
#include <cmath>

#include "store/history/block.h"
#include "store/varint.h"

namespace attune::store::history {
namespace {

constexpr double kPowers[] = {1, 10, 100, 1'000, 10'000, 100'000, 1'000'000};
constexpr double kExactMax = 9'007'199'254'740'992;  // 2^53
constexpr std::uint8_t kRawReal = kScaleMax + 1;
constexpr std::size_t kRealBytes = 8;

void put_real(std::string& out, double v) {
  const auto bits = std::bit_cast<std::uint64_t>(v);
  for (unsigned shift = 0; shift < 64; shift += 8) out.push_back(static_cast<char>(bits >> shift));
}

}  // namespace

std::optional<std::int64_t> scaled(double v, std::uint8_t scale) {
  const double whole = std::nearbyint(v * kPowers[scale]);
  if (!(std::fabs(whole) <= kExactMax)) return std::nullopt;
  if (whole / kPowers[scale] != v || (v == 0 && std::signbit(v))) return std::nullopt;
  return static_cast<std::int64_t>(whole);
}

double unscaled(std::int64_t v, std::uint8_t scale) {
  return static_cast<double>(v) / kPowers[scale];
}

std::optional<std::uint8_t> scale_of(double v, std::uint8_t from) {
  for (std::uint8_t scale = from; scale <= kScaleMax; ++scale) {
    if (scaled(v, scale)) return scale;
  }
  return std::nullopt;
}

void put_uint(std::string& out, std::uint64_t v) {
  append_varint(out, v);
}

void put_int(std::string& out, std::int64_t v) {
  put_uint(out, zigzag(static_cast<std::uint64_t>(v)));
}

void put_number(std::string& out, double v) {
  const auto scale = scale_of(v);
  out.push_back(static_cast<char>(scale.value_or(kRawReal)));
  if (!scale) return put_real(out, v);
  put_int(out, *scaled(v, *scale));
}

void put_value(std::string& out, const Value& v) {
  out.push_back(static_cast<char>(v.kind()));
  switch (v.kind()) {
    case ValueKind::none:
      return;
    case ValueKind::boolean:
      out.push_back(v.as_bool() ? '\1' : '\0');
      return;
    case ValueKind::integer:
      return put_int(out, v.as_integer());
    case ValueKind::number:
      return put_number(out, v.as_number());
    case ValueKind::text:
      put_uint(out, v.as_text().size());
      out.append(v.as_text());
      return;
    case ValueKind::numbers:
      put_uint(out, v.as_numbers().size());
      for (const double each : v.as_numbers()) put_number(out, each);
      return;
  }
}

void ByteReader::fail() {
  ok_ = false;
  left_ = {};
}

std::uint64_t ByteReader::uint() {
  const auto v = take_varint(left_);
  if (!v) fail();
  return v.value_or(0);
}

std::uint64_t ByteReader::uint(std::uint64_t max) {
  const std::uint64_t v = uint();
  if (v <= max) return v;
  fail();
  return 0;
}

std::int64_t ByteReader::integer() {
  return static_cast<std::int64_t>(unzigzag(uint()));
}

double ByteReader::real() {
  const std::string_view raw = bytes(kRealBytes);
  std::uint64_t bits = 0;
  for (unsigned i = 0; i < raw.size(); ++i) {
    bits |= std::uint64_t{static_cast<unsigned char>(raw[i])} << (8 * i);
  }
  const auto v = std::bit_cast<double>(bits);
  if (std::isfinite(v) && !(ok_ && scale_of(v))) return v;
  fail();
  return 0;
}

double ByteReader::number() {
  const auto scale = static_cast<std::uint8_t>(uint(kRawReal));
  if (scale == kRawReal) return real();
  const std::int64_t whole = integer();
  const double v = unscaled(whole, scale);
  const bool shortest = scaled(v, scale) == whole && (scale == 0 || scale_of(v) == scale);
  if (ok_ && shortest) return v;
  fail();
  return 0;
}

std::string_view ByteReader::bytes(std::size_t count) {
  if (count > left_.size()) fail();
  const std::string_view taken = left_.substr(0, ok_ ? count : 0);
  left_.remove_prefix(taken.size());
  return taken;
}

Value ByteReader::list() {
  std::vector<double> numbers(uint(kSymbolNumbersMax));
  for (double& each : numbers) each = number();
  return numbers;
}

Value ByteReader::value() {
  switch (static_cast<ValueKind>(uint(static_cast<std::uint64_t>(ValueKind::numbers)))) {
    case ValueKind::none:
      return {};
    case ValueKind::boolean:
      return uint(1) == 1;
    case ValueKind::integer:
      return integer();
    case ValueKind::number:
      return number();
    case ValueKind::text:
      return bytes(uint(kSymbolBytesMax));
    case ValueKind::numbers:
      return list();
  }
  return {};
}

}  // namespace attune::store::history
