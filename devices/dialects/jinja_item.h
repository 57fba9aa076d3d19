#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "devices/json/reader.h"
#include "devices/model/value.h"

/// Values as templates compute with them, by Python's rules.
namespace attune::devices::jinja {

struct Item {
  enum class Kind : std::uint8_t {
    undefined,
    none,
    boolean,
    integer,
    number,
    text,
    list,
    mapping,
    node
  };
  Kind kind = Kind::undefined;
  bool boolean = false;
  std::int64_t integer = 0;
  double number = 0;  ///< of an integer too
  std::string text;
  std::vector<Item> items;           ///< of a mapping: key, value, key, value
  const json::Node* node = nullptr;  ///< a container of the message

  [[nodiscard]] bool is_number() const {
    return kind == Kind::integer || kind == Kind::number || kind == Kind::boolean;
  }
  [[nodiscard]] bool is_undefined() const { return kind == Kind::undefined; }
};

[[nodiscard]] Item none();
[[nodiscard]] Item of(bool truth);
[[nodiscard]] Item of(std::int64_t number);
[[nodiscard]] Item of(double number);
[[nodiscard]] Item of(std::string text);
[[nodiscard]] Item of(const Value& value);
[[nodiscard]] Item of(const json::Node& node);

[[nodiscard]] bool is_true(const Item& item);
[[nodiscard]] bool equal(const Item& a, const Item& b);
/// -1, 0, 1; empty for what has no order.
[[nodiscard]] std::optional<int> order(const Item& a, const Item& b);
/// As str() writes it; what the undefined writes is nothing.
[[nodiscard]] std::string to_text(const Item& item);
/// As JSON.
void append_json(std::string& out, const Item& item);
/// `in`; empty when `b` holds nothing.
[[nodiscard]] std::optional<bool> holds(const Item& b, const Item& a);
/// `base[key]` and `base.key`; undefined when it is not there.
[[nodiscard]] Item member(const Item& base, const Item& key);
/// Elements of a list, members of a mapping, bytes of a text; empty for what has no length.
[[nodiscard]] std::optional<std::size_t> length(const Item& item);
/// A number, or a text that is one.
[[nodiscard]] std::optional<double> to_number(const Item& item);

}  // namespace attune::devices::jinja
