#include "store/compaction.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

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

class Compaction {
 public:
  Compaction(const Retention& retention, std::uint64_t log_bytes, TableWriter& tables,
             Position& position)
      : retention_(retention), log_bytes_(log_bytes), tables_(tables), position_(position) {
    const auto head = number(position.head);
    const auto newest = head - std::min<std::uint64_t>(head, retention.entries_min);
    last_allowed_ = std::min(number(position.folded_through), newest);
  }

  /// True: a batch left. False: nothing more may.
  Result<bool> step() {
    auto last = entry_from(tables_, number(position_.floor) + retention_.batch);
    if (!last) return last.error();
    if (!*last || !may_leave(**last)) return false;
    if (Status done = erase_through((*last)->revision); !done) return done.error();
    return true;
  }

 private:
  [[nodiscard]] bool may_leave(const Change& last) const {
    if (number(last.revision) > last_allowed_) return false;
    if (log_bytes_ > retention_.max_bytes) return true;
    const bool old = retention_.before && last.at.steady < *retention_.before;
    return old && last.revision <= retention_.held;
  }

  Status erase_through(Revision last) {
    std::string key;
    encode_number_key(number(position_.floor) + 1, key);
    std::vector<std::string> keys;
    std::uint64_t bytes = 0;
    Status read = tables_.scan(Table::log, key, Direction::ascending,
                               [&](std::string_view at, std::string_view value) -> Result<bool> {
                                 keys.emplace_back(at);
                                 bytes += at.size() + value.size();
                                 return keys.back() < limit(last);
                               });
    if (!read) return read;
    for (const std::string& gone : keys) {
      if (Status done = tables_.erase(Table::log, gone); !done) return done;
    }
    log_bytes_ -= std::min(log_bytes_, bytes);
    position_.floor = last;
    return {};
  }

  const std::string& limit(Revision last) {
    if (limit_.empty() || limit_of_ != last) encode_number_key(number(last), limit_);
    limit_of_ = last;
    return limit_;
  }

  const Retention& retention_;
  std::uint64_t log_bytes_;
  TableWriter& tables_;
  Position& position_;
  std::uint64_t last_allowed_ = 0;
  std::string limit_;
  Revision limit_of_{};
};

}  // namespace

Status compact_log(const Turn& turn, std::uint64_t log_bytes, TableWriter& tables,
                   Position& position) {
  if (!turn.retention || turn.retention->batch == 0) return {};
  Compaction compaction(*turn.retention, log_bytes, tables, position);
  const std::size_t batches = kBatchesMin + 2 * turn.changes.size() / turn.retention->batch;
  for (std::size_t i = 0; i < batches; ++i) {
    const auto more = compaction.step();
    if (!more) return more.error();
    if (!*more) break;
  }
  return {};
}

}  // namespace attune::store
