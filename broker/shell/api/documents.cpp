#include "broker/shell/api/documents.h"

#include "broker/shell/api/match.h"

namespace attune::api {
namespace {

void append_claims_on(Writer& out, const core::Claims& claims, AttributeId attribute) {
  out.key("claims").begin_array();
  const auto& on = claims.on(attribute);
  for (const auto& claim : on) append_claim(out, claim, name(core::standing(on, claim)));
  out.end_array();
}

void append_paths(Writer& out, std::string_view key, const std::vector<AttributeId>& attributes,
                  const AttributeTable& table) {
  out.key(key).begin_array();
  for (const auto attribute : attributes) out.value(table.path(attribute).text());
  out.end_array();
}

/// What it reads of devices that are not there as they should be: it goes by what they last said.
void append_dead(Writer& out, const core::Core& core, const std::vector<AttributeId>& reads) {
  const auto& table = core.catalog().table();
  out.key("dead").begin_array();
  for (const auto read : reads) {
    const Availability state = core.image().device(table.device_of(read)).availability;
    const bool dead = state == Availability::offline || state == Availability::suspect;
    if (dead || core.image().is_too_old(read)) out.value(table.path(read).text());
  }
  out.end_array();
}

void append_texts(Writer& out, std::string_view key, const std::vector<std::string>& texts) {
  out.key(key).begin_array();
  for (const auto& text : texts) out.value(text);
  out.end_array();
}

void append_attributes(Writer& out, const core::Core& core, DeviceIndex device,
                       const Match& match) {
  const auto& table = core.catalog().table();
  out.key("attributes").begin_object();
  for (const auto attribute : table.attributes_of(device)) {
    const auto& path = table.path(attribute);
    if (!is_shown(core, attribute) || !match.attribute(path.device.text(), path.attribute))
      continue;
    append_attribute(out.key(path.attribute), core, attribute);
  }
  out.end_object();
}

/// Where a value comes from. A setting has no hand: only a person or a rule writes it.
void append_provenance(Writer& out, const core::AttributeState& state, const AttributePath& path) {
  if (path.device.text() != kSettingsDevice) out.member("hand", name(state.origin));
  append_cause(out.key("cause"), state.cause);
  out.member("context", std::to_string(number(state.context)));
  out.member("clock", text(state.clock));
}

}  // namespace

Value integer(std::uint64_t number) {
  return static_cast<std::int64_t>(number);
}
Value integer(Revision revision) {
  return integer(number(revision));
}
Value text_or_null(std::string_view text) {
  return text.empty() ? Value() : Value(text);
}
Value time_of(const Instant& at) {
  return format_utc(at.wall);
}

void append_cause(Writer& out, const Cause& cause) {
  out.begin_object().member("kind", name(cause.kind)).member("id", cause.id);
  if (number(cause.parent) != 0) out.member("parent", integer(cause.parent));
  out.end_object();
}

void append_change(Writer& out, const Change& change, std::string_view node) {
  out.begin_object().member("revision", integer(change.revision));
  out.member("at", time_of(change.at)).member("kind", name(change.kind));
  out.member(change.kind == ChangeKind::rule ? "rule" : "device", change.device);
  if (!change.attribute.empty()) {
    out.member("attribute", change.attribute);
    out.member("value", change.value).member("previous", change.previous);
  }
  if (!change.status.empty()) out.member("status", change.status);
  if (!change.detail.empty()) out.member("detail", change.detail);
  append_cause(out.key("cause"), change.cause);
  out.member("context", std::to_string(number(change.context)));
  if (change.clock != HybridTime{change.at.wall, 0}) out.member("clock", text(change.clock));
  if (change.kind == ChangeKind::state) out.member("hand", name(change.origin));
  out.member("origin", node).end_object();
}

std::string change_json(const Change& change, std::string_view node) {
  Writer out;
  append_change(out, change, node);
  return out.take();
}

void append_attribute(Writer& out, const core::Core& core, AttributeId attribute) {
  const auto& state = core.image().at(attribute);
  const auto* info = core.catalog().attribute(attribute);
  out.begin_object().member("value", state.value);
  out.member("unit", info == nullptr ? Value() : text_or_null(info->unit));
  const std::string_view band = core.image().band(attribute);
  if (!band.empty()) out.member("band", band);
  out.member("revision", integer(state.revision)).member("version", integer(state.version));
  out.member("at", state.value.has_value() ? time_of(state.at) : Value());
  out.member("since", state.value.has_value() ? time_of(state.since) : Value());
  out.member("quality", name(core.image().quality(attribute))).member("desired", state.desired);
  out.member("by", text_or_null(state.desired_by));
  if (state.value.has_value()) {
    append_provenance(out, state, core.catalog().table().path(attribute));
  }
  if (core.ledger().diverged(attribute)) out.member("diverged", true);
  if (core.ledger().on(attribute) != nullptr) {
    append_command(out.key("command"), *core.ledger().on(attribute));
  }
  if (!core.claims().on(attribute).empty()) append_claims_on(out, core.claims(), attribute);
  out.end_object();
}

void append_conflict(Writer& out, const core::Conflict& conflict) {
  out.begin_object().member("device", conflict.path.device.text());
  out.member("attribute", conflict.path.attribute).member("kind", "away");
  out.member("decided", name(conflict.policy)).member("since", time_of(conflict.since));
  out.member("revision", integer(conflict.revision))
      .member("base_revision", integer(conflict.base));
  out.key("claims").begin_array();
  for (const auto* side : {&conflict.kept, &conflict.lost}) {
    out.begin_object().member("device", conflict.path.device.text());
    out.member("attribute", conflict.path.attribute).member("value", side->value);
    out.member("standing", side == &conflict.kept ? "kept" : "lost").member("by", side->by);
    out.member("since", format_utc(side->clock.wall)).member("clock", text(side->clock));
    out.member("revision", number(side->revision) == 0 ? Value() : integer(side->revision));
    out.member("reason", name(conflict.policy)).end_object();
  }
  out.end_array().end_object();
}

void append_claim(Writer& out, const Claim& claim, std::string_view standing) {
  out.begin_object().member("device", claim.path.device.text());
  out.member("attribute", claim.path.attribute).member("value", claim.value);
  out.member("standing", standing);
  switch (claim.by) {
    case ClaimBy::rule:
      out.member("by", "rule:" + claim.source);
      break;
    case ClaimBy::person:
      out.member("by", "person").member("who", claim.source);
      break;
    case ClaimBy::resting:
      out.member("by", claim.source);
      break;
    case ClaimBy::interlock:
      out.member("by", "interlock:" + claim.source);
      break;
    case ClaimBy::limit:
      out.member("by", "limit:" + claim.source);
      break;
  }
  if (!core::is_point(claim)) out.member("min", claim.min).member("max", claim.max);
  if (!claim.blocked.empty()) out.member("blocked_by", claim.blocked);
  out.member("priority", priority_text(claim.priority)).member("since", time_of(claim.since));
  out.member("reason", text_or_null(claim.reason));
  append_cause(out.key("cause"), claim.cause);
  out.member("revision", integer(claim.revision)).end_object();
}

void append_command(Writer& out, const Command& command) {
  out.begin_object().member("id", text(command.id)).member("device", command.path.device.text());
  out.member("attribute", command.path.attribute).member("value", command.value);
  out.member("state", name(command.state)).member("created", time_of(command.created));
  out.member("sent", command.sent ? time_of(*command.sent) : Value());
  out.member("expires", time_of(command.expires));
  out.member("attempts", integer(std::uint64_t{command.attempts}));
  append_cause(out.key("cause"), command.cause);
  out.member("context", std::to_string(number(command.context)));
  out.member("revision", integer(command.revision));
  out.member("reason", text_or_null(command.reason)).end_object();
}

void append_rule(Writer& out, const core::Core& core, std::uint32_t index) {
  const auto& rule = core.rule_set().rules[index];
  const auto& standing = core.rules().at(index);
  const auto& table = core.catalog().table();
  out.member("id", rule.id.text()).member("label", text_or_null(rule.extras->words.label));
  out.member("because", text_or_null(rule.extras->words.because));
  out.member("mode", name(core.rules().mode(index))).member("file_mode", name(rule.mode));
  out.member("phase", name(standing.state.phase)).member("since", time_of(standing.state.since));
  out.member("condition", name(standing.condition));
  out.member("error", text_or_null(*standing.error));
  const SourcePlace place = core.rule_set().place_of(rule);
  out.member("file", place.file).member("line", Value(place.line));
  out.member("column", Value(place.column)).member("priority", priority_text(rule.priority));
  out.member("when", rule.when.empty() ? Value() : Value(rule.when.source()));
  out.member("until", text_or_null(rule.until.source()));
  append_texts(out, "tags", rule.extras->words.tags);
  append_paths(out, "reads", rule.reads(), table);
  append_dead(out, core, rule.reads());
  std::vector<AttributeId> writes;
  for (const auto& want : rule.want) writes.push_back(want.attribute);
  append_paths(out, "writes", writes, table);
}

void append_issue(Writer& out, const Issue& issue) {
  out.begin_object().member("severity", issue.severity == Severity::error ? "error" : "warning");
  out.member("code", issue.code).member("file", issue.place.file);
  out.member("line", Value(issue.place.line)).member("column", Value(issue.place.column));
  out.member("message", issue.message).member("hint", text_or_null(issue.hint)).end_object();
}

bool is_shown(const core::Core& core, AttributeId attribute) {
  const auto& name = core.catalog().table().path(attribute).attribute;
  if (name.compare(0, 4, "raw.") == 0) return false;
  const auto& state = core.image().at(attribute);
  return core.catalog().attribute(attribute) != nullptr || state.value.has_value() ||
         state.desired.has_value();
}

void append_device(Writer& out, const core::Core& core, const DeviceInfo* info, DeviceIndex device,
                   const Match& match) {
  const auto& state = core.image().device(device);
  out.member("label", info == nullptr ? Value() : text_or_null(info->label));
  out.member("area", info == nullptr ? Value() : text_or_null(info->area));
  out.member("availability", name(state.availability));
  out.member("state", text_or_null(state.derived.state));
  out.member("level", text_or_null(state.derived.level));
  append_attributes(out, core, device, match);
}

}  // namespace attune::api
