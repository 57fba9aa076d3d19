#include "devices/dialects/sparkplug_payload.h"

#include <bit>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <limits>
#include <utility>

#include "devices/json/reader.h"

namespace attune::devices::sparkplug {

namespace {

constexpr std::uint32_t kVarint = 0;
constexpr std::uint32_t kFixed64 = 1;
constexpr std::uint32_t kBytes = 2;
constexpr std::uint32_t kFixed32 = 5;
constexpr std::uint32_t kFirstArray = 22;

/// One field of a message, whatever it is.
struct Field {
  std::uint32_t number = 0;
  std::uint32_t wire = 0;
  std::uint64_t value = 0;
  std::string_view bytes;
};

/// The first bytes of `rest` as a little-endian number.
std::uint64_t little_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = bytes.size(); i > 0; --i) {
    value = value << 8U | static_cast<unsigned char>(bytes[i - 1]);
  }
  return value;
}

/// Fields of one message, from its first to its last.
class Fields {
 public:
  explicit Fields(std::string_view bytes) : rest_(bytes), size_(bytes.size()) {}
  /// False at the end, and where the bytes are no fields: then broken().
  bool next(Field& field);
  [[nodiscard]] bool broken() const { return broken_; }
  [[nodiscard]] std::size_t at() const { return size_ - rest_.size(); }

 private:
  bool fail() {
    broken_ = true;
    return false;
  }
  bool varint(std::uint64_t& value);
  bool take(std::uint64_t count, std::string_view& bytes);

  std::string_view rest_;
  std::size_t size_;
  bool broken_ = false;
};

bool Fields::varint(std::uint64_t& value) {
  value = 0;
  for (unsigned shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(rest_.front());
    rest_.remove_prefix(1);
    value |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
    if (byte < 0x80) return true;
  }
  return fail();
}

bool Fields::take(std::uint64_t count, std::string_view& bytes) {
  if (count > rest_.size()) return fail();
  bytes = rest_.substr(0, count);
  rest_.remove_prefix(count);
  return true;
}

bool Fields::next(Field& field) {
  std::uint64_t key = 0;
  if (rest_.empty() || !varint(key)) return false;
  field = {};
  field.wire = static_cast<std::uint32_t>(key & 7U);
  if (key >> 3U > 0x1FFFFFFFU || key >> 3U == 0) return fail();
  field.number = static_cast<std::uint32_t>(key >> 3U);
  if (field.wire == kVarint) return varint(field.value);
  std::uint64_t count = field.wire == kFixed64 ? 8 : 4;
  if (field.wire == kBytes && !varint(count)) return false;
  if (field.wire != kBytes && field.wire != kFixed64 && field.wire != kFixed32) return fail();
  if (!take(count, field.bytes)) return false;
  if (field.wire != kBytes) field.value = little_endian(field.bytes);
  return true;
}

Error refuse(const char* reason, std::size_t at) {
  return {reason, "at byte " + std::to_string(at)};
}

/// Numbers that stand one behind the other in `bytes`, of one array type.
Value array_of(std::string_view bytes, std::uint32_t datatype) {
  static constexpr std::size_t kWidths[] = {1, 2, 4, 8, 1, 2, 4, 8, 4, 8};
  const std::size_t kind = datatype - kFirstArray;
  if (datatype < kFirstArray || kind >= std::size(kWidths)) return {};
  const std::size_t width = kWidths[kind];
  if (bytes.size() % width != 0 || bytes.size() / width > kArrayMax) return {};
  std::vector<double> numbers;
  for (std::size_t at = 0; at < bytes.size(); at += width) {
    const std::uint64_t raw = little_endian(bytes.substr(at, width));
    const unsigned spare = 64U - static_cast<unsigned>(width) * 8U;
    double number = static_cast<double>(raw);
    if (kind < 4) number = static_cast<double>(static_cast<std::int64_t>(raw << spare) >> spare);
    if (kind == 8) number = std::bit_cast<float>(static_cast<std::uint32_t>(raw));
    if (kind == 9) number = std::bit_cast<double>(raw);
    if (!std::isfinite(number)) return {};
    numbers.push_back(number);
  }
  return numbers;
}

/// A number of `int` or `long`, with the sign that its datatype gives it.
Value integer_of(std::uint64_t raw, std::uint32_t datatype) {
  switch (static_cast<Type>(datatype)) {
    case Type::int8:
      return static_cast<std::int64_t>(static_cast<std::int8_t>(raw));
    case Type::int16:
      return static_cast<std::int64_t>(static_cast<std::int16_t>(raw));
    case Type::int32:
      return static_cast<std::int64_t>(static_cast<std::int32_t>(raw));
    case Type::boolean:
      return raw != 0;
    default:
      break;
  }
  constexpr auto kMax = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (datatype == static_cast<std::uint32_t>(Type::uint64) && raw > kMax) {
    return static_cast<double>(raw);
  }
  return static_cast<std::int64_t>(raw);
}

Value real_of(double number) {
  // A float that travels as 12.3 is 12.3, and not the double that lies nearest to it.
  return std::isfinite(number) ? Value(number) : Value();
}

double shortest(float number) {
  char digits[32];
  std::snprintf(digits, sizeof digits, "%.7g", static_cast<double>(number));
  return std::strtod(digits, nullptr);
}

/// What a metric holds, until its datatype is known: that may stand behind it.
struct Raw {
  Field field;
  bool present = false;
};

Value value_of(const Field& field, std::uint32_t datatype) {
  switch (field.number) {
    case 10:
    case 11:
      return field.wire == kVarint ? integer_of(field.value, datatype) : Value();
    case 12:
      if (field.wire != kFixed32) return {};
      return real_of(shortest(std::bit_cast<float>(static_cast<std::uint32_t>(field.value))));
    case 13:
      return field.wire == kFixed64 ? real_of(std::bit_cast<double>(field.value)) : Value();
    case 14:
      return field.wire == kVarint ? Value(field.value != 0) : Value();
    case 15:
      return field.wire == kBytes ? Value(field.bytes) : Value();
    case 16:
      return field.wire == kBytes ? array_of(field.bytes, datatype) : Value();
    default:
      return {};
  }
}

/// The text of a property's value.
std::string_view text_property(std::string_view bytes) {
  Fields fields(bytes);
  Field field;
  while (fields.next(field)) {
    if (field.number == 8 && field.wire == kBytes) return field.bytes;
  }
  return {};
}

/// The property `engUnit` of a set; keys and values are paired by their order.
std::string_view unit_of(std::string_view bytes) {
  Fields fields(bytes);
  Field field;
  std::size_t key = 0;
  std::size_t value = 0;
  std::optional<std::size_t> wanted;
  std::string_view unit;
  while (fields.next(field)) {
    if (field.wire != kBytes) continue;
    if (field.number == 1 && field.bytes == "engUnit") wanted = key;
    if (field.number == 2 && wanted == value) unit = text_property(field.bytes);
    key += field.number == 1 ? 1 : 0;
    value += field.number == 2 ? 1 : 0;
  }
  return unit;
}

/// Takes one field of a metric; a reason when it cannot stand.
const char* take_field(const Field& field, Metric& metric, Raw& raw) {
  const bool bytes = field.wire == kBytes;
  switch (field.number) {
    case 1:
      if (!bytes || field.bytes.size() > kNameBytesMax) return "string";
      if (!json::valid_utf8(field.bytes)) return "utf8";
      metric.name = field.bytes;
      break;
    case 2:
      metric.alias = field.value;
      break;
    case 4:
      metric.datatype = static_cast<std::uint32_t>(field.value);
      break;
    case 5:
      metric.historical = field.value != 0;
      break;
    case 7:
      metric.is_null = field.value != 0;
      break;
    case 9:
      if (const std::string_view unit = bytes ? unit_of(field.bytes) : std::string_view{};
          unit.size() <= 32 && json::valid_utf8(unit)) {
        metric.unit = unit;
      }
      break;
    case 15:
      if (!bytes || field.bytes.size() > kTextBytesMax) return "string";
      if (!json::valid_utf8(field.bytes)) return "utf8";
      [[fallthrough]];
    default:
      if (field.number >= 10 && field.number <= 16) raw = {field, true};
  }
  return nullptr;
}

Result<Metric> decode_metric(std::string_view bytes, std::size_t offset) {
  Metric metric;
  Raw raw;
  Fields fields(bytes);
  Field field;
  while (fields.next(field)) {
    if (const char* reason = take_field(field, metric, raw)) {
      return refuse(reason, offset + fields.at());
    }
  }
  if (fields.broken()) return refuse("protobuf", offset + fields.at());
  if (raw.present && !metric.is_null) metric.value = value_of(raw.field, metric.datatype);
  return metric;
}

void put_varint(std::string& out, std::uint64_t value) {
  while (value >= 0x80) {
    out += static_cast<char>(value | 0x80U);
    value >>= 7U;
  }
  out += static_cast<char>(value);
}

void put(std::string& out, std::uint32_t number, std::uint64_t value) {
  put_varint(out, std::uint64_t{number} << 3U | kVarint);
  put_varint(out, value);
}

void put(std::string& out, std::uint32_t number, std::string_view bytes) {
  put_varint(out, std::uint64_t{number} << 3U | kBytes);
  put_varint(out, bytes.size());
  out += bytes;
}

void put_fixed(std::string& out, std::uint32_t number, std::uint64_t value, std::size_t width) {
  put_varint(out, std::uint64_t{number} << 3U | (width == 8 ? kFixed64 : kFixed32));
  for (std::size_t i = 0; i < width; ++i) out += static_cast<char>(value >> (8 * i));
}

/// The bounds of an integer datatype, the widest up to where a double still counts ones; empty
/// for one that is none.
std::optional<std::pair<double, double>> bounds_of(std::uint32_t datatype) {
  constexpr double kExactMax = 9007199254740992;  // 2^53
  static constexpr std::pair<double, double> kBounds[] = {
      {-128, 127}, {-32768, 32767}, {-2147483648, 2147483647}, {-kExactMax, kExactMax},
      {0, 255},    {0, 65535},      {0, 4294967295},           {0, kExactMax}};
  if (datatype >= 1 && datatype <= 8) return kBounds[datatype - 1];
  if (datatype == static_cast<std::uint32_t>(Type::date_time)) return std::pair{0.0, kExactMax};
  return std::nullopt;
}

/// An integer as it stands on the wire: small types in `int`, wide ones in `long`.
void put_integer(std::string& out, const Value& value, std::uint32_t datatype) {
  const std::int64_t number = value.kind() == ValueKind::integer
                                  ? value.as_integer()
                                  : static_cast<std::int64_t>(std::llround(value.numeric()));
  const bool wide = datatype == static_cast<std::uint32_t>(Type::int64) ||
                    datatype == static_cast<std::uint32_t>(Type::uint64) ||
                    datatype == static_cast<std::uint32_t>(Type::date_time);
  const auto bits = static_cast<std::uint64_t>(number);
  put(out, wide ? 11 : 10, wide ? bits : bits & 0xFFFFFFFFU);
}

void put_value(std::string& out, const Value& value, std::uint32_t datatype) {
  switch (static_cast<Type>(datatype)) {
    case Type::real:
      return put_fixed(out, 12, std::bit_cast<std::uint32_t>(static_cast<float>(value.numeric())),
                       4);
    case Type::real64:
      return put_fixed(out, 13, std::bit_cast<std::uint64_t>(value.numeric()), 8);
    case Type::boolean:
      return put(out, 14, value.as_bool() ? 1U : 0U);
    case Type::text:
    case Type::long_text:
    case Type::uuid:
      return put(out, 15, std::string_view(value.as_text()));
    default:
      return put_integer(out, value, datatype);
  }
}

}  // namespace

bool fits(const Value& value, std::uint32_t datatype) {
  switch (static_cast<Type>(datatype)) {
    case Type::boolean:
      return value.kind() == ValueKind::boolean;
    case Type::text:
    case Type::long_text:
    case Type::uuid:
      return value.kind() == ValueKind::text;
    case Type::real:
      return value.is_numeric() && std::abs(value.numeric()) <= std::numeric_limits<float>::max();
    case Type::real64:
      return value.is_numeric();
    default:
      break;
  }
  const auto bounds = bounds_of(datatype);
  return bounds && value.is_numeric() && std::round(value.numeric()) >= bounds->first &&
         std::round(value.numeric()) <= bounds->second;
}

Result<Payload> decode(std::string_view bytes) {
  Payload payload;
  Fields fields(bytes);
  Field field;
  while (fields.next(field)) {
    if (field.number == 1 && field.wire == kVarint) payload.timestamp_ms = field.value;
    if (field.number == 3 && field.wire == kVarint) payload.seq = field.value;
    if (field.number != 2) continue;
    if (field.wire != kBytes) return refuse("protobuf", fields.at());
    if (payload.metrics.size() == kMetricsMax) return refuse("members", fields.at());
    Result<Metric> metric = decode_metric(field.bytes, fields.at() - field.bytes.size());
    if (!metric) return metric.error();
    payload.metrics.push_back(std::move(*metric));
  }
  if (fields.broken()) return refuse("protobuf", fields.at());
  return payload;
}

std::string encode(const Payload& payload) {
  std::string out;
  put(out, 1, payload.timestamp_ms);
  for (const Metric& metric : payload.metrics) {
    if (!fits(metric.value, metric.datatype)) continue;
    std::string inner;
    if (!metric.name.empty()) put(inner, 1, std::string_view(metric.name));
    if (metric.alias) put(inner, 2, *metric.alias);
    put(inner, 3, payload.timestamp_ms);
    put(inner, 4, std::uint64_t{metric.datatype});
    put_value(inner, metric.value, metric.datatype);
    put(out, 2, std::string_view(inner));
  }
  if (payload.seq) put(out, 3, *payload.seq);
  return out;
}

}  // namespace attune::devices::sparkplug
