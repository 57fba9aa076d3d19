#include "store/scrub.h"

#include <fmt/format.h>

#include "store/codec.h"
#include "store/file.h"
#include "store/lmdb_check.h"
#include "store/lmdb_env.h"
#include "store/queries.h"

namespace attune::store {
namespace {

template <class R>
Status check(std::string_view key, std::string_view value) {
  const auto record = decode<R>(key, value);
  return record ? Status() : Status(record.error());
}

Status check_row(Table table, std::string_view key, std::string_view value) {
  switch (table) {
    case Table::meta:
      return key == "store" ? check<Identity>(key, value) : check<Position>(key, value);
    case Table::log:
      return check<LogEntry>(key, value);
    case Table::state:
      return check<StateRow>(key, value);
    case Table::commands:
      return check<Command>(key, value);
    case Table::claims:
      return check<Claim>(key, value);
    case Table::bases:
      return check<Base>(key, value);
    case Table::rules:
      return check<RuleState>(key, value);
    case Table::timers:
      return check<Timer>(key, value);
    case Table::blobs:
      return check<Blob>(key, value);
    case Table::journal:
      return check<JournalEntry>(key, value);
    case Table::tombstones:
      return check<Tombstone>(key, value);
    case Table::history:
    case Table::rollups:
    case Table::symbols:
    case Table::latest:
    case Table::rulesets:
      break;
  }
  const auto format = format_of(table, key, value);
  return format ? Status() : Status(format.error());
}

class Scrub {
 public:
  explicit Scrub(const std::string& path) : path_(path) {}
  Result<ScrubReport> run();

 private:
  Status records();
  Status open_tables(Env& env);
  void tables(const TableReader& tables);
  void journal(const Layer& waiting);
  void whole(const TableReader& view);
  void log(const TableReader& view, const Position& position);
  void row(Table table, std::string_view key, std::string_view value);
  /// Keeps the error, if `result` is one.
  template <class R>
  bool good(const R& result);

  const std::string& path_;
  Table last_ = kLastTable;
  ScrubReport report_;
};

template <class R>
bool Scrub::good(const R& result) {
  if (result.ok()) return true;
  if (report_.damage.size() < kDamageMax) report_.damage.push_back(result.error());
  return false;
}

Result<ScrubReport> Scrub::run() {
  report_.bytes = file_bytes(path_);
  const auto pages = check_pages(path_, kEveryLeaf);
  if (!pages && pages.error().code != "corrupt") return pages.error();
  if (!good(pages)) return report_;  // LMDB does not get to see it
  report_.pages = *pages;
  if (Status read = records(); !read) return read.error();
  return report_;
}

/// A store of format 1 has fewer tables.
Status Scrub::open_tables(Env& env) {
  if (Status meta = env.open_tables(Table::meta, false); !meta) return meta;
  Txn txn(env);
  if (Status begun = txn.begin(MDB_RDONLY); !begun) return begun;
  const auto format = read_format(LmdbTables(txn));
  if (!format) return format.error();
  txn.abort();
  last_ = *format == kFormat ? kLastTable : kLastOfFormat1;
  return env.open_tables(last_, false);
}

Status Scrub::records() {
  constexpr std::uint64_t kMapBytes = 64 << 20;  // LMDB makes it as large as the file at least
  auto env = Env::open_to_read(path_, kMapBytes);
  if (!env) return env.error();
  if (!good(open_tables(**env))) return {};
  Txn txn(**env);
  if (Status begun = txn.begin(MDB_RDONLY); !begun) return begun;
  const LmdbTables tables(txn);
  this->tables(tables);
  Layer waiting;
  if (last_ == kLastTable && !good(read_journal(tables, waiting))) return {};
  journal(waiting);
  if (report_.damage.empty()) whole(LayeredReader(tables, waiting));
  return {};
}

void Scrub::row(Table table, std::string_view key, std::string_view value) {
  ++report_.rows;
  good(check_row(table, key, value));
}

void Scrub::tables(const TableReader& tables) {
  for (std::size_t i = 0; i <= index(last_); ++i) {
    const auto table = static_cast<Table>(i + 1);
    good(tables.scan(table, "", Direction::ascending,
                     [&](std::string_view key, std::string_view value) -> Result<bool> {
                       row(table, key, value);
                       return true;
                     }));
  }
}

void Scrub::journal(const Layer& waiting) {
  for (std::size_t i = 0; i < kTableCount; ++i) {
    const auto table = static_cast<Table>(i + 1);
    for (const auto& [key, value] : waiting.rows(table)) {
      if (value) row(table, key, *value);
    }
  }
}

/// What shows only when all rows are looked at together: counts and chains.
void Scrub::whole(const TableReader& view) {
  const auto identity = read_identity(view);
  const auto position = read_position(view);
  if (!good(identity) || !good(position)) return;
  report_.store_uuid = identity->uuid;
  report_.head = position->head;
  good(read_recovered(view, *identity, *position));
  log(view, *position);
}

void Scrub::log(const TableReader& view, const Position& position) {
  constexpr std::size_t kEntriesAtATime = 10'000;
  Revision after = position.floor;
  while (after < position.head) {
    const auto entries = read_log_after(view, position, after, kEntriesAtATime);
    if (!good(entries) || entries->empty()) return;
    after = entries->back().revision;
  }
}

}  // namespace

Result<ScrubReport> scrub_file(const std::string& path) {
  if (!file_exists(path)) return Error{"open", fmt::format("there is no {}", path)};
  return Scrub(path).run();
}

Result<ScrubReport> scrub(const std::string& folder) {
  const std::string path = folder + "/data.mdb";
  if (!file_exists(path)) return Error{"open", fmt::format("there is no {}", path)};
  const auto lock = FolderLock::take_to_read(folder);
  if (!lock) return lock.error();
  return scrub_file(path);
}

}  // namespace attune::store
