#include <algorithm>
#include <map>

#include "rules/cel/functions.h"
#include "rules/cel/program.h"
#include "rules/cel/shared_nodes.h"

namespace attune::cel {

namespace {

/// One walk over a checked tree. Constant parts are computed here, once.
class Emitter {
 public:
  Emitter(Memory& memory, SharedNodes& shared, std::vector<Finding>& findings)
      : memory_(memory), shared_(shared), findings_(findings) {}

  const Node* visit(const Expr& expr);
  /// Ascending, each once.
  [[nodiscard]] std::vector<AttributeId> take_reads() {
    std::sort(reads_.begin(), reads_.end());
    reads_.erase(std::unique(reads_.begin(), reads_.end()), reads_.end());
    return std::move(reads_);
  }

 private:
  const Node* fold(const Node* node, const Nodes& children);
  Nodes children(const Expr& expr);
  const Node* literal(const Expr& expr);
  const Node* name(const Expr& expr);
  const Node* group(const found::Group& group);
  const Node* var(const Expr* value);
  const Node* select(const Expr& expr);
  const Node* field(const Expr& expr, const std::string& name);
  const Node* member(const Expr& expr, const std::string& attribute);
  const Node* has_member(const Expr& expr, const std::string& attribute);
  const Node* signal(const Expr& expr, const found::Signal& signal);
  const Node* call(const Expr& expr);
  const Node* function(const Expr& expr, Nodes arguments);
  const Node* match(const Expr& expr, const Nodes& arguments);
  const Node* macro(const Expr& expr);
  const Node* loop(const Expr& expr);
  const BoundDevice* bind(const Device& device);

  Memory& memory_;
  SharedNodes& shared_;
  std::vector<Finding>& findings_;
  std::vector<AttributeId> reads_;
  std::map<const Expr*, const Node*> vars_;
  std::map<std::string, const BoundDevice*, std::less<>> bound_;
};

struct LiteralDatum {
  Arena& arena;
  Datum operator()(std::monostate) const { return make_null(); }
  Datum operator()(bool v) const { return make(v); }
  Datum operator()(std::int64_t v) const { return make(v); }
  Datum operator()(std::uint64_t v) const { return make(v); }
  Datum operator()(double v) const { return make(v); }
  Datum operator()(const std::string& v) const { return arena.text(v); }
  Datum operator()(const Bytes& v) const { return arena.text(v.data, Kind::bytes); }
};

/// The device below `s.l2.on`.
const Expr& device_of(const Expr& select) {
  const Expr* at = &select;
  while (at->kind == Expr::Kind::select && !at->type.is(TypeKind::device)) {
    at = at->children[0].get();
  }
  return *at;
}

bool is_empty_group(const Expr& expr) {
  if (const auto* const var = std::get_if<found::Var>(&expr.found)) {
    return var->value != nullptr && is_empty_group(*var->value);
  }
  const auto* const group = std::get_if<found::Group>(&expr.found);
  return group != nullptr && group->members.empty();
}

/// Replaces a node over constants by its value, unless that is an error.
const Node* Emitter::fold(const Node* node, const Nodes& children) {
  const bool all = std::all_of(children.begin(), children.end(),
                               [](const Node* child) { return child->constant() != nullptr; });
  if (!all) return node;
  Frame frame{nullptr, nullptr, nullptr, memory_.constants()};
  const Datum value = node->eval(frame);
  return value.known() ? shared_.constant(value) : node;
}

const Node* Emitter::visit(const Expr& expr) {
  if (const auto* const failure = std::get_if<found::Failure>(&expr.found)) {
    return shared_.constant(memory_.constants().error(failure->message));
  }
  if (const auto* const own = std::get_if<found::Signal>(&expr.found)) return signal(expr, *own);
  if (std::holds_alternative<found::Unknown>(expr.found)) return shared_.constant(make_unknown());
  switch (expr.kind) {
    case Expr::Kind::literal:
      return literal(expr);
    case Expr::Kind::name:
      return name(expr);
    case Expr::Kind::select:
      return select(expr);
    case Expr::Kind::call:
      return call(expr);
    case Expr::Kind::list: {
      const Nodes parts = children(expr);
      return fold(list_node(memory_, parts, expr.optional_entries), parts);
    }
    case Expr::Kind::map: {
      const Nodes parts = children(expr);
      return fold(map_node(memory_, parts, expr.optional_entries), parts);
    }
    case Expr::Kind::macro:
      return macro(expr);
  }
  return nullptr;
}

Nodes Emitter::children(const Expr& expr) {
  Nodes nodes;
  for (const auto& child : expr.children) nodes.push_back(visit(*child));
  return nodes;
}

const Node* Emitter::literal(const Expr& expr) {
  return shared_.constant(std::visit(LiteralDatum{memory_.constants()}, expr.value));
}

const Node* Emitter::name(const Expr& expr) {
  if (const auto* const local = std::get_if<found::Local>(&expr.found)) {
    return slot_node(memory_, local->slot);
  }
  if (const auto* const variable = std::get_if<found::Variable>(&expr.found)) {
    return variable_node(memory_, variable->index);
  }
  if (const auto* const device = std::get_if<found::DeviceName>(&expr.found)) {
    return shared_.constant(make_device(bind(*device->device)));
  }
  if (const auto* const members = std::get_if<found::Group>(&expr.found)) return group(*members);
  if (const auto* const value = std::get_if<found::Var>(&expr.found)) return var(value->value);
  if (const auto* const type = std::get_if<found::TypeName>(&expr.found)) {
    return shared_.constant(make_text(type_name(type->kind), Kind::type));
  }
  return shared_.constant(make_unknown());
}

const Node* Emitter::group(const found::Group& group) {
  std::vector<Datum> members;
  for (const Device* device : group.members) members.push_back(make_device(bind(*device)));
  return shared_.constant(memory_.constants().list(std::move(members)));
}

const Node* Emitter::var(const Expr* value) {
  const auto [at, fresh] = vars_.emplace(value, nullptr);
  if (fresh) at->second = visit(*value);
  return at->second;
}

const BoundDevice* Emitter::bind(const Device& device) {
  const auto [at, fresh] = bound_.emplace(device.id, nullptr);
  if (!fresh) return at->second;
  auto* const bound = memory_.make<BoundDevice>();
  bound->index = static_cast<std::uint32_t>(bound_.size() - 1);
  bound->id = memory_.constants().text(device.id);
  bound->label = memory_.constants().text(device.label);
  bound->area = memory_.constants().text(device.area);
  std::vector<Datum> tags;
  for (const auto& tag : device.tags) tags.push_back(memory_.constants().text(tag));
  bound->tags = memory_.constants().list(std::move(tags));
  return at->second = bound;
}

const Node* Emitter::select(const Expr& expr) {
  if (const auto* const read = std::get_if<found::Read>(&expr.found)) {
    reads_.push_back(read->id);
    return shared_.read(read->id, expr.type.kind);
  }
  if (const auto* const own = std::get_if<found::Field>(&expr.found)) return field(expr, own->name);
  if (const auto* const of = std::get_if<found::Member>(&expr.found)) {
    return member(expr, of->attribute);
  }
  if (const auto* const has = std::get_if<found::HasMember>(&expr.found)) {
    return has_member(expr, has->attribute);
  }
  if (!std::holds_alternative<found::Nothing>(expr.found)) return name(expr);
  const Nodes operand = {visit(*expr.children[0])};
  const Datum key = memory_.constants().text(expr.text);
  return fold(select_node(memory_, operand[0], key, expr.optional, expr.test), operand);
}

const Node* Emitter::field(const Expr& expr, const std::string& name) {
  static const std::map<std::string, Datum BoundDevice::*, std::less<>> fields = {
      {"id", &BoundDevice::id},
      {"label", &BoundDevice::label},
      {"area", &BoundDevice::area},
      {"tags", &BoundDevice::tags}};
  const Nodes device = {visit(device_of(*expr.children[0]))};
  return fold(field_node(memory_, device[0], fields.at(name)), device);
}

const Node* Emitter::member(const Expr& expr, const std::string& attribute) {
  const Expr& device = device_of(*expr.children[0]);
  const Node* const node = visit(device);
  std::vector<std::optional<AttributeId>> ids;
  for (const Device* one : device.type.devices) {
    const std::size_t index = bind(*one)->index;
    ids.resize(std::max(ids.size(), index + 1));
    const auto entry = one->attributes.find(attribute);
    if (entry == one->attributes.end()) continue;
    ids[index] = entry->second.id;
    reads_.push_back(entry->second.id);
  }
  return member_node(memory_, node, std::move(ids), expr.type.kind);
}

const Node* Emitter::has_member(const Expr& expr, const std::string& attribute) {
  const Expr& device = device_of(*expr.children[0]);
  const Node* const node = visit(device);
  std::vector<bool> has;
  for (const Device* one : device.type.devices) {
    const std::size_t index = bind(*one)->index;
    has.resize(std::max(has.size(), index + 1));
    has[index] = one->attributes.find(attribute) != one->attributes.end();
  }
  return fold(has_member_node(memory_, node, std::move(has)), {node});
}

const Node* Emitter::signal(const Expr& expr, const found::Signal& signal) {
  if (!signal.member) {
    reads_.push_back(signal.id);
    return shared_.read(signal.id, expr.type.kind);
  }
  std::vector<std::optional<AttributeId>> ids;
  for (const auto& [device, id] : signal.of_members) {
    const std::size_t index = bind(*device)->index;
    ids.resize(std::max(ids.size(), index + 1));
    ids[index] = id;
    reads_.push_back(id);
  }
  return member_node(memory_, slot_node(memory_, *signal.member), std::move(ids), expr.type.kind);
}

const Node* Emitter::call(const Expr& expr) {
  const Nodes parts = children(expr);
  const std::string& name = expr.text;
  if (name == "_&&_" || name == "_||_") return logic_node(memory_, parts, name == "_||_");
  if (name == "!_") return not_node(memory_, parts[0]);
  if (name == "_?_:_") return conditional_node(memory_, parts[0], parts[1], parts[2]);
  if (name == "_==_" || name == "_!=_") {
    return fold(equality_node(memory_, parts[0], parts[1], name == "_!=_"), parts);
  }
  if (name == "_<_" || name == "_<=_" || name == "_>_" || name == "_>=_") {
    return fold(ordering_node(memory_, name, parts[0], parts[1]), parts);
  }
  if (name == "math.greatest" || name == "math.least") {
    return fold(extreme_node(memory_, parts, name == "math.greatest"), parts);
  }
  if (name == "matches" && parts.size() == 2 && parts[1]->constant() != nullptr &&
      parts[1]->constant()->is(Kind::text)) {
    return match(expr, parts);
  }
  return function(expr, parts);
}

const Node* Emitter::match(const Expr& expr, const Nodes& arguments) {
  const Node* const node = match_node(memory_, arguments[0], arguments[1]->constant()->view());
  if (node != nullptr) return node;
  findings_.push_back({Severity::error, "E203", expr.children[1]->at.offset,
                       expr.children[1]->at.length, "this is no regular expression of RE2", ""});
  return shared_.constant(make_error("no regular expression"));
}

const Node* Emitter::function(const Expr& expr, Nodes arguments) {
  const auto& candidates = std::get<found::Functions>(expr.found).candidates;
  const bool exact = candidates.size() == 1 &&
                     std::all_of(expr.children.begin(), expr.children.end(),
                                 [](const ExprPtr& child) { return kind_of(child->type); });
  return fold(function_node(memory_, candidates, arguments, exact), arguments);
}

const Node* Emitter::macro(const Expr& expr) {
  switch (expr.macro) {
    case Macro::bind: {
      const Node* const value = visit(*expr.children[0]);
      return bind_node(memory_, value, visit(*expr.children[1]), expr.slot);
    }
    case Macro::opt_map:
    case Macro::opt_flat_map: {
      const Node* const operand = visit(*expr.children[0]);
      return optional_macro_node(memory_, operand, visit(*expr.children[1]), expr.slot,
                                 expr.macro == Macro::opt_flat_map);
    }
    default:
      return loop(expr);
  }
}

/// A group without members says nothing, so that `all` of nobody is not true.
const Node* Emitter::loop(const Expr& expr) {
  if (is_empty_group(*expr.children[0])) return shared_.constant(make_unknown());
  const Nodes parts = children(expr);
  Loop loop{expr.macro, parts[0], nullptr, parts.back(), expr.slot, !expr.variable2.empty()};
  if (parts.size() == 3) loop.filter = parts[1];
  if (expr.macro == Macro::filter) loop.filter = parts[1];
  return loop_node(memory_, loop);
}

}  // namespace

Emitted emit(const Expr& root, const Environment& names, Memory& memory,
             std::vector<Finding>& findings) {
  SharedNodes own(memory);
  Emitter emitter(memory, names.nodes != nullptr ? *names.nodes : own, findings);
  Emitted emitted;
  emitted.root = emitter.visit(root);
  emitted.reads = memory.keep(emitter.take_reads());
  emitted.outline = outline(root, *emitted.root, names, memory);
  return emitted;
}

}  // namespace attune::cel
