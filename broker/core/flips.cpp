#include "broker/core/flips.h"

namespace attune::core {

void Flips::load() {
  const auto attributes = rules_.set().flips.attributes();
  seen_.clear();
  seen_.reserve(attributes.size());
  for (const AttributeId attribute : attributes) seen_.push_back(state_.value(attribute));
}

std::span<const std::uint32_t> Flips::readers(AttributeId touched) const {
  return rules_.set().readers.of(touched);
}

std::span<const std::uint32_t> Flips::take(AttributeId touched) {
  const rules::FlipIndex& flips = rules_.set().flips;
  const auto place = flips.place_of(touched);
  if (!place) return readers(touched);
  found_.clear();
  Value& seen = seen_[*place];
  const Value& now = state_.value(touched);
  const bool seen_into = flips.flipped(*place, seen, now, found_);
  seen = now;
  return seen_into ? std::span<const std::uint32_t>(found_) : readers(touched);
}

}  // namespace attune::core
