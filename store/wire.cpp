#include "store/wire.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "store/varint.h"

namespace attune::store {
namespace {

constexpr std::size_t kRealBytes = 8;

}  // namespace

void WireWriter::varint(std::uint64_t v) {
  append_varint(out_, v);
}

void WireWriter::zigzag(std::int64_t v) {
  varint(store::zigzag(static_cast<std::uint64_t>(v)));
}

void WireWriter::real(double v) {
  const auto bits = std::bit_cast<std::uint64_t>(v);
  for (unsigned shift = 0; shift < 64; shift += 8) out_.push_back(static_cast<char>(bits >> shift));
}

void WireWriter::put(const std::string& v) {
  varint(v.size());
  out_.append(v);
}

void WireWriter::put(const Value& v) {
  put(v.kind());
  switch (v.kind()) {
    case ValueKind::none:
      return;
    case ValueKind::boolean:
      return put(v.as_bool());
    case ValueKind::integer:
      return zigzag(v.as_integer());
    case ValueKind::number:
      return real(v.as_number());
    case ValueKind::text:
      return put(v.as_text());
    case ValueKind::numbers:
      varint(v.as_numbers().size());
      for (const double each : v.as_numbers()) real(each);
      return;
  }
}

std::uint8_t WireReader::byte() {
  if (!ok_ || left_.empty()) {
    fail();
    return 0;
  }
  const auto v = static_cast<std::uint8_t>(left_.front());
  left_.remove_prefix(1);
  return v;
}

std::uint64_t WireReader::varint() {
  if (!ok_) return 0;
  const auto v = take_varint(left_);
  if (!v) fail();
  return v.value_or(0);
}

std::int64_t WireReader::zigzag() {
  return static_cast<std::int64_t>(unzigzag(varint()));
}

double WireReader::real() {
  if (!ok_ || left_.size() < kRealBytes) {
    fail();
    return 0;
  }
  std::uint64_t bits = 0;
  for (unsigned i = 0; i < kRealBytes; ++i) bits |= std::uint64_t{byte()} << (8 * i);
  const auto v = std::bit_cast<double>(bits);
  if (!std::isfinite(v)) fail();
  return ok_ ? v : 0;
}

void WireReader::get(bool& v) {
  const std::uint8_t b = byte();
  if (b > 1) return fail();
  v = b == 1;
}

void WireReader::get(std::int16_t& v) {
  const std::int64_t wide = zigzag();
  if (wide < std::numeric_limits<std::int16_t>::min()) return fail();
  if (wide > std::numeric_limits<std::int16_t>::max()) return fail();
  v = static_cast<std::int16_t>(wide);
}

void WireReader::get(std::uint32_t& v) {
  const std::uint64_t wide = varint();
  if (wide > std::numeric_limits<std::uint32_t>::max()) return fail();
  v = static_cast<std::uint32_t>(wide);
}

void WireReader::get(std::string& v) {
  const std::uint64_t size = varint();
  if (!ok_ || size > left_.size()) return fail();
  v.assign(left_.substr(0, size));
  left_.remove_prefix(size);
}

void WireReader::get(AttributePath& v) {
  std::string device;
  (*this)(device, v.attribute);
  v.device = DeviceId(std::move(device));
}

void WireReader::get(DeviceId& v) {
  std::string text;
  get(text);
  v = DeviceId(std::move(text));
}

void WireReader::get(RuleId& v) {
  std::string text;
  get(text);
  v = RuleId(std::move(text));
}

void WireReader::get(std::vector<double>& v) {
  const std::uint64_t count = varint();
  if (!ok_ || count > left_.size() / kRealBytes) return fail();
  v.reserve(count);
  for (std::uint64_t i = 0; i < count && ok_; ++i) v.push_back(real());
}

void WireReader::get(Value& v) {
  switch (const std::uint8_t kind = byte(); static_cast<ValueKind>(kind)) {
    case ValueKind::none:
      v = Value();
      return;
    case ValueKind::boolean: {
      bool read = false;
      get(read);
      v = read;
      return;
    }
    case ValueKind::integer:
      v = zigzag();
      return;
    case ValueKind::number:
      v = real();
      return;
    case ValueKind::text: {
      std::string read;
      get(read);
      v = std::move(read);
      return;
    }
    case ValueKind::numbers: {
      std::vector<double> read;
      get(read);
      v = std::move(read);
      return;
    }
  }
  fail();
}

}  // namespace attune::store
