#include "broker/core/arbitration.h"

#include <utility>

#include "broker/core/defaults.h"

namespace attune::core {

namespace {

constexpr std::string_view kPerson = "person";
constexpr std::string_view kRestore = "restore";
constexpr std::string_view kDefault = "default";

bool is_real(const Claim& claim) {
  return !claim.shadow && claim.by != ClaimBy::resting;
}

bool anybody_claims(const std::vector<Claim>& claims) {
  for (const Claim& claim : claims) {
    if (is_real(claim)) return true;
  }
  return false;
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
      return std::string(kPerson);
    case ClaimBy::resting:
      return std::string(kDefault);
  }
  return {};
}

Because Arbitration::claim(AttributeId attribute, Claim claim, const Because& because) {
  const Value& reported = image_.at(attribute).value;
  if (is_real(claim) && !anybody_claims(claims_.on(attribute)) &&
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
                  (claim.reason.empty() ? "" : ": " + claim.reason);
  Claim& placed = claims_.put(attribute, std::move(claim));
  const bool wins = &placed == claims_.winner(attribute);
  change.status = placed.shadow ? "shadow" : wins ? "held" : "waiting";
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
  Change change = about(ChangeKind::claim, taken->path);
  change.previous = taken->value;
  change.status = "ended";
  change.detail = claimant(*taken) + (reason.empty() ? "" : ": " + reason);
  const Because consequence = journal_.write(std::move(change), because);
  journal_.erase(key_of(taken->path, by, source));
  agenda_.contest(attribute, consequence);
}

Because Arbitration::hold(AttributeId attribute, const Value& value, const std::string& who,
                          std::optional<Millis> hold, std::string reason, const Because& because) {
  Claim claim;
  claim.by = ClaimBy::person;
  claim.source = kPerson;
  claim.value = value;
  claim.priority = static_cast<Priority>(Level::person);
  claim.since = journal_.now();
  claim.reason = who + (reason.empty() ? "" : ", " + reason);
  const std::string path = catalog_.table().path(attribute).text();
  const auto until = hold ? hold : rules_.set().manual_for(attribute).hold;
  if (until) {
    timers_.arm(TimerKind::hold, path, journal_.now().steady + *until, journal_.out());
  } else {
    timers_.cancel(TimerKind::hold, path, journal_.out());
  }
  const Because consequence = this->claim(attribute, std::move(claim), because);
  remember_base(attribute, value);
  return consequence;
}

bool Arbitration::release(AttributeId attribute, const Because& because, std::string reason) {
  if (claims_.find(attribute, ClaimBy::person, kPerson) == nullptr) return false;
  timers_.cancel(TimerKind::hold, catalog_.table().path(attribute).text(), journal_.out());
  withdraw(attribute, ClaimBy::person, kPerson, because, std::move(reason));
  return true;
}

void Arbitration::check_holds(AttributeId touched, const Because& because) {
  const auto& readers = rules_.set().hold_readers;
  if (index(touched) >= readers.size()) return;
  for (const AttributeId held : readers[index(touched)]) {
    const auto& until = rules_.set().manual_for(held).until;
    if (until && until->truth(image_) == cel::Truth::yes) {
      release(held, because, "until " + until->source());
    }
  }
}

void Arbitration::remember_base(AttributeId attribute, const Value& value) {
  claims_.set_base(attribute, value);
  journal_.put(Base{catalog_.table().path(attribute), value});
}

void Arbitration::settle() {
  for (auto open = agenda_.take_contested(); !open.empty(); open = agenda_.take_contested()) {
    for (const auto& [attribute, because] : open) settle(attribute, because);
  }
}

void Arbitration::settle(AttributeId attribute, const Because& because) {
  const auto& claims = claims_.on(attribute);
  if (!anybody_claims(claims)) {
    if (claims_.base(attribute) != nullptr) follow_last_claim(attribute, because);
  } else if (const Claim* resting = claims_.find(attribute, ClaimBy::resting, kDefault)) {
    withdraw(attribute, ClaimBy::resting, std::string(resting->source), because, "claimed again");
  }
  want(attribute, claims_.winner(attribute), because);
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
  if (rest.kind == rules::Default::Kind::restore) value = *claims_.base(attribute);
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

void Arbitration::rest_is_over(AttributeId attribute, const Because& because) {
  const Claim* winner = claims_.winner(attribute);
  if (winner == nullptr || winner->by != ClaimBy::resting) return;
  withdraw(attribute, ClaimBy::resting, kDefault, because, "done");
}

void Arbitration::want(AttributeId attribute, const Claim* winner, const Because& because) {
  const AttributeState& state = image_.at(attribute);
  const Value wanted = winner == nullptr ? Value() : winner->value;
  const std::string by = winner == nullptr ? "" : claimant(*winner);
  if (wanted == state.desired && by == state.desired_by) return;
  Change change = about(ChangeKind::desired, catalog_.table().path(attribute));
  change.previous = state.desired;
  change.value = wanted;
  change.status = by;
  Because cited = because;
  if (winner != nullptr) cited.cause = {winner->cause.kind, winner->cause.id, because.cause.parent};
  journal_.write(std::move(change), cited);
  agenda_.drive(catalog_.table().device_of(attribute));
}

}  // namespace attune::core
