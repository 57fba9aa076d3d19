#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// A value while an expression is evaluated.
namespace attune::cel {

enum class Kind : std::uint8_t {
  unknown,  ///< CEL's third value: an attribute that nobody has reported
  error,    ///< what went wrong, as text
  null,
  boolean,
  integer,
  unsigned_integer,
  number,
  text,
  bytes,
  list,
  map,
  timestamp,  ///< seconds since 1970 in `integer`, nanoseconds in `size`
  duration,   ///< nanoseconds in `integer`
  type,       ///< the type's name in `text`
  device,
  optional,
};

struct BoundDevice;
struct Map;

/// 16 trivial bytes that pass in registers. What it points to belongs to the state view, to the
/// program (constants, devices) or to the evaluation's Arena, and outlives the evaluation.
struct Datum {
  Kind kind;
  std::uint32_t size;  ///< text, bytes, type, error: bytes; list: elements; optional: 0 or 1
  union {
    bool boolean;
    std::int64_t integer;
    std::uint64_t unsigned_integer;
    double number;
    const char* text;
    const Datum* list;  ///< also the one element of an optional
    const Map* map;
    const BoundDevice* device;
  };

  [[nodiscard]] std::string_view view() const { return {text, size}; }
  [[nodiscard]] bool is(Kind k) const { return kind == k; }
  /// Neither unknown nor an error.
  [[nodiscard]] bool known() const { return kind > Kind::error; }
  [[nodiscard]] bool numeric() const { return kind >= Kind::integer && kind <= Kind::number; }
  [[nodiscard]] const Datum* begin() const { return list; }
  [[nodiscard]] const Datum* end() const { return list + size; }
};

/// Invariant: keys (bool, int, uint, string) ascend by compare_keys, each once.
struct Map {
  std::vector<std::pair<Datum, Datum>> entries;
};

/// A device as a program knows it. `index` counts the program's devices from 0.
struct BoundDevice {
  std::uint32_t index;
  Datum id, label, area, tags;
};

inline Datum make_unknown() {
  return {.kind = Kind::unknown, .size = 0, .integer = 0};
}
inline Datum make_null() {
  return {.kind = Kind::null, .size = 0, .integer = 0};
}
inline Datum make(bool v) {
  return {.kind = Kind::boolean, .size = 0, .boolean = v};
}
inline Datum make(std::int64_t v) {
  return {.kind = Kind::integer, .size = 0, .integer = v};
}
inline Datum make(std::uint64_t v) {
  return {.kind = Kind::unsigned_integer, .size = 0, .unsigned_integer = v};
}
inline Datum make(double v) {
  return {.kind = Kind::number, .size = 0, .number = v};
}
/// The text is borrowed.
inline Datum make_text(std::string_view v, Kind kind = Kind::text) {
  return {.kind = kind, .size = static_cast<std::uint32_t>(v.size()), .text = v.data()};
}
/// `why` is borrowed: a literal, or kept by the arena.
inline Datum make_error(std::string_view why) {
  return make_text(why, Kind::error);
}
inline Datum make_list(const Datum* first, std::size_t count) {
  return {.kind = Kind::list, .size = static_cast<std::uint32_t>(count), .list = first};
}
inline Datum make_map(const Map* map) {
  return {.kind = Kind::map, .size = 0, .map = map};
}
inline Datum make_timestamp(std::int64_t seconds, std::uint32_t nanos) {
  return {.kind = Kind::timestamp, .size = nanos, .integer = seconds};
}
inline Datum make_duration(std::int64_t nanos) {
  return {.kind = Kind::duration, .size = 0, .integer = nanos};
}
inline Datum make_device(const BoundDevice* device) {
  return {.kind = Kind::device, .size = 0, .device = device};
}
/// `value` null: none.
inline Datum make_optional(const Datum* value) {
  return {.kind = Kind::optional, .size = value == nullptr ? 0U : 1U, .list = value};
}

/// Keeps what an evaluation makes until it ends. Costs nothing until it is first used.
/// Threading: owned by one evaluation.
class Arena {
 public:
  Arena();
  ~Arena();
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  [[nodiscard]] Datum text(std::string v, Kind kind = Kind::text);
  [[nodiscard]] Datum error(std::string why) { return text(std::move(why), Kind::error); }
  [[nodiscard]] Datum list(std::vector<Datum> v);
  /// Sorts; an error when a key repeats or is of a kind that cannot be one.
  [[nodiscard]] Datum map(std::vector<std::pair<Datum, Datum>> entries);
  [[nodiscard]] Datum optional(Datum v);

 private:
  struct Storage;
  Storage& storage();
  std::unique_ptr<Storage> storage_;
};

/// How two ordered values stand; `none` where there is no order (NaN, other kinds).
enum class Order : std::uint8_t { less, equal, greater, none };

/// Numbers across kinds by their value, else within one kind: bool, text, bytes, times.
[[nodiscard]] Order compare(const Datum& a, const Datum& b);
/// CEL's `==`: numbers across kinds, lists and maps by their parts, other kinds differ.
[[nodiscard]] bool equal(const Datum& a, const Datum& b);
/// The entry's value, or null. A double finds the integer that it equals.
[[nodiscard]] const Datum* find(const Map& map, const Datum& key);

/// The name that `type(v)` shows: `int`, `list`, `google.protobuf.Timestamp`.
[[nodiscard]] std::string_view type_name(Kind kind);

}  // namespace attune::cel
