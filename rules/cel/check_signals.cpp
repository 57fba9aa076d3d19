#include <algorithm>
#include <array>
#include <functional>
#include <utility>

#include "devices/model/limits.h"
#include "rules/cel/checker.h"
#include "rules/cel/program.h"
#include "rules/cel/spelling.h"

// Functions of attributes and of time: each becomes the read of an attribute of its own. Where a
// part names the member of a group that a macro goes through, there is one for each member.
namespace attune::cel {

namespace {

constexpr std::size_t kCopiesMax = 10'000;  // bounds the time: a part is checked for each member
constexpr Millis kAverageMin = std::chrono::seconds(1);

struct AttributeFunction {
  std::string_view name;
  SignalKind kind;
  std::size_t arguments;
  std::string_view usage;
};

constexpr std::array kOfAttribute = {
    AttributeFunction{"unchanged_for", SignalKind::unchanged_for, 1, "unchanged_for(device.x)"},
    AttributeFunction{"seen_ago", SignalKind::seen_ago, 1, "seen_ago(device.x)"},
    AttributeFunction{"known", SignalKind::known, 1, "known(device.x)"},
    AttributeFunction{"past", SignalKind::past, 2, "past(device.x, '5m')"},
    AttributeFunction{"wanted", SignalKind::wanted, 1, "wanted(device.x)"},
    AttributeFunction{"diverged", SignalKind::diverged, 1, "diverged(device.x)"},
};

struct Ordering {
  std::string_view symbol;
  Compare compare;
  Compare turned;  ///< with its sides exchanged
};
constexpr std::array kOrderings = {
    Ordering{"_<_", Compare::less, Compare::greater},
    Ordering{"_<=_", Compare::less_equal, Compare::greater_equal},
    Ordering{"_>_", Compare::greater, Compare::less},
    Ordering{"_>=_", Compare::greater_equal, Compare::less_equal},
};

std::string_view sign(Compare compare) {
  switch (compare) {
    case Compare::none:
      return "";
    case Compare::less:
      return " < ";
    case Compare::less_equal:
      return " <= ";
    case Compare::greater:
      return " > ";
    case Compare::greater_equal:
      return " >= ";
  }
  return "";
}

const AttributeFunction* function_of(const Expr& expr) {
  if (expr.kind != Expr::Kind::call || expr.receiver) return nullptr;
  const auto at = std::find_if(kOfAttribute.begin(), kOfAttribute.end(),
                               [&](const auto& function) { return function.name == expr.text; });
  return at == kOfAttribute.end() ? nullptr : &*at;
}

bool lasts(const Expr& expr) {
  const AttributeFunction* function = function_of(expr);
  return function != nullptr && expr.children.size() == 1 &&
         (function->kind == SignalKind::unchanged_for || function->kind == SignalKind::seen_ago);
}

/// `'5m'` or `duration('5m')`.
std::optional<Millis> duration_of(const Expr& expr) {
  const bool call = expr.kind == Expr::Kind::call && expr.text == "duration" && !expr.receiver;
  if (call && expr.children.size() == 1) return duration_of(*expr.children[0]);
  const auto* const text = std::get_if<std::string>(&expr.value);
  if (expr.kind != Expr::Kind::literal || text == nullptr) return std::nullopt;
  return parse_duration(*text);
}

bool is_sun(const Expr& expr) {
  return expr.kind == Expr::Kind::select && !expr.test && !expr.optional &&
         (expr.text == "elevation" || expr.text == "azimuth") &&
         expr.children[0]->kind == Expr::Kind::name && !expr.children[0]->absolute &&
         expr.children[0]->text == "sun";
}

ValueType value_type(const Type& type) {
  switch (type.kind) {
    case TypeKind::boolean:
      return ValueType::boolean;
    case TypeKind::integer:
      return ValueType::integer;
    case TypeKind::number:
      return ValueType::number;
    case TypeKind::text:
      return ValueType::text;
    default:
      return ValueType::number;
  }
}

bool failed(const std::vector<Finding>& findings, std::size_t from) {
  return std::any_of(findings.begin() + static_cast<std::ptrdiff_t>(from), findings.end(),
                     [](const Finding& f) { return f.severity == Severity::error; });
}

void add_names(const Expr& expr, std::vector<std::string_view>& names) {
  if (expr.kind == Expr::Kind::name && !expr.absolute) names.push_back(expr.text);
  for (const auto& child : expr.children) add_names(*child, names);
}

/// The expression that a var stands for.
const Expr& meant(const Expr& expr) {
  const auto* const var = std::get_if<found::Var>(&expr.found);
  return var == nullptr || var->value == nullptr ? expr : meant(*var->value);
}

/// The member below `w.l2.on`.
const Expr& member_of(const Expr& select) {
  const Expr* at = &select;
  while (at->kind == Expr::Kind::select && !at->type.is(TypeKind::device)) {
    at = at->children[0].get();
  }
  return *at;
}

}  // namespace

bool Checker::visit_signal(Expr& expr) {
  if (expr.receiver) return false;
  if (expr.text == "true_for") {
    visit_true_for(expr);
  } else if (expr.text == "avg") {
    visit_avg(expr);
  } else if (expr.text == "active") {
    visit_active(expr);
  } else if (expr.text == "between") {
    visit_between(expr);
  } else if (function_of(expr) != nullptr) {
    visit_of_attribute(expr, Compare::none, Millis(0));
  } else if (expr.text == "rises" || expr.text == "falls") {
    misfit(expr, "E203", "'" + expr.text + "' is a moment, and no condition",
           "it stands alone under `trigger`");
  } else {
    return false;
  }
  return true;
}

bool Checker::arguments(Expr& expr, std::size_t count, std::string_view usage) {
  if (expr.children.size() == count) return true;
  misfit(expr, "E203",
         "'" + expr.text + "' takes " + std::to_string(count) +
             (count == 1 ? " argument, got " : " arguments, got ") +
             std::to_string(expr.children.size()),
         "write " + std::string(usage));
  return false;
}

std::optional<Millis> Checker::window(Expr& expr, std::size_t place) {
  const auto found = duration_of(*expr.children[place]);
  if (found && *found > Millis(0) && *found <= kWindowMax) return found;
  report(expr.children[place]->at, "E203",
         "'" + expr.text + "' needs a duration of more than nothing and at most 7d",
         "write one in quotes: '90s', '5m', '1h30m', '7d'");
  expr.type = TypeKind::dyn;
  return std::nullopt;
}

/// Checks a part by itself, for one member of the group that a macro goes through.
std::optional<Checker::Inner> Checker::inner(Expr& tree, Expect expect, const Local* fixed,
                                             std::vector<Finding>& findings) {
  const std::size_t before = findings.size();
  if (++*copies_ > kCopiesMax) {
    report(tree.at, "E204", "this goes over more than 10,000 members of groups",
           "a macro inside a macro multiplies: use smaller groups");
    return std::nullopt;
  }
  Checker part(names_, declared_, checking_, findings);
  part.copies_ = copies_;
  part.open_vars_ = open_vars_;
  if (fixed != nullptr) part.locals_.push_back(*fixed);
  part.check(tree, expect);
  if (failed(findings, before)) return std::nullopt;
  const Checked checked = part.take();
  std::string text = printed(tree);
  auto program = program_of({tree, checked, names_}, text, findings);
  if (!program) return std::nullopt;
  return Inner{Expression(std::move(program)), std::move(text), tree.cost};
}

/// The macros' variables that a tree names.
std::vector<const Checker::Local*> Checker::free_locals(const Expr& expr) const {
  std::vector<std::string_view> names;
  add_names(expr, names);
  std::vector<const Local*> found;
  for (std::size_t i = locals_.size(); i-- > 0;) {
    const bool named = std::find(names.begin(), names.end(), locals_[i].name) != names.end();
    const bool hidden = std::any_of(found.begin(), found.end(), [&](const Local* inner) {
      return inner->name == locals_[i].name;
    });
    if (named && !hidden) found.push_back(&locals_[i]);
  }
  return found;
}

void Checker::take_signal(Expr& expr, Signal signal, std::uint64_t cost) {
  found::Signal found;
  found.text = signal.text;
  found.cost = cost;
  found.id = names_.signals->take(std::move(signal));
  expr.found = std::move(found);
}

void Checker::visit_true_for(Expr& expr) {
  expr.type = TypeKind::boolean;
  if (!arguments(expr, 2, "true_for(condition, '5m')")) return;
  of_expression(expr, SignalKind::true_for, Expect::boolean, ValueType::boolean);
}

void Checker::visit_avg(Expr& expr) {
  expr.type = TypeKind::number;
  if (!arguments(expr, 2, "avg(device.x, '5m')")) return;
  of_expression(expr, SignalKind::avg, Expect::number, ValueType::number);
}

void Checker::of_expression(Expr& expr, SignalKind kind, Expect expect, ValueType type) {
  const auto length = window(expr, 1);
  if (!length) return;
  if (kind == SignalKind::avg && *length < kAverageMin) {
    return misfit(expr, "E203", "'avg' needs a window of a second at least");
  }
  Signal draft;
  draft.kind = kind;
  draft.type = type;
  draft.window = *length;
  const auto locals = free_locals(*expr.children[0]);
  const Local* open = nullptr;
  for (const Local* local : locals) {
    if (local->fixed != nullptr && open == nullptr) open = local;
    if (local->fixed == nullptr && (open == nullptr || open->fixed != nullptr)) open = local;
  }
  const auto moving = std::count_if(locals.begin(), locals.end(),
                                    [](const Local* local) { return local->fixed == nullptr; });
  if (moving > 1 || locals.size() > 1 || (moving == 1 && !open->type.is(TypeKind::device))) {
    return misfit(expr, "E203",
                  "'" + expr.text + "' may depend on one member of a group, and on no other " +
                      "variable of a macro");
  }
  if (moving == 1) return of_each_member(expr, draft, *open, expect);
  const ExprPtr tree = copy(*expr.children[0]);
  auto part = inner(*tree, expect, open, findings_);
  if (!part) {
    expr.type = TypeKind::dyn;
    return;
  }
  draft.text = expr.text + "(" + part->text + ", '" + format_duration(*length) + "')";
  draft.inner = {part->expression};
  take_signal(expr, std::move(draft), part->cost);
}

/// A member that lacks what is asked for is unknown, as everywhere in a group.
void Checker::of_each_member(Expr& expr, const Signal& draft, const Local& local, Expect expect) {
  const Local open = local;  // locals_ may move
  found::Signal found;
  found.member = open.slot;
  std::vector<Finding> first;
  for (const Device* device : open.type.devices) {
    Local fixed = open;
    fixed.fixed = device;
    fixed.type.devices = {device};
    std::vector<Finding> findings;
    const ExprPtr tree = copy(*expr.children[0]);
    auto part = inner(*tree, expect, &fixed, findings);
    if (!part) {
      if (first.empty()) first = std::move(findings);
      continue;
    }
    Signal signal = draft;
    signal.text = expr.text + "(" + part->text + ", '" + format_duration(draft.window) + "')";
    signal.inner = {part->expression};
    found.cost += part->cost;
    found.of_members.emplace_back(device, names_.signals->take(std::move(signal)));
  }
  if (found.of_members.empty()) {
    findings_.insert(findings_.end(), first.begin(), first.end());
  }
  expr.found = std::move(found);
}

void Checker::visit_of_attribute(Expr& expr, Compare compare, Millis than) {
  const AttributeFunction& function = *function_of(expr);
  expr.type = TypeKind::boolean;
  if (!arguments(expr, function.arguments, function.usage)) return;
  Signal draft;
  draft.kind = function.kind;
  draft.compare = compare;
  draft.window = than;
  if (function.kind == SignalKind::past) {
    const auto length = window(expr, 1);
    if (!length) return;
    draft.window = *length;
  }
  visit(*expr.children[0]);
  const Expr& attribute = meant(*expr.children[0]);
  const bool duration = lasts(expr) && compare == Compare::none;
  if (duration) expr.type = TypeKind::duration;
  if (function.kind == SignalKind::past || function.kind == SignalKind::wanted) {
    expr.type = attribute.type;
  }
  draft.type = duration ? ValueType::integer : value_type(expr.type);
  const auto text_of = [&](const std::string& path) {
    std::string text = expr.text + "(" + path;
    if (function.kind == SignalKind::past) text += ", '" + format_duration(draft.window) + "'";
    text += ")";
    if (compare == Compare::none) return text;
    return text + std::string(sign(compare)) + "'" + format_duration(than) + "'";
  };
  if (const auto* const read = std::get_if<found::Read>(&attribute.found)) {
    draft.of = read->id;
    draft.text = text_of(printed(attribute));
    return take_signal(expr, std::move(draft), 1);
  }
  if (const auto* const member = std::get_if<found::Member>(&attribute.found)) {
    const Expr& device = member_of(attribute);
    const auto* const local = std::get_if<found::Local>(&device.found);
    if (local == nullptr) {
      return misfit(expr, "E203", "'" + expr.text + "' takes an attribute of one device");
    }
    found::Signal found;
    found.member = local->slot;
    for (const Device* one : device.type.devices) {
      const auto entry = one->attributes.find(member->attribute);
      if (entry == one->attributes.end()) continue;
      Signal signal = draft;
      signal.of = entry->second.id;
      signal.text = text_of(one->id + "." + member->attribute);
      found.of_members.emplace_back(one, names_.signals->take(std::move(signal)));
    }
    found.cost = found.of_members.size();
    expr.found = std::move(found);
    return;
  }
  if (std::holds_alternative<found::Unknown>(attribute.found)) {
    expr.found = found::Unknown{};
    if (function.kind != SignalKind::known) return;
    expr.kind = Expr::Kind::literal;
    expr.value = false;
    expr.found = found::Nothing{};
    return;
  }
  misfit(expr, "E203", "'" + expr.text + "' takes an attribute, and no other expression",
         "write " + std::string(function.usage));
}

/// What moves all the time is compared where it is kept, which knows when the answer flips.
bool Checker::visit_moving(Expr& expr) {
  if (expr.children.size() != 2) return false;
  const auto at = std::find_if(kOrderings.begin(), kOrderings.end(),
                               [&](const Ordering& known) { return known.symbol == expr.text; });
  if (at == kOrderings.end()) return false;
  return moving_duration(expr, 0, at->compare) || moving_duration(expr, 1, at->turned) ||
         moving_sun(expr, 0, at->compare) || moving_sun(expr, 1, at->turned);
}

bool Checker::moving_duration(Expr& expr, std::size_t side, Compare compare) {
  if (!lasts(*expr.children[side])) return false;
  const auto than = duration_of(*expr.children[1 - side]);
  if (!than) return false;
  Expr& call = *expr.children[side];
  visit_of_attribute(call, compare, *than);
  expr.type = TypeKind::boolean;
  if (const auto* const signal = std::get_if<found::Signal>(&call.found)) {
    expr.found = *signal;
  } else if (std::holds_alternative<found::Unknown>(call.found)) {
    expr.found = found::Unknown{};
  }
  return true;
}

bool Checker::moving_sun(Expr& expr, std::size_t side, Compare compare) {
  if (!is_sun(*expr.children[side]) || !free_locals(*expr.children[1 - side]).empty()) return false;
  expr.type = TypeKind::boolean;
  const ExprPtr tree = copy(*expr.children[1 - side]);
  const auto part = inner(*tree, Expect::number, nullptr, findings_);
  if (!part) return true;
  Signal signal;
  signal.kind = SignalKind::sun;
  signal.word = expr.children[side]->text;
  signal.compare = compare;
  signal.text = "sun." + signal.word + std::string(sign(compare)) + part->text;
  signal.inner = {part->expression};
  take_signal(expr, std::move(signal), part->cost);
  return true;
}

}  // namespace attune::cel
