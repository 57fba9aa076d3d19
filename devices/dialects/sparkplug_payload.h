#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "devices/model/result.h"
#include "devices/model/value.h"

/// The payloads of Sparkplug B: a protocol buffer of metrics, read and written by hand.
///
/// payload   1 timestamp varint, 2 metric (repeated), 3 seq varint
/// metric    1 name, 2 alias, 3 timestamp, 4 datatype, 5 is_historical, 7 is_null, 9 properties,
///           10 int, 11 long, 12 float, 13 double, 14 boolean, 15 string, 16 bytes (arrays)
/// properties  1 key (repeated), 2 value (repeated: 8 string); their order pairs them
/// Negative integers stand in `int` and `long` as two's complement.
namespace attune::devices::sparkplug {

inline constexpr std::size_t kMetricsMax = 4'096;
inline constexpr std::size_t kNameBytesMax = 512;
inline constexpr std::size_t kTextBytesMax = 16 * 1024;
inline constexpr std::size_t kArrayMax = 64;

/// The datatypes that a command writes, by their numbers on the wire.
enum class Type : std::uint32_t {
  unknown = 0,
  int8,
  int16,
  int32,
  int64,
  uint8,
  uint16,
  uint32,
  uint64,
  real,
  real64,
  boolean,
  text,
  date_time,
  long_text,
  uuid
};

/// One metric. A value of a kind that is none of ours (a data set, a file, a template) is none.
struct Metric {
  std::string name;  ///< empty: its alias stands for it
  std::optional<std::uint64_t> alias;
  std::uint32_t datatype = 0;
  bool historical = false;
  bool is_null = false;
  Value value;
  std::string unit;  ///< the property `engUnit`, as its maker wrote it
};

struct Payload {
  std::uint64_t timestamp_ms = 0;
  std::optional<std::uint64_t> seq;
  std::vector<Metric> metrics;
};

/// Errors: `protobuf` (cut off, or no such thing), `members`, `string`, `utf8`; where in bytes.
[[nodiscard]] Result<Payload> decode(std::string_view bytes);
/// A metric without a datatype, or whose value is not of it, has no form: it is left out.
[[nodiscard]] std::string encode(const Payload& payload);
/// Whether a value of this kind can be written as this datatype.
[[nodiscard]] bool fits(const Value& value, std::uint32_t datatype);

}  // namespace attune::devices::sparkplug
