#include "store/history/retention.h"

#include <functional>
#include <string>
#include <vector>

namespace attune::store::history {
namespace {

/// What is to leave: rows of `table` under `prefix`, whose next number is a period, while `leaves`.
struct Rule {
  Table table;
  std::string prefix;
  std::function<bool(std::uint32_t period)> leaves;
  std::uint64_t& bytes;
};

Status erase_oldest(TableWriter& tables, const Rule& rule, std::size_t& rows) {
  std::vector<std::string> keys;
  Status scanned = tables.scan(rule.table, rule.prefix, Direction::ascending,
                               [&](std::string_view key, std::string_view value) -> Result<bool> {
                                 if (rows == 0 || !key.starts_with(rule.prefix)) return false;
                                 if (!rule.leaves(key_number(key, 1, 0))) return false;
                                 keys.emplace_back(key);
                                 const std::uint64_t size = key.size() + value.size();
                                 rule.bytes -= std::min(rule.bytes, size);
                                 --rows;
                                 return true;
                               });
  if (!scanned) return scanned;
  for (const std::string& key : keys) {
    if (Status gone = tables.erase(rule.table, key); !gone) return gone;
  }
  return {};
}

/// The first period that is young enough.
std::uint32_t oldest_kept(Millis now, std::optional<Millis> age, Level level) {
  if (!age || *age >= now) return 0;
  return static_cast<std::uint32_t>((now - *age) / length(level));
}

/// The day of the oldest block.
Result<Day> first_day(const TableReader& tables, Day otherwise) {
  const std::string prefix = Key(Kind::block).text();
  Day first = otherwise;
  Status scanned = tables.scan(Table::history, prefix, Direction::ascending,
                               [&](std::string_view key, std::string_view) -> Result<bool> {
                                 if (key.starts_with(prefix)) first = key_number(key, 1, 0);
                                 return false;
                               });
  if (!scanned) return scanned.error();
  return first;
}

Status prune_raw(TableWriter& tables, const Bounds& bounds, Millis now, std::size_t& rows,
                 Totals& totals) {
  const Day kept = oldest_kept(now, bounds.raw, Level::day);
  const auto leaves = [&](Day day) {
    return day < kept || (totals.raw_bytes > bounds.raw_bytes_max && day < day_of(now));
  };
  const Rule blocks{Table::history, Key(Kind::block).text(), leaves, totals.raw_bytes};
  if (Status done = erase_oldest(tables, blocks, rows); !done) return done;
  const auto first = first_day(tables, kept);
  if (!first) return first.error();
  const Rule carries{Table::history, Key(Kind::carry).text(),
                     [&](Day day) { return day < *first && day < day_of(now); }, totals.raw_bytes};
  return erase_oldest(tables, carries, rows);
}

Status prune_rollups(TableWriter& tables, const Bounds& bounds, Millis now, std::size_t& rows,
                     Totals& totals) {
  for (const Level level : {Level::hour, Level::day}) {
    const auto age = level == Level::hour ? bounds.hourly : bounds.daily;
    const std::uint32_t kept = oldest_kept(now, age, level);
    const auto today = static_cast<std::uint32_t>(floor_to(now, kDayLength) / length(level));
    const auto leaves = [&](std::uint32_t period) {
      return period < kept || (totals.rollup_bytes > bounds.rollup_bytes_max && period < today);
    };
    const Rule rule{Table::rollups, Key(static_cast<Kind>(level)).text(), leaves,
                    totals.rollup_bytes};
    if (Status done = erase_oldest(tables, rule, rows); !done) return done;
  }
  return {};
}

}  // namespace

Status prune(TableWriter& tables, const Bounds& bounds, Millis now, std::size_t rows,
             Totals& totals) {
  if (Status done = prune_raw(tables, bounds, now, rows, totals); !done) return done;
  return prune_rollups(tables, bounds, now, rows, totals);
}

}  // namespace attune::store::history
