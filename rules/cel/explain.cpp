#include "rules/cel/explain.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <utility>

#include "devices/model/limits.h"
#include "rules/cel/ast.h"
#include "rules/cel/environment.h"
#include "rules/cel/memory.h"
#include "rules/cel/node.h"
#include "rules/cel/program.h"

namespace attune::cel {

namespace {

static_assert(limits::kExpressionBytesMax <= std::numeric_limits<std::uint16_t>::max());
// Each use of a var costs a unit at least, so that their number fits.
static_assert(limits::kExpressionCostMax < std::uint64_t{1} << 24);

struct Extent {
  std::size_t begin = std::numeric_limits<std::size_t>::max();
  std::size_t end = 0;
};

void widen(Extent& extent, const Expr& expr) {
  extent.begin = std::min(extent.begin, expr.at.offset);
  extent.end = std::max(extent.end, expr.at.offset + expr.at.length);
  for (const auto& child : expr.children) widen(extent, *child);
}

Joins joins_of(const Expr& expr) {
  if (const auto* const var = std::get_if<found::Var>(&expr.found)) {
    return var->value != nullptr && var->value->kind == Expr::Kind::call ? Joins::same
                                                                         : Joins::none;
  }
  if (expr.kind != Expr::Kind::call) return Joins::none;
  if (expr.text == "_&&_") return Joins::all;
  if (expr.text == "_||_") return Joins::any;
  return expr.text == "!_" ? Joins::inverse : Joins::none;
}

/// The device below `s.l2.on`.
const Expr& device_of(const Expr& select) {
  const Expr* at = &select;
  while (at->kind == Expr::Kind::select && !at->type.is(TypeKind::device)) {
    at = at->children[0].get();
  }
  return *at;
}

void add_reads(const Expr& expr, std::vector<AttributeId>& reads) {
  if (const auto* const read = std::get_if<found::Read>(&expr.found)) reads.push_back(read->id);
  if (const auto* const member = std::get_if<found::Member>(&expr.found)) {
    for (const Device* device : device_of(*expr.children[0]).type.devices) {
      const auto entry = device->attributes.find(member->attribute);
      if (entry != device->attributes.end()) reads.push_back(entry->second.id);
    }
  }
  if (const auto* const signal = std::get_if<found::Signal>(&expr.found)) {
    if (!signal->member) reads.push_back(signal->id);
    for (const auto& member : signal->of_members) reads.push_back(member.second);
  }
  if (const auto* const var = std::get_if<found::Var>(&expr.found)) {
    if (var->value != nullptr) add_reads(*var->value, reads);
  }
  for (const auto& child : expr.children) add_reads(*child, reads);
}

/// One walk over the operands of a checked tree, and of its nodes beside it.
class Outliner {
 public:
  explicit Outliner(const Environment& names) : names_(names) {}

  void visit(const Expr& expr, const Node& node, std::uint32_t text) {
    const std::size_t mine = out_.parts.size();
    Extent extent;
    widen(extent, expr);
    Outline::Part& part = out_.parts.emplace_back();
    part.reads = static_cast<std::uint32_t>(out_.reads.size());
    part.begin = static_cast<std::uint16_t>(extent.begin);
    part.end = static_cast<std::uint16_t>(extent.end);
    part.text = text & 0xffffff;
    part.joins = joins_of(expr);
    visit_operands(expr, node, text);
    out_.parts[mine].size = static_cast<std::uint32_t>(out_.parts.size() - mine);
  }
  [[nodiscard]] const Outline* keep(Memory& memory) const { return Outline::keep(out_, memory); }

 private:
  void visit_operands(const Expr& expr, const Node& node, std::uint32_t text) {
    const Joins joins = joins_of(expr);
    if (joins == Joins::none) return keep_reads(expr);
    if (joins == Joins::same) return visit_var(expr, node);
    const auto operands = node.operands();  // none of what failed before they were looked at
    for (std::size_t i = 0; i < operands.size(); ++i) visit(*expr.children[i], *operands[i], text);
  }

  void visit_var(const Expr& name, const Node& node) {
    const auto var = names_.vars.find(name.text);
    out_.texts.push_back(var == names_.vars.end() ? std::string_view(name.text)
                                                  : var->second.source);
    visit(*std::get<found::Var>(name.found).value, node,
          static_cast<std::uint32_t>(out_.texts.size()));
  }

  void keep_reads(const Expr& expr) {
    std::vector<AttributeId> reads;
    add_reads(expr, reads);
    std::sort(reads.begin(), reads.end());
    reads.erase(std::unique(reads.begin(), reads.end()), reads.end());
    out_.reads.insert(out_.reads.end(), reads.begin(), reads.end());
  }

  const Environment& names_;
  Outline::Lists out_;
};

/// -1 for a bracket that closes, 1 for one that opens.
int bracket(const Token& token) {
  if (token.kind != Token::Kind::symbol || token.text.size() != 1) return 0;
  if (std::string_view("([{").find(token.text) != std::string_view::npos) return 1;
  return std::string_view(")]}").find(token.text) != std::string_view::npos ? -1 : 0;
}

/// The text from `begin` to `end`, with the brackets that belong to it.
std::string_view balanced(std::string_view source, std::size_t begin, std::size_t end) {
  std::vector<std::size_t> outside;  // brackets that open before `begin`
  int unclosed = 0;
  Lexer lexer(source);
  for (Token token = lexer.next(); token.kind != Token::Kind::end; token = lexer.next()) {
    if (token.kind == Token::Kind::bad) break;
    const int side = bracket(token);
    if (token.offset < begin) {
      if (side > 0) outside.push_back(token.offset);
      if (side < 0 && !outside.empty()) outside.pop_back();
      continue;
    }
    const bool empty_call = token.offset == end && token.is("(");
    if (token.offset >= end && unclosed == 0 && !empty_call) break;
    unclosed += side;
    end = std::max(end, token.offset + token.length);
    if (unclosed >= 0 || outside.empty()) continue;
    unclosed = 0;
    begin = outside.back();
    outside.pop_back();
  }
  return source.substr(begin, end - begin);
}

Truth truth_of(const Datum& d, std::string& error) {
  if (d.is(Kind::boolean)) return d.boolean ? Truth::yes : Truth::no;
  if (d.is(Kind::unknown)) return Truth::unknown;
  error = d.is(Kind::error) ? d.view() : "the result is neither true nor false";
  return Truth::error;
}

/// Shows the parts of one program.
class Explainer {
 public:
  Explainer(const Program& program, const rules::StateView& view)
      : program_(program), view_(view) {}

  [[nodiscard]] Explained part(std::size_t index, const Node& node) const {
    const Outline& outline = *program_.outline();
    const Outline::Part& from = outline.parts()[index];
    Explained out;
    const std::string_view source =
        from.text == 0 ? program_.source() : outline.texts()[from.text - 1];
    out.text = balanced(source, from.begin, from.end);
    Arena arena;
    out.truth = truth_of(program_.evaluate(node, view_, arena), out.error);
    out.joins = from.joins;
    const auto reads = outline.reads_of(index);
    out.reads.assign(reads.begin(), reads.end());
    for_operands(outline, index, node, [&](std::size_t operand, const Node& of) {
      out.operands.push_back(part(operand, of));
    });
    return out;
  }

 private:
  const Program& program_;
  const rules::StateView& view_;
};

bool is_wanted(const Explained& part, bool wanted) {
  return part.truth == (wanted ? Truth::yes : Truth::no);
}

void collect(const Explained& part, bool wanted, std::vector<const Explained*>& out) {
  if (is_wanted(part, wanted)) return;
  if (part.operands.empty()) return out.push_back(&part);
  const bool inner = part.joins == Joins::inverse ? !wanted : wanted;
  const bool first_decides = part.joins == (wanted ? Joins::all : Joins::any);
  if (!first_decides) {
    for (const Explained& operand : part.operands) collect(operand, inner, out);
    return;
  }
  const auto begin = part.operands.begin();
  const auto end = part.operands.end();
  auto first = std::find_if(begin, end, [&](const auto& o) { return is_wanted(o, !wanted); });
  if (first == end)
    first = std::find_if(begin, end, [&](const auto& o) { return !is_wanted(o, wanted); });
  if (first != end) collect(*first, inner, out);
}

}  // namespace

Outline::Outline(const Lists& lists)
    : part_count_(static_cast<std::uint32_t>(lists.parts.size())),
      text_count_(static_cast<std::uint32_t>(lists.texts.size())),
      read_count_(static_cast<std::uint32_t>(lists.reads.size())) {}

// Each list begins where the one before it ends, aligned for what it holds.
static_assert(sizeof(Outline) % alignof(std::string_view) == 0);
static_assert(sizeof(Outline::Part) % alignof(std::string_view) == 0);
static_assert(alignof(std::string_view) <= alignof(void*) && alignof(Outline::Part) <= 8);

const Outline* Outline::keep(const Lists& lists, Memory& memory) {
  const std::size_t bytes = sizeof(Outline) + lists.parts.size() * sizeof(Part) +
                            lists.texts.size() * sizeof(std::string_view) +
                            lists.reads.size() * sizeof(AttributeId);
  auto* const made = new (memory.room(bytes)) Outline(lists);
  auto* const parts = reinterpret_cast<Part*>(made + 1);
  auto* const texts = reinterpret_cast<std::string_view*>(parts + lists.parts.size());
  auto* const reads = reinterpret_cast<AttributeId*>(texts + lists.texts.size());
  std::uninitialized_copy(lists.parts.begin(), lists.parts.end(), parts);
  for (std::size_t i = 0; i < lists.texts.size(); ++i) {
    new (texts + i) std::string_view(memory.keep(lists.texts[i]));
  }
  std::uninitialized_copy(lists.reads.begin(), lists.reads.end(), reads);
  return made;
}

std::span<const std::string_view> Outline::texts() const {
  return {reinterpret_cast<const std::string_view*>(first_part() + part_count_), text_count_};
}

std::span<const AttributeId> Outline::reads_of(std::size_t part) const {
  const auto* const all = reinterpret_cast<const AttributeId*>(texts().data() + text_count_);
  const std::size_t first = parts()[part].reads;
  const std::size_t end = part + 1 < part_count_ ? parts()[part + 1].reads : read_count_;
  return {all + first, end - first};
}

void for_operands(const Outline& outline, std::size_t part, const Node& node,
                  const std::function<void(std::size_t, const Node&)>& each) {
  const auto parts = outline.parts();
  const bool is_var = parts[part].joins == Joins::same;
  std::size_t at = part + 1;
  for (std::size_t i = 0; at < part + parts[part].size; at += parts[at].size, ++i) {
    each(at, is_var ? node : *node.operands()[i]);
  }
}

const Outline* outline(const Expr& root, const Node& node, const Environment& names,
                       Memory& memory) {
  if (joins_of(root) == Joins::none) return nullptr;
  Outliner outliner(names);
  outliner.visit(root, node, 0);
  return outliner.keep(memory);
}

Explained explain(const Expression& expression, const rules::StateView& view) {
  const Program* program = expression.program();
  if (program != nullptr && program->outline() != nullptr) {
    return Explainer(*program, view).part(0, program->root());
  }
  Explained out;
  out.text = expression.source();
  out.truth = expression.truth(view, &out.error);
  const auto reads = expression.reads();
  out.reads.assign(reads.begin(), reads.end());
  return out;
}

std::vector<const Explained*> in_the_way(const Explained& whole, bool wanted) {
  std::vector<const Explained*> parts;
  collect(whole, wanted, parts);
  return parts;
}

}  // namespace attune::cel
