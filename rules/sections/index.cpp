#include <algorithm>

#include "rules/sections/sections.h"

// Who reads what, over all rules and interlocks.
namespace attune::rules {

namespace {

/// Who waits for a momentary event.
void index_events(RuleSet& set, std::size_t at) {
  const auto* by = set.rules[at].triggered<ByEvent>();
  if (by == nullptr) return;
  for (const AttributeId id : by->events) {
    set.event_readers[id].push_back(static_cast<std::uint32_t>(at));
  }
}

/// A number that is learned for each value of a setting changes with the setting.
void add_contexts(RuleSet& set) {
  for (const Learn& learn : set.learn) {
    for (const Learn::Target& target : learn.targets) {
      const auto at = set.index_of(target.rule.text());
      if (!at) continue;
      if (learn.per.empty()) continue;
      auto& contexts = set.rules[*at].extras.edit().contexts;
      contexts.insert(contexts.end(), learn.per.begin(), learn.per.end());
    }
  }
}

void index_rules(RuleSet& set, std::size_t attributes) {
  std::sort(set.rules.begin(), set.rules.end(),
            [](const Rule& a, const Rule& b) { return a.id < b.id; });
  add_contexts(set);
  set.rules.shrink_to_fit();
  for (std::size_t at = 0; at < set.rules.size(); ++at) index_events(set, at);
  set.readers = Readers(set.rules, attributes);
  set.flips = FlipIndex(set.rules, set.readers);
}

/// `true_for(c, '15m')`, and how long something has not changed or was not heard: delays that the
/// start of a hold begins anew.
void note_delays(ManualPolicy& policy, const std::vector<cel::Signal>& signals) {
  if (!policy.until) return;
  for (const AttributeId read : policy.until->reads()) {
    const auto signal = std::find_if(signals.begin(), signals.end(),
                                     [&](const cel::Signal& each) { return each.id == read; });
    if (signal == signals.end() || signal->window == Millis(0)) continue;
    const bool more =
        signal->compare == cel::Compare::greater || signal->compare == cel::Compare::greater_equal;
    const bool lasts = (signal->kind == cel::SignalKind::unchanged_for ||
                        signal->kind == cel::SignalKind::seen_ago) &&
                       more;
    if (lasts || signal->kind == cel::SignalKind::true_for) {
      policy.delays.emplace_back(read, signal->window);
    }
  }
}

/// Lists that few attributes have take no space for the others.
template <class T>
void list(std::vector<std::vector<T>>& lists, AttributeId under, T what) {
  if (lists.size() <= index(under)) lists.resize(index(under) + 1);
  lists[index(under)].push_back(what);
}

void add_hold(RuleSet& set, const ManualPolicy& policy, AttributeId held) {
  if (!policy.until) return;
  for (const AttributeId read : policy.until->reads()) list(set.hold_readers, read, held);
}

/// The default's `until` speaks for every attribute that has no policy of its own.
void index_holds(const Loading& loading, RuleSet& set) {
  for (const auto& [held, policy] : set.manual_of) add_hold(set, policy, held);
  if (!set.manual.until) return;
  for (const auto& [id, device] : loading.around.devices) {
    for (const AttributeInfo& info : device.attributes) {
      const AttributeId held = loading.around.table.intern(id, info.name);
      if (info.writable && !set.manual_of.contains(held)) add_hold(set, set.manual, held);
    }
  }
}

void index_interlocks(RuleSet& set) {
  std::sort(set.interlocks.begin(), set.interlocks.end(),
            [](const Interlock& a, const Interlock& b) { return a.id < b.id; });
  for (std::size_t at = 0; at < set.interlocks.size(); ++at) {
    const Interlock& lock = set.interlocks[at];
    const auto number = static_cast<std::uint32_t>(at);
    for (const AttributeId id : lock.never.reads()) list(set.guards, id, number);
    for (const Want& want : lock.want) list(set.guard_wants, want.attribute, number);
  }
}

}  // namespace

void finish(Loading& loading) {
  const std::size_t attributes = loading.around.table.size();
  std::sort(loading.set.settings.begin(), loading.set.settings.end(),
            [](const Setting& a, const Setting& b) { return a.id < b.id; });
  for (const auto& var : loading.names.vars) loading.set.vars.push_back(var.first);
  index_rules(loading.set, attributes);
  index_interlocks(loading.set);
  note_delays(loading.set.manual, loading.set.signals);
  for (auto& [held, policy] : loading.set.manual_of) note_delays(policy, loading.set.signals);
  index_holds(loading, loading.set);
}

}  // namespace attune::rules
