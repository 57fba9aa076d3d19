#include "store/compaction.h"

#include <algorithm>
#include <optional>
#include <string>

namespace attune::store {
namespace {

/// The first entry whose revision is not below `from`.
Result<std::optional<Change>> entry_from(const TableReader& tables, std::uint64_t from) {
  std::string key;
  encode_number_key(from, key);
  std::optional<Change> found;
  Status read = tables.scan(Table::log, key, Direction::ascending,
                            [&](std::string_view at, std::string_view value) -> Result<bool> {
                              auto entry = decode<LogEntry>(at, value);
                              if (!entry) return entry.error();
                              found = std::move(entry->change);
                              return false;
                            });
  if (!read) return read.error();
  return found;
}

/// The last revision that may leave at all.
std::uint64_t last_allowed(const Retention& retention, const Position& position) {
  const auto head = number(position.head);
  const auto old = head - std::min<std::uint64_t>(head, retention.entries_min);
  return std::min(number(position.folded_through), old);
}

/// True: a batch left. False: nothing more may.
Result<bool> erase_batch(const Retention& retention, TableWriter& log, Position& position) {
  const auto last = entry_from(log, number(position.floor) + retention.batch);
  if (!last) return last.error();
  if (!*last || number((*last)->revision) > last_allowed(retention, position)) return false;
  const auto bytes = log.bytes(Table::log);
  if (!bytes) return bytes.error();
  const bool old = retention.before && (*last)->at.steady < *retention.before;
  const bool wanted = (*last)->revision > retention.held;
  if (*bytes <= retention.max_bytes && (!old || wanted)) return false;
  std::string key;
  encode_number_key(number((*last)->revision), key);
  if (Status done = log.erase_through(Table::log, key); !done) return done.error();
  position.floor = (*last)->revision;
  return true;
}

}  // namespace

Status compact_log(const Retention& retention, std::size_t appended, TableWriter& log,
                   Position& position) {
  if (retention.batch == 0) return {};
  const std::size_t batches = kBatchesMin + 2 * appended / retention.batch;
  for (std::size_t i = 0; i < batches; ++i) {
    const auto more = erase_batch(retention, log, position);
    if (!more) return more.error();
    if (!*more) break;
  }
  return {};
}

}  // namespace attune::store
