#include <algorithm>
#include <array>

#include "rules/cel/checker.h"
#include "rules/cel/parser.h"
#include "rules/cel/spelling.h"

namespace attune::cel {

namespace {

constexpr std::size_t kVarNestingMax = 16;  // times the depth of one expression: bounds the stack

constexpr std::array<std::string_view, 4> kFields = {"id", "label", "area", "tags"};

constexpr std::array kTypeNames = {
    Kind::null,    Kind::boolean, Kind::integer, Kind::unsigned_integer, Kind::number,   Kind::text,
    Kind::bytes,   Kind::list,    Kind::map,     Kind::timestamp,        Kind::duration, Kind::type,
    Kind::optional};

bool is_field(std::string_view name) {
  return std::find(kFields.begin(), kFields.end(), name) != kFields.end();
}

/// An attribute of that name, as some devices have, comes first.
bool is_online(const std::vector<const Device*>& devices, std::string_view attribute) {
  return attribute == "online" && !devices.empty() &&
         std::none_of(devices.begin(), devices.end(), [](const Device* device) {
           return device->attributes.find("online") != device->attributes.end();
         });
}

Type field_type(std::string_view name) {
  return name == "tags" ? Type(TypeKind::list, {TypeKind::text}) : Type(TypeKind::text);
}

std::string joined(const std::vector<std::string>& path, std::size_t first, std::size_t last) {
  std::string out = path[first];
  for (std::size_t i = first + 1; i < last; ++i) out += "." + path[i];
  return out;
}

/// `x` in the container `a.b`: a.b.x, a.x, x.
std::vector<std::string> scoped(const std::string& container, const std::string& name) {
  std::vector<std::string> names;
  std::string scope = container;
  while (!scope.empty()) {
    names.push_back(scope + "." + name);
    const auto dot = scope.rfind('.');
    scope.resize(dot == std::string::npos ? 0 : dot);
  }
  names.push_back(name);
  return names;
}

Type device_type(const std::vector<const Device*>& devices) {
  Type type(TypeKind::device);
  type.devices = devices;
  return type;
}

/// What stands at the bottom of `a.b.c`, and the selects above it from the inside out.
Expr& bottom(Expr& expr, std::vector<Expr*>& selects) {
  Expr* at = &expr;
  for (; at->kind == Expr::Kind::select && !at->optional; at = at->children[0].get()) {
    selects.push_back(at);
  }
  std::reverse(selects.begin(), selects.end());
  return *at;
}

std::string_view last_word(std::string_view attribute) {
  return attribute.substr(attribute.rfind('.') + 1);
}

/// Numbers of both kinds in one group are doubles.
Type common(const Type& a, const Type& b) {
  return a.numeric() && b.numeric() && a.kind != b.kind ? Type(TypeKind::number) : join(a, b);
}

}  // namespace

bool Checker::find_local(Expr& expr) {
  const auto at = std::find_if(locals_.rbegin(), locals_.rend(),
                               [&](const Local& local) { return local.name == expr.text; });
  if (expr.absolute || at == locals_.rend()) return false;
  if (at->fixed != nullptr) {
    expr.found = found::DeviceName{at->fixed};
  } else {
    expr.found = found::Local{at->slot};
  }
  expr.type = at->type;
  expr.size = at->size;
  expr.elements = at->elements;
  return true;
}

bool Checker::find_declared(Expr& expr, const std::vector<std::string>& path, bool absolute) {
  const std::string name = joined(path, 0, path.size());
  for (const auto& candidate : scoped(absolute ? "" : declared_.container, name)) {
    for (std::size_t i = 0; i < declared_.variables.size(); ++i) {
      if (declared_.variables[i].first != candidate) continue;
      expr.found = found::Variable{static_cast<std::uint32_t>(i)};
      expr.type = dynamic() ? Type() : declared_.variables[i].second;
      return true;
    }
  }
  return false;
}

bool Checker::find_type(Expr& expr, const std::string& name) {
  for (const Kind kind : kTypeNames) {
    if (type_name(kind) != name) continue;
    expr.found = found::TypeName{kind};
    expr.type = dynamic() ? Type() : Type(TypeKind::type);
    return true;
  }
  return false;
}

bool Checker::find_in_environment(Expr& expr) {
  if (visit_clock(expr, expr.text)) return true;
  if (const auto device = names_.devices.find(expr.text); device != names_.devices.end()) {
    expr.found = found::DeviceName{&device->second};
    expr.type = device_type({&device->second});
    return true;
  }
  if (const auto group = names_.groups.find(expr.text); group != names_.groups.end()) {
    found::Group members;
    for (const auto& id : group->second) {
      const auto device = names_.devices.find(id);
      if (device != names_.devices.end()) members.members.push_back(&device->second);
    }
    expr.type = Type(TypeKind::list, {device_type(members.members)});
    expr.found = std::move(members);
    return true;
  }
  const auto var = names_.vars.find(expr.text);
  if (var == names_.vars.end()) return false;
  use_var(expr, var->second);
  return true;
}

void Checker::use_var(Expr& expr, const Var& var) {
  if (std::find(open_vars_.begin(), open_vars_.end(), expr.text) != open_vars_.end()) {
    return misfit(expr, "E203", "the var '" + expr.text + "' is defined by itself",
                  "vars may not go round in a circle");
  }
  if (open_vars_.size() >= kVarNestingMax) {
    return misfit(expr, "E204",
                  "vars are nested deeper than " + std::to_string(kVarNestingMax) + " levels");
  }
  if (vars_.find(expr.text) == vars_.end()) check_var(expr.text, var, expr);
  const Expr* value = vars_.find(expr.text)->second.get();
  expr.found = found::Var{value};
  expr.type = value == nullptr ? Type() : value->type;
}

/// Findings inside are reported at the place that uses the var, and name it.
void Checker::check_var(const std::string& name, const Var& var, const Expr& use) {
  const std::size_t before = findings_.size();
  std::vector<Local> outer;
  outer.swap(locals_);
  open_vars_.push_back(name);
  ExprPtr value = parse(var.source, findings_);
  if (value) {
    visit(*value);
    if (literals_fit() && is_int_literal(*value)) make_double(*value);
    if (literals_fit() && value->kind == Expr::Kind::map) double_values(*value);
  }
  open_vars_.pop_back();
  outer.swap(locals_);
  for (std::size_t i = before; i < findings_.size(); ++i) {
    findings_[i].message = "in the var '" + name + "': " + findings_[i].message;
    findings_[i].offset = use.at.offset;
    findings_[i].length = use.at.length;
  }
  vars_[name] = std::move(value);
}

/// The numbers of a map in `vars` are numbers of YAML: doubles.
void Checker::double_values(Expr& map) {
  Type value;
  for (std::size_t i = 1; i < map.children.size(); i += 2) {
    Expr& child = *map.children[i];
    if (is_int_literal(child)) make_double(child);
    if (child.kind == Expr::Kind::map) double_values(child);
    value = i == 1 ? child.type : join(value, child.type);
  }
  if (map.type.is(TypeKind::map)) map.type.of[1] = value;
}

void Checker::visit_name(Expr& expr) {
  if (find_local(expr) || find_declared(expr, {expr.text}, expr.absolute) ||
      find_in_environment(expr) || find_type(expr, expr.text)) {
    return;
  }
  unknown_name(expr);
}

void Checker::unknown_name(Expr& expr) {
  std::vector<std::string_view> candidates;
  for (const Local& local : locals_) candidates.push_back(local.name);
  for (const auto& entry : names_.devices) candidates.push_back(entry.first);
  for (const auto& entry : names_.groups) candidates.push_back(entry.first);
  for (const auto& entry : names_.vars) candidates.push_back(entry.first);
  for (const auto& entry : declared_.variables) candidates.push_back(entry.first);
  misfit(expr, "E301", "there is no device, group or var '" + expr.text + "'",
         did_you_mean(expr.text, candidates));
}

void Checker::visit_select(Expr& expr) {
  if (expr.optional) {
    visit(*expr.children[0]);
    return select_field(expr);
  }
  std::vector<Expr*> selects;
  Expr& base = bottom(expr, selects);
  std::size_t done = 0;
  const bool name = base.kind == Expr::Kind::name;
  if (name && (base.absolute || !find_local(base))) {
    std::vector<std::string> path = {base.text};
    for (const Expr* select : selects) path.push_back(select->text);
    for (done = selects.size(); done > 0; --done, path.pop_back()) {
      Expr& whole = *selects[done - 1];
      if (whole.test) continue;
      if (find_declared(whole, path, base.absolute)) break;
      if (find_type(whole, joined(path, 0, path.size()))) break;
    }
  }
  if (done == 0) visit(base);
  if (done != 0) bound_cost(*selects[done - 1]);
  for (; done < selects.size(); ++done) {
    const Expr& operand = *selects[done]->children[0];
    if (operand.type.is(TypeKind::device)) return select_attribute(expr, operand, selects, done);
    select_field(*selects[done]);
    bound_cost(*selects[done]);
  }
}

/// All that is left of the chain is one attribute: `l2.on`.
void Checker::select_attribute(Expr& expr, const Expr& device, const std::vector<Expr*>& selects,
                               std::size_t first) {
  std::string attribute = selects[first]->text;
  for (std::size_t i = first + 1; i < selects.size(); ++i) attribute += "." + selects[i]->text;
  const std::size_t begin = selects[first]->at.offset;
  attribute_of(expr, device, attribute, {begin, expr.at.offset + expr.at.length - begin});
}

void Checker::select_field(Expr& expr) {
  const Type& whole = expr.children[0]->type;
  const bool optional = whole.is(TypeKind::optional);
  const Type type = optional && !whole.of.empty() ? whole.of[0] : whole;
  Type value;
  if (type.is(TypeKind::map)) {
    value = type.of[1];
  } else if (!type.is(TypeKind::dyn) && !optional) {
    return misfit(expr, "E203", "a " + text(type) + " has no field '" + expr.text + "'");
  }
  if (expr.test) {
    expr.type = TypeKind::boolean;
  } else {
    expr.type = expr.optional || optional ? Type(TypeKind::optional, {value}) : value;
  }
}

void Checker::attribute_of(Expr& expr, const Expr& device, const std::string& attribute, Span at) {
  const auto& devices = device.type.devices;
  if (expr.test) {
    expr.found = found::HasMember{attribute};
    expr.type = TypeKind::boolean;
    return;
  }
  if (devices.size() == 1 && visit_clock(expr, devices[0]->id + "." + attribute)) return;
  if (is_field(attribute)) {
    expr.found = found::Field{attribute};
    expr.type = field_type(attribute);
    return;
  }
  if (names_.signals != nullptr && is_online(devices, attribute)) return visit_online(expr, device);
  if (devices.size() == 1 && device.kind == Expr::Kind::name) {
    return attribute_of_one(expr, *devices[0], attribute, at);
  }
  std::size_t count = 0;
  for (const Device* one : devices) {
    const auto entry = one->attributes.find(attribute);
    if (entry == one->attributes.end()) continue;
    const Type type = type_of(entry->second);
    expr.type = count++ == 0 ? type : common(expr.type, type);
  }
  if (count == 0 && !in_vocabulary(expr, attribute)) {
    return unknown_attribute(expr, "no device of this group has an attribute", devices, attribute,
                             at);
  }
  if (count == 0 && !devices.empty()) {
    report(at, "W301", "no device of this group has shown '" + attribute + "' yet",
           "it is unknown until one does", Severity::warning);
  }
  expr.found = found::Member{attribute};
}

void Checker::attribute_of_one(Expr& expr, const Device& device, const std::string& attribute,
                               Span at) {
  const auto entry = device.attributes.find(attribute);
  if (entry != device.attributes.end()) {
    expr.found = found::Read{entry->second.id};
    expr.type = type_of(entry->second);
    return;
  }
  if (!in_vocabulary(expr, attribute)) {
    return unknown_attribute(expr, device.id + " has no attribute", {&device}, attribute, at);
  }
  report(at, "W301", device.id + " has not shown '" + attribute + "' yet",
         "it is unknown until it does", Severity::warning);
  expr.found = found::Unknown{};
}

bool Checker::in_vocabulary(Expr& expr, const std::string& attribute) const {
  auto word = names_.vocabulary.find(attribute);
  if (word == names_.vocabulary.end()) word = names_.vocabulary.find(last_word(attribute));
  if (word == names_.vocabulary.end()) return false;
  expr.type = type_of(word->second);
  return true;
}

void Checker::unknown_attribute(Expr& expr, const std::string& whose,
                                const std::vector<const Device*>& devices,
                                const std::string& attribute, Span at) {
  std::vector<std::string_view> candidates;
  for (const Device* device : devices) {
    for (const auto& entry : device->attributes) candidates.push_back(entry.first);
  }
  std::string hint = did_you_mean(attribute, candidates);
  if (hint.empty()) {
    for (const auto& entry : names_.vocabulary) candidates.push_back(entry.first);
    candidates.insert(candidates.end(), kFields.begin(), kFields.end());
    hint = did_you_mean(attribute, candidates);
  }
  report(at, "E302", whose + " '" + attribute + "'", hint);
  expr.type = TypeKind::dyn;
  expr.found = found::Unknown{};
}

}  // namespace attune::cel
