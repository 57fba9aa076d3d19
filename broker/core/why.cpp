#include "broker/core/why.h"

#include <utility>

namespace attune::core {
namespace {

std::optional<RuleNote> note_of(const Core& core, std::string_view id) {
  const auto index = core.rule_set().index_of(id);
  if (!index) return std::nullopt;
  return note_of(core, *index);
}

/// The rule that a change is about; what a rule caused names it in the change before.
std::optional<RuleNote> note_of(const Core& core, const Change& change) {
  return change.kind == ChangeKind::rule ? note_of(core, change.device) : std::nullopt;
}

/// What the image remembers of a change that the log may have lost.
Change remembered(const AttributePath& path, const AttributeState& state) {
  Change change;
  change.revision = state.revision;
  change.at = state.at;
  change.device = path.device.text();
  change.attribute = path.attribute;
  change.kind = path.device.text() == kSettingsDevice ? ChangeKind::setting : ChangeKind::state;
  change.value = state.value;
  change.cause = state.cause;
  change.context = state.context;
  change.origin = state.origin;
  return change;
}

/// Walks from `at` along the causes. Every parent is older than its child, so it ends.
Chain walk(const Core& core, const LogReader& log, Revision at, std::optional<Change> first) {
  Chain chain;
  while (number(at) != 0) {
    if (chain.steps.size() == kChainStepsMax) {
      chain.end = ChainEnd::depth;
      break;
    }
    auto change = log(at);
    if (!change) change = std::exchange(first, std::nullopt);
    if (!change) {
      chain.end = ChainEnd::compacted;
      break;
    }
    first.reset();
    const Revision parent = change->cause.parent;
    chain.steps.push_back({std::move(*change), std::nullopt});
    chain.steps.back().rule = note_of(core, chain.steps.back().change);
    if (parent >= at) break;  // a damaged link
    at = parent;
  }
  return chain;
}

bool holds(const Chain& chain, Revision revision) {
  for (const auto& step : chain.steps) {
    if (step.change.revision == revision) return true;
  }
  return false;
}

std::vector<WhyClaim> claims_of(const Core& core, AttributeId attribute) {
  std::vector<WhyClaim> claims;
  const auto& on = core.claims().on(attribute);
  for (const Claim& claim : on) {
    claims.push_back({claim, standing(on, claim), std::nullopt});
    if (claim.by == ClaimBy::rule) claims.back().rule = note_of(core, claim.source);
  }
  return claims;
}

}  // namespace

RuleNote note_of(const rules::RuleSet& set, const rules::Rule& rule) {
  RuleNote note;
  note.id = rule.id;
  note.label = rule.extras->words.label;
  note.because = rule.extras->words.because;
  note.place = set.place_of(rule);
  note.when = rule.when.source();
  note.until = rule.until.source();
  note.mode = rule.mode;
  return note;
}

RuleNote note_of(const Core& core, std::uint32_t index) {
  const rules::RuleSet& set = core.rule_set();
  RuleNote note = note_of(set, set.rules[index]);
  note.mode = core.rules().mode(index);
  note.phase = core.rules().at(index).state.phase;
  return note;
}

std::string_view name(ChainEnd end) {
  switch (end) {
    case ChainEnd::beginning:
      return "beginning";
    case ChainEnd::compacted:
      return "compacted";
    case ChainEnd::depth:
      return "depth";
  }
  return "";
}

Chain chain_of(const Core& core, const LogReader& log, Revision from) {
  return walk(core, log, from, std::nullopt);
}

Why why(const Core& core, const LogReader& log, AttributeId attribute) {
  Why out;
  const AttributeTable& table = core.catalog().table();
  out.path = table.path(attribute);
  if (const auto* device = core.catalog().find(out.path.device.text())) out.label = device->label;
  if (const auto* info = core.catalog().attribute(attribute)) out.unit = info->unit;
  out.state = core.image().at(attribute);
  out.state.quality = core.image().quality(attribute);
  out.availability = core.image().device(table.device_of(attribute)).availability;
  out.claims = claims_of(core, attribute);
  if (const Command* command = core.ledger().on(attribute)) out.command = *command;
  out.diverged = core.ledger().diverged(attribute);
  if (const Delay* delay = core.delay(attribute)) out.delay = *delay;
  if (const Conflict* conflict = core.conflicts().on(out.path)) out.conflict = *conflict;
  if (out.state.value.has_value()) {
    out.reported = walk(core, log, out.state.revision, remembered(out.path, out.state));
  }
  // A command says more than the wish behind it, and leads to it.
  const Revision wish = out.command ? out.command->revision : out.state.desired_revision;
  if (out.state.desired.has_value() && !holds(out.reported, out.state.desired_revision)) {
    out.wanted = walk(core, log, wish, std::nullopt);
  }
  return out;
}

}  // namespace attune::core
