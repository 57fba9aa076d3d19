#include "rules/cel/value.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <limits>

namespace attune::cel {

namespace {

template <class T>
Order order(const T& a, const T& b) {
  if (a < b) return Order::less;
  if (b < a) return Order::greater;
  return a == b ? Order::equal : Order::none;
}

Order reversed(Order o) {
  if (o == Order::less) return Order::greater;
  if (o == Order::greater) return Order::less;
  return o;
}

// The suite wants an integer within the other's range compared as a double (max int < 2^63 as a
// double is false), and one beyond it decided by the range alone.
Order compare_mixed(std::int64_t a, double b) {
  if (b > static_cast<double>(std::numeric_limits<std::int64_t>::max())) return Order::less;
  if (b < static_cast<double>(std::numeric_limits<std::int64_t>::min())) return Order::greater;
  return order(static_cast<double>(a), b);
}

Order compare_mixed(std::uint64_t a, double b) {
  if (b > static_cast<double>(std::numeric_limits<std::uint64_t>::max())) return Order::less;
  if (b < 0) return Order::greater;
  return order(static_cast<double>(a), b);
}

Order compare_mixed(std::int64_t a, std::uint64_t b) {
  if (a < 0) return Order::less;
  return order(static_cast<std::uint64_t>(a), b);
}

Order compare_numbers(const Datum& a, const Datum& b) {
  if (a.kind == b.kind) {
    if (a.is(Kind::number)) return order(a.number, b.number);
    if (a.is(Kind::integer)) return order(a.integer, b.integer);
    return order(a.unsigned_integer, b.unsigned_integer);
  }
  if (a.is(Kind::integer)) {
    return b.is(Kind::number) ? compare_mixed(a.integer, b.number)
                              : compare_mixed(a.integer, b.unsigned_integer);
  }
  if (a.is(Kind::unsigned_integer) && b.is(Kind::number)) {
    return compare_mixed(a.unsigned_integer, b.number);
  }
  return reversed(compare_numbers(b, a));
}

Order compare_timestamps(const Datum& a, const Datum& b) {
  if (a.integer != b.integer) return order(a.integer, b.integer);
  return order(a.size, b.size);
}

bool can_be_key(const Datum& d) {
  return d.is(Kind::boolean) || d.is(Kind::integer) || d.is(Kind::unsigned_integer) ||
         d.is(Kind::text);
}

int key_class(const Datum& d) {
  if (d.is(Kind::boolean)) return 0;
  return d.numeric() ? 1 : 2;
}

/// Orders keys of every kind: bools, then numbers, then texts.
bool key_less(const Datum& a, const Datum& b) {
  if (key_class(a) != key_class(b)) return key_class(a) < key_class(b);
  return compare(a, b) == Order::less;
}

bool equal_lists(const Datum& a, const Datum& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), equal);
}

bool equal_maps(const Map& a, const Map& b) {
  return std::equal(a.entries.begin(), a.entries.end(), b.entries.begin(), b.entries.end(),
                    [](const auto& x, const auto& y) {
                      return equal(x.first, y.first) && equal(x.second, y.second);
                    });
}

bool equal_optionals(const Datum& a, const Datum& b) {
  return a.size == b.size && (a.size == 0 || equal(*a.list, *b.list));
}

/// A double key as the integer that it equals; unknown where there is none.
Datum integral_key(double v) {
  if (v != std::floor(v)) return make_unknown();
  if (v >= -9223372036854775808.0 && v < 9223372036854775808.0) {
    return make(static_cast<std::int64_t>(v));
  }
  if (v >= 0 && v < 18446744073709551616.0) return make(static_cast<std::uint64_t>(v));
  return make_unknown();
}

}  // namespace

struct Arena::Storage {
  std::deque<std::string> texts;
  std::deque<std::vector<Datum>> lists;
  std::deque<Map> maps;
};

Arena::Arena() = default;
Arena::~Arena() = default;

Arena::Storage& Arena::storage() {
  if (!storage_) storage_ = std::make_unique<Storage>();
  return *storage_;
}

Datum Arena::text(std::string v, Kind kind) {
  return make_text(storage().texts.emplace_back(std::move(v)), kind);
}

Datum Arena::list(std::vector<Datum> v) {
  const auto& kept = storage().lists.emplace_back(std::move(v));
  return make_list(kept.data(), kept.size());
}

Datum Arena::map(std::vector<std::pair<Datum, Datum>> entries) {
  for (const auto& entry : entries) {
    if (!can_be_key(entry.first)) return make_error("a map's key is a bool, an int or a string");
  }
  std::stable_sort(entries.begin(), entries.end(),
                   [](const auto& a, const auto& b) { return key_less(a.first, b.first); });
  const auto twice =
      std::adjacent_find(entries.begin(), entries.end(),
                         [](const auto& a, const auto& b) { return !key_less(a.first, b.first); });
  if (twice != entries.end()) return make_error("a map has the same key twice");
  return make_map(&storage().maps.emplace_back(Map{std::move(entries)}));
}

Datum Arena::optional(Datum v) {
  return make_optional(list({v}).list);
}

Order compare(const Datum& a, const Datum& b) {
  if (a.numeric() && b.numeric()) return compare_numbers(a, b);
  if (a.kind != b.kind) return Order::none;
  switch (a.kind) {
    case Kind::boolean:
      return order(a.boolean, b.boolean);
    case Kind::text:
    case Kind::bytes:
      return order(a.view(), b.view());
    case Kind::timestamp:
      return compare_timestamps(a, b);
    case Kind::duration:
      return order(a.integer, b.integer);
    default:
      return Order::none;
  }
}

bool equal(const Datum& a, const Datum& b) {
  if (a.numeric() && b.numeric()) return compare_numbers(a, b) == Order::equal;
  if (a.kind != b.kind) return false;
  switch (a.kind) {
    case Kind::null:
      return true;
    case Kind::list:
      return equal_lists(a, b);
    case Kind::map:
      return equal_maps(*a.map, *b.map);
    case Kind::type:
      return a.view() == b.view();
    case Kind::device:
      return a.device == b.device;
    case Kind::optional:
      return equal_optionals(a, b);
    default:
      return compare(a, b) == Order::equal;
  }
}

const Datum* find(const Map& map, const Datum& key) {
  const Datum wanted = key.is(Kind::number) ? integral_key(key.number) : key;
  if (!can_be_key(wanted)) return nullptr;
  const auto at =
      std::lower_bound(map.entries.begin(), map.entries.end(), wanted,
                       [](const auto& entry, const Datum& k) { return key_less(entry.first, k); });
  if (at == map.entries.end() || key_less(wanted, at->first)) return nullptr;
  return &at->second;
}

std::string_view type_name(Kind kind) {
  switch (kind) {
    case Kind::unknown:
      return "unknown";
    case Kind::error:
      return "error";
    case Kind::null:
      return "null_type";
    case Kind::boolean:
      return "bool";
    case Kind::integer:
      return "int";
    case Kind::unsigned_integer:
      return "uint";
    case Kind::number:
      return "double";
    case Kind::text:
      return "string";
    case Kind::bytes:
      return "bytes";
    case Kind::list:
      return "list";
    case Kind::map:
      return "map";
    case Kind::timestamp:
      return "google.protobuf.Timestamp";
    case Kind::duration:
      return "google.protobuf.Duration";
    case Kind::type:
      return "type";
    case Kind::device:
      return "device";
    case Kind::optional:
      return "optional_type";
  }
  return "unknown";
}

}  // namespace attune::cel
