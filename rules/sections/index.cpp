#include <algorithm>

#include "rules/sections/sections.h"

// Who reads what: so that a change wakes its readers and nobody else.
namespace attune::rules {

namespace {

void index_rules(RuleSet& set, std::size_t attributes) {
  std::sort(set.rules.begin(), set.rules.end(),
            [](const Rule& a, const Rule& b) { return a.id < b.id; });
  set.readers.resize(attributes);
  for (std::size_t at = 0; at < set.rules.size(); ++at) {
    for (const AttributeId id : set.rules[at].reads) {
      set.readers[index(id)].push_back(static_cast<std::uint32_t>(at));
    }
  }
}

void add_hold(RuleSet& set, const ManualPolicy& policy, AttributeId held) {
  if (!policy.until) return;
  for (const AttributeId read : policy.until->reads())
    set.hold_readers[index(read)].push_back(held);
}

/// The default's `until` speaks for every attribute that has no policy of its own.
void index_holds(const Loading& loading, RuleSet& set, std::size_t attributes) {
  set.hold_readers.resize(attributes);
  for (const auto& [held, policy] : set.manual_of) add_hold(set, policy, held);
  if (!set.manual.until) return;
  for (const auto& [id, device] : loading.around.devices) {
    for (const AttributeInfo& info : device.attributes) {
      const AttributeId held = loading.around.table.intern(id, info.name);
      if (info.writable && !set.manual_of.contains(held)) add_hold(set, set.manual, held);
    }
  }
}

}  // namespace

void finish(Loading& loading) {
  const std::size_t attributes = loading.around.table.size();
  std::sort(loading.set.settings.begin(), loading.set.settings.end(),
            [](const Setting& a, const Setting& b) { return a.id < b.id; });
  for (const auto& var : loading.names.vars) loading.set.vars.push_back(var.first);
  index_rules(loading.set, attributes);
  index_holds(loading, loading.set, attributes);
}

}  // namespace attune::rules
