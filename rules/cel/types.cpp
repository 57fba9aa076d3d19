#include "rules/cel/types.h"

#include <algorithm>
#include <array>

namespace attune::cel {

namespace {

struct NamedKind {
  std::string_view name;
  TypeKind kind;
};

constexpr std::array kNames = {
    NamedKind{"dyn", TypeKind::dyn},
    NamedKind{"null_type", TypeKind::null},
    NamedKind{"bool", TypeKind::boolean},
    NamedKind{"int", TypeKind::integer},
    NamedKind{"uint", TypeKind::unsigned_integer},
    NamedKind{"double", TypeKind::number},
    NamedKind{"string", TypeKind::text},
    NamedKind{"bytes", TypeKind::bytes},
    NamedKind{"timestamp", TypeKind::timestamp},
    NamedKind{"duration", TypeKind::duration},
    NamedKind{"list", TypeKind::list},
    NamedKind{"map", TypeKind::map},
    NamedKind{"type", TypeKind::type},
    NamedKind{"optional_type", TypeKind::optional},
    NamedKind{"device", TypeKind::device},
};

std::string_view name_of(const Type& type) {
  for (const auto& row : kNames) {
    if (row.kind == type.kind) return row.name;
  }
  return type.name;
}

Type named(std::string_view name) {
  for (const auto& row : kNames) {
    if (row.name == name) return row.kind;
  }
  Type type(TypeKind::abstract);
  type.name = name;
  return type;
}

/// Reads one type from the front of `rest`.
Type take_type(std::string_view& rest) {
  while (!rest.empty() && rest.front() == ' ') rest.remove_prefix(1);
  const auto end = std::min(rest.find_first_of("(),"), rest.size());
  const auto name = rest.substr(0, end);
  rest.remove_prefix(end);
  if (!name.empty() && name.front() == '$') {
    Type type(TypeKind::parameter);
    type.name = name.substr(1);
    return type;
  }
  Type type = named(name);
  if (rest.empty() || rest.front() != '(') return type;
  do {
    rest.remove_prefix(1);
    type.of.push_back(take_type(rest));
  } while (!rest.empty() && rest.front() == ',');
  if (!rest.empty()) rest.remove_prefix(1);
  return type;
}

bool bind(const std::string& name, const Type& from, Bindings& bindings) {
  const auto [at, fresh] = bindings.emplace(name, from);
  if (fresh) return true;
  Bindings none;
  if (!assignable(at->second, from, none) && !assignable(from, at->second, none)) return false;
  at->second = join(at->second, from);
  return true;
}

std::vector<const Device*> both(const Type& a, const Type& b) {
  std::vector<const Device*> all = a.devices;
  all.insert(all.end(), b.devices.begin(), b.devices.end());
  std::sort(all.begin(), all.end(), [](const Device* x, const Device* y) { return x->id < y->id; });
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

}  // namespace

bool Type::numeric() const {
  return kind == TypeKind::integer || kind == TypeKind::unsigned_integer ||
         kind == TypeKind::number;
}

bool assignable(const Type& to, const Type& from, Bindings& bindings) {
  if (to.is(TypeKind::parameter)) return bind(to.name, from, bindings);
  if (to.is(TypeKind::dyn) || from.is(TypeKind::dyn)) return true;
  if (to.kind != from.kind || to.name != from.name) return false;
  if (to.is(TypeKind::type)) return true;
  for (std::size_t i = 0; i < to.of.size() && i < from.of.size(); ++i) {
    if (!assignable(to.of[i], from.of[i], bindings)) return false;
  }
  return true;
}

Type substitute(const Type& type, const Bindings& bindings) {
  if (type.is(TypeKind::parameter)) {
    const auto at = bindings.find(type.name);
    return at == bindings.end() ? Type() : at->second;
  }
  Type result = type;
  for (Type& part : result.of) part = substitute(part, bindings);
  return result;
}

Type join(const Type& a, const Type& b) {
  if (a.kind != b.kind || a.name != b.name || a.of.size() != b.of.size()) return TypeKind::dyn;
  Type result = a;
  if (a.values != b.values) result.values = nullptr;
  result.devices = both(a, b);
  for (std::size_t i = 0; i < result.of.size(); ++i) result.of[i] = join(a.of[i], b.of[i]);
  return result;
}

Type parse_type(std::string_view text) {
  return take_type(text);
}

std::string text(const Type& type) {
  std::string out(type.is(TypeKind::parameter) ? "$" : "");
  out += name_of(type);
  for (std::size_t i = 0; i < type.of.size(); ++i) {
    out += i == 0 ? "(" : ", ";
    out += text(type.of[i]);
  }
  return type.of.empty() ? out : out + ")";
}

Type type_of(ValueType type) {
  switch (type) {
    case ValueType::boolean:
      return TypeKind::boolean;
    case ValueType::integer:
      return TypeKind::integer;
    case ValueType::number:
      return TypeKind::number;
    case ValueType::numbers:
      return Type(TypeKind::list, {TypeKind::number});
    case ValueType::enumeration:
    case ValueType::text:
    case ValueType::event:
    case ValueType::timestamp:
      return TypeKind::text;
  }
  return TypeKind::dyn;
}

Type type_of(const Attribute& attribute) {
  Type type = type_of(attribute.type);
  if (type.is(TypeKind::text) && !attribute.values.empty()) type.values = &attribute.values;
  return type;
}

std::optional<Kind> kind_of(const Type& type) {
  switch (type.kind) {
    case TypeKind::null:
      return Kind::null;
    case TypeKind::boolean:
      return Kind::boolean;
    case TypeKind::integer:
      return Kind::integer;
    case TypeKind::unsigned_integer:
      return Kind::unsigned_integer;
    case TypeKind::number:
      return Kind::number;
    case TypeKind::text:
      return Kind::text;
    case TypeKind::bytes:
      return Kind::bytes;
    case TypeKind::timestamp:
      return Kind::timestamp;
    case TypeKind::duration:
      return Kind::duration;
    case TypeKind::list:
      return Kind::list;
    case TypeKind::map:
      return Kind::map;
    case TypeKind::type:
      return Kind::type;
    case TypeKind::optional:
      return Kind::optional;
    case TypeKind::device:
      return Kind::device;
    case TypeKind::dyn:
    case TypeKind::parameter:
    case TypeKind::abstract:
      break;
  }
  return std::nullopt;
}

}  // namespace attune::cel
