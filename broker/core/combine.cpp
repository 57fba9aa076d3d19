#include "broker/core/combine.h"

#include <algorithm>
#include <cmath>

namespace attune::core {

namespace {

Band band_of(const Claim& range) {
  Band band;
  if (range.min.is_numeric()) band.min = range.min.numeric();
  if (range.max.is_numeric()) band.max = range.max.numeric();
  return band;
}

/// What is left of `band` within `other`; empty when they exclude each other.
bool narrow(Band& band, const Band& other) {
  const Band both{std::max(band.min, other.min), std::min(band.max, other.max)};
  if (both.min > both.max) return false;
  band = both;
  return true;
}

const Claim* first_point(const std::vector<Claim>& claims) {
  const auto point = std::find_if(claims.begin(), claims.end(), [](const Claim& claim) {
    return counts(claim) && is_point(claim);
  });
  return point == claims.end() ? nullptr : &*point;
}

/// The ranges that bind, the strongest first, and what they leave.
std::vector<const Claim*> binding(const std::vector<Claim>& claims, const Claim* point,
                                  Band& band) {
  std::vector<const Claim*> bind;
  for (const Claim& claim : claims) {
    if (!counts(claim) || is_point(claim)) continue;
    if (point != nullptr && claim.priority < point->priority) continue;
    if (narrow(band, band_of(claim))) bind.push_back(&claim);
  }
  return bind;
}

}  // namespace

std::string_view name(ClaimStanding standing) {
  switch (standing) {
    case ClaimStanding::held:
      return "held";
    case ClaimStanding::bounds:
      return "bounds";
    case ClaimStanding::waiting:
      return "waiting";
    case ClaimStanding::blocked:
      return "blocked";
    case ClaimStanding::shadow:
      return "shadow";
  }
  return "";
}

bool is_point(const Claim& claim) {
  return claim.value.has_value();
}

bool counts(const Claim& claim) {
  return !claim.shadow && claim.blocked.empty();
}

const Claim* deciding(const std::vector<Claim>& claims) {
  if (const Claim* point = first_point(claims)) return point;
  const auto range = std::find_if(claims.begin(), claims.end(), counts);
  return range == claims.end() ? nullptr : &*range;
}

ClaimStanding standing(const std::vector<Claim>& claims, const Claim& claim) {
  if (claim.shadow) return ClaimStanding::shadow;
  if (!claim.blocked.empty()) return ClaimStanding::blocked;
  if (&claim == deciding(claims)) return ClaimStanding::held;
  if (is_point(claim)) return ClaimStanding::waiting;
  Band band;
  const auto bind = binding(claims, first_point(claims), band);
  const bool binds = std::find(bind.begin(), bind.end(), &claim) != bind.end();
  return binds ? ClaimStanding::bounds : ClaimStanding::waiting;
}

Value clamp(const AttributeInfo* info, const Value& value, const Band& band) {
  if (!value.is_numeric()) return value;
  const double number = value.numeric();
  if (number >= band.min && number <= band.max) return value;
  const double bound = number < band.min ? band.min : band.max;
  const bool whole = info != nullptr && info->type == ValueType::integer;
  if (!whole) return Value(bound);
  return Value(static_cast<std::int64_t>(number < band.min ? std::ceil(bound) : std::floor(bound)));
}

Decision combine(const std::vector<Claim>& claims, const AttributeInfo* info, const Value& reported,
                 const Band& outer) {
  const Claim* point = first_point(claims);
  Band band = outer;
  const auto ranges = binding(claims, point, band);
  if (point != nullptr) return {point, clamp(info, point->value, band)};
  if (ranges.empty() || !reported.has_value()) return {};
  Value inside = clamp(info, reported, band);
  if (inside == reported) return {};
  const auto moves = [&](const Claim* range) {
    return !(clamp(info, reported, band_of(*range)) == reported);
  };
  const auto mover = std::find_if(ranges.begin(), ranges.end(), moves);
  return {mover == ranges.end() ? ranges.front() : *mover, std::move(inside)};
}

std::string wish_text(const Claim& claim) {
  if (is_point(claim)) return to_json(claim.value);
  if (!claim.max.has_value()) return "at least " + to_json(claim.min);
  if (!claim.min.has_value()) return "at most " + to_json(claim.max);
  return to_json(claim.min) + " to " + to_json(claim.max);
}

}  // namespace attune::core
