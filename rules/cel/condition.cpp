#include "rules/cel/condition.h"

#include <algorithm>
#include <map>
#include <optional>

#include "rules/cel/checker.h"
#include "rules/cel/program.h"

namespace attune::cel {

namespace {

using Kind = Condition::Kind;
using Relation = Condition::Relation;

/// A side of a comparison: a constant, a sum of attributes, or one attribute that is a text.
struct Side {
  enum class Is : std::uint8_t { other, number, truth, word, attribute } is = Is::other;
  std::map<AttributeId, double> sum;
  double number = 0;  ///< also added to `sum`
  bool truth = false;
  std::string word;
  AttributeId attribute{};
};

Side word(std::string text) {
  Side side;
  side.is = Side::Is::word;
  side.word = std::move(text);
  return side;
}
Side number(double value) {
  Side side;
  side.is = Side::Is::number;
  side.number = value;
  return side;
}

/// What is below `s.l2.on` or below a field.
const Expr& base_of(const Expr& select) {
  const Expr* at = &select;
  while (at->kind == Expr::Kind::select && !at->type.is(TypeKind::device)) {
    at = at->children[0].get();
  }
  return *at;
}

/// Through names of `vars` to what they stand for.
const Expr& meant(const Expr& expr) {
  const Expr* at = &expr;
  while (const auto* const var = std::get_if<found::Var>(&at->found)) {
    if (var->value == nullptr) break;
    at = var->value;
  }
  return *at;
}

std::optional<Relation> relation_of(const std::string& call) {
  if (call == "_<_") return Relation::less;
  if (call == "_<=_") return Relation::less_equal;
  if (call == "_>_") return Relation::greater;
  if (call == "_>=_") return Relation::greater_equal;
  return std::nullopt;
}

Relation mirrored(Relation relation) {
  return static_cast<Relation>(static_cast<int>(Relation::greater) - static_cast<int>(relation));
}

bool holds(double a, Relation relation, double b) {
  switch (relation) {
    case Relation::less:
      return a < b;
    case Relation::less_equal:
      return a <= b;
    case Relation::equal:
      return a == b;
    case Relation::greater_equal:
      return a >= b;
    case Relation::greater:
      return a > b;
  }
  return false;
}

class Builder {
 public:
  Condition build(const Expr& root) {
    visit(root);
    if (out_.parts.size() > kConditionPartsMax) {
      out_ = {};
      opaque(root);
    }
    out_.parts.shrink_to_fit();  // programs are many, and live long
    out_.sums.shrink_to_fit();
    return std::move(out_);
  }

 private:
  std::size_t open(Kind kind);
  void close(std::size_t at);
  void constant(bool value);
  void truth(AttributeId attribute);
  void opaque(const Expr& expr);
  void visit(const Expr& expr);
  void call(const Expr& expr);
  void conditional(const Expr& expr);
  void equality(const Expr& expr);
  void same_truth(const Expr& a, const Expr& b);
  void membership(const Expr& expr);
  void compare(const Expr& expr, const Side& a, Relation relation, const Side& b);
  void linear(const Expr& expr, const Side& a, Relation relation, const Side& b);
  void loop(const Expr& expr);
  [[nodiscard]] Side side(const Expr& expr) const;
  [[nodiscard]] Side literal(const Literal& value) const;
  [[nodiscard]] Side attribute(const Expr& expr, AttributeId id) const;
  [[nodiscard]] Side arithmetic(const Expr& expr) const;
  [[nodiscard]] Side entry(const Expr& map, const Side& key) const;
  [[nodiscard]] Side field(const Expr& expr, const std::string& name) const;
  [[nodiscard]] const Device* device(const Expr& expr) const;
  [[nodiscard]] std::optional<AttributeId> read(const Expr& expr) const;
  [[nodiscard]] std::optional<AttributeId> signal(const found::Signal& made) const;
  void describe(const Expr& expr, Condition::Opaque& into) const;

  Condition out_;
  std::map<std::uint32_t, const Device*> locals_;  ///< by slot: the member that is looked at
};

std::size_t Builder::open(Kind kind) {
  out_.parts.emplace_back().kind = kind;
  return out_.parts.size() - 1;
}

void Builder::close(std::size_t at) {
  out_.parts[at].size = static_cast<std::uint32_t>(out_.parts.size() - at);
}

void Builder::constant(bool value) {
  out_.parts[open(Kind::constant)].value = value;
}

void Builder::truth(AttributeId attribute) {
  out_.parts[open(Kind::truth)].of = static_cast<std::uint32_t>(attribute);
}

void Builder::opaque(const Expr& expr) {
  out_.parts[open(Kind::opaque)].of = static_cast<std::uint32_t>(out_.opaques.size());
  Condition::Opaque question;
  describe(expr, question);
  std::sort(question.reads.begin(), question.reads.end());
  question.reads.erase(std::unique(question.reads.begin(), question.reads.end()),
                       question.reads.end());
  out_.opaques.push_back(std::move(question));
}

const Device* Builder::device(const Expr& expr) const {
  if (const auto* const named = std::get_if<found::DeviceName>(&expr.found)) return named->device;
  const auto* const local = std::get_if<found::Local>(&expr.found);
  if (local == nullptr) return nullptr;
  const auto bound = locals_.find(local->slot);
  return bound == locals_.end() ? nullptr : bound->second;
}

std::optional<AttributeId> Builder::signal(const found::Signal& made) const {
  if (!made.member) return made.id;
  const auto bound = locals_.find(*made.member);
  if (bound == locals_.end()) return std::nullopt;
  for (const auto& [member, id] : made.of_members) {
    if (member == bound->second) return id;
  }
  return std::nullopt;
}

std::optional<AttributeId> Builder::read(const Expr& expr) const {
  if (const auto* const read = std::get_if<found::Read>(&expr.found)) return read->id;
  if (const auto* const made = std::get_if<found::Signal>(&expr.found)) return signal(*made);
  const auto* const member = std::get_if<found::Member>(&expr.found);
  if (member == nullptr) return std::nullopt;
  const Device* of = device(base_of(expr));
  if (of == nullptr) return std::nullopt;
  const auto known = of->attributes.find(member->attribute);
  if (known == of->attributes.end()) return std::nullopt;
  return known->second.id;
}

/// Text and reads: with attributes by number, since a name may stand for any member.
void Builder::describe(const Expr& expr, Condition::Opaque& into) const {
  if (into.text.size() > 4096) return;
  if (const auto id = read(expr)) {
    into.reads.push_back(*id);
    into.text += "#" + std::to_string(index(*id));
    return;
  }
  if (const Device* const one = device(expr)) {
    into.text += one->id;
    return;
  }
  const Expr& stands_for = meant(expr);
  if (&stands_for != &expr) return describe(stands_for, into);
  if (const auto* const group = std::get_if<found::Group>(&expr.found)) {
    for (const Device* const one : group->members) {
      for (const auto& entry : one->attributes) into.reads.push_back(entry.second.id);
    }
  }
  into.text += std::to_string(static_cast<int>(expr.kind)) + expr.text + "/" + expr.variable;
  if (expr.kind == Expr::Kind::literal) {
    const Side value = literal(expr.value);
    into.text += std::to_string(expr.value.index()) + value.word + std::to_string(value.number) +
                 (value.truth ? "t" : "f");
  }
  into.text += "(";
  for (const auto& child : expr.children) {
    describe(*child, into);
    into.text += ",";
  }
  into.text += ")";
}

Side Builder::literal(const Literal& value) const {
  if (const auto* const text = std::get_if<std::string>(&value)) return word(*text);
  if (const auto* const real = std::get_if<double>(&value)) return number(*real);
  if (const auto* const whole = std::get_if<std::int64_t>(&value)) {
    return number(static_cast<double>(*whole));
  }
  if (const auto* const whole = std::get_if<std::uint64_t>(&value)) {
    return number(static_cast<double>(*whole));
  }
  Side side;
  if (const auto* const truth = std::get_if<bool>(&value)) {
    side.is = Side::Is::truth;
    side.truth = *truth;
  }
  return side;
}

Side Builder::attribute(const Expr& expr, AttributeId id) const {
  Side side;
  if (expr.type.is(TypeKind::text)) {
    side.is = Side::Is::attribute;
    side.attribute = id;
  } else if (expr.type.numeric()) {
    side.is = Side::Is::number;
    side.sum[id] = 1;
  }
  return side;
}

Side Builder::field(const Expr& expr, const std::string& name) const {
  const Device* const of = device(base_of(expr));
  if (of == nullptr) return {};
  if (name == "id") return word(of->id);
  if (name == "area") return word(of->area);
  if (name == "label") return word(of->label);
  return {};
}

/// The entry of a map that is written out.
Side Builder::entry(const Expr& map, const Side& key) const {
  if (map.kind != Expr::Kind::map || key.is != Side::Is::word) return {};
  for (std::size_t i = 0; i + 1 < map.children.size(); i += 2) {
    const Side own = side(*map.children[i]);
    if (own.is == Side::Is::word && own.word == key.word) return side(*map.children[i + 1]);
  }
  return {};
}

Side Builder::side(const Expr& outer) const {
  const Expr& expr = meant(outer);
  if (const auto id = read(expr)) return attribute(expr, *id);
  if (const auto* const own = std::get_if<found::Field>(&expr.found)) return field(expr, own->name);
  if (expr.kind == Expr::Kind::literal) return literal(expr.value);
  if (expr.kind == Expr::Kind::select && !expr.test && !expr.optional) {
    return entry(meant(*expr.children[0]), word(expr.text));
  }
  if (expr.kind != Expr::Kind::call) return {};
  if (expr.text == "_[_]") return entry(meant(*expr.children[0]), side(*expr.children[1]));
  return arithmetic(expr);
}

Side scaled(Side side, double factor) {
  for (auto& entry : side.sum) entry.second *= factor;
  side.number *= factor;
  return side;
}

Side Builder::arithmetic(const Expr& expr) const {
  if (!expr.type.is(TypeKind::number)) return {};  // ints overflow and round
  std::vector<Side> sides;
  for (const auto& child : expr.children) {
    sides.push_back(side(*child));
    if (sides.back().is != Side::Is::number) return {};
  }
  if (expr.text == "-_" && sides.size() == 1) return scaled(sides[0], -1);
  if (sides.size() != 2) return {};
  if (expr.text == "_+_" || expr.text == "_-_") {
    const Side other = scaled(sides[1], expr.text == "_+_" ? 1 : -1);
    for (const auto& [id, factor] : other.sum) sides[0].sum[id] += factor;
    sides[0].number += other.number;
    return sides[0];
  }
  if (expr.text == "_*_" && sides[1].sum.empty()) return scaled(sides[0], sides[1].number);
  if (expr.text == "_*_" && sides[0].sum.empty()) return scaled(sides[1], sides[0].number);
  if (expr.text == "_/_" && sides[1].sum.empty() && sides[1].number != 0) {
    return scaled(sides[0], 1 / sides[1].number);
  }
  return {};
}

/// a - b against a constant, with 1 as the first factor.
void Builder::linear(const Expr& expr, const Side& a, Relation relation, const Side& b) {
  std::map<AttributeId, double> sum = a.sum;
  for (const auto& [id, factor] : b.sum) sum[id] -= factor;
  std::erase_if(sum, [](const auto& entry) { return entry.second == 0; });
  const double right = b.number - a.number;
  if (sum.empty()) {
    if (!a.sum.empty() || !b.sum.empty()) return opaque(expr);  // x == x, unless it is unknown
    return constant(holds(0, relation, right));
  }
  const double first = sum.begin()->second;
  Sum normal;
  for (const auto& [id, factor] : sum) normal.emplace_back(id, factor / first);
  auto& part = out_.parts[open(Kind::comparison)];
  part.relation = first < 0 ? mirrored(relation) : relation;
  part.number = right / first;
  part.of = static_cast<std::uint32_t>(out_.sums.size());
  out_.sums.push_back(std::move(normal));
}

void Builder::compare(const Expr& expr, const Side& a, Relation relation, const Side& b) {
  using Is = Side::Is;
  if (a.is == Is::number && b.is == Is::number) return linear(expr, a, relation, b);
  if (relation != Relation::equal) return opaque(expr);
  if (a.is == Is::word && b.is == Is::word) return constant(a.word == b.word);
  const bool turned = b.is == Is::attribute;
  const Side& attribute = turned ? b : a;
  const Side& text = turned ? a : b;
  if (attribute.is != Is::attribute || text.is != Is::word) return opaque(expr);
  auto& part = out_.parts[open(Kind::word)];
  part.of = static_cast<std::uint32_t>(attribute.attribute);
  part.word = static_cast<std::uint32_t>(out_.words.size());
  out_.words.push_back(text.word);
}

/// a == b of two bools: (a && b) || (!a && !b).
void Builder::same_truth(const Expr& a, const Expr& b) {
  const std::size_t any = open(Kind::any);
  for (const bool wanted : {true, false}) {
    const std::size_t all = open(Kind::all);
    for (const Expr* const one : {&a, &b}) {
      const std::size_t negation = wanted ? 0 : open(Kind::negation);
      visit(*one);
      if (!wanted) close(negation);
    }
    close(all);
  }
  close(any);
}

void Builder::equality(const Expr& expr) {
  const bool differs = expr.text == "_!=_";
  const std::size_t negation = differs ? open(Kind::negation) : 0;
  const Expr& a = *expr.children[0];
  const Expr& b = *expr.children[1];
  if (a.type.is(TypeKind::boolean) && b.type.is(TypeKind::boolean)) {
    same_truth(a, b);
  } else {
    compare(expr, side(a), Relation::equal, side(b));
  }
  if (differs) close(negation);
}

void Builder::membership(const Expr& expr) {
  const Expr& list = meant(*expr.children[1]);
  const Side one = side(*expr.children[0]);
  const auto& optional = list.optional_entries;
  const bool plain = std::find(optional.begin(), optional.end(), true) == optional.end();
  if (list.kind != Expr::Kind::list || !plain) return opaque(expr);
  const std::size_t any = open(Kind::any);
  for (const auto& child : list.children) compare(expr, one, Relation::equal, side(*child));
  close(any);
}

/// c ? a : b of bools: (c && a) || (!c && b).
void Builder::conditional(const Expr& expr) {
  const std::size_t any = open(Kind::any);
  for (const bool yes : {true, false}) {
    const std::size_t all = open(Kind::all);
    const std::size_t negation = yes ? 0 : open(Kind::negation);
    visit(*expr.children[0]);
    if (!yes) close(negation);
    visit(*expr.children[yes ? 1 : 2]);
    close(all);
  }
  close(any);
}

void Builder::call(const Expr& expr) {
  const bool all = expr.text == "_&&_";
  if (all || expr.text == "_||_" || expr.text == "!_") {
    const std::size_t at = open(all ? Kind::all : expr.text == "!_" ? Kind::negation : Kind::any);
    for (const auto& child : expr.children) visit(*child);
    return close(at);
  }
  if (expr.text == "_?_:_") return conditional(expr);
  if (expr.text == "_==_" || expr.text == "_!=_") return equality(expr);
  if (expr.text == "_in_") return membership(expr);
  if (const auto relation = relation_of(expr.text)) {
    return compare(expr, side(*expr.children[0]), *relation, side(*expr.children[1]));
  }
  opaque(expr);
}

/// `exists` and `all` over the members of a group, spelled out.
void Builder::loop(const Expr& expr) {
  const auto* const group = std::get_if<found::Group>(&meant(*expr.children[0]).found);
  const bool seen = expr.macro == Macro::exists || expr.macro == Macro::all;
  const bool plain = expr.variable2.empty() && expr.children.size() == 2;
  if (group == nullptr || group->members.empty() || !seen || !plain) return opaque(expr);
  const std::size_t at = open(expr.macro == Macro::all ? Kind::all : Kind::any);
  for (const Device* const member : group->members) {
    if (out_.parts.size() > kConditionPartsMax) break;  // is one question anyway
    locals_[expr.slot] = member;
    visit(*expr.children[1]);
  }
  locals_.erase(expr.slot);
  close(at);
}

void Builder::visit(const Expr& outer) {
  const Expr& expr = meant(outer);
  if (!expr.type.is(TypeKind::boolean) || out_.parts.size() > kConditionPartsMax) {
    return opaque(expr);
  }
  if (const auto id = read(expr)) return truth(*id);
  if (expr.kind == Expr::Kind::literal) return constant(literal(expr.value).truth);
  if (expr.kind == Expr::Kind::macro) return loop(expr);
  if (expr.kind == Expr::Kind::call) return call(expr);
  opaque(expr);
}

}  // namespace

Condition condition_of(const Expr& root) {
  return Builder().build(root);
}

const Condition* Conditions::of(const Expression& expression) const {
  const auto known = conditions_.find(expression.shared());
  return known == conditions_.end() ? nullptr : &known->second;
}

void Conditions::keep(std::shared_ptr<const Program> program, Condition condition) {
  conditions_.insert_or_assign(std::move(program), std::move(condition));
}

std::uint64_t cost_of(const Expression& expression) {
  return expression.program() == nullptr ? 0 : expression.program()->cost();
}

}  // namespace attune::cel
