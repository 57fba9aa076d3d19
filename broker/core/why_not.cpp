#include "broker/core/why_not.h"

#include <algorithm>
#include <utility>

#include "rules/machine.h"

namespace attune::core {
namespace {

/// The reads of a part, and those of the signals among them.
void add_reads(const std::vector<AttributeId>& reads, const Moment& moment, Obstacle& out) {
  for (const AttributeId attribute : reads) {
    if (out.reads.size() == kReadsMax) {
      ++out.reads_more;
      continue;
    }
    out.reads.push_back(moment.read(attribute));
    add_reads(moment.behind(attribute), moment, out);
  }
}

void add_obstacles(Clause clause, const cel::Expression& condition, bool wanted,
                   const Moment& moment, std::vector<Obstacle>& out) {
  if (condition.empty()) return;
  const cel::Explained whole = cel::explain(condition, moment);
  for (const cel::Explained* part : cel::in_the_way(whole, wanted)) {
    Obstacle& obstacle = out.emplace_back();
    obstacle.clause = clause;
    obstacle.text = part->text;
    obstacle.truth = part->truth;
    obstacle.error = part->error;
    add_reads(part->reads, moment, obstacle);
  }
}

std::vector<WantOutcome> outcomes(const Core& core, const rules::Rule& rule) {
  std::vector<WantOutcome> wants;
  for (const rules::Want& want : rule.want) {
    WantOutcome& outcome = wants.emplace_back();
    outcome.path = core.catalog().table().path(want.attribute);
    const Claims& claims = core.claims();
    const Claim* own = claims.find(want.attribute, ClaimBy::rule, rule.id.text());
    const Claim* winner = claims.winner(want.attribute);
    if (own != nullptr) outcome.own = *own;
    if (winner != nullptr) outcome.winner = *winner;
  }
  return wants;
}

RuleStanding standing_of(const WhyNot& why, const RuleState& state) {
  if (why.rule.mode == RuleMode::disabled) return RuleStanding::disabled;
  if (rules::holds_claims(state.phase)) return RuleStanding::active;
  if (!why.obstacles.empty()) return RuleStanding::inhibited;
  if (state.phase == RulePhase::waiting) return RuleStanding::waiting;
  return state.spent ? RuleStanding::resting : RuleStanding::triggered;
}

}  // namespace

Moment::Read Present::read(AttributeId attribute) const {
  Read read;
  const AttributeTable& table = core_.catalog().table();
  read.path = table.path(attribute);
  const cel::Signal* signal = signal_of(core_.rule_set(), attribute);
  read.text = signal == nullptr ? read.path.text() : signal->text;
  read.value = core_.image().value(attribute);
  const AttributeState& state = core_.image().at(attribute);
  const DeviceState& device = core_.image().device(table.device_of(attribute));
  read.offline = device.availability == Availability::offline;
  if (read.offline) {
    read.since = device.at;
  } else if (state.value.has_value()) {
    read.since = state.since;
  }
  return read;
}

std::vector<AttributeId> Present::behind(AttributeId attribute) const {
  const cel::Signal* signal = signal_of(core_.rule_set(), attribute);
  return signal == nullptr ? std::vector<AttributeId>() : reads_of(*signal);
}

const cel::Signal* signal_of(const rules::RuleSet& set, AttributeId attribute) {
  const auto found =
      std::find_if(set.signals.begin(), set.signals.end(),
                   [&](const cel::Signal& signal) { return signal.id == attribute; });
  return found == set.signals.end() ? nullptr : &*found;
}

std::vector<AttributeId> reads_of(const cel::Signal& signal) {
  std::vector<AttributeId> reads;
  for (const cel::Expression& inner : signal.inner) {
    reads.insert(reads.end(), inner.reads().begin(), inner.reads().end());
  }
  if (signal.of) reads.push_back(*signal.of);
  std::sort(reads.begin(), reads.end());
  reads.erase(std::unique(reads.begin(), reads.end()), reads.end());
  return reads;
}

std::string_view name(Clause clause) {
  switch (clause) {
    case Clause::when:
      return "when";
    case Clause::while_:
      return "while";
    case Clause::until:
      return "until";
  }
  return "";
}

std::string_view name(RuleStanding standing) {
  switch (standing) {
    case RuleStanding::active:
      return "active";
    case RuleStanding::disabled:
      return "disabled";
    case RuleStanding::inhibited:
      return "inhibited";
    case RuleStanding::waiting:
      return "waiting";
    case RuleStanding::resting:
      return "resting";
    case RuleStanding::triggered:
      return "triggered";
  }
  return "";
}

std::vector<Obstacle> obstacles(const rules::Rule& rule, const Moment& moment) {
  std::vector<Obstacle> out;
  add_obstacles(Clause::when, rule.when, true, moment, out);
  if (rule.extras->while_) add_obstacles(Clause::while_, *rule.extras->while_, true, moment, out);
  // An `until` that is unknown keeps no rule from starting.
  if (!rule.until.empty() && rule.until.truth(moment) == cel::Truth::yes) {
    add_obstacles(Clause::until, rule.until, false, moment, out);
  }
  return out;
}

WhyNot why_not(const Core& core, std::uint32_t index, const Instant& now) {
  const rules::Rule& rule = core.rule_set().rules[index];
  const RuleState& state = core.rules().at(index).state;
  WhyNot why;
  why.rule = note_of(core, index);
  if (state.since != Instant{}) why.since = state.since;
  if (rules::holds_claims(state.phase)) {
    why.wants = outcomes(core, rule);
  } else {
    why.obstacles = obstacles(rule, Present(core));
  }
  why.standing = standing_of(why, state);
  const auto due = rules::deadlines(rule, state).for_;
  if (due && why.standing == RuleStanding::waiting) why.due = now.wall + (*due - now.steady);
  return why;
}

void sort_by_obstacles(std::vector<WhyNot>& rules) {
  std::stable_sort(rules.begin(), rules.end(), [](const WhyNot& a, const WhyNot& b) {
    return a.obstacles.size() < b.obstacles.size();
  });
}

bool wants(const rules::Rule& rule, AttributeId attribute) {
  return std::any_of(rule.want.begin(), rule.want.end(),
                     [&](const rules::Want& one) { return one.attribute == attribute; });
}

std::vector<WhyNot> inhibited_rules(const Core& core, AttributeId attribute, const Instant& now) {
  std::vector<WhyNot> rules;
  const auto& all = core.rule_set().rules;
  for (std::uint32_t i = 0; i < all.size(); ++i) {
    if (!wants(all[i], attribute) || rules::holds_claims(core.rules().at(i).state.phase)) continue;
    rules.push_back(why_not(core, i, now));
  }
  sort_by_obstacles(rules);
  return rules;
}

}  // namespace attune::core
