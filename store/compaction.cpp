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

/// The last revision that may leave at all, history apart.
std::uint64_t last_allowed(const Retention& retention, const Position& position) {
  const auto head = number(position.head);
  const auto old = head - std::min<std::uint64_t>(head, retention.entries_min);
  return std::min(number(position.folded_through), old);
}

/// What became of the oldest batch.
enum class Batch : std::uint8_t { left, stays, history_waits };

Result<Batch> erase_batch(const Retention& retention, Revision history, TableWriter& log,
                          Position& position) {
  const auto last = entry_from(log, number(position.floor) + retention.batch);
  if (!last) return last.error();
  if (!*last || number((*last)->revision) > last_allowed(retention, position)) return Batch::stays;
  const auto bytes = log.bytes(Table::log);
  if (!bytes) return bytes.error();
  const bool old = retention.before && (*last)->at.steady < *retention.before;
  const bool wanted = (*last)->revision > retention.held;
  if (*bytes <= retention.max_bytes && (!old || wanted)) return Batch::stays;
  if ((*last)->revision > history) return Batch::history_waits;
  std::string key;
  encode_number_key(number((*last)->revision), key);
  if (Status done = log.erase_through(Table::log, key); !done) return done.error();
  position.floor = (*last)->revision;
  return Batch::left;
}

}  // namespace

Result<LetGo> compact_log(const Retention& retention, const Appended& appended, TableWriter& log,
                          Position& position) {
  if (retention.batch == 0) return LetGo::all_that_may;
  const std::size_t batches = kBatchesMin + 2 * appended.entries / retention.batch;
  for (std::size_t i = 0; i < batches; ++i) {
    const auto batch = erase_batch(retention, appended.history, log, position);
    if (!batch) return batch.error();
    if (*batch == Batch::history_waits) return LetGo::history_waits;
    if (*batch == Batch::stays) break;
  }
  return LetGo::all_that_may;
}

}  // namespace attune::store
