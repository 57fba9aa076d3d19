#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "devices/model/value.h"

/// The small fields of history's records: numbers as short as they can be.
namespace attune::store::history {

inline constexpr std::uint8_t kScaleMax = 6;
/// The whole number that is `v` times 10^scale, if dividing it by 10^scale gives exactly `v`.
[[nodiscard]] std::optional<std::int64_t> scaled(double v, std::uint8_t scale);
[[nodiscard]] double unscaled(std::int64_t v, std::uint8_t scale);
/// The smallest scale at or above `from` that `v` fits; empty: none up to kScaleMax.
[[nodiscard]] std::optional<std::uint8_t> scale_of(double v, std::uint8_t from = 0);

void put_uint(std::string& out, std::uint64_t v);
void put_int(std::string& out, std::int64_t v);
/// A byte 0..6 and the scaled whole number, or 7 and the eight bytes of the real.
void put_number(std::string& out, double v);
/// The kind, then the value. Kept values only (block.h).
void put_value(std::string& out, const Value& v);

/// Takes fields, believing nothing; after one that cannot be read ok() is false, the rest is zero.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : left_(bytes) {}
  [[nodiscard]] std::uint64_t uint();
  /// At most `max`, else not ok.
  [[nodiscard]] std::uint64_t uint(std::uint64_t max);
  [[nodiscard]] std::int64_t integer();
  [[nodiscard]] double number();
  [[nodiscard]] Value value();
  [[nodiscard]] std::string_view bytes(std::size_t count);
  [[nodiscard]] std::string_view rest() const { return left_; }
  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] bool done() const { return ok_ && left_.empty(); }
  void fail();

 private:
  [[nodiscard]] double real();
  [[nodiscard]] Value list();
  std::string_view left_;
  bool ok_ = true;
};

}  // namespace attune::store::history
