#include <algorithm>
#include <array>
#include <utility>

#include "rules/cel/checker.h"
#include "rules/cel/spelling.h"

// Signals of no attribute: the clock, the sun, and whether a rule is active.
namespace attune::cel {

namespace {

/// `airing[bath]` is of the rule `airing` the one that `foreach` made for the member `bath`.
std::pair<std::string_view, std::optional<std::string_view>> instance_of(std::string_view id) {
  const std::size_t open = id.find('[');
  if (open == std::string_view::npos || id.back() != ']') return {id, std::nullopt};
  return {id.substr(0, open), id.substr(open + 1, id.size() - open - 2)};
}

}  // namespace

std::optional<int> parse_time_of_day(std::string_view text) {
  const auto digit = [&](std::size_t at) { return text[at] >= '0' && text[at] <= '9'; };
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  if (!digit(0) || !digit(1) || !digit(3) || !digit(4)) return std::nullopt;
  const int hours = (text[0] - '0') * 10 + (text[1] - '0');
  const int minutes = (text[3] - '0') * 10 + (text[4] - '0');
  if (hours > 23 || minutes > 59) return std::nullopt;
  return hours * 60 + minutes;
}

void Checker::visit_active(Expr& expr) {
  expr.type = TypeKind::boolean;
  if (!arguments(expr, 1, "active('rule')")) return;
  const Expr& argument = *expr.children[0];
  const auto* const id = std::get_if<std::string>(&argument.value);
  if (argument.kind != Expr::Kind::literal || id == nullptr) {
    return misfit(expr, "E203", "'active' needs the id of a rule in quotes", "active('rule')");
  }
  const auto [rule, member] = instance_of(*id);
  const auto rules = names_.signals->rules();
  if (std::find(rules.begin(), rules.end(), rule) == rules.end()) {
    report(argument.at, "E307", "there is no rule '" + *id + "'", did_you_mean(rule, rules));
    return;
  }
  if (member && names_.devices.find(*member) == names_.devices.end()) {
    report(argument.at, "E307",
           "rule '" + std::string(rule) + "' has no member '" + std::string(*member) + "'",
           "write active('rule[device]')");
    return;
  }
  Signal signal;
  signal.kind = SignalKind::active;
  signal.text = "active('" + *id + "')";
  signal.word = *id;
  take_signal(expr, std::move(signal), 1);
}

void Checker::visit_between(Expr& expr) {
  expr.type = TypeKind::boolean;
  if (!arguments(expr, 2, "between('22:00', '06:30')")) return;
  Signal signal;
  signal.kind = SignalKind::between;
  std::uint64_t cost = 1;
  for (const auto& child : expr.children) {
    const auto* const text = std::get_if<std::string>(&child->value);
    if (child->kind == Expr::Kind::literal && text != nullptr && !parse_time_of_day(*text)) {
      report(child->at, "E303", "'" + *text + "' is no time of day", "write it as '06:30'");
      return;
    }
    const ExprPtr tree = copy(*child);
    auto part = inner(*tree, Expect::text, nullptr, findings_);
    if (!part) return;
    signal.text += (signal.inner.empty() ? "between(" : ", ") + part->text;
    signal.inner.push_back(std::move(part->expression));
    cost += part->cost;
  }
  signal.text += ")";
  take_signal(expr, std::move(signal), cost);
}

/// `weekday`, `local.hour`, `sun.up`.
bool Checker::visit_clock(Expr& expr, const std::string& word) {
  static const std::array<std::pair<std::string_view, ValueType>, 9> words = {
      {{"weekday", ValueType::text},
       {"local.year", ValueType::integer},
       {"local.month", ValueType::integer},
       {"local.day", ValueType::integer},
       {"local.hour", ValueType::integer},
       {"local.minute", ValueType::integer},
       {"sun.elevation", ValueType::number},
       {"sun.azimuth", ValueType::number},
       {"sun.up", ValueType::boolean}}};
  static const std::vector<std::string> days = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
  if (names_.signals == nullptr) return false;
  const auto at = std::find_if(words.begin(), words.end(),
                               [&](const auto& known) { return known.first == word; });
  if (at == words.end()) return false;
  Signal signal;
  signal.kind = word == "weekday"          ? SignalKind::weekday
                : word.starts_with("sun.") ? SignalKind::sun
                                           : SignalKind::local;
  signal.text = word;
  signal.word = word.substr(word.find('.') + 1);
  signal.type = at->second;
  expr.type = type_of(at->second);
  if (signal.kind == SignalKind::weekday) expr.type.values = &days;
  take_signal(expr, std::move(signal), 1);
  return true;
}

}  // namespace attune::cel
