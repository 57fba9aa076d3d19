#include "devices/liveness.h"

#include <algorithm>

namespace attune::devices {

namespace {

constexpr Millis kGoneMin = std::chrono::minutes(30);
constexpr Millis kSleeperMin = std::chrono::hours(1);
constexpr int kGoneFactor = 4;  // of the patience
constexpr int kPromiseFactor = 2;

Patience never() {
  return {};
}

Patience of_mains(Millis worrying, bool is_certain) {
  Patience patience{std::nullopt, worrying, std::nullopt};
  if (is_certain) patience.gone = std::max(kGoneMin, worrying * kGoneFactor);
  return patience;
}

Patience of_sleeper(Millis quiet) {
  return {quiet, std::max(kSleeperMin, quiet * kGoneFactor), std::nullopt};
}

}  // namespace

Nature nature_of(const DeviceInfo& info) {
  const bool has_battery = info.find("battery") != nullptr || info.find("battery_low") != nullptr;
  return {info.liveness.sleeps.value_or(has_battery), info.liveness};
}

LivenessMemory Liveness::memory() const {
  LivenessMemory all = memory_;
  all.habit = habit_.memory();
  return all;
}

void Liveness::say(Availability availability, bool alone) {
  memory_.said = availability;
  if (alone) memory_.vouched = availability == Availability::online;
  if (availability == Availability::sleeping) memory_.promised.reset();
  if (availability != Availability::offline) return;
  memory_.silence = Silence::none;  // it is told from here on
  memory_.exact = false;
}

Millis Liveness::burst() const {
  const auto period = habit_.period();
  return period ? std::clamp(*period / 4, kBurstMin, kBurstMax) : kBurstMin;
}

bool Liveness::hear(Millis now, const Nature& nature) {
  LivenessMemory& m = memory_;
  const bool is_recent = m.silence == Silence::none && m.heard && m.exact;
  if (is_recent && now < *m.heard + kBurstMax && now < *m.heard + burst()) return false;
  if (m.heard && m.exact) {
    const Millis gap = now - *m.heard;
    const auto expected = patience(nature);
    const bool was_over = (expected.quiet && gap > *expected.quiet) ||
                          (expected.worrying && gap > *expected.worrying);
    was_over ? habit_.learn_after_silence(gap, now) : habit_.learn(gap, now);
  }
  m.heard = now;
  m.exact = true;
  m.silence = Silence::none;
  return true;
}

void Liveness::listen_anew(Millis now) {
  memory_.heard = now;
  memory_.exact = false;
  memory_.silence = Silence::none;
}

Patience Liveness::patience(const Nature& nature) const {
  const LivenessTerms& terms = nature.terms;
  if (terms.may_be_silent) return never();
  const bool sleeps = nature.sleeps || memory_.said == Availability::sleeping;
  const bool is_alone_to_tell = !memory_.vouched;
  if (terms.silent_after) {
    return sleeps ? Patience{std::nullopt, terms.silent_after, std::nullopt}
                  : of_mains(*terms.silent_after, is_alone_to_tell);
  }
  if (terms.period) {
    const Millis patience = patience_of(*terms.period, Millis(0));
    return sleeps ? of_sleeper(patience) : of_mains(patience, is_alone_to_tell);
  }
  if (memory_.promised) {
    return {std::nullopt, memory_.promised, *memory_.promised * kPromiseFactor};
  }
  if (const auto learned = habit_.patience()) {
    return sleeps ? of_sleeper(*learned)
                  : of_mains(*learned, is_alone_to_tell && habit_.is_proven());
  }
  return sleeps ? Patience{kSleepsAtMost, kQuietAtMost, std::nullopt} : never();
}

bool Liveness::look(Millis now, const Nature& nature) {
  const Silence before = memory_.silence;
  if (!memory_.heard) return false;
  const Patience limits = patience(nature);
  const Millis gap = now - *memory_.heard;
  const auto over = [gap](const std::optional<Millis>& limit) { return limit && gap >= *limit; };
  Silence& silence = memory_.silence;
  if (over(limits.quiet)) silence = std::max(silence, Silence::quiet);
  if (over(limits.worrying)) silence = std::max(silence, Silence::worrying);
  if (over(limits.gone)) silence = std::max(silence, Silence::gone);
  return silence != before;
}

std::optional<Millis> Liveness::deadline(const Nature& nature) const {
  if (!memory_.heard || memory_.said == Availability::offline) return std::nullopt;
  const Patience limits = patience(nature);
  std::optional<Millis> next;
  const auto consider = [&](Silence level, const std::optional<Millis>& limit) {
    if (!limit || memory_.silence >= level) return;
    if (!next || *memory_.heard + *limit < *next) next = *memory_.heard + *limit;
  };
  consider(Silence::quiet, limits.quiet);
  consider(Silence::worrying, limits.worrying);
  consider(Silence::gone, limits.gone);
  return next;
}

bool Liveness::is_silent() const {
  return memory_.said != Availability::offline && memory_.silence != Silence::none;
}

Availability Liveness::state() const {
  if (memory_.said == Availability::offline) return Availability::offline;
  switch (memory_.silence) {
    case Silence::quiet:
      return Availability::sleeping;
    case Silence::worrying:
      return Availability::suspect;
    case Silence::gone:
      return Availability::offline;
    case Silence::none:
      break;
  }
  if (memory_.said != Availability::unknown) return memory_.said;
  return memory_.heard ? Availability::online : Availability::unknown;
}

}  // namespace attune::devices
