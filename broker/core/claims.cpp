#include "broker/core/claims.h"

#include <algorithm>
#include <tuple>

namespace attune::core {

namespace {

const std::vector<Claim> kNobody;

/// Whether `a` stands before `b`: weight, then who became active last, then the source's name.
bool stands_before(const Claim& a, const Claim& b) {
  if (a.shadow != b.shadow) return b.shadow;
  if (a.priority != b.priority) return a.priority > b.priority;
  if (a.since.steady != b.since.steady) return a.since.steady > b.since.steady;
  return std::tie(a.source, a.by) < std::tie(b.source, b.by);
}

bool is_from(const Claim& claim, ClaimBy by, std::string_view source) {
  return claim.by == by && claim.source == source;
}

}  // namespace

const std::vector<Claim>& Claims::on(AttributeId attribute) const {
  return index(attribute) < slots_.size() ? slots_[index(attribute)].claims : kNobody;
}

const Claim* Claims::winner(AttributeId attribute) const {
  return deciding(on(attribute));
}

const Claim* Claims::find(AttributeId attribute, ClaimBy by, std::string_view source) const {
  for (const Claim& claim : on(attribute)) {
    if (is_from(claim, by, source)) return &claim;
  }
  return nullptr;
}

std::vector<AttributeId> Claims::claimed(const AttributeTable& table) const {
  std::vector<AttributeId> ids;
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    if (!slots_[i].claims.empty()) ids.push_back(static_cast<AttributeId>(i));
  }
  std::sort(ids.begin(), ids.end(),
            [&](AttributeId a, AttributeId b) { return table.path(a) < table.path(b); });
  return ids;
}

Claims::Slot& Claims::slot(AttributeId attribute) {
  if (index(attribute) >= slots_.size()) slots_.resize(index(attribute) + 1);
  return slots_[index(attribute)];
}

Claim& Claims::put(AttributeId attribute, Claim claim) {
  take(attribute, claim.by, claim.source);
  auto& claims = slot(attribute).claims;
  const auto place = std::find_if(claims.begin(), claims.end(),
                                  [&](const Claim& other) { return stands_before(claim, other); });
  ++size_;
  return *claims.insert(place, std::move(claim));
}

std::optional<Claim> Claims::take(AttributeId attribute, ClaimBy by, std::string_view source) {
  auto& claims = slot(attribute).claims;
  const auto it = std::find_if(claims.begin(), claims.end(),
                               [&](const Claim& claim) { return is_from(claim, by, source); });
  if (it == claims.end()) return std::nullopt;
  Claim taken = std::move(*it);
  claims.erase(it);
  --size_;
  return taken;
}

void Claims::block(AttributeId attribute, ClaimBy by, std::string_view source,
                   std::string blocked) {
  for (Claim& claim : slot(attribute).claims) {
    if (is_from(claim, by, source)) claim.blocked = std::move(blocked);
  }
}

const Value* Claims::base(AttributeId attribute) const {
  if (index(attribute) >= slots_.size()) return nullptr;
  const auto& base = slots_[index(attribute)].base;
  return base ? &*base : nullptr;
}

void Claims::set_base(AttributeId attribute, std::optional<Value> base) {
  slot(attribute).base = std::move(base);
}

}  // namespace attune::core
