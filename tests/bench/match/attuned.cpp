#include "tests/bench/match/attuned.h"

#include <malloc.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>

#include "broker/core/defaults.h"
#include "devices/vocabulary.h"
#include "rules/load.h"

namespace attune::bench {

namespace {

/// Of this thread's processor.
double processor_ms() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

std::size_t heap_bytes() {
  const auto info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

}  // namespace

Attuned::Attuned(const House& house) {
  for (const auto& [id, device] : house.devices) catalog_.describe(device);
  core::Options options;
  options.observe = true;
  core_ = std::make_unique<core::Core>(catalog_, options);
  core_->restore({});
  const rules::Surroundings around = {catalog_.devices(), catalog_.table(),
                                      devices::vocabulary_types(), core::vocabulary_default};
  for (const rules::SourceFile& file : house.files) text_bytes_ += file.text.size();
  const std::size_t before = heap_bytes();
  const double begin = processor_ms();
  rules::Loaded loaded = rules::load(house.files, around);
  load_ms_ = processor_ms() - begin;
  if (!loaded.set) {
    std::fputs(render(loaded.issues).substr(0, 2'000).c_str(), stderr);
    std::abort();
  }
  step(core::RulesLoaded{std::exchange(loaded.set, nullptr)});
  loaded = {};
  out_ = {};
  bytes_ = heap_bytes() - before;
  for (const Told& told : house.first) tell(told);
  for (const Told& told : house.events) events_.push_back(decoded(told));
}

devices::Decoded Attuned::decoded(const Told& told) {
  devices::Decoded decoded;
  decoded.readings.push_back({catalog_.table().intern(*parse_path(told.path)), told.value});
  return decoded;
}

void Attuned::step(decltype(core::Event::what) what) {
  out_.changes.clear();
  out_.writes.clear();
  out_.rejections.clear();
  now_.wall += Millis(10);
  now_.steady += Millis(10);
  core_->step({now_, std::move(what)}, out_);
}

void Attuned::tell(const Told& told) {
  const devices::Decoded one = decoded(told);
  step(core::MessageArrived{Arrival::live, "bus/sensor", &one});
}

void Attuned::live() {
  for (const devices::Decoded& event : events_) {
    step(core::MessageArrived{Arrival::live, "bus/sensor", &event});
  }
}

std::vector<std::string> Attuned::claims() const {
  std::vector<std::string> found;
  for (const AttributeId id : core_->claims().claimed(catalog_.table())) {
    for (const Claim& claim : core_->claims().on(id)) {
      if (claim.by != ClaimBy::rule) continue;
      found.push_back(claim.path.text() + " " + to_json(claim.value) + " " + claim.source);
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace attune::bench
