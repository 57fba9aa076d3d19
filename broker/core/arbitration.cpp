#include "broker/core/arbitration.h"

#include <algorithm>
#include <utility>

#include "broker/core/defaults.h"

namespace attune::core {

namespace {

constexpr std::string_view kRestore = "restore";
constexpr std::string_view kDefault = "default";
constexpr int kRoundsMax = 64;

bool is_real(const Claim& claim) {
  return !claim.shadow && claim.by != ClaimBy::resting;
}

bool anybody_claims(const std::vector<Claim>& claims) {
  return std::any_of(claims.begin(), claims.end(), is_real);
}

bool anybody_wants_a_value(const std::vector<Claim>& claims) {
  return std::any_of(claims.begin(), claims.end(),
                     [](const Claim& claim) { return is_real(claim) && is_point(claim); });
}

/// A claim without its value, as the key of a row to erase.
Claim key_of(const AttributePath& path, ClaimBy by, std::string_view source) {
  Claim claim;
  claim.path = path;
  claim.by = by;
  claim.source = source;
  return claim;
}

}  // namespace

std::string claimant(const Claim& claim) {
  switch (claim.by) {
    case ClaimBy::rule:
      return "rule:" + claim.source;
    case ClaimBy::person:
      return std::string(kPersonSource);
    case ClaimBy::resting:
      return std::string(kDefault);
    case ClaimBy::interlock:
      return "interlock:" + claim.source;
    case ClaimBy::limit:
      return "limit:" + claim.source;
  }
  return {};
}

Because Arbitration::claim(AttributeId attribute, Claim claim, const Because& because) {
  const Value& reported = image_.at(attribute).value;
  if (is_real(claim) && is_point(claim) && !anybody_wants_a_value(claims_.on(attribute)) &&
      claims_.base(attribute) == nullptr && reported.has_value()) {
    remember_base(attribute, reported);
  }
  claim.path = catalog_.table().path(attribute);
  Change change = about(ChangeKind::claim, claim.path);
  change.value = claim.value;
  if (const Claim* replaced = claims_.find(attribute, claim.by, claim.source)) {
    change.previous = replaced->value;
  }
  change.detail = claimant(claim) + " at " + priority_text(claim.priority) +
                  (is_point(claim) ? "" : ", " + wish_text(claim)) +
                  (claim.reason.empty() ? "" : ": " + claim.reason);
  Claim& placed = claims_.put(attribute, std::move(claim));
  change.status = name(standing(claims_.on(attribute), placed));
  Because consequence = journal_.write(std::move(change), because);
  placed.cause = because.cause;
  placed.context = consequence.context;
  placed.revision = consequence.cause.parent;
  journal_.put(placed);
  agenda_.contest(attribute, consequence);
  return consequence;
}

void Arbitration::withdraw(AttributeId attribute, ClaimBy by, std::string_view source,
                           const Because& because, std::string reason) {
  const auto taken = claims_.take(attribute, by, source);
  if (!taken) return;
  if (is_real(*taken) && is_point(*taken)) value_ended_.insert(attribute);
  Change change = about(ChangeKind::claim, taken->path);
  change.previous = taken->value;
  change.status = "ended";
  change.detail = claimant(*taken) + (reason.empty() ? "" : ": " + reason);
  const Because consequence = journal_.write(std::move(change), because);
  journal_.erase(key_of(taken->path, by, source));
  agenda_.contest(attribute, consequence);
}

void Arbitration::remember_base(AttributeId attribute, const Value& value) {
  claims_.set_base(attribute, value);
  journal_.put(Base{catalog_.table().path(attribute), value});
}

void Arbitration::settle() {
  look_at_interlocks();
  int rounds = 0;
  for (auto open = agenda_.take_contested(); !open.empty(); open = agenda_.take_contested()) {
    if (++rounds > kRoundsMax) return cut_short(open);
    for (const auto& [attribute, because] : open) settle(attribute, because);
  }
  value_ended_.clear();
}

/// Interlocks that contradict each other: what is wanted now is what the last round came to.
void Arbitration::cut_short(const std::vector<std::pair<AttributeId, Because>>& open) {
  for (const auto& [attribute, because] : open) {
    journal_.out().rejections.push_back(
        {"", catalog_.table().path(attribute).text(), "loop",
         "interlocks let each other's claims come and go without end; this was cut here"});
  }
  value_ended_.clear();
}

void Arbitration::settle(AttributeId attribute, const Because& because) {
  const auto& claims = claims_.on(attribute);
  if (!anybody_wants_a_value(claims)) {
    // A range alone may have moved the value, and holds it; with the last value the defaults come.
    const bool over = !anybody_claims(claims) || value_ended_.contains(attribute);
    const bool had_any = claims_.base(attribute) != nullptr || value_ended_.contains(attribute);
    if (over && had_any) follow_last_claim(attribute, because);
  } else if (const Claim* resting = claims_.find(attribute, ClaimBy::resting, kDefault)) {
    withdraw(attribute, ClaimBy::resting, std::string(resting->source), because, "claimed again");
  }
  decide(attribute, because);
}

void Arbitration::decide(AttributeId attribute, const Because& because) {
  std::vector<Claim> claims = claims_.on(attribute);
  const Decision decision = judged(attribute, claims);
  note_blocks(attribute, claims, because);
  const bool range_moves = decision.by != nullptr && !is_point(*decision.by);
  if (range_moves && claims_.base(attribute) == nullptr) {
    remember_base(attribute, image_.at(attribute).value);
  }
  want(attribute, decision, because);
}

/// Nobody claims the attribute any more. What follows is itself a claim, the weakest, until the
/// device shows it: so it survives a restart, and is seen in the list.
void Arbitration::follow_last_claim(AttributeId attribute, const Because& because) {
  const AttributePath& path = catalog_.table().path(attribute);
  const rules::Default rest =
      default_of(rules_.set(), catalog_.find(path.device.text()), attribute, path.attribute);
  const Value reported = image_.at(attribute).value;
  Value value;
  if (rest.kind == rules::Default::Kind::value) value = rest.value;
  // What was not known before the first claim cannot be returned to.
  const Value* base = claims_.base(attribute);
  if (rest.kind == rules::Default::Kind::restore && base != nullptr) value = *base;
  claims_.set_base(attribute, std::nullopt);
  journal_.erase(Base{path, {}});
  const AttributeInfo* info = catalog_.attribute(attribute);
  const bool nothing_to_do = !value.has_value() || !reported.has_value() || info == nullptr ||
                             same_on_wire(*info, reported, value);
  if (nothing_to_do || claims_.find(attribute, ClaimBy::resting, kDefault) != nullptr) return;
  Claim claim;
  claim.by = ClaimBy::resting;
  claim.source = kDefault;
  claim.value = std::move(value);
  claim.priority = static_cast<Priority>(Level::base);
  claim.since = journal_.now();
  claim.reason = rest.kind == rules::Default::Kind::restore ? kRestore : kDefault;
  this->claim(attribute, std::move(claim), because);
}

void Arbitration::write_base(AttributeId attribute, const Value& value, const Because& because) {
  if (anybody_claims(claims_.on(attribute))) return remember_base(attribute, value);
  const AttributeInfo* info = catalog_.attribute(attribute);
  const Value& reported = image_.at(attribute).value;
  if (info == nullptr || (reported.has_value() && same_on_wire(*info, reported, value))) return;
  Claim claim;
  claim.by = ClaimBy::resting;
  claim.source = kDefault;
  claim.value = value;
  claim.priority = static_cast<Priority>(Level::base);
  claim.since = journal_.now();
  claim.reason = "by " + because.cause.id;
  this->claim(attribute, std::move(claim), because);
}

void Arbitration::rest_is_over(AttributeId attribute, const Because& because) {
  const Claim* winner = claims_.winner(attribute);
  if (winner == nullptr || winner->by != ClaimBy::resting) return;
  withdraw(attribute, ClaimBy::resting, kDefault, because, "done");
}

void Arbitration::want(AttributeId attribute, const Decision& decision, const Because& because) {
  const AttributeState& state = image_.at(attribute);
  const std::string by = decision.by == nullptr ? "" : claimant(*decision.by);
  if (decision.value == state.desired && by == state.desired_by) return;
  Change change = about(ChangeKind::desired, catalog_.table().path(attribute));
  change.previous = state.desired;
  change.value = decision.value;
  change.status = by;
  Because cited = because;
  if (decision.by != nullptr) {
    cited.cause = {decision.by->cause.kind, decision.by->cause.id, because.cause.parent};
  }
  const Because wanted = journal_.write(std::move(change), cited);
  agenda_.drive(catalog_.table().device_of(attribute));
  contest_guarded(attribute, wanted);
}

void Arbitration::touched(AttributeId attribute, const Because& because) {
  check_holds(attribute, because);
  check_limit(attribute, because);
  const Claim* holder = claims_.winner(attribute);
  const bool bounded = holder != nullptr && !is_point(*holder);
  const bool judged_by_itself = is_guarded(attribute) && !claims_.on(attribute).empty();
  if (bounded || judged_by_itself) agenda_.contest(attribute, because);
  contest_guarded(attribute, because);
  interlocks_.touched(attribute);
  watched_ = because;
}

}  // namespace attune::core
