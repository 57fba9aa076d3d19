#include <algorithm>
#include <map>
#include <set>

#include "rules/check/checks.h"

// S601: a rule that never wins, since others claim all that it wants whenever it holds.
namespace attune::rules {

namespace {

/// Rivals that one rule is compared with per attribute.
constexpr std::size_t kRivalsMax = 64;

using Claimants = std::map<AttributeId, std::vector<const Rule*>>;

const Want* point_of(const Rule& rule, AttributeId attribute) {
  const auto found = std::find_if(rule.want.begin(), rule.want.end(), [&](const Want& want) {
    return want.attribute == attribute && !want.is_range();
  });
  return found == rule.want.end() ? nullptr : &*found;
}

/// Whether it is active at once wherever its conditions let it start, and stays.
bool is_prompt(const Rule& rule) {
  return is_level(rule) && rule.for_ == Millis(0) && rule.extras->cooldown == Millis(0) &&
         !rule.extras->max_time;
}

class Shadows {
 public:
  explicit Shadows(Checking& checking) : checking_(checking) {}
  void run();

 private:
  void look_at(const Rule& rule);
  [[nodiscard]] const Rule* above(const Rule& rule, AttributeId attribute);
  [[nodiscard]] bool always_with(const Rule& rule, const Rule& other);

  Checking& checking_;
  Claimants claimants_;
};

void Shadows::run() {
  for (const Rule& rule : checking_.facts.set.rules) {
    if (!is_prompt(rule)) continue;
    for (const Want& want : rule.want) {
      if (!want.is_range()) claimants_[want.attribute].push_back(&rule);
    }
  }
  std::set<std::string_view> told;
  for (const Rule& rule : checking_.facts.set.rules) {
    if (is_level(rule) && told.insert(rule.declared()).second) look_at(rule);
  }
}

/// Wherever the one is active, the other is.
bool Shadows::always_with(const Rule& rule, const Rule& other) {
  for (const Demand& needed : checking_.regions.start(other)) {
    Demands outside = checking_.regions.linger(rule);
    if (needed.condition == nullptr) return false;
    outside.push_back({needed.condition, !needed.wanted});
    if (checking_.search.together(outside).is != Answer::Is::no) return false;
  }
  return true;
}

const Rule* Shadows::above(const Rule& rule, AttributeId attribute) {
  const auto rivals = claimants_.find(attribute);
  if (rivals == claimants_.end() || rivals->second.size() > kRivalsMax) return nullptr;
  for (const Rule* const rival : rivals->second) {
    const bool higher = rival != &rule && rival->priority > rule.priority;
    if (higher && point_of(*rival, attribute) != nullptr && always_with(rule, *rival)) return rival;
  }
  return nullptr;
}

void Shadows::look_at(const Rule& rule) {
  // A rule that is never active is told about already.
  if (rule.want.empty() ||
      checking_.search.together(checking_.regions.hold(rule)).is == Answer::Is::no) {
    return;
  }
  const Rule* first = nullptr;
  for (const Want& want : rule.want) {
    if (want.is_range() || checking_.facts.is_setting(want.attribute)) return;
    const Rule* const winner = above(rule, want.attribute);
    if (winner == nullptr) return;
    if (first == nullptr) first = winner;
  }
  checking_.findings.warning(
      checking_.facts.set.place_of(rule),
      {"S601",
       shown(rule) + " never wins: " + shown(*first) + " claims " +
           checking_.facts.name(rule.want.front().attribute) + " whenever it holds",
       "remove it, or give it a higher priority"});
}

}  // namespace

void check_shadows(Checking& checking) {
  Shadows(checking).run();
}

}  // namespace attune::rules
