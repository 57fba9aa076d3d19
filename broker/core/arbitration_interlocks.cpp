#include <algorithm>
#include <utility>

#include "broker/core/arbitration.h"

/// What interlocks make of the claims: they block those that must not come true, and claim
/// themselves while what must never be is.
namespace attune::core {

namespace {

constexpr std::string_view kMaxOn = "max_on";

std::string blocker(const rules::Interlock& lock) {
  return "interlock:" + lock.id;
}

}  // namespace

void Arbitration::rules_loaded() {
  const Because loaded{{CauseKind::system, "rules loaded", {}}, {}};
  (void)interlocks_.retire();
  limits_.rules_loaded();
  for (const AttributeId attribute : claims_.claimed(catalog_.table())) {
    const auto claims = claims_.on(attribute);
    for (const Claim& claim : claims) {
      if (claim.by != ClaimBy::interlock || interlocks_.is_active(claim.source)) continue;
      withdraw(attribute, ClaimBy::interlock, claim.source, loaded, "interlock removed");
    }
    look_again_at(attribute);
    // Whatever the set before guarded or limited: what this one makes of it is a judgement away.
    agenda_.contest(attribute, loaded);
  }
  interlocks_.touch_all();
}

bool Arbitration::is_guarded(AttributeId attribute) const {
  const auto& guards = rules_.set().guards;
  return index(attribute) < guards.size() && !guards[index(attribute)].empty();
}

/// Every attribute that an interlock with `attribute` in its condition guards may be judged anew.
void Arbitration::contest_guarded(AttributeId attribute, const Because& because) {
  if (!is_guarded(attribute)) return;
  for (const std::uint32_t number : rules_.set().guards[index(attribute)]) {
    for (const AttributeId other : interlocks_.all()[number].never.reads()) {
      if (other != attribute && !claims_.on(other).empty()) agenda_.contest(other, because);
    }
  }
}

void Arbitration::look_at_interlocks() {
  for (const std::uint32_t number : interlocks_.take_touched()) {
    if (number >= interlocks_.all().size()) continue;
    const rules::Interlock& lock = interlocks_.all()[number];
    Because because = watched_;
    if (!interlocks_.look(number, because) && !interlocks_.is_active(lock.id)) continue;
    for (const rules::Want& want : lock.want) claim_for(lock, want, because);
  }
}

void Arbitration::claim_for(const rules::Interlock& lock, const rules::Want& want,
                            const Because& because) {
  if (!interlocks_.is_active(lock.id)) {
    return withdraw(want.attribute, ClaimBy::interlock, lock.id, because, "interlock ended");
  }
  if (catalog_.is_gone(catalog_.table().path(want.attribute).device)) return;
  const Claim* current = claims_.find(want.attribute, ClaimBy::interlock, lock.id);
  const auto wish = evaluate(want, catalog_.attribute(want.attribute), image_, current);
  if (!wish || !*wish) return;
  if (current != nullptr && wish_of(*current) == **wish && current->priority == lock.priority) {
    return;
  }
  Claim claim;
  claim.by = ClaimBy::interlock;
  claim.source = lock.id;
  claim.value = (*wish)->value;
  claim.min = (*wish)->min;
  claim.max = (*wish)->max;
  claim.priority = lock.priority;
  claim.since = journal_.now();
  claim.reason = "never " + std::string(lock.never.source());
  this->claim(want.attribute, std::move(claim), because);
}

/// Blocks the claims that would decide and must not, until one may or none is left.
Decision Arbitration::judged(AttributeId attribute, std::vector<Claim>& claims) const {
  const AttributeInfo* info = catalog_.attribute(attribute);
  const Value& reported = image_.at(attribute).value;
  for (Claim& claim : claims) {
    claim.blocked = limits_.is_spent(attribute, claim) ? "limit:" + std::string(kMaxOn) : "";
  }
  for (;;) {
    const Decision decision = combine(claims, info, reported, limits_.band(attribute));
    if (decision.by == nullptr) return decision;
    const rules::Interlock* lock = interlocks_.forbids(attribute, decision.value);
    if (lock == nullptr) return decision;
    claims[static_cast<std::size_t>(decision.by - claims.data())].blocked = blocker(*lock);
  }
}

/// It has been on for as long as it may: who wants it on has had it, and it goes off.
void Arbitration::max_on_reached(AttributeId attribute, const Because& because) {
  const Value off = limits_.off_value(attribute);
  limits_.spend(attribute);
  if (const Value* base = claims_.base(attribute); base == nullptr || is_on(*base)) {
    remember_base(attribute, off);  // what stood there before is not to start it again
  }
  Claim claim;
  claim.by = ClaimBy::limit;
  claim.source = kMaxOn;
  claim.value = off;
  claim.priority = static_cast<Priority>(Level::base) + 1;
  claim.since = journal_.now();
  claim.reason = "it was on for as long as it may be";
  this->claim(attribute, std::move(claim), because);
}

void Arbitration::check_limit(AttributeId attribute, const Because& because) {
  limits_.touched(attribute);
  const Value& reported = image_.at(attribute).value;
  if (claims_.find(attribute, ClaimBy::limit, kMaxOn) == nullptr || is_on(reported)) return;
  withdraw(attribute, ClaimBy::limit, kMaxOn, because, "it is off");
}

/// Takes over what was judged, and says what has changed.
void Arbitration::note_blocks(AttributeId attribute, const std::vector<Claim>& judged,
                              const Because& because) {
  for (const Claim& claim : judged) {
    const Claim* known = claims_.find(attribute, claim.by, claim.source);
    if (known == nullptr || known->blocked == claim.blocked) continue;
    claims_.block(attribute, claim.by, claim.source, claim.blocked);
    const Claim& stands = *claims_.find(attribute, claim.by, claim.source);
    Change change = about(ChangeKind::claim, stands.path);
    change.value = stands.value;
    change.status = name(standing(claims_.on(attribute), stands));
    change.detail = claimant(stands) +
                    (stands.blocked.empty() ? ": blocked no more" : ": by " + stands.blocked);
    journal_.write(std::move(change), because);
    journal_.put(stands);
  }
}

}  // namespace attune::core
