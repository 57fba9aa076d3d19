#include "broker/cli/scenario.h"

#include <cmath>
#include <optional>
#include <utility>

#include "broker/cli/simulated_home.h"
#include "devices/model/issue.h"

namespace attune::cli {
namespace {

/// A Thursday at noon in winter: what a test begins with that does not care.
constexpr Millis kUsualStart{1'768'478'400'000};  // 2026-01-15T12:00:00Z

std::string text(const Value& value) {
  if (!value.has_value()) return "unknown (never reported)";
  return value.kind() == ValueKind::text ? value.as_text() : to_json(value);
}

/// Reads a home through the words of a test.
class Judge {
 public:
  Judge(const SimulatedHome& home, const devices::Catalog& catalog, const rules::RuleSet& set)
      : home_(home), catalog_(catalog), set_(set) {}

  /// What is wrong with the step's expectations; empty: nothing.
  [[nodiscard]] std::string judge(const rules::TestStep& step) const {
    std::string wrong;
    for (const auto& [path, expected] : step.expect) wrong += judge_value(path, expected);
    if (!step.by.empty()) {
      for (const auto& [path, expected] : step.expect) wrong += judge_holder(path, step.by);
    }
    if (!wrong.empty() && !step.by.empty()) wrong += describe_rule(step.by);
    return wrong;
  }

 private:
  [[nodiscard]] std::optional<AttributeId> find(const AttributePath& path) const {
    return catalog_.table().find(path.device.text(), path.attribute);
  }

  [[nodiscard]] std::string judge_value(const AttributePath& path, const Value& expected) const {
    const auto id = find(path);
    const Value actual = id ? home_.core().image().at(*id).value : Value();
    if (same(id, expected, actual)) return {};
    return "  expected " + path.text() + " = " + text(expected) + ", it is " + text(actual) +
           "\n  " + holder_text(path) + "\n";
  }

  [[nodiscard]] bool same(std::optional<AttributeId> id, const Value& a, const Value& b) const {
    if (a == b) return true;
    if (!a.has_value() || !b.has_value()) return false;
    const AttributeInfo* info = id ? catalog_.attribute(*id) : nullptr;
    if (info != nullptr && same_on_wire(*info, a, b)) return true;
    return a.is_numeric() && b.is_numeric() && std::abs(a.numeric() - b.numeric()) < 1e-9;
  }

  [[nodiscard]] const Claim* winner(const AttributePath& path) const {
    const auto id = find(path);
    return id ? home_.core().claims().winner(*id) : nullptr;
  }

  /// In the words of `by`: a rule's id, `manual`, or what rests there.
  [[nodiscard]] static std::string holder(const Claim& claim) {
    return claim.by == ClaimBy::person ? "manual" : claim.source;
  }

  [[nodiscard]] std::string judge_holder(const AttributePath& path, const std::string& by) const {
    const Claim* claim = winner(path);
    if (claim != nullptr && holder(*claim) == by) return {};
    return "  expected " + path.text() + " to be held by " + by + ", " + holder_text(path) + "\n";
  }

  [[nodiscard]] std::string holder_text(const AttributePath& path) const {
    const Claim* claim = winner(path);
    if (claim == nullptr) return "nobody holds " + path.text();
    return "it is held by " + holder(*claim) + " at " + priority_text(claim->priority) + " since " +
           format_utc(claim->since.wall) + ", wanting " + text(claim->value);
  }

  [[nodiscard]] std::string describe_rule(const std::string& by) const {
    const auto index = set_.index_of(by);
    if (!index) return {};
    const auto& standing = home_.core().rules().at(*index);
    std::string line = "  rule " + by + " is " + std::string(name(standing.state.phase)) +
                       ": its condition `" + set_.rules[*index].when.source() + "` is " +
                       std::string(name(standing.seen.when));
    if (!standing.seen.error.empty()) line += " (" + standing.seen.error + ")";
    return line + "\n";
  }

  const SimulatedHome& home_;
  const devices::Catalog& catalog_;
  const rules::RuleSet& set_;
};

void act(SimulatedHome& home, const rules::TestStep& step) {
  if (!step.report.empty()) home.report(step.report);
  if (!step.manual.empty()) home.report(step.manual);
  if (step.after) home.advance(*step.after);
  if (step.restart) home.restart();
}

std::string printable_lines(const std::string& lines) {
  std::string out;
  for (std::size_t begin = 0; begin < lines.size();) {
    const std::size_t end = std::min(lines.find('\n', begin), lines.size());
    out += printable(std::string_view(lines).substr(begin, end - begin)) + "\n";
    begin = end + 1;
  }
  return out;
}

}  // namespace

ScenarioRunner::ScenarioRunner(devices::Catalog& catalog, std::shared_ptr<const rules::RuleSet> set)
    : catalog_(catalog), set_(std::move(set)) {}

CaseResult ScenarioRunner::run(const rules::TestCase& test) {
  SimulatedHome home(catalog_, set_, test.time.value_or(kUsualStart), test.settings, test.state);
  const Judge judge(home, catalog_, *set_);
  for (const auto& step : test.steps) {
    act(home, step);
    std::string wrong = home.broken().empty() ? judge.judge(step) : "  " + home.broken() + "\n";
    if (wrong.empty()) continue;
    wrong += "  at " + format_utc(home.now().wall) + " of the test\n";
    return {&test, false, step.place, printable_lines(wrong)};
  }
  return {&test, true, {}, {}};
}

}  // namespace attune::cli
