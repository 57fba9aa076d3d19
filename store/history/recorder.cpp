#include "store/history/recorder.h"

#include <algorithm>
#include <map>

#include "store/codec.h"
#include "store/history/bytes.h"
#include "store/history/retention.h"

namespace attune::store::history {
namespace {

/// How long a group that changed may wait: as much of the log a start reads.
constexpr Millis kWriteInterval{600'000};
/// A flush comes about once a minute; so many parts of all groups may be due at once.
constexpr std::size_t kGroupShares = 8;
constexpr std::size_t kGroupsMin = 4;
/// A group with more finished blocks than this does not wait.
constexpr std::size_t kWaitingBytesMax = 256 * 1024;
/// A start reads at most about as many changes again, however fast they came.
constexpr std::uint64_t kUncoveredMax = 262'144;
constexpr std::size_t kErasesMin = 1'024;
constexpr std::string_view kMomentary = "event";
constexpr std::string_view kSettings = "settings.";

const std::string& totals_key() {
  static const std::string key = Key(Kind::totals).text();
  return key;
}

std::string name_key(SeriesId id) {
  Key key(Kind{1});
  key << id;
  return key.text();
}

void encode_totals(const Totals& totals, std::string& out) {
  begin_frame(Table::history, out);
  put_uint(out, totals.raw_bytes);
  put_uint(out, totals.rollup_bytes);
  put_uint(out, number(totals.resume));
  seal_frame(out);
}

Result<Totals> read_totals(const TableReader& tables) {
  const auto value = tables.get(Table::history, totals_key());
  if (!value) return value.error();
  Totals totals;
  if (!*value) return totals;
  const auto payload = frame_payload(Table::history, totals_key(), **value);
  if (!payload) return payload.error();
  ByteReader reader(*payload);
  totals.raw_bytes = reader.uint();
  totals.rollup_bytes = reader.uint();
  totals.resume = Revision{reader.uint()};
  if (!reader.done()) return corrupt(Table::history, totals_key(), "cannot be read");
  return totals;
}

/// The name of the series that a change belongs to, into `out`; false: to none.
bool path_of(const Change& change, std::string& out) {
  const bool state = change.kind == ChangeKind::state || change.kind == ChangeKind::setting;
  if (!state && change.kind != ChangeKind::liveness) return false;
  out.assign(change.device).append(1, '.');
  out.append(state ? std::string_view(change.attribute) : kAvailability);
  return true;
}

}  // namespace

// Starting.

Status Recorder::restore(const TableReader& tables) {
  *this = Recorder(bounds_);
  if (Status named = restore_names(tables); !named) return named;
  auto totals = read_totals(tables);
  if (!totals) return totals.error();
  totals_ = *totals;
  recorded_ = totals_.resume;
  for (Group& group : groups_) group.covered = totals_.resume;
  auto open = read_open(tables);
  if (!open) return open.error();
  for (auto& [id, rows] : *open) {
    if (id >= groups_.size() || rows.series.empty() || rows.series.back().first >= size()) {
      return corrupt(Table::history, name_key(id), "holds a series without a name");
    }
    groups_[id].covered = std::max(groups_[id].covered, rows.covered);
    groups_[id].carried = rows.carried;
    groups_[id].wakes = Millis(0);
    for (auto& [series, bytes] : rows.series) series_[series] = Series::packed(std::move(bytes));
  }
  return {};
}

Status Recorder::restore_names(const TableReader& tables) {
  const auto visit = [this](std::string_view key, std::string_view value) -> Result<bool> {
    const auto payload = frame_payload(Table::symbols, key, value);
    if (!payload) return payload.error();
    if (key != name_key(static_cast<SeriesId>(names_.size()))) {
      return corrupt(Table::symbols, key, "follows a name that is missing");
    }
    names_.emplace_back(*payload);
    ids_.emplace(names_.back(), static_cast<SeriesId>(names_.size() - 1));
    return true;
  };
  if (Status read = tables.scan(Table::symbols, "", Direction::ascending, visit); !read) {
    return read;
  }
  series_.resize(names_.size());
  groups_.resize((names_.size() + kGroupSeries - 1) / kGroupSeries);
  named_ = names_.size();
  return {};
}

Revision Recorder::resume_after() const {
  return resume_without({});
}

Revision Recorder::resume_without(const std::vector<std::pair<GroupId, Day>>& staged) const {
  Revision least = recorded_;
  for (GroupId id = 0; id < groups_.size(); ++id) {
    const bool written = std::any_of(staged.begin(), staged.end(),
                                     [id](const auto& each) { return each.first == id; });
    if (groups_[id].changed && !written) least = std::min(least, groups_[id].covered);
  }
  return least;
}

// Recording.

void Recorder::record(const Change& change) {
  recorded_ = std::max(recorded_, change.revision);
  if (change.kind == ChangeKind::removed) return end_device(change);
  if (!path_of(change, path_)) return;
  const SeriesId id = series_for(path_, change.revision);
  if (change.revision <= groups_[group_of(id)].covered) return;
  if (change.kind == ChangeKind::liveness) return add(id, change, change.status);
  // What is stale or over at once was so for a moment, and is not known from then on.
  const bool momentary = change.status == kMomentary;
  const bool stale = change.status == name(Quality::stale);
  if (!stale || series_[id].held().sample.value != change.value) add(id, change, change.value);
  if (stale || momentary) add(id, change, Value());
}

void Recorder::record(const std::vector<Change>& changes, const std::optional<Absence>& absence) {
  bool was_away = !absence;
  for (const Change& change : changes) {
    if (!was_away && change.at.steady >= absence->to.steady) {
      away(*absence);
      was_away = true;
    }
    record(change);
  }
  if (!was_away) away(*absence);
}

/// What was known ends, and begins again as it was: the image has not forgotten it either.
void Recorder::away(const Absence& absence) {
  const Millis from = std::clamp(absence.from.wall, Millis(0), kTimeMax);
  const Millis to = std::clamp(absence.to.wall, Millis(0), kTimeMax);
  for (SeriesId id = 0; id < size(); ++id) {
    const Held held = series_[id].held();
    if (!held.sample.value.has_value() || held.lost) continue;
    if (names_[id].starts_with(kSettings)) continue;  // nobody but attune changes them
    Group& group = groups_[group_of(id)];
    group.waiting_bytes += series_[id].record(from, Value());
    group.waiting_bytes += series_[id].record(to, held.sample.value);
    group.changed = true;
  }
}

/// Nothing is known of the device from here on. Rare, so that looking at every name is cheap
/// enough.
void Recorder::end_device(const Change& removal) {
  const std::string prefix = removal.device + '.';
  for (SeriesId id = 0; id < size(); ++id) {
    const bool ends = names_[id].starts_with(prefix) && series_[id].held().sample.value.has_value();
    if (ends && removal.revision > groups_[group_of(id)].covered) add(id, removal, Value());
  }
}

SeriesId Recorder::series_for(std::string_view path, Revision revision) {
  if (const auto found = ids_.find(path); found != ids_.end()) return found->second;
  const auto id = static_cast<SeriesId>(names_.size());
  names_.emplace_back(path);
  ids_.emplace(names_.back(), id);
  series_.emplace_back();
  if (group_of(id) >= groups_.size()) {
    groups_.emplace_back().covered = Revision{number(revision) - 1};
  }
  return id;
}

void Recorder::add(SeriesId id, const Change& change, const Value& value) {
  Group& group = groups_[group_of(id)];
  const bool kept = is_kept(value);
  if (!kept) ++too_long_;
  const Millis at = std::clamp(change.at.wall, Millis(0), kTimeMax);
  group.waiting_bytes += series_[id].record(at, kept ? value : Value());
  group.changed = true;
}

std::optional<SeriesId> Recorder::find(std::string_view path) const {
  const auto found = ids_.find(path);
  return found == ids_.end() ? std::nullopt : std::optional(found->second);
}

std::pair<SeriesId, SeriesId> Recorder::range(GroupId id) const {
  const SeriesId first = id * kGroupSeries;
  return {first, std::min(first + kGroupSeries, static_cast<SeriesId>(series_.size()))};
}

// Writing.

bool Recorder::is_due(const Group& group, Millis now) const {
  if (group.wakes && *group.wakes <= now) return true;
  if (!group.changed) return group.carried != 0 && group.carried < day_of(now);
  const bool waited = now < group.written || now - group.written >= kWriteInterval;
  const bool behind = number(recorded_) - number(group.covered) > kUncoveredMax;
  return hurried_ || waited || behind || group.waiting_bytes > kWaitingBytesMax;
}

Status Recorder::flush(TableWriter& tables, Millis now) {
  staged_.clear();
  next_totals_ = totals_;
  flushed_at_ = now;
  rows_put_ = 0;
  if (Status named = write_names(tables); !named) return named;
  std::size_t room = hurried_ ? groups_.size() : groups_.size() / kGroupShares + kGroupsMin;
  for (std::size_t i = 0; i < groups_.size() && room > 0; ++i) {
    const auto id = static_cast<GroupId>((next_group_ + i) % groups_.size());
    if (!is_due(groups_[id], now)) continue;
    if (Status done = write_group(tables, id, now); !done) return done;
    --room;
  }
  const std::size_t erases = kErasesMin + 2 * rows_put_;
  if (Status done = prune(tables, bounds_, now, erases, next_totals_); !done) return done;
  next_totals_.resume = resume_without(staged_);
  return next_totals_ == totals_ ? Status() : write_totals(tables);
}

void Recorder::written() {
  for (const auto& [id, day] : staged_) {
    Group& group = groups_[id];
    group.covered = recorded_;
    group.changed = false;
    group.written = flushed_at_;
    group.waiting_bytes = 0;
    group.carried = day;
    group.wakes.reset();
    const auto [first, end] = range(id);
    for (SeriesId each = first; each < end; ++each) {
      series_[each].written();
      const auto wake = series_[each].wakes_at();
      if (wake) group.wakes = group.wakes ? std::min(*group.wakes, *wake) : *wake;
    }
  }
  if (!staged_.empty()) next_group_ = staged_.back().first + 1;
  staged_.clear();
  totals_ = next_totals_;
  named_ = names_.size();
  hurried_ = false;
}

Status Recorder::write_names(TableWriter& tables) {
  std::string value;
  for (std::size_t id = named_; id < names_.size(); ++id) {
    begin_frame(Table::symbols, value);
    value.append(names_[id]);
    seal_frame(value);
    Status put = tables.append(Table::symbols, name_key(static_cast<SeriesId>(id)), value);
    if (!put) return put;
  }
  return {};
}

Status Recorder::write_group(TableWriter& tables, GroupId id, Millis now) {
  OpenGroup rows;
  rows.covered = recorded_;
  rows.carried = std::max(groups_[id].carried, day_of(now));
  const auto [first, end] = range(id);
  for (SeriesId each = first; each < end; ++each) {
    series_[each].finish(now);
    if (Status done = write_blocks(tables, each); !done) return done;
  }
  if (Status done = write_rollups(tables, id); !done) return done;
  if (rows.carried != groups_[id].carried) {
    if (Status done = carry(tables, id, rows.carried); !done) return done;
  }
  for (SeriesId each = first; each < end; ++each)
    rows.series.emplace_back(each, series_[each].pack());
  if (Status done = write_open(tables, id, rows); !done) return done;
  staged_.emplace_back(id, rows.carried);
  return {};
}

Status Recorder::write_blocks(TableWriter& tables, SeriesId id) {
  std::string value;
  for (const Sealed& block : series_[id].sealed()) {
    const Day day = day_of(block.first);
    const auto in_day = static_cast<std::uint32_t>((block.first - day * kDayLength).count());
    begin_frame(Table::history, value);
    value.append(block.payload);
    seal_frame(value);
    // A clock that was set back may come to the same moment again.
    for (std::uint32_t again = 0;; ++again) {
      Key key(Kind::block);
      key << day << id << in_day << again;
      const auto there = tables.get(Table::history, key.text());
      if (!there) return there.error();
      if (*there) continue;
      next_totals_.raw_bytes += key.text().size() + value.size();
      if (Status put = tables.put(Table::history, key.text(), value); !put) return put;
      break;
    }
    ++rows_put_;
  }
  return {};
}

Status Recorder::write_rollups(TableWriter& tables, GroupId id) {
  std::map<std::string, RollupRow> rows;
  const auto [first, end] = range(id);
  for (SeriesId each = first; each < end; ++each) {
    for (const Rolled& rolled : series_[each].rolled()) {
      const auto [at, fresh] =
          rows[rollup_key(rolled.level, rolled.start, each)].try_emplace(each, rolled.rollup);
      if (!fresh) at->second.merge(rolled.rollup);
    }
  }
  for (auto& [key, row] : rows) {
    if (Status done = write_rollup(tables, key, std::move(row)); !done) return done;
  }
  return {};
}

Status Recorder::write_rollup(TableWriter& tables, const std::string& key, RollupRow row) {
  const auto there = tables.get(Table::rollups, key);
  if (!there) return there.error();
  if (*there) {
    auto old = decode_rollups(key, **there);
    if (!old) return old.error();
    next_totals_.rollup_bytes -=
        std::min<std::uint64_t>(next_totals_.rollup_bytes, key.size() + (*there)->size());
    for (const auto& [series, rollup] : row) {
      const auto [at, fresh] = old->try_emplace(series, rollup);
      if (!fresh) at->second.merge(rollup);
    }
    row = std::move(*old);
  }
  std::string value;
  encode_rollups(row, value);
  next_totals_.rollup_bytes += key.size() + value.size();
  ++rows_put_;
  return tables.put(Table::rollups, key, value);
}

Status Recorder::carry(TableWriter& tables, GroupId id, Day day) {
  Carry values;
  const auto [first, end] = range(id);
  for (SeriesId each = first; each < end; ++each) {
    const Held held = series_[each].held();
    const Millis last = std::max(held.sample.at, held.lost.value_or(Millis(0)));
    const bool known = held.sample.value.has_value() || held.lost;
    if (known && last < day * kDayLength) values.emplace_back(each, held);
  }
  const auto bytes = write_carry(tables, day, id, values);
  if (!bytes) return bytes.error();
  next_totals_.raw_bytes += *bytes;
  return {};
}

Status Recorder::write_totals(TableWriter& tables) {
  std::string value;
  encode_totals(next_totals_, value);
  return tables.put(Table::history, totals_key(), value);
}

}  // namespace attune::store::history
