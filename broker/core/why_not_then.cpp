#include "broker/core/why_not_then.h"

#include <utility>

namespace attune::core {

const Value& PastMoment::value(AttributeId attribute) const {
  return look(attribute).value;
}

Moment::Read PastMoment::read(AttributeId attribute) const {
  return look(attribute);
}

std::vector<AttributeId> PastMoment::behind(AttributeId attribute) const {
  const cel::Signal* signal = signal_of(rules_.set, attribute);
  return signal == nullptr ? std::vector<AttributeId>() : reads_of(*signal);
}

const Moment::Read& PastMoment::look(AttributeId attribute) const {
  const auto [at, fresh] = known_.try_emplace(attribute);
  Read& read = at->second;
  if (!fresh) return read;
  read.path = rules_.table.path(attribute);
  const cel::Signal* signal = signal_of(rules_.set, attribute);
  read.text = signal == nullptr ? read.path.text() : signal->text;
  if (signal == nullptr) find(read.path, read);
  return read;
}

void PastMoment::find(const AttributePath& path, Read& read) const {
  const auto id = core_.catalog().table().find(path.device.text(), path.attribute);
  if (!id) return;
  const DeviceIndex device = core_.catalog().table().device_of(*id);
  const auto reachable = take(availability_then(core_, past_, device, at_));
  if (reachable && reachable->status == name(Availability::offline)) {
    read.offline = true;
    read.since = reachable->at;
    return;
  }
  const auto change = take(value_then(core_, past_, *id, at_));
  if (!change) return;
  read.value = change->value;
  read.since = change->at;
}

std::optional<Change> PastMoment::take(Result<std::optional<Change>> found) const {
  if (found) return std::move(*found);
  if (!problem_) problem_ = found.error();
  return std::nullopt;
}

namespace {

Status within(const Past& past, Revision at) {
  if (at > past.head) {
    return Error{"future", "revision " + std::to_string(number(at)) + " was not given out"};
  }
  if (at > past.floor) return {};
  return Error{"compacted", "what was at revision " + std::to_string(number(at)) + " is not kept"};
}

}  // namespace

Result<WhyNot> why_not_then(const Core& core, const Past& past, const RulesThen& rules,
                            std::uint32_t index, Revision at) {
  if (Status kept = within(past, at); !kept.ok()) return kept.error();
  const rules::Rule& rule = rules.set.rules[index];
  WhyNot why;
  why.rule = note_of(rules.set, rule);
  const auto last = rule_then(past, rule.id, at);
  if (!last) return last.error();
  if (*last) why.since = (*last)->at;
  if (*last && (*last)->status == "active") {
    why.rule.phase = RulePhase::active;
    why.standing = RuleStanding::active;
    return why;
  }
  const PastMoment moment(core, past, rules, at);
  why.obstacles = obstacles(rule, moment);
  if (moment.problem()) return *moment.problem();
  why.standing = rule.mode == RuleMode::disabled ? RuleStanding::disabled
                 : why.obstacles.empty()         ? RuleStanding::triggered
                                                 : RuleStanding::inhibited;
  return why;
}

Result<std::vector<WhyNot>> inhibited_rules_then(const Core& core, const Past& past,
                                                 const RulesThen& rules, AttributeId attribute,
                                                 Revision at) {
  std::vector<WhyNot> inhibited;
  for (std::uint32_t i = 0; i < rules.set.rules.size(); ++i) {
    if (!wants(rules.set.rules[i], attribute)) continue;
    auto why = why_not_then(core, past, rules, i, at);
    if (!why) return why.error();
    if (why->standing != RuleStanding::active) inhibited.push_back(std::move(*why));
  }
  sort_by_obstacles(inhibited);
  return inhibited;
}

}  // namespace attune::core
