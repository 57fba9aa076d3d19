#include <algorithm>
#include <deque>
#include <set>

#include "rules/check/checks.h"
#include "rules/check/claimant.h"

// I701: a rule or an interlock can want what another interlock blocks. I702: what an interlock
// wants does not end it.
namespace attune::rules {

namespace {

constexpr unsigned kWanted = 1;
constexpr unsigned kNever = 2;

/// The interlock lets pass what it wants itself.
bool agrees(const Interlock& lock, const Want& want) {
  const Value* const literal = std::get_if<Value>(&want.value);
  return std::any_of(lock.want.begin(), lock.want.end(), [&](const Want& own) {
    const Value* const mine = std::get_if<Value>(&own.value);
    const bool same = own.attribute == want.attribute && literal != nullptr && mine != nullptr;
    return same && *literal == *mine;
  });
}

/// That each has the value that is wanted of it; live values are left open.
class AsWanted {
 public:
  explicit AsWanted(const std::vector<Want>& wants) {
    for (const Want& want : wants) {
      const Value* const literal = std::get_if<Value>(&want.value);
      if (literal == nullptr || want.is_range()) continue;
      if (auto is = equals(want.attribute, *literal)) are_.push_back(std::move(*is));
    }
  }
  void add_to(Demands& demands, unsigned side) const {
    for (const cel::Condition& is : are_) demands.push_back({&is, true, side});
  }

 private:
  std::deque<cel::Condition> are_;
};

bool reads(const Interlock& lock, AttributeId attribute) {
  const auto all = lock.never.reads();
  return std::find(all.begin(), all.end(), attribute) != all.end();
}

class Reached {
 public:
  explicit Reached(Checking& checking) : checking_(checking) {}

  void look_at(const Claimant& who, const Interlock& lock) {
    for (const Claimant::Moment& moment : who.moments()) {
      for (const Want& want : moment) {
        if (reaches(who, lock, moment, want)) return;
      }
    }
  }
  void look_at_own(const Interlock& lock);

 private:
  [[nodiscard]] bool reaches(const Claimant& who, const Interlock& lock,
                             const Claimant::Moment& moment, const Want& want);
  void report(const Claimant& who, const Interlock& lock, const Claimant::Moment& moment,
              const Want& want, State state);
  [[nodiscard]] std::string while_(State state, const Claimant::Moment& without) const;

  Checking& checking_;
  std::set<std::pair<std::string_view, std::string_view>> told_;
};

bool Reached::reaches(const Claimant& who, const Interlock& lock, const Claimant::Moment& moment,
                      const Want& want) {
  if (!reads(lock, want.attribute) || agrees(lock, want)) return false;
  Demands demands = who.hold(checking_.regions, 4);
  const AsWanted wanted(moment);
  wanted.add_to(demands, kWanted);
  demands.push_back({checking_.facts.conditions.of(lock.never), true, kNever});
  Answer answer = checking_.search.meet_at(want.attribute, demands, kWanted | kNever);
  if (answer.is != Answer::Is::yes) return false;
  report(who, lock, moment, want, std::move(answer.state));
  return true;
}

/// The state without what is wanted in it; empty: any.
std::string Reached::while_(State state, const Claimant::Moment& without) const {
  std::erase_if(state.values, [&](const auto& entry) {
    return std::any_of(without.begin(), without.end(),
                       [&](const Want& one) { return one.attribute == entry.first; });
  });
  return text(checking_.facts, state);
}

void Reached::report(const Claimant& who, const Interlock& lock, const Claimant::Moment& moment,
                     const Want& want, State state) {
  if (!told_.emplace(who.declared(), lock.id).second) return;
  const std::string when = while_(std::move(state), moment);
  checking_.findings.warning(
      who.place(checking_.facts.set),
      {"I701",
       who.shown() + " can want " + checking_.facts.name(want.attribute) +
           (when.empty() ? " at any time" : " while " + when) + "; " + lock.id + " blocks it",
       "the interlock holds; say in the rule when it may want that"});
}

/// What it wants while `never` is true should make it untrue, where it reads what it wants.
void Reached::look_at_own(const Interlock& lock) {
  const auto own = std::find_if(lock.want.begin(), lock.want.end(),
                                [&](const Want& want) { return reads(lock, want.attribute); });
  if (own == lock.want.end()) return;
  Demands demands = checking_.regions.reached(lock, kNever);
  const AsWanted wanted(lock.want);
  wanted.add_to(demands, kWanted);
  Answer answer = checking_.search.meet_at(own->attribute, demands, kWanted | kNever);
  if (answer.is != Answer::Is::yes) return;
  const std::string when = while_(std::move(answer.state), lock.want);
  checking_.findings.warning(
      lock.place, {"I702",
                   "what " + lock.id + " wants of " + checking_.facts.name(own->attribute) +
                       " does not end it" + (when.empty() ? "" : " while " + when),
                   "want what makes `never` untrue"});
}

}  // namespace

void check_interlocks(Checking& checking) {
  Reached reached(checking);
  const RuleSet& set = checking.facts.set;
  for (const Rule& rule : set.rules) {
    if (rule.mode != RuleMode::enabled) continue;
    for (const Interlock& lock : set.interlocks) reached.look_at(Claimant(rule), lock);
  }
  for (const Interlock& claiming : set.interlocks) {
    for (const Interlock& lock : set.interlocks) {
      if (&claiming != &lock) reached.look_at(Claimant(claiming), lock);
    }
    reached.look_at_own(claiming);
  }
}

}  // namespace attune::rules
