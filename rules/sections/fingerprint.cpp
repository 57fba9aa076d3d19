#include "rules/sections/fingerprint.h"

#include <algorithm>
#include <set>

namespace attune::rules {

namespace {

bool in_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}
bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

/// End of the string literal that opens at `at`: '..', "..", '''..''', """..""", raw or not.
std::size_t string_end(std::string_view cel, std::size_t at) {
  const bool raw = at > 0 && (cel[at - 1] == 'r' || cel[at - 1] == 'R');
  const std::string_view one = cel.substr(at, 1);
  const std::string three(3, cel[at]);
  const std::string_view quote = cel.substr(at, 3) == three ? std::string_view(three) : one;
  for (std::size_t i = at + quote.size(); i < cel.size(); ++i) {
    if (cel[i] == '\\' && !raw) {
      ++i;
    } else if (cel.substr(i, quote.size()) == quote) {
      return i + quote.size();
    }
  }
  return cel.size();
}

/// End of blanks and comments from `at` on.
std::size_t gap_end(std::string_view cel, std::size_t at) {
  while (at < cel.size()) {
    if (is_blank(cel[at])) {
      ++at;
    } else if (cel.substr(at, 2) == "//") {
      at = std::min(cel.find('\n', at), cel.size());
    } else {
      break;
    }
  }
  return at;
}

/// Vars named by `cel`, and by those, each once with its text.
void add_vars(std::string& out, std::string_view cel, const cel::Environment& names,
              std::set<std::string, std::less<>>& seen) {
  for (std::size_t at = 0; at < cel.size();) {
    std::size_t end = at;
    while (end < cel.size() && in_name(cel[end])) ++end;
    const auto var = names.vars.find(cel.substr(at, end - at));
    if (var != names.vars.end() && seen.insert(var->first).second) {
      out += var->first + "=" + canonical(var->second.source) + "\n";
      add_vars(out, var->second.source, names, seen);
    }
    at = std::max(end, at + 1);
  }
}

void add_expression(std::string& out, std::string_view key, const cel::Expression& expression,
                    const cel::Environment& names) {
  std::set<std::string, std::less<>> seen;
  out += std::string(key) + ":" + canonical(expression.source()) + "\n";
  add_vars(out, expression.source(), names, seen);
}

void add_wanted(std::string& out, std::string_view key, const Wanted& wanted,
                const cel::Environment& names) {
  if (const auto* value = std::get_if<Value>(&wanted)) {
    out += to_json(*value) + "\n";
  } else {
    add_expression(out, key, std::get<cel::Expression>(wanted), names);
  }
}

void add_wants(std::string& out, const std::vector<Want>& list, const cel::Environment& names,
               const AttributeTable& table) {
  std::vector<std::string> wants;  // ordered by path: attribute numbers differ between runs
  for (const Want& want : list) {
    std::string text = "want " + table.path(want.attribute).text() + "\n";
    if (!want.is_range()) add_wanted(text, "live", want.value, names);
    if (want.leeway->min) add_wanted(text += "min ", "live", *want.leeway->min, names);
    if (want.leeway->max) add_wanted(text += "max ", "live", *want.leeway->max, names);
    if (want.leeway->deadband > 0)
      text += "deadband " + to_json(Value(want.leeway->deadband)) + "\n";
    wants.push_back(std::move(text));
  }
  std::sort(wants.begin(), wants.end());
  for (const std::string& want : wants) out += want;
}

void add_trigger(std::string& out, const Trigger& trigger, const cel::Environment& names) {
  out += "trigger " + std::to_string(trigger.of.index()) + " " + canonical(trigger.text) + "\n";
  if (const auto* event = std::get_if<ByEvent>(&trigger.of)) {
    add_expression(out, "event", event->condition, names);
  }
  if (const auto* edge = std::get_if<ByEdge>(&trigger.of)) {
    add_expression(out, edge->rising ? "rises" : "falls", edge->condition, names);
  }
  if (const auto* clock = std::get_if<ByClock>(&trigger.of)) {
    out += "days " + std::to_string(clock->days) + "\n";
  }
  out += "late " + format_duration(trigger.late) + "\n";
}

void add_notices(std::string& out, const std::vector<NoticePlan>& plans) {
  for (const NoticePlan& plan : plans) {
    out += "notify " + plan.to + " " + plan.topic + " " + plan.severity + " after " +
           format_duration(plan.after) + " repeat " +
           (plan.repeat ? format_duration(*plan.repeat) : "never") +
           (plan.wants_ack ? " ack\n" : "\n");
  }
}

void add_sequence(std::string& out, const Rule& rule, const cel::Environment& names,
                  const AttributeTable& table) {
  for (const Step& step : rule.extras->sequence) {
    out += "step " + std::to_string(static_cast<int>(step.kind)) + "\n";
    add_wants(out, step.want, names, table);
    if (step.wait) out += "wait " + format_duration(*step.wait) + "\n";
    if (!step.until.empty()) add_expression(out, "until", step.until, names);
    if (!step.aborts) out += "else continue\n";
    add_notices(out, step.notify);
  }
}

/// What a rule does beside wanting. The texts of messages may change while it is active.
void add_life(std::string& out, const Rule& rule, const cel::Environment& names,
              const AttributeTable& table) {
  if (rule.extras->trigger) add_trigger(out, *rule.extras->trigger, names);
  for (const Turn& turn : rule.extras->turns) {
    out += "turn " + table.path(turn.attribute).text() + "\n";
    for (const Value& value : turn.values) out += to_json(value) + "\n";
  }
  add_sequence(out, rule, names, table);
  add_notices(out, rule.extras->notify);
  if (rule.restarts) out += "run restart\n";
  if (rule.aborts_at_start) out += "on_restart abort\n";
}

std::uint64_t fnv1a(std::string_view text) {
  std::uint64_t hash = 14695981039346656037ULL;
  for (const char c : text) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 1099511628211ULL;
  }
  return hash;
}

}  // namespace

std::string canonical(std::string_view cel) {
  std::string out;
  for (std::size_t at = 0; at < cel.size();) {
    const std::size_t gap = gap_end(cel, at);
    if (gap > at) {
      const bool divides = !out.empty() && gap < cel.size() && in_name(out.back()) &&
                           (in_name(cel[gap]) || cel[gap] == '"' || cel[gap] == '\'');
      out += divides ? " " : "";
      at = gap;
      continue;
    }
    const bool string = cel[at] == '"' || cel[at] == '\'';
    const std::size_t end = string ? string_end(cel, at) : at + 1;
    out += cel.substr(at, end - at);
    at = end;
  }
  return out;
}

std::uint64_t fingerprint(const Rule& rule, std::string_view binding, const cel::Environment& names,
                          const AttributeTable& table) {
  std::string text;
  if (!binding.empty()) text += "foreach " + std::string(binding) + "\n";
  add_expression(text, "when", rule.when, names);
  if (rule.extras->while_) add_expression(text, "while", *rule.extras->while_, names);
  if (!rule.until.empty()) add_expression(text, "until", rule.until, names);
  text += "for " + format_duration(rule.for_) + "\n";
  text += "off_delay " + format_duration(rule.off_delay) + "\n";
  text += "priority " + std::to_string(rule.priority) + "\n";
  text += "on_unknown " + std::to_string(static_cast<int>(rule.on_unknown)) + "\n";
  text += "grace " + format_duration(kUnknownGrace) + "\n";
  if (rule.extras->max_time) text += "max_time " + format_duration(*rule.extras->max_time) + "\n";
  if (rule.extras->cooldown > Millis(0))
    text += "cooldown " + format_duration(rule.extras->cooldown) + "\n";
  if (rule.reset_by_ack) text += "reset ack\n";
  add_life(text, rule, names, table);
  if (rule.extras->transition > Millis(0))
    text += "transition " + format_duration(rule.extras->transition) + "\n";
  for (const AttributeId id : rule.extras->order) text += "order " + table.path(id).text() + "\n";
  text += "mode " + std::to_string(static_cast<int>(rule.mode)) + "\n";
  add_wants(text, rule.want, names, table);
  return fnv1a(text);
}

}  // namespace attune::rules
