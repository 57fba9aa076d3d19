#include "store/history/series.h"

#include <algorithm>

#include "store/history/bytes.h"

namespace attune::store::history {
namespace {

constexpr std::uint64_t kTimeLimit = static_cast<std::uint64_t>(kTimeMax.count());
constexpr std::uint64_t kHasLost = 1;
constexpr std::uint64_t kHasHour = 1;
constexpr std::uint64_t kHasDay = 2;

Accumulator fresh_accumulator(Level level, const Held& held) {
  const Millis start = floor_to(held.sample.at, length(level));
  return {start, held.lost ? std::nullopt : rollup_number(held.sample.value)};
}

Accumulator take_accumulator(ByteReader& reader, bool there, Level level, const Held& held) {
  Accumulator read = fresh_accumulator(level, held);
  if (there && !read.decode(reader)) reader.fail();
  return read;
}

bool says_nothing_new(const Held& held, const Value& value) {
  if (!value.has_value()) return held.lost.has_value() || !held.sample.value.has_value();
  return !held.lost && held.sample.value == value;
}

}  // namespace

void put_held(std::string& out, const Held& held) {
  put_uint(out, static_cast<std::uint64_t>(held.sample.at.count()));
  put_uint(out, held.lost ? kHasLost : 0);
  if (held.lost) put_uint(out, static_cast<std::uint64_t>(held.lost->count()));
  put_value(out, held.sample.value);
}

Held take_held(ByteReader& reader) {
  Held held;
  held.sample.at = Millis(reader.uint(kTimeLimit));
  if (reader.uint(kHasLost) != 0) held.lost = Millis(reader.uint(kTimeLimit));
  held.sample.value = reader.value();
  return held;
}

Series::Live& Series::live() const {
  if (live_ != nullptr) return *live_;
  live_ = std::make_unique<Live>();
  live_->fresh = false;
  // What passed is_packed_series() and is no series nevertheless begins anew.
  if (!packed_.empty() && !unpack(packed_, *live_)) live_ = std::make_unique<Live>();
  packed_ = std::string();
  return *live_;
}

bool Series::unpack(std::string_view bytes, Live& out) {
  ByteReader reader(bytes);
  out.held = take_held(reader);
  const std::uint64_t has = reader.uint(kHasHour | kHasDay);
  out.hour = take_accumulator(reader, (has & kHasHour) != 0, Level::hour, out.held);
  out.day = take_accumulator(reader, (has & kHasDay) != 0, Level::day, out.held);
  if (!reader.ok() || reader.done()) return reader.ok();
  auto open = OpenBlock::decode(reader.rest());
  if (open) out.open = std::move(*open);
  return open.has_value();
}

bool is_packed_series(std::string_view bytes) {
  ByteReader reader(bytes);
  const Held held = take_held(reader);
  const std::uint64_t has = reader.uint(kHasHour | kHasDay);
  (void)take_accumulator(reader, (has & kHasHour) != 0, Level::hour, held);
  (void)take_accumulator(reader, (has & kHasDay) != 0, Level::day, held);
  return reader.ok() && (reader.done() || BlockReader(reader.rest()).ok());
}

std::string Series::pack() const {
  if (is_packed()) return packed_;
  const Live& now = live();
  std::string out;
  put_held(out, now.held);
  put_uint(out, (now.hour.touched() ? kHasHour : 0) | (now.day.touched() ? kHasDay : 0));
  if (now.hour.touched()) now.hour.encode(out);
  if (now.day.touched()) now.day.encode(out);
  if (!now.open.empty()) now.open.encode(out);
  return out;
}

std::optional<Millis> Series::open_since() const {
  const OpenBlock& open = live().open;
  return open.empty() ? std::nullopt : std::optional(open.first());
}

std::string Series::open_payload() const {
  std::string payload;
  if (!live().open.empty()) live().open.encode(payload);
  return payload;
}

std::size_t Series::record(Millis at, const Value& value) {
  Live& now = live();
  if (says_nothing_new(now.held, value)) return 0;
  const Millis last = std::max(now.held.sample.at, now.held.lost.value_or(Millis(0)));
  if (at < last) {
    if (last - at <= kClockSlack) {
      at = last;
    } else {
      go_back(now, at);
    }
  }
  const std::size_t waiting = now.sealed.size();
  if (!now.open.empty() && day_of(now.open.first()) != day_of(at)) seal(now);
  if (!now.open.append(at, value)) {
    seal(now);
    (void)now.open.append(at, value);  // the first sample of a block always fits
  }
  for (const Level level : {Level::hour, Level::day}) roll(now, level, at);
  now.hour.add(at, rollup_number(value));
  now.day.add(at, rollup_number(value));
  now.fresh = true;
  if (value.has_value()) {
    now.held = {{at, value}, std::nullopt};
  } else {
    now.held.lost = at;
  }
  return now.sealed.size() == waiting ? 0 : now.sealed.back().payload.size();
}

void Series::seal(Live& live) {
  if (live.open.empty()) return;
  Sealed block{live.open.first(), {}};
  live.open.encode(block.payload);
  live.sealed.push_back(std::move(block));
  live.open = OpenBlock();
}

void Series::roll(Live& live, Level level, Millis now) {
  Accumulator& running = level == Level::hour ? live.hour : live.day;
  const Millis end = running.start() + length(level);
  if (now < end) return;
  const Millis start = running.start();
  const std::optional<double> held = running.held();
  if (auto done = running.roll(end)) live.rolled.push_back({level, start, *done});
  running = Accumulator(floor_to(now, length(level)), held);
}

void Series::go_back(Live& live, Millis at) {
  seal(live);
  for (const Level level : {Level::hour, Level::day}) {
    Accumulator& running = level == Level::hour ? live.hour : live.day;
    const Millis start = running.start();
    if (auto done = running.roll(start)) live.rolled.push_back({level, start, *done});
    running = Accumulator(floor_to(at, length(level)), std::nullopt);
  }
}

void Series::finish(Millis now) {
  const auto wake = wakes_at();
  if (!wake || now < *wake) return;
  Live& here = live();
  if (!here.open.empty() && day_of(here.open.first()) < day_of(now)) seal(here);
  for (const Level level : {Level::hour, Level::day}) roll(here, level, now);
}

const std::vector<Sealed>& Series::sealed() const {
  static const std::vector<Sealed> kNone;
  return is_packed() ? kNone : live_->sealed;
}

const std::vector<Rolled>& Series::rolled() const {
  static const std::vector<Rolled> kNone;
  return is_packed() ? kNone : live_->rolled;
}

Held Series::held() const {
  if (!is_packed()) return live_->held;
  ByteReader reader(packed_);
  return packed_.empty() ? Held() : take_held(reader);
}

std::optional<Millis> Series::wakes_at() const {
  if (is_packed() && wake_ == kNeverWakes) return std::nullopt;
  if (is_packed() && wake_ != Millis(0)) return wake_;
  const Live& here = live();
  std::optional<Millis> at;
  const auto consider = [&at](Millis when) { at = at ? std::min(*at, when) : when; };
  if (!here.open.empty()) consider(floor_to(here.open.first(), kDayLength) + kDayLength);
  if (here.hour.touched()) consider(here.hour.start() + length(Level::hour));
  if (here.day.touched()) consider(here.day.start() + length(Level::day));
  return at;
}

void Series::written() {
  if (is_packed()) return;
  Live& here = live();
  here.sealed.clear();
  here.rolled.clear();
  if (here.fresh) {
    here.fresh = false;
    return;
  }
  wake_ = wakes_at().value_or(kNeverWakes);
  packed_ = pack();
  packed_.shrink_to_fit();
  live_.reset();
}

}  // namespace attune::store::history
