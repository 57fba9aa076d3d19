#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <optional>

#include "store/file.h"
#include "store/history/believed_time.h"
#include "store/history/start.h"
#include "store/layer.h"
#include "store/lmdb_check.h"
#include "store/lmdb_env.h"
#include "store/queries.h"
#include "store/standing.h"
#include "store/turn_writer.h"

namespace attune::store {
namespace {

/// No store is shorter: LMDB's two meta pages. A shorter file would be taken for a new one.
constexpr std::uint64_t kFileBytesMin = 2 * 4096;

/// A journal that is longer is settled by the next commit: this bounds what waits in memory, and
/// what a start reads twice. In a small map less, for settling needs the room of the rows again.
constexpr std::uint64_t kJournalBytesMax = 1 << 20;
constexpr std::uint64_t kJournalShareOfMap = 16;
/// More changes than this go into the log at once, and the journal is settled with them: they pay
/// for the pages. Fewer wait in the journal too, so that their commit touches one table.
constexpr std::size_t kJournaledChangesMax = 32;

class LmdbStore final : public Store {
 public:
  LmdbStore(std::unique_ptr<FolderLock> lock, std::unique_ptr<Env> env, std::uint64_t map_bytes)
      : lock_(std::move(lock)),
        env_(std::move(env)),
        map_bytes_(map_bytes),
        journal_bytes_max_(std::min(kJournalBytesMax, map_bytes / kJournalShareOfMap)) {
    bound_history({});
  }

  /// Checks what can be checked without reading everything, and brings an older format up to date.
  [[nodiscard]] Status check();

  Status commit(const Turn& turn) override;
  Result<Recovered> recover() override;
  Result<std::vector<Change>> log_after(Revision after, std::size_t max) const override;
  Result<std::vector<Change>> log_newest(std::size_t max) const override;
  Result<std::optional<Change>> change(Revision revision) const override;
  Revision floor() const override { return position_.floor; }
  Result<std::vector<Command>> finished_commands(const std::string& path,
                                                 std::size_t max) const override;
  Result<std::vector<Blob>> blobs(const std::string& space) const override;
  const history::Archive& history() const override { return archive_; }
  void bound_history(const history::Bounds& bounds) override;
  Usage usage() const override;
  std::chrono::nanoseconds last_sync() const override { return last_sync_; }

 private:
  /// What becomes of the rows of a commit.
  enum class Rows {
    journal,  ///< appended in one piece
    settle,   ///< they and the whole journal go into their tables
    fold,     ///< the same, and what is due of history
    relieve,  ///< appended, and what the journal erases is erased, for there is no room to settle
  };
  /// Runs `write(log, rows, position, whether log is the table itself)` in a transaction and
  /// commits it: whole or not at all.
  template <class F>
  Status transact(Rows plan, F write);
  [[nodiscard]] Rows plan(const Turn& turn) const;
  [[nodiscard]] Status commit_turn(const Turn& turn);
  [[nodiscard]] Status store_rows(Rows plan, LmdbTables& tables, const JournalEntry& entry,
                                  const Position& position);
  void adopt(Rows plan, JournalEntry&& entry);
  [[nodiscard]] Status append_to_journal(LmdbTables& tables, const JournalEntry& entry);
  [[nodiscard]] Status settle(LmdbTables& tables);
  [[nodiscard]] Status make_durable(Txn& txn, const LmdbTables& tables);
  [[nodiscard]] Status open_tables();
  [[nodiscard]] Status read_journal();
  /// `query(tables)` on what is committed.
  template <class F>
  auto read(F query) const -> decltype(query(std::declval<const TableReader&>()));

  std::unique_ptr<FolderLock> lock_;  // released after the environment is closed
  std::unique_ptr<Env> env_;
  Identity identity_;
  Position position_;
  Layer waiting_;                     ///< the rows of the journal
  std::uint64_t journal_length_ = 0;  ///< entries; numbered from 1
  std::uint64_t journal_bytes_ = 0;
  const std::uint64_t map_bytes_;
  const std::uint64_t journal_bytes_max_;
  TurnWriter writer_;
  history::Recorder recorder_;
  history::BelievedTime believed_;
  const history::Archive archive_{[this](const auto& query) {
                                    return read([&](const TableReader& tables) {
                                      query(tables);
                                      return Status();
                                    });
                                  },
                                  recorder_};
  mutable WrittenBytes
      written_;  // counted when somebody asks: asking takes as long as three writes
  mutable std::optional<std::uint64_t> reader_;  ///< the oldest one, when usage() looked last
  mutable std::chrono::steady_clock::time_point reader_since_;
  std::chrono::nanoseconds last_sync_{};
  std::optional<Error> broken_;  ///< after it nobody knows what is on disk
  std::string key_;              ///< of the journal; kept for its room
  std::string value_;
};

template <class F>
auto LmdbStore::read(F query) const -> decltype(query(std::declval<const TableReader&>())) {
  Txn txn(*env_);
  if (Status begun = txn.begin(MDB_RDONLY); !begun) return begun.error();
  const LmdbTables tables(txn);
  return query(LayeredReader(tables, waiting_));
}

template <class F>
Status LmdbStore::transact(Rows plan, F write) {
  if (broken_) return *broken_;
  Txn txn(*env_);
  if (Status begun = txn.begin(0); !begun) return begun;
  LmdbTables tables(txn);
  const LayeredReader settled(tables, waiting_);
  JournalEntry entry{journal_length_ + 1, {}};
  LayeredWriter rows(settled, entry.rows);
  Position position = position_;
  const bool waits = plan == Rows::journal || plan == Rows::relieve;
  Status done = waits ? Status() : settle(tables);  // the log goes on after what waits of it
  if (done) done = waits ? write(rows, rows, position, false) : write(tables, rows, position, true);
  if (done) done = store_rows(plan, tables, entry, position);
  if (done) done = make_durable(txn, tables);
  if (!done) {
    if (done.error().code == "io") broken_ = done.error();
    return done;
  }
  position_ = position;
  adopt(plan, std::move(entry));
  return {};
}

LmdbStore::Rows LmdbStore::plan(const Turn& turn) const {
  if (turn.folded_through || turn.clean) return Rows::fold;
  const bool long_enough = journal_bytes_ > journal_bytes_max_;
  const bool large = turn.changes.size() > kJournaledChangesMax;
  return long_enough || large ? Rows::settle : Rows::journal;
}

Status LmdbStore::store_rows(Rows plan, LmdbTables& tables, const JournalEntry& entry,
                             const Position& position) {
  if (plan == Rows::settle) return entry.rows.write_to(tables);
  if (plan == Rows::fold) {
    if (Status done = entry.rows.write_to(tables); !done) return done;
    return recorder_.flush(tables, believed_.at(position.at));
  }
  if (Status done = append_to_journal(tables, entry); !done || plan == Rows::journal) return done;
  if (Status done = waiting_.erase_from(tables); !done) return done;
  return entry.rows.erase_from(tables);
}

void LmdbStore::adopt(Rows plan, JournalEntry&& entry) {
  if (plan == Rows::fold) recorder_.written();
  if (plan == Rows::settle || plan == Rows::fold) {
    waiting_.clear();
    journal_length_ = 0;
    journal_bytes_ = 0;
    return;
  }
  waiting_.merge(std::move(entry.rows));
  journal_length_ = entry.number;
  journal_bytes_ += value_.size();
}

Status LmdbStore::append_to_journal(LmdbTables& tables, const JournalEntry& entry) {
  encode_key(entry, key_);
  encode_value(entry, value_);
  return tables.append(Table::journal, key_, value_);
}

Status LmdbStore::settle(LmdbTables& tables) {
  if (Status done = waiting_.write_to(tables); !done) return done;
  return journal_length_ == 0 ? Status() : tables.clear(Table::journal);
}

Status LmdbStore::make_durable(Txn& txn, const LmdbTables& tables) {
  if (Status room = env_->reserve(tables.growth_bytes()); !room) return room;
  const auto began = std::chrono::steady_clock::now();
  Status done = txn.commit();
  last_sync_ = std::chrono::steady_clock::now() - began;
  return done;
}

Status LmdbStore::check() {
  if (Status opened = open_tables(); !opened) return opened;
  if (Status journal = read_journal(); !journal) return journal;
  auto identity = read(read_identity);
  if (!identity) return identity.error();
  auto position = read(read_position);
  if (!position) return position.error();
  identity_ = std::move(*identity);
  position_ = *position;
  if (position_.at != Instant{}) (void)believed_.at(position_.at);
  return {};
}

/// A store of format 1 has no journal and fewer tables: it gets them, and is of this format then.
Status LmdbStore::open_tables() {
  if (Status meta = env_->open_tables(Table::meta, false); !meta) return meta;
  const auto format = read(read_format);
  if (!format) return format.error();
  if (*format == kFormat) return env_->open_tables(kLastTable, false);
  if (Status old = env_->open_tables(kLastOfFormat1, false); !old) return old;
  if (Status all = env_->open_tables(kLastTable, true); !all) return all;
  const auto identity = read(read_identity);
  if (!identity) return identity.error();
  return transact(Rows::settle, [&](TableWriter&, TableWriter& rows, Position&, bool) {
    return writer_.name_store(*identity, rows);
  });
}

Status LmdbStore::read_journal() {
  const auto length = read(
      [this](const TableReader& tables) { return attune::store::read_journal(tables, waiting_); });
  if (!length) return length.error();
  journal_length_ = length->entries;
  journal_bytes_ = length->bytes;
  return {};
}

/// All of it together leaves half of the map to the rest.
void LmdbStore::bound_history(const history::Bounds& bounds) {
  history::Bounds within = bounds;
  within.raw_bytes_max = std::min(within.raw_bytes_max, map_bytes_ / 4);
  within.rollup_bytes_max = std::min(within.rollup_bytes_max, map_bytes_ / 4);
  recorder_.set_bounds(within);
}

Status LmdbStore::commit(const Turn& turn) {
  if (Status done = commit_turn(turn); !done) return done;
  if (env_->is_removed()) {
    return Error{"io",
                 "the store's file was deleted, moved or replaced while it was in use: nothing "
                 "more is accepted, for the next start would not find it"};
  }
  recorder_.record(turn.changes, turn.absence);
  return {};
}

Status LmdbStore::commit_turn(const Turn& turn) {
  if (turn.clean || writer_.waits_for_history()) recorder_.hurry();
  const auto write = [&](TableWriter& log, TableWriter& rows, Position& position,
                         bool reaches_log) {
    // While the log's newest part waits in the journal, nothing leaves its front.
    const auto history = reaches_log ? std::optional(recorder_.resume_after()) : std::nullopt;
    return writer_.write(turn, log, rows, position, history);
  };
  const Rows wanted = plan(turn);
  Status done = transact(wanted, write);
  const bool full = !done && done.error().code == "full" && wanted != Rows::journal;
  // History can wait for room; what is folded makes some. So does what is erased.
  if (full) done = transact(wanted == Rows::fold ? Rows::settle : Rows::relieve, write);
  if (done) writer_.written();
  return done;
}

Result<Recovered> LmdbStore::recover() {
  auto recovered = read(
      [this](const TableReader& tables) { return read_recovered(tables, identity_, position_); });
  if (!recovered) return recovered;
  Status started =
      transact(Rows::journal, [this](TableWriter&, TableWriter& rows, Position& position, bool) {
        return writer_.start(rows, position);
      });
  if (!started) return started.error();
  Status history = read(
      [this](const TableReader& tables) { return history::start(recorder_, tables, position_); });
  if (!history) return history.error();
  return recovered;
}

Result<std::vector<Change>> LmdbStore::log_after(Revision after, std::size_t max) const {
  return read([&](const TableReader& t) { return read_log_after(t, position_, after, max); });
}

Result<std::vector<Change>> LmdbStore::log_newest(std::size_t max) const {
  return read([&](const TableReader& t) { return read_log_newest(t, max); });
}

Result<std::optional<Change>> LmdbStore::change(Revision revision) const {
  return read([&](const TableReader& t) { return read_change(t, revision); });
}

Result<std::vector<Command>> LmdbStore::finished_commands(const std::string& path,
                                                          std::size_t max) const {
  return read([&](const TableReader& t) { return read_finished(t, path, max); });
}

Result<std::vector<Blob>> LmdbStore::blobs(const std::string& space) const {
  return read([&](const TableReader& t) { return read_blobs(t, space); });
}

Store::Usage LmdbStore::usage() const {
  const auto reader = env_->oldest_reader();
  const auto now = std::chrono::steady_clock::now();
  if (reader != reader_) reader_since_ = now;
  reader_ = reader;
  const std::chrono::duration<double> age = now - reader_since_;
  return {written_.so_far(), env_->file_bytes(), env_->used_ratio(), reader ? age.count() : 0,
          env_->is_removed()};
}

Status fill_new(const std::string& path, std::uint64_t map_bytes) {
  auto uuid = make_uuid();
  if (!uuid) return uuid.error();
  auto env = Env::open(path, map_bytes);
  if (!env) return env.error();
  if (Status made = (*env)->open_tables(kLastTable, true); !made) return made;
  Txn txn(**env);
  if (Status begun = txn.begin(0); !begun) return begun;
  LmdbTables tables(txn);
  if (Status done = TurnWriter().create({*uuid, 1}, tables); !done) return done;
  return txn.commit();
}

/// A store appears whole under its name, or not at all.
Status create_new(const LmdbOptions& options, const std::string& path) {
  const std::string draft = path + ".new";
  std::remove(draft.c_str());
  std::remove((draft + "-lock").c_str());
  if (Status filled = fill_new(draft, options.map_bytes); !filled) return filled;
  std::remove((draft + "-lock").c_str());
  return rename_durably(options.folder, draft, path);
}

Status create_if_missing(const LmdbOptions& options, const std::string& path) {
  if (!file_exists(path)) {
    const bool locked = file_exists(path + "-lock");
    if (locked || is_marked(options.folder)) {
      return Error{"corrupt",
                   fmt::format("{} is missing, and {} shows that it was there; restore a backup, "
                               "or remove that file to begin anew",
                               path, locked ? path + "-lock" : options.folder + "/store.id")};
    }
    if (Status made = create_new(options, path); !made) return made;
  }
  const std::uint64_t bytes = file_bytes(path);
  if (bytes < kFileBytesMin) {
    return Error{"corrupt", fmt::format("{} is cut off: {} bytes are there", path, bytes)};
  }
  mark_if_missing(options.folder);
  return {};
}

}  // namespace

Result<std::unique_ptr<Store>> open_lmdb(const LmdbOptions& options) {
  const std::string path = options.folder + "/data.mdb";
  if (Status made = make_folder(options.folder); !made) return made.error();
  auto lock = FolderLock::take(options.folder);
  if (!lock) return lock.error();
  if (Status there = create_if_missing(options, path); !there) return there.error();
  const auto sound = check_pages(path, kLeavesAtOpenMax);
  if (!sound) return sound.error();
  auto env = Env::open(path, options.map_bytes);
  if (!env) return env.error();
  if (sound->unread != 0) (*env)->guard_leaves(path);
  auto store = std::make_unique<LmdbStore>(std::move(*lock), std::move(*env), options.map_bytes);
  if (Status checked = store->check(); !checked) return checked.error();
  return std::unique_ptr<Store>(std::move(store));
}

}  // namespace attune::store
