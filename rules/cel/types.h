#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rules/cel/environment.h"
#include "rules/cel/value.h"

/// Static types of expressions.
namespace attune::cel {

enum class TypeKind : std::uint8_t {
  dyn,  ///< known only while evaluating
  null,
  boolean,
  integer,
  unsigned_integer,
  number,
  text,
  bytes,
  timestamp,
  duration,
  list,       ///< of[0]: its elements
  map,        ///< of[0], of[1]: its keys and values
  type,       ///< of[0]: what it denotes, may be absent
  optional,   ///< of[0]: its value
  device,     ///< one of `devices`
  parameter,  ///< `name`, of an overload
  abstract,   ///< `name`, `of`
};

struct Type {
  TypeKind kind = TypeKind::dyn;
  std::vector<Type> of;
  std::string name;
  /// Of a text: the closed enumeration that it comes from; owned by the Environment.
  const std::vector<std::string>* values = nullptr;
  /// Of a device: which ones it may be, ascending by id; owned by the Environment.
  std::vector<const Device*> devices;

  Type() = default;
  Type(TypeKind k) : kind(k) {}  // NOLINT: kinds convert
  Type(TypeKind k, std::vector<Type> parts) : kind(k), of(std::move(parts)) {}

  [[nodiscard]] bool is(TypeKind k) const { return kind == k; }
  [[nodiscard]] bool numeric() const;
};

/// What the parameters `$T` of one call stand for.
using Bindings = std::map<std::string, Type, std::less<>>;

/// Whether a value of `from` may stand where `to` is wanted; binds the parameters of `to`.
[[nodiscard]] bool assignable(const Type& to, const Type& from, Bindings& bindings);
/// `type` with its parameters replaced; an unbound one is dyn.
[[nodiscard]] Type substitute(const Type& type, const Bindings& bindings);
/// The type of a place that holds either; dyn when they have none in common.
[[nodiscard]] Type join(const Type& a, const Type& b);

/// `list(map(string, int))`, `$T`, `device`; any other name is an abstract type.
[[nodiscard]] Type parse_type(std::string_view text);
[[nodiscard]] std::string text(const Type& type);

[[nodiscard]] Type type_of(const Attribute& attribute);
[[nodiscard]] Type type_of(ValueType type);
/// The kind that values of a type have; empty when it is not known before (dyn, abstract).
[[nodiscard]] std::optional<Kind> kind_of(const Type& type);

}  // namespace attune::cel
