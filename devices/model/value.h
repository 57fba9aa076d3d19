#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// A value of an attribute, in canonical units.
namespace attune {

enum class ValueKind : std::uint8_t { none, boolean, integer, number, text, numbers };

/// One value. `none` means that there is none (never reported); it is not a state of a device.
/// Numbers are finite: who makes a Value from foreign bytes has refused NaN and infinities.
class Value {
 public:
  Value() = default;
  Value(bool v) : data_(v) {}                                    // NOLINT: values convert
  Value(double v) : data_(v) {}                                  // NOLINT
  Value(std::int64_t v) : data_(v) {}                            // NOLINT
  Value(int v) : data_(static_cast<std::int64_t>(v)) {}          // NOLINT
  Value(std::string v) : data_(std::move(v)) {}                  // NOLINT
  Value(std::string_view v) : data_(std::string(v)) {}           // NOLINT
  Value(const char* v) : data_(std::string(v)) {}                // NOLINT
  Value(std::vector<double> v) : data_(std::move(v)) {}          // NOLINT

  [[nodiscard]] ValueKind kind() const { return static_cast<ValueKind>(data_.index()); }
  [[nodiscard]] bool has_value() const { return kind() != ValueKind::none; }

  /// The alternative that kind() names; asking for another is a broken invariant and throws.
  [[nodiscard]] bool as_bool() const { return std::get<bool>(data_); }
  [[nodiscard]] std::int64_t as_integer() const { return std::get<std::int64_t>(data_); }
  [[nodiscard]] double as_number() const { return std::get<double>(data_); }
  [[nodiscard]] const std::string& as_text() const { return std::get<std::string>(data_); }
  [[nodiscard]] const std::vector<double>& as_numbers() const {
    return std::get<std::vector<double>>(data_);
  }

  [[nodiscard]] bool is_numeric() const {
    return kind() == ValueKind::integer || kind() == ValueKind::number;
  }
  /// The value of an integer or a number, as a number.
  [[nodiscard]] double numeric() const;

  /// Same kind and same value; 1 and 1.0 differ. For "same on the wire" see device.h.
  friend bool operator==(const Value&, const Value&) = default;

 private:
  std::variant<std::monostate, bool, std::int64_t, double, std::string, std::vector<double>> data_;
};

/// As JSON: `true`, `70`, `21.5`, `"heat"`, `[0.3,0.4]`, `null`. Shortest text that reads back.
void append_json(std::string& out, const Value& value);
[[nodiscard]] std::string to_json(const Value& value);
/// Appends `text` as a JSON string with its quotes. `text` is valid UTF-8.
void append_json_string(std::string& out, std::string_view text);
/// Shortest decimal that reads back as the same number.
void append_number(std::string& out, double value);

}  // namespace attune
