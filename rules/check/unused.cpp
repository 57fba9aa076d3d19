#include <algorithm>
#include <set>
#include <string_view>
#include <unordered_map>

#include "rules/check/checks.h"

// W901, W904 to W907: what costs much, and what is of no use.
namespace attune::rules {

namespace {

/// A fifth of what is refused.
constexpr std::uint64_t kCostWorthAWord = 20'000;

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/// How often each word stands in the files; comments count too, so a name is never said to be
/// unused that somebody may mean.
using Words = std::unordered_map<std::string_view, std::size_t>;

Words words_of(const std::vector<SourceFile>& files) {
  Words words;
  for (const SourceFile& file : files) {
    const std::string_view text = file.text;
    for (std::size_t from = 0; from < text.size();) {
      std::size_t to = from;
      while (to < text.size() && is_word(text[to])) ++to;
      if (to > from) ++words[text.substr(from, to - from)];
      from = std::max(to, from + 1);
    }
  }
  return words;
}

class Unused {
 public:
  explicit Unused(Checking& checking)
      : checking_(checking), words_(words_of(checking.facts.set.files)) {}

  void look_at(std::string_view section, std::string_view what, const std::string& code,
               const std::string& id) {
    const auto found = words_.find(id);
    if (found == words_.end() || found->second > 1) return;
    const auto place = checking_.findings.of_entry(section, id);
    if (!place) return;
    checking_.findings.warning(
        *place, {code, std::string(what) + " '" + id + "' is not used", "use it, or remove it"});
  }

 private:
  Checking& checking_;
  Words words_;
};

bool has_effect(const Rule& rule) {
  return !rule.want.empty() || !rule.extras->sequence.empty() || !rule.extras->turns.empty() ||
         !rule.extras->notify.empty() || rule.extras->cleared.has_value();
}

/// Rules that others ask about with active().
std::set<std::string_view> asked_about(const RuleSet& set) {
  std::set<std::string_view> asked;
  for (const cel::Signal& signal : set.signals) {
    if (signal.kind != cel::SignalKind::active) continue;
    asked.insert(std::string_view(signal.word).substr(0, signal.word.find('[')));
  }
  return asked;
}

void check_cost(Checking& checking, const Rule& rule, const cel::Expression& expression,
                std::string_view key) {
  const std::uint64_t cost = cel::cost_of(expression);
  if (cost < kCostWorthAWord) return;
  checking.findings.warning(
      checking.findings.of_key(rule, key),
      {"W901",
       shown(rule) + ": one evaluation of `" + std::string(key) + "` may cost " +
           std::to_string(cost) + " units; above 100000 it is refused",
       "ask about a smaller group, or put the question into several rules"});
}

}  // namespace

void check_unused(Checking& checking) {
  const RuleSet& set = checking.facts.set;
  Unused unused(checking);
  for (const Setting& setting : set.settings) {
    unused.look_at("settings", "setting", "W904", setting.id);
  }
  for (const auto& group : set.groups) unused.look_at("groups", "group", "W905", group.first);
  for (const std::string& var : set.vars) unused.look_at("vars", "var", "W906", var);
  const auto asked = asked_about(set);
  std::set<std::string_view> told;
  for (const Rule& rule : set.rules) {
    if (!told.insert(rule.declared()).second) continue;
    check_cost(checking, rule, rule.when, "when");
    if (rule.extras->while_) check_cost(checking, rule, *rule.extras->while_, "while");
    if (!rule.until.empty()) check_cost(checking, rule, rule.until, "until");
    if (has_effect(rule) || asked.contains(rule.declared())) continue;
    checking.findings.warning(
        set.place_of(rule),
        {"W907",
         shown(rule) + " has no effect: it wants nothing, and no rule asks whether it is active",
         "add want:, or ask active('" + std::string(rule.declared()) + "') elsewhere"});
  }
}

}  // namespace attune::rules
