#include "store/history/queries.h"

#include <algorithm>

#include "store/history/past.h"

namespace attune::store::history {
namespace {

/// Up to here buckets are made from samples; a day at one a second is 86,400 of them.
constexpr Millis kSamplesSpanMax = 4 * kDayLength;
constexpr Millis kSamplesWidthMax{1'800'000};
constexpr Millis kHoursWidthMax{43'200'000};
/// Of a page of a whole home: each takes some ten microseconds.
constexpr std::size_t kHomePageSeries = 64;

std::optional<double> number_of(const std::optional<Held>& held) {
  if (!held || held->lost) return std::nullopt;
  return rollup_number(held->sample.value);
}

Result<std::optional<double>> number_before(Past& past, SeriesId id, Millis at) {
  const auto held = past.at(id, at - Millis(1));
  if (!held) return held.error();
  return number_of(*held);
}

void add_bucket(Buckets& out, Millis start, const Rollup& r) {
  if (!r.seen) return;
  out.buckets.push_back({start, r.min, r.max, r.mean(), r.last, r.count, r.known_ms});
}

Status fill_from_samples(Past& past, SeriesId id, Millis from, Millis to, Buckets& out) {
  const auto before = number_before(past, id, from);
  if (!before) return before.error();
  Accumulator bucket(from, *before);
  const auto close = [&](Millis end) {
    add_bucket(out, bucket.start(), bucket.until(end));
    bucket = Accumulator(end, bucket.held());
  };
  Status read = past.samples(id, from, to, [&](const Sample& sample) {
    while (sample.at >= bucket.start() + out.width) close(bucket.start() + out.width);
    bucket.add(sample.at, rollup_number(sample.value));
    return true;
  });
  if (!read) return read;
  while (bucket.start() < to) close(std::min(bucket.start() + out.width, to));
  return {};
}

/// What is known of one period from its row and from what has no row yet.
class Periods {
 public:
  Periods(const TableReader& tables, const Recorder& recorder, SeriesId id, Level level)
      : tables_(tables), series_(recorder.series(id)), id_(id), level_(level) {}

  /// Empty: no sample fell into it. `to`: an end before that of the period.
  [[nodiscard]] Result<std::optional<Rollup>> at(Millis start, Millis to) const {
    auto found = row(start);
    if (!found) return found;
    const auto merge = [&](const Rollup& rollup) {
      *found ? (*found)->merge(rollup) : void(*found = rollup);
    };
    for (const Rolled& rolled : series_.rolled()) {
      if (rolled.level == level_ && rolled.start == start) merge(rolled.rollup);
    }
    const Accumulator& running = level_ == Level::hour ? series_.hour() : series_.day();
    if (running.touched() && running.start() == start) merge(running.until(to));
    return found;
  }

 private:
  [[nodiscard]] Result<std::optional<Rollup>> row(Millis start) const {
    const std::string key = rollup_key(level_, start, id_);
    const auto value = tables_.get(Table::rollups, key);
    if (!value) return value.error();
    if (!*value) return std::optional<Rollup>();
    const auto rollups = decode_rollups(key, **value);
    if (!rollups) return rollups.error();
    const auto own = rollups->find(id_);
    return own == rollups->end() ? std::optional<Rollup>() : std::optional(own->second);
  }

  const TableReader& tables_;
  const Series& series_;
  SeriesId id_;
  Level level_;
};

/// The period without a sample: what was brought along held all the time.
Rollup constant(std::optional<double> held, Millis start, Millis end) {
  return Accumulator(start, held).until(end);
}

Status fill_from_periods(const Periods& periods, Level level, std::optional<double> held,
                         Millis from, Millis to, Buckets& out) {
  const Millis step = length(level);
  for (Millis start = from; start < to; start += out.width) {
    Rollup sum;
    for (Millis at = start; at < std::min(start + out.width, to); at += step) {
      const Millis end = std::min(at + step, to);
      const auto found = periods.at(at, end);
      if (!found) return found.error();
      const Rollup period = *found ? **found : constant(held, at, end);
      held = period.open ? std::optional(period.last) : std::nullopt;
      sum.merge(period);
    }
    add_bucket(out, start, sum);
  }
  return {};
}

constexpr Millis kNever = Millis::max();

/// The first period of a level that has a row.
Result<Millis> first_period(const TableReader& tables, Level level) {
  const std::string prefix = Key(static_cast<Kind>(level)).text();
  Millis first = kNever;
  Status scanned = tables.scan(Table::rollups, prefix, Direction::ascending,
                               [&](std::string_view key, std::string_view) -> Result<bool> {
                                 if (!key.starts_with(prefix)) return false;
                                 first = key_number(key, 1, 0) * length(level);
                                 return false;
                               });
  if (!scanned) return scanned.error();
  return first;
}

/// Whether `level` knows more of what came after `from` than a source that begins at `finer`.
Result<bool> begins_earlier(const TableReader& tables, Level level, Millis finer, Millis from) {
  if (finer <= from) return false;
  const auto first = first_period(tables, level);
  if (!first) return first.error();
  return *first != kNever && *first < floor_to(finer, length(level));
}

Result<Source> choose(const TableReader& tables, Past& past, Millis from, Millis to, Millis width) {
  Source source = Source::samples;
  if (to - from > kSamplesSpanMax || width > kSamplesWidthMax) source = Source::hours;
  if (width > kHoursWidthMax) source = Source::days;
  if (source == Source::samples) {
    const auto day = past.first_day();
    if (!day) return day.error();
    const Millis start = *day ? **day * kDayLength : kNever;
    const auto earlier = begins_earlier(tables, Level::hour, start, from);
    if (!earlier) return earlier.error();
    if (*earlier) source = Source::hours;
  }
  if (source == Source::hours) {
    const auto hour = first_period(tables, Level::hour);
    if (!hour) return hour.error();
    const auto earlier = begins_earlier(tables, Level::day, *hour, from);
    if (!earlier) return earlier.error();
    if (*earlier) source = Source::days;
  }
  return source;
}

Millis ceil_to(Millis at, Millis step) {
  return floor_to(at + step - Millis(1), step);
}

}  // namespace

Result<Range> read_range(const TableReader& tables, const Recorder& recorder, std::string_view path,
                         Millis from, Millis to, std::size_t max) {
  Range range;
  const auto id = recorder.find(path);
  if (!id) return range;
  Past past(tables, recorder);
  auto before = past.at(*id, from - Millis(1));
  if (!before) return before.error();
  range.before = std::move(*before);
  Status read = past.samples(*id, from, to, [&](const Sample& sample) {
    // Samples of one moment stay together, so that the rest begins behind it.
    range.more = range.samples.size() >= max && sample.at != range.samples.back().at;
    if (!range.more) range.samples.push_back(sample);
    return !range.more;
  });
  if (!read) return read.error();
  const auto earlier = [](const Sample& a, const Sample& b) { return a.at < b.at; };
  std::stable_sort(range.samples.begin(), range.samples.end(), earlier);
  return range;
}

Result<Buckets> read_buckets(const TableReader& tables, const Recorder& recorder,
                             std::string_view path, Millis from, Millis to, std::size_t count) {
  Buckets out;
  from = std::max(from, Millis(0));
  const auto id = recorder.find(path);
  if (!id || to <= from || count == 0) return out;
  Past past(tables, recorder);
  out.width = Millis((to - from + Millis(count - 1)).count() / static_cast<std::int64_t>(count));
  const auto source = choose(tables, past, from, to, out.width);
  if (!source) return source.error();
  out.source = *source;
  Status filled;
  if (out.source == Source::samples) {
    filled = fill_from_samples(past, *id, from, to, out);
  } else {
    const Level level = out.source == Source::hours ? Level::hour : Level::day;
    const Millis start = floor_to(from, length(level));
    out.width = ceil_to(std::max(out.width, length(level)), length(level));
    const auto before = number_before(past, *id, start);
    if (!before) return before.error();
    filled =
        fill_from_periods(Periods(tables, recorder, *id, level), level, *before, start, to, out);
  }
  if (!filled) return filled.error();
  return out;
}

Result<std::optional<Held>> read_at(const TableReader& tables, const Recorder& recorder,
                                    std::string_view path, Millis at) {
  const auto id = recorder.find(path);
  if (!id) return std::optional<Held>();
  return Past(tables, recorder).at(*id, at);
}

Result<HomePage> read_home(const TableReader& tables, const Recorder& recorder, Millis at,
                           std::uint32_t from) {
  HomePage page;
  Past past(tables, recorder);
  const std::size_t end = std::min<std::size_t>(from + kHomePageSeries, recorder.size());
  for (SeriesId id = from; id < end; ++id) {
    auto held = past.at(id, at);
    if (!held) return held.error();
    if (*held) page.values.push_back({recorder.path(id), std::move(**held)});
  }
  page.next = end < recorder.size() ? static_cast<std::uint32_t>(end) : 0;
  return page;
}

}  // namespace attune::store::history
