#include "store/history/past.h"

#include <algorithm>
#include <limits>

#include "store/codec.h"

namespace attune::store::history {
namespace {

constexpr std::size_t kBlockKeyBytes = 17;  // kind, day, series, time in the day, repetition

Millis begin_of(std::string_view key) {
  return key_number(key, 1, 0) * kDayLength + Millis(key_number(key, 1, 2));
}

/// The last value of a block up to `at`, and the gap behind it, into `held`. True: a value was
/// there; else the gap, if there is one, is what a later block knows, or begins here.
bool last_of(std::string_view payload, Millis at, Held& held, bool& sane) {
  BlockReader reader(payload);
  std::optional<Millis> lost;
  bool found = false;
  Sample sample;
  while (reader.next(sample) && sample.at <= at) {
    if (sample.value.has_value()) {
      found = true;
      lost.reset();
      held.sample = std::move(sample);
    } else {
      lost = sample.at;
    }
  }
  sane = reader.ok();
  if (lost) held.lost = lost;
  return found;
}

}  // namespace

Past::Past(const TableReader& tables, const Recorder& recorder)
    : tables_(tables), recorder_(recorder) {}

Result<std::optional<Day>> Past::first_day() {
  if (first_day_) return *first_day_;
  std::optional<Day> first;
  for (const Kind kind : {Kind::block, Kind::carry}) {
    const std::string prefix = Key(kind).text();
    const auto visit = [&](std::string_view key, std::string_view) -> Result<bool> {
      if (!key.starts_with(prefix)) return false;
      const Day day = key_number(key, 1, 0);
      first = first ? std::min(*first, day) : day;
      return false;
    };
    Status scanned = tables_.scan(Table::history, prefix, Direction::ascending, visit);
    if (!scanned) return scanned.error();
  }
  first_day_ = first;
  return first;
}

std::vector<std::string> Past::recent(SeriesId id, Millis end) const {
  const Series& series = recorder_.series(id);
  std::vector<std::string> payloads;
  for (const Sealed& block : series.sealed()) {
    if (block.first < end) payloads.push_back(block.payload);
  }
  const auto open = series.open_since();
  if (open && *open < end) payloads.push_back(series.open_payload());
  return payloads;
}

Status Past::day_blocks(Day day, SeriesId id, Millis end, std::optional<Day>& next) {
  Key first(Kind::block);
  first << day << id;
  next.reset();
  frames_.clear();
  const auto visit = [&](std::string_view key, std::string_view value) -> Result<bool> {
    if (key[0] != static_cast<char>(Kind::block)) return false;
    if (key.size() != kBlockKeyBytes) return corrupt(Table::history, key, "has no place");
    if (!key.starts_with(first.text())) {
      next = std::max(key_number(key, 1, 0), day + 1);
      return false;
    }
    next = day + 1;
    if (begin_of(key) >= end) return false;
    frames_.emplace_back(key, value);
    return true;
  };
  return tables_.scan(Table::history, first.text(), Direction::ascending, visit);
}

namespace {

/// False: enough. `sane` becomes false when the block is damaged.
bool visit_block(std::string_view payload, Millis from, Millis to,
                 const std::function<bool(const Sample&)>& visit, bool& sane) {
  BlockReader reader(payload);
  if (reader.ok() && (reader.last() < from || reader.first() >= to)) return true;
  for (Sample sample; reader.next(sample);) {
    if (sample.at >= to) return true;
    if (sample.at >= from && !visit(sample)) return false;
  }
  sane = reader.ok();
  return true;
}

Error damaged(std::string_view key) {
  return corrupt(Table::history, key, "holds a block that cannot be read");
}

}  // namespace

Status Past::visit_day(Day& day, SeriesId id, Millis from, Millis to,
                       const std::function<bool(const Sample&)>& visit, bool& more) {
  std::optional<Day> next;
  if (Status read = day_blocks(day, id, to, next); !read) return read;
  for (const auto& [key, value] : frames_) {
    const auto payload = frame_payload(Table::history, key, value);
    if (!payload) return payload.error();
    bool sane = true;
    more = visit_block(*payload, from, to, visit, sane);
    if (!sane) return damaged(key);
    if (!more) return {};
  }
  day = next.value_or(std::numeric_limits<Day>::max());
  return {};
}

Status Past::samples(SeriesId id, Millis from, Millis to,
                     const std::function<bool(const Sample&)>& visit) {
  const auto first = first_day();
  if (!first) return first.error();
  from = std::max(from, Millis(0));
  if (to <= from) return {};
  const Day last = day_of(std::min(to, kTimeMax) - Millis(1));
  bool more = true;
  for (Day day = first->has_value() ? std::max(**first, day_of(std::min(from, kTimeMax)))
                                    : last + 1;
       day <= last && more;) {
    if (Status done = visit_day(day, id, from, to, visit, more); !done) return done;
  }
  for (const std::string& payload : recent(id, to)) {
    bool sane = true;
    if (!more) break;
    more = visit_block(payload, from, to, visit, sane);
  }
  return {};
}

Result<bool> Past::at_day(Day day, SeriesId id, Millis at, Held& held) {
  std::optional<Day> next;
  if (Status read = day_blocks(day, id, at + Millis(1), next); !read) return read.error();
  for (auto frame = frames_.rbegin(); frame != frames_.rend(); ++frame) {
    const auto payload = frame_payload(Table::history, frame->first, frame->second);
    if (!payload) return payload.error();
    bool sane = true;
    const bool found = last_of(*payload, at, held, sane);
    if (!sane) return damaged(frame->first);
    if (found) return true;
  }
  return carried(day, id, held);
}

Result<bool> Past::carried(Day day, SeriesId id, Held& held) {
  const std::pair place{day, group_of(id)};
  if (carry_of_ != place) {
    auto read = read_carry(tables_, day, place.second);
    if (!read) return read.error();
    carry_ = std::move(*read);
    carry_of_ = place;
  }
  const auto found =
      std::lower_bound(carry_.begin(), carry_.end(), id,
                       [](const auto& each, SeriesId wanted) { return each.first < wanted; });
  if (found == carry_.end() || found->first != id) return false;
  held.sample = found->second.sample;
  if (found->second.lost) held.lost = found->second.lost;
  return true;
}

Result<std::optional<Held>> Past::at(SeriesId id, Millis at) {
  const Held now = recorder_.series(id).held();
  const bool any = now.sample.value.has_value();
  if (any && now.sample.at <= at && now.lost.value_or(at) <= at) return std::optional(now);
  Held held;
  std::vector<std::string> payloads = recent(id, at + Millis(1));
  for (auto payload = payloads.rbegin(); payload != payloads.rend(); ++payload) {
    bool sane = true;
    if (last_of(*payload, at, held, sane)) return std::optional(std::move(held));
  }
  const auto first = first_day();
  if (!first) return first.error();
  if (at < Millis(0) || !first->has_value()) return held.lost ? std::optional(held) : std::nullopt;
  for (Day day = day_of(std::min(at, kTimeMax)) + 1; day-- > **first;) {
    const auto found = at_day(day, id, at, held);
    if (!found) return found.error();
    if (*found) return std::optional(std::move(held));
  }
  return held.lost ? std::optional(held) : std::nullopt;
}

}  // namespace attune::store::history
