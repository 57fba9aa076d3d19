#include "broker/core/snapshot.h"

#include <utility>

#include "broker/core/packed.h"

namespace attune::core {

namespace {

bool is_known(const AttributeState& state) {
  return number(state.revision) != 0 || number(state.desired_revision) != 0 ||
         number(state.claimed) != 0;
}

void add_attribute(const Core& core, AttributeId attribute, Restored& out) {
  if (is_known(core.image().at(attribute))) out.state.push_back(core.image().row(attribute));
  for (const Claim& claim : core.claims().on(attribute)) out.claims.push_back(claim);
  if (const Value* base = core.claims().base(attribute)) {
    out.bases.push_back({core.catalog().table().path(attribute), *base});
  }
}

Change liveness(const DeviceId& device, const DeviceState& state) {
  Change change;
  change.kind = ChangeKind::liveness;
  change.device = device.text();
  change.status = name(state.availability);
  change.revision = state.revision;
  change.at = state.at;
  if (state.silent) change.cause.kind = CauseKind::timer;
  return change;
}

void add_rule(const Core& core, std::uint32_t rule, Restored& out) {
  const RuleRunner::Standing& standing = core.rules().at(rule);
  out.rules.push_back(standing.state);
  if (*standing.memory == RuleMemory{}) return;
  out.lives.push_back(
      {std::string(RuleMemory::kSpace), standing.state.rule.text(), pack(*standing.memory)});
}

}  // namespace

Restored snapshot(const Core& core) {
  Restored out;
  out.next = Revision{number(core.head()) + 1};
  const AttributeTable& table = core.catalog().table();
  for (std::size_t i = 0; i < table.size(); ++i) {
    add_attribute(core, static_cast<AttributeId>(i), out);
  }
  for (std::size_t i = 0; i < table.device_count(); ++i) {
    const auto device = static_cast<DeviceIndex>(i);
    out.tail.push_back(liveness(table.device(device), core.image().device(device)));
  }
  for (const auto& [id, command] : core.ledger().open()) {
    out.commands.push_back(command);
    out.last_command = id;
  }
  for (std::uint32_t i = 0; i < core.rule_set().rules.size(); ++i) add_rule(core, i, out);
  out.timers = core.timers().all();
  return out;
}

}  // namespace attune::core
