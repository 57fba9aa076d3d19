#include "store/history/rollup.h"

#include <algorithm>
#include <cmath>

#include "store/codec.h"
#include "store/history/bytes.h"

namespace attune::store::history {
namespace {

constexpr std::uint64_t kFlagsMax = 3;

void include(Rollup& rollup, double v) {
  rollup.min = rollup.seen ? std::min(rollup.min, v) : v;
  rollup.max = rollup.seen ? std::max(rollup.max, v) : v;
  rollup.last = v;
  rollup.seen = true;
}

/// Sums of numbers with few decimals have few decimals; adding them up left a trace.
double tidy(double v) {
  constexpr double kMillionths = 1e6;
  const double rounded = std::nearbyint(v * kMillionths) / kMillionths;
  return std::fabs(v) < 1e9 && std::fabs(rounded - v) <= 1e-9 * std::fabs(v) ? rounded : v;
}

void put_rollup(std::string& out, const Rollup& r) {
  put_uint(out, (r.seen ? 1u : 0u) | (r.open ? 2u : 0u));
  put_uint(out, r.count);
  if (!r.seen) return;
  put_uint(out, r.known_ms);
  put_number(out, r.min);
  put_number(out, r.max);
  put_number(out, r.last);
  put_number(out, r.sum);
  put_number(out, r.weighted);
}

Rollup take_rollup(ByteReader& reader) {
  Rollup r;
  const std::uint64_t flags = reader.uint(kFlagsMax);
  r.seen = (flags & 1) != 0;
  r.open = (flags & 2) != 0;
  r.count = reader.uint();
  if (!r.seen) return r;
  r.known_ms = reader.uint();
  r.min = reader.number();
  r.max = reader.number();
  r.last = reader.number();
  r.sum = reader.number();
  r.weighted = reader.number();
  return r;
}

std::uint64_t elapsed(Millis from, Millis to) {
  return to > from ? static_cast<std::uint64_t>((to - from).count()) : 0;
}

}  // namespace

double Rollup::mean() const {
  return known_ms == 0 ? last : tidy(weighted / static_cast<double>(known_ms));
}

void Rollup::merge(const Rollup& later) {
  if (later.seen) {
    min = seen ? std::min(min, later.min) : later.min;
    max = seen ? std::max(max, later.max) : later.max;
    last = later.last;
  }
  seen = seen || later.seen;
  open = later.open;
  sum += later.sum;
  weighted += later.weighted;
  count += later.count;
  known_ms += later.known_ms;
}

std::optional<double> rollup_number(const Value& value) {
  if (value.kind() == ValueKind::boolean) return value.as_bool() ? 1.0 : 0.0;
  if (!value.is_numeric()) return std::nullopt;
  const double v = value.numeric();
  return v == 0 ? 0.0 : v;
}

Accumulator::Accumulator(Millis start, std::optional<double> held)
    : start_(start), since_(start), held_(held) {
  if (held_) include(so_far_, *held_);
}

void Accumulator::hold(Rollup& rollup, Millis until) const {
  rollup.open = held_.has_value();
  if (!held_ || until <= since_) return;
  rollup.weighted += *held_ * static_cast<double>((until - since_).count());
  rollup.known_ms += elapsed(since_, until);
}

void Accumulator::add(Millis at, std::optional<double> number) {
  hold(so_far_, at);
  since_ = std::max(since_, at);
  held_ = number;
  touched_ = true;
  so_far_.open = number.has_value();
  if (!number) return;
  include(so_far_, *number);
  so_far_.sum += *number;
  ++so_far_.count;
}

Rollup Accumulator::until(Millis at) const {
  Rollup rollup = so_far_;
  hold(rollup, at);
  return rollup;
}

std::optional<Rollup> Accumulator::roll(Millis end) {
  std::optional<Rollup> done;
  if (touched_) {
    done = until(end);
    done->sum = tidy(done->sum);
    done->weighted = tidy(done->weighted);
  }
  *this = Accumulator(end, held_);
  return done;
}

void Accumulator::encode(std::string& out) const {
  put_uint(out, static_cast<std::uint64_t>(start_.count()));
  put_uint(out, elapsed(start_, since_));
  put_uint(out, (held_ ? 1u : 0u) | (touched_ ? 2u : 0u));
  if (held_) put_number(out, *held_);
  if (!touched_) return;
  put_rollup(out, so_far_);
}

bool Accumulator::decode(ByteReader& reader) {
  const Millis start(reader.uint(static_cast<std::uint64_t>(kTimeMax.count())));
  const Millis since =
      start + Millis(reader.uint(static_cast<std::uint64_t>((kTimeMax - start).count())));
  const std::uint64_t flags = reader.uint(kFlagsMax);
  std::optional<double> held;
  if ((flags & 1) != 0) held = reader.number();
  Accumulator read(start, held);
  read.since_ = since;
  read.touched_ = (flags & 2) != 0;
  if (read.touched_) read.so_far_ = take_rollup(reader);
  if (!reader.ok()) return false;
  *this = read;
  return true;
}

std::string rollup_key(Level level, Millis start, SeriesId series) {
  Key key(static_cast<Kind>(level));
  key << static_cast<std::uint32_t>(start / length(level)) << series / kRollupSeries;
  return key.text();
}

void encode_rollups(const RollupRow& row, std::string& out) {
  begin_frame(Table::rollups, out);
  for (const auto& [series, rollup] : row) {
    put_uint(out, series % kRollupSeries);
    put_rollup(out, rollup);
  }
  seal_frame(out);
}

Result<RollupRow> decode_rollups(std::string_view key, std::string_view value) {
  const auto payload = frame_payload(Table::rollups, key, value);
  if (!payload) return payload.error();
  const SeriesId base = key_number(key, 1, 1) * kRollupSeries;
  RollupRow row;
  ByteReader reader(*payload);
  while (reader.ok() && !reader.done()) {
    const auto series = base + static_cast<SeriesId>(reader.uint(kRollupSeries - 1));
    if (!row.empty() && series <= row.rbegin()->first) reader.fail();
    row[series] = take_rollup(reader);
  }
  if (!reader.ok()) return corrupt(Table::rollups, key, "cannot be read");
  return row;
}

}  // namespace attune::store::history
