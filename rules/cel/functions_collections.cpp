#include <algorithm>
#include <array>
#include <cmath>

#include "rules/cel/functions.h"
#include "rules/cel/utf8.h"

/// `size`, `in`, `[ ]`, and what optionals can do.
namespace attune::cel {

namespace {

Datum count(std::size_t n) {
  return make(static_cast<std::int64_t>(n));
}

Datum size_text(Arena&, const Datum* a) {
  return count(code_points(a[0].view()));
}
Datum size_bytes(Arena&, const Datum* a) {
  return count(a[0].size);
}
Datum size_list(Arena&, const Datum* a) {
  return count(a[0].size);
}
Datum size_map(Arena&, const Datum* a) {
  return count(a[0].map->entries.size());
}

Datum in_list(Arena&, const Datum* a) {
  return make(
      std::any_of(a[1].begin(), a[1].end(), [&](const Datum& d) { return equal(a[0], d); }));
}
Datum in_map(Arena&, const Datum* a) {
  return make(find(*a[1].map, a[0]) != nullptr);
}

/// The element's place by any number that is whole; empty when it is none of the list.
const Datum* element(const Datum& list, const Datum& place) {
  if (!place.numeric()) return nullptr;
  const double end = list.size;
  double i = place.number;
  if (place.is(Kind::integer)) i = static_cast<double>(place.integer);
  if (place.is(Kind::unsigned_integer)) i = static_cast<double>(place.unsigned_integer);
  if (!(i >= 0 && i < end) || i != std::floor(i)) return nullptr;
  return list.list + static_cast<std::size_t>(i);
}

Datum at_list(Arena&, const Datum* a) {
  const Datum* found = element(a[0], a[1]);
  return found != nullptr ? *found : make_error("the list has no element of that index");
}
Datum at_map(Arena&, const Datum* a) {
  const Datum* found = find(*a[0].map, a[1]);
  return found != nullptr ? *found : make_error("no such key");
}

Datum maybe_at_list(Arena&, const Datum* a) {
  return make_optional(element(a[0], a[1]));
}
Datum maybe_at_map(Arena&, const Datum* a) {
  return make_optional(find(*a[0].map, a[1]));
}

/// `optional[x]` and `optional[?x]`: the index goes through to the value.
Datum at_optional(Arena&, const Datum* a) {
  if (a[0].size == 0) return a[0];
  const Datum& inner = *a[0].list;
  if (inner.is(Kind::list)) return make_optional(element(inner, a[1]));
  if (inner.is(Kind::map)) return make_optional(find(*inner.map, a[1]));
  return make_error("no such overload: no element of this value");
}

bool is_zero(const Datum& d) {
  switch (d.kind) {
    case Kind::null:
      return true;
    case Kind::boolean:
      return !d.boolean;
    case Kind::integer:
    case Kind::duration:
      return d.integer == 0;
    case Kind::unsigned_integer:
      return d.unsigned_integer == 0;
    case Kind::number:
      return d.number == 0;
    case Kind::text:
    case Kind::bytes:
    case Kind::list:
    case Kind::optional:
      return d.size == 0;
    case Kind::map:
      return d.map->entries.empty();
    default:
      return false;
  }
}

Datum optional_of(Arena& arena, const Datum* a) {
  return arena.optional(a[0]);
}
Datum optional_none(Arena&, const Datum*) {
  return make_optional(nullptr);
}
Datum optional_of_non_zero(Arena& arena, const Datum* a) {
  return is_zero(a[0]) ? make_optional(nullptr) : arena.optional(a[0]);
}
Datum has_value(Arena&, const Datum* a) {
  return make(a[0].size != 0);
}
Datum value(Arena&, const Datum* a) {
  return a[0].size != 0 ? *a[0].list : make_error("this optional has no value");
}
Datum either(Arena&, const Datum* a) {
  return a[0].size != 0 ? a[0] : a[1];
}
Datum or_value(Arena&, const Datum* a) {
  return a[0].size != 0 ? *a[0].list : a[1];
}

constexpr std::array kTable = {
    Signature{"size", "(string) int", size_text},
    Signature{"size", "(bytes) int", size_bytes},
    Signature{"size", "(list($T)) int", size_list},
    Signature{"size", "(map($K, $V)) int", size_map},
    Signature{"size", "string.() int", size_text},
    Signature{"size", "bytes.() int", size_bytes},
    Signature{"size", "list($T).() int", size_list},
    Signature{"size", "map($K, $V).() int", size_map},
    Signature{"_in_", "($T, list($T)) bool", in_list},
    Signature{"_in_", "($K, map($K, $V)) bool", in_map},
    Signature{"_[_]", "(list($T), int) $T", at_list},
    Signature{"_[_]", "(list($T), uint) $T", at_list},
    Signature{"_[_]", "(list($T), double) $T", at_list},  // attune's numbers are doubles
    Signature{"_[_]", "(map($K, $V), $K) $V", at_map},
    Signature{"_[_]", "(optional_type(list($T)), int) optional_type($T)", at_optional},
    Signature{"_[_]", "(optional_type(map($K, $V)), $K) optional_type($V)", at_optional},
    Signature{"_[?_]", "(list($T), int) optional_type($T)", maybe_at_list},
    Signature{"_[?_]", "(map($K, $V), $K) optional_type($V)", maybe_at_map},
    Signature{"_[?_]", "(optional_type(list($T)), int) optional_type($T)", at_optional},
    Signature{"_[?_]", "(optional_type(map($K, $V)), $K) optional_type($V)", at_optional},
    Signature{"optional.of", "($T) optional_type($T)", optional_of},
    Signature{"optional.none", "() optional_type($T)", optional_none},
    Signature{"optional.ofNonZeroValue", "($T) optional_type($T)", optional_of_non_zero},
    Signature{"hasValue", "optional_type($T).() bool", has_value},
    Signature{"value", "optional_type($T).() $T", value},
    Signature{"or", "optional_type($T).(optional_type($T)) optional_type($T)", either},
    Signature{"orValue", "optional_type($T).($T) $T", or_value},
};

}  // namespace

std::span<const Signature> collection_functions() {
  return kTable;
}

}  // namespace attune::cel
