#include <algorithm>
#include <deque>
#include <set>

#include "rules/check/checks.h"

// I701: a rule can want what an interlock blocks.
namespace attune::rules {

namespace {

constexpr unsigned kWanted = 1;
constexpr unsigned kNever = 2;

/// What a rule wants at one moment: its wants, or those of a sequence up to a step.
using Moment = std::vector<Want>;

void put(Moment& moment, const Want& want) {
  std::erase_if(moment, [&](const Want& old) { return old.attribute == want.attribute; });
  moment.push_back(want);
}

std::vector<Moment> moments_of(const Rule& rule) {
  std::vector<Moment> moments = {rule.want};
  for (const Step& step : rule.extras->sequence) {
    if (step.kind != Step::Kind::want) continue;
    Moment next = moments.back();
    for (const Want& want : step.want) put(next, want);
    moments.push_back(std::move(next));
  }
  return moments;
}

/// The interlock lets pass what it wants itself.
bool agrees(const Interlock& lock, const Want& want) {
  const Value* const literal = std::get_if<Value>(&want.value);
  return std::any_of(lock.want.begin(), lock.want.end(), [&](const Want& own) {
    const Value* const mine = std::get_if<Value>(&own.value);
    const bool same = own.attribute == want.attribute && literal != nullptr && mine != nullptr;
    return same && *literal == *mine;
  });
}

class Reached {
 public:
  explicit Reached(Checking& checking) : checking_(checking) {}

  void look_at(const Rule& rule, const Interlock& lock) {
    for (const Moment& moment : moments_of(rule)) {
      for (const Want& want : moment) {
        if (reaches(rule, lock, moment, want)) return;
      }
    }
  }

 private:
  [[nodiscard]] bool reaches(const Rule& rule, const Interlock& lock, const Moment& moment,
                             const Want& want);
  void report(const Rule& rule, const Interlock& lock, const Moment& moment, const Want& want,
              State state);

  Checking& checking_;
  std::set<std::pair<std::string_view, std::string_view>> told_;
};

bool Reached::reaches(const Rule& rule, const Interlock& lock, const Moment& moment,
                      const Want& want) {
  const auto reads = lock.never.reads();
  const bool read = std::find(reads.begin(), reads.end(), want.attribute) != reads.end();
  if (!read || agrees(lock, want)) return false;
  Demands demands = checking_.regions.hold(rule, 4);
  std::deque<cel::Condition> wanted;
  for (const Want& one : moment) {
    const Value* const literal = std::get_if<Value>(&one.value);
    auto is = literal == nullptr || one.is_range() ? std::nullopt : equals(one.attribute, *literal);
    if (!is) continue;
    demands.push_back({&wanted.emplace_back(std::move(*is)), true, kWanted});
  }
  demands.push_back({checking_.facts.conditions.of(lock.never), true, kNever});
  Answer answer = checking_.search.meet_at(want.attribute, demands, kWanted | kNever);
  if (answer.is != Answer::Is::yes) return false;
  report(rule, lock, moment, want, std::move(answer.state));
  return true;
}

void Reached::report(const Rule& rule, const Interlock& lock, const Moment& moment,
                     const Want& want, State state) {
  if (!told_.emplace(rule.declared(), lock.id).second) return;
  std::erase_if(state.values, [&](const auto& entry) {
    return std::any_of(moment.begin(), moment.end(),
                       [&](const Want& one) { return one.attribute == entry.first; });
  });
  const std::string when = text(checking_.facts, state);
  checking_.findings.warning(
      rule.place,
      {"I701",
       shown(rule) + " can want " + checking_.facts.name(want.attribute) +
           (when.empty() ? " at any time" : " while " + when) + "; " + lock.id + " blocks it",
       "the interlock holds; say in the rule when it may want that"});
}

}  // namespace

void check_interlocks(Checking& checking) {
  Reached reached(checking);
  for (const Rule& rule : checking.facts.set.rules) {
    if (rule.mode != RuleMode::enabled) continue;
    for (const Interlock& lock : checking.facts.set.interlocks) reached.look_at(rule, lock);
  }
}

}  // namespace attune::rules
