#include <utility>
#include "broker/core/why_then.h"

#include "devices/model/issue.h"

/// The chain of causes as a story for people.
namespace attune::core {
namespace {

/// `18:00:03.120`, of `2026-01-15T18:00:03.120Z`.
std::string clock_time(const Instant& at) {
  const std::string text = format_utc(at.wall);
  return text.size() < 24 ? text : text.substr(text.size() - 13, 12);
}

std::string subject(const Change& change) {
  return change.device + "." + change.attribute;
}

std::string became(const Change& change) {
  std::string text = subject(change) + " became " + to_json(change.value);
  if (change.previous.has_value()) text += " (was " + to_json(change.previous) + ")";
  return text;
}

std::string wanted(const Change& change) {
  if (!change.value.has_value()) return "nobody wants anything of " + subject(change) + " any more";
  return "wanted: " + subject(change) + " = " + to_json(change.value) +
         (change.status.empty() ? "" : ", by " + change.status);
}

std::string claimed(const Change& change) {
  std::string text = "claim on " + subject(change) + " " + change.status;
  if (change.value.has_value()) text += ": " + to_json(change.value);
  return change.detail.empty() ? text : text + ", " + change.detail;
}

std::string commanded(const Change& change) {
  return change.detail + " " + change.status + ": " + subject(change) + " = " +
         to_json(change.value);
}

std::string said(const Change& change) {
  switch (change.kind) {
    case ChangeKind::state:
    case ChangeKind::setting:
      return became(change);
    case ChangeKind::desired:
      return wanted(change);
    case ChangeKind::claim:
      return claimed(change);
    case ChangeKind::command:
      return commanded(change);
    case ChangeKind::rule:
      return "rule " + change.device + " " + change.status +
             (change.detail.empty() ? "" : ": " + change.detail);
    case ChangeKind::liveness:
      return change.device + " is " + change.status;
    case ChangeKind::removed:
      return change.device + " was removed: " + change.detail;
  }
  return "";
}

/// Who is behind a change, where no further line says it.
std::string author(const Change& change) {
  const std::string& id = change.cause.id;
  switch (change.cause.kind) {
    case CauseKind::none:
      return "";
    case CauseKind::message:
      return (change.origin == Origin::person ? ", by hand, said on " : ", said on ") + id;
    case CauseKind::person:
      return ", by a person (" + id + ")";
    case CauseKind::rule:
      return ", by rule " + id;
    case CauseKind::timer:
      return ", by the clock (" + id + ")";
    case CauseKind::command:
      return ", obeying " + id;
    case CauseKind::system:
      return ", by attune (" + id + ")";
  }
  return "";
}

std::string place_of(const RuleNote& rule) {
  return rule.place.file + ":" + std::to_string(rule.place.line);
}

std::string condition_of(const RuleNote& rule) {
  return place_of(rule) + ": when " + rule.when +
         (rule.until.empty() ? "" : ", until " + rule.until);
}

void line(std::string& out, std::size_t indent, const std::string& text) {
  out.append(indent, ' ');
  out += printable(text);
  out += '\n';
}

void tell_rule(std::string& out, std::size_t indent, const RuleNote& rule) {
  if (!rule.label.empty()) line(out, indent, rule.label);
  line(out, indent, condition_of(rule));
}

std::string_view end_text(ChainEnd end) {
  switch (end) {
    case ChainEnd::beginning:
      return "";
    case ChainEnd::compacted:
      return "what came before is not kept any more";
    case ChainEnd::depth:
      return "the chain goes on";
  }
  return "";
}

void tell_chain(std::string& out, std::string_view title, const Chain& chain) {
  if (chain.steps.empty()) return;
  line(out, 0, std::string(title));
  for (std::size_t i = 0; i < chain.steps.size(); ++i) {
    const auto& [change, rule] = chain.steps[i];
    const bool last = i + 1 == chain.steps.size();
    const bool begins = last && chain.end == ChainEnd::beginning;
    const bool obeyed = change.kind == ChangeKind::state && change.origin == Origin::attune;
    line(out, 2,
         clock_time(change.at) + "  " + said(change) +
             (obeyed   ? ", as it was told"
              : begins ? author(change)
                       : "") +
             "  [" + std::to_string(number(change.revision)) + "]");
    if (rule) line(out, 16, condition_of(*rule));
  }
  if (chain.end != ChainEnd::beginning) line(out, 2, std::string(end_text(chain.end)));
}

std::string claimant(const Claim& claim) {
  switch (claim.by) {
    case ClaimBy::rule:
      return "rule " + claim.source;
    case ClaimBy::person:
      return "a person";
    case ClaimBy::resting:
      return "what follows the last claim";
    case ClaimBy::interlock:
      return "interlock " + claim.source;
    case ClaimBy::limit:
      return "limit " + claim.source;
  }
  return "";
}

void tell_claims(std::string& out, std::string_view title, ClaimStanding standing,
                 const std::vector<WhyClaim>& claims) {
  bool first = true;
  for (const auto& [claim, stands, rule] : claims) {
    if (stands != standing) continue;
    if (std::exchange(first, false)) line(out, 0, std::string(title));
    std::string text = wish_text(claim) + " by " + claimant(claim);
    if (!claim.blocked.empty()) text += ", blocked by " + claim.blocked;
    if (claim.by == ClaimBy::rule || claim.by == ClaimBy::interlock)
      text += " at " + priority_text(claim.priority);
    text += ", since " + clock_time(claim.since);
    if (!claim.reason.empty()) text += ": " + claim.reason;
    line(out, 2, text);
    if (rule) tell_rule(out, 4, *rule);
  }
}

std::string headline(const Why& why) {
  const std::string path = why.path.text();
  if (!why.state.value.has_value()) return path + " has never been reported";
  std::string text = path + " = " + to_json(why.state.value);
  if (!why.unit.empty()) text += " " + why.unit;
  text += ", since " + format_utc(why.state.at.wall);
  if (why.state.quality == Quality::stale) text += ", stale";
  if (why.availability == Availability::offline) text += ", the device is offline";
  return text;
}

void tell_wish(std::string& out, const Why& why) {
  if (why.path.device.text() == kSettingsDevice) return;
  if (!why.state.desired.has_value()) return line(out, 0, "nobody wants anything of it");
  line(out, 0, "wanted: " + to_json(why.state.desired) + " by " + why.state.desired_by);
  if (why.diverged)
    line(out, 0, "the device does not obey: attune gave up until something changes");
  if (why.delay) line(out, 0, "not commanded yet: " + why.delay->reason);
  if (!why.command) return;
  line(out, 0,
       text(why.command->id) + " is " + std::string(name(why.command->state)) + ", attempt " +
           std::to_string(why.command->attempts) + ", expires " + clock_time(why.command->expires));
}

std::string_view policy_text(ConflictPolicy policy) {
  switch (policy) {
    case ConflictPolicy::latest:
      return "the later one stays";
    case ConflictPolicy::person_before_rule:
      return "a person stands before a rule";
  }
  return "";
}

std::string side_text(const ConflictSide& side) {
  return to_json(side.value) + " by " + side.by + ", written " + clock_time({side.clock.wall, {}});
}

void tell_conflict(std::string& out, const Conflict& conflict) {
  line(out, 0,
       "in conflict since " + clock_time(conflict.since) + ": " +
           std::string(policy_text(conflict.policy)) + "  [" +
           std::to_string(number(conflict.revision)) + "]");
  line(out, 2, "stays: " + side_text(conflict.kept));
  line(out, 2, "lost: " + side_text(conflict.lost));
}

}  // namespace

std::string why_text(const Why& why) {
  std::string out;
  if (!why.label.empty()) line(out, 0, why.label);
  line(out, 0, headline(why));
  tell_wish(out, why);
  if (why.conflict) tell_conflict(out, *why.conflict);
  tell_claims(out, "held by", ClaimStanding::held, why.claims);
  tell_claims(out, "bounded by", ClaimStanding::bounds, why.claims);
  tell_claims(out, "blocked", ClaimStanding::blocked, why.claims);
  tell_claims(out, "waiting behind", ClaimStanding::waiting, why.claims);
  tell_claims(out, "in shadow, never driven", ClaimStanding::shadow, why.claims);
  tell_chain(out, "how it came about, newest first", why.reported);
  tell_chain(out, "how the wish came about, newest first", why.wanted);
  return out;
}

std::string why_text(const WhyThen& why) {
  std::string out;
  const std::string path = why.path.text();
  if (!why.label.empty()) line(out, 0, why.label);
  std::string was = why.reported.end == ChainEnd::compacted
                        ? path + ": what was reported of it then is not kept any more"
                        : path + " had not been reported";
  if (why.value) {
    was = path + " was " + to_json(why.value->value) + (why.unit.empty() ? "" : " " + why.unit) +
          ", since " + format_utc(why.value->at.wall);
  }
  line(out, 0, was + "  [of revision " + std::to_string(number(why.revision)) + "]");
  const bool wished = why.desired && why.desired->value.has_value();
  line(out, 0,
       wished ? "wanted: " + to_json(why.desired->value) + " by " + why.desired->status
       : why.wanted.end == ChainEnd::compacted && !why.desired
           ? "what was wanted of it then is not kept any more"
           : "nobody wanted anything of it");
  for (const auto& [claim, standing] : why.claims) {
    line(out, 2,
         std::string(name(standing)) + " since " + clock_time(claim.at) + ": " +
             to_json(claim.value) + " by " + claim.detail);
  }
  if (!why.claims_complete) line(out, 2, "claims that are older than the log are not shown");
  tell_chain(out, "how it had come about, newest first", why.reported);
  tell_chain(out, "how the wish had come about, newest first", why.wanted);
  return out;
}

}  // namespace attune::core
