#include <fmt/format.h>

#include <cstdio>
#include <optional>

#include "store/file.h"
#include "store/lmdb_env.h"
#include "store/queries.h"
#include "store/turn_writer.h"

namespace attune::store {
namespace {

/// No store is shorter: LMDB's two meta pages. A shorter file would be taken for a new one.
constexpr std::uint64_t kFileBytesMin = 2 * 4096;

class LmdbStore final : public Store {
 public:
  LmdbStore(std::unique_ptr<FolderLock> lock, std::unique_ptr<Env> env)
      : lock_(std::move(lock)), env_(std::move(env)) {}

  /// Checks what can be checked without reading everything.
  [[nodiscard]] Status check();

  Status commit(const Turn& turn) override;
  Result<Recovered> recover() override;
  Result<std::vector<Change>> log_after(Revision after, std::size_t max) const override;
  Result<std::optional<Change>> change(Revision revision) const override;
  Revision floor() const override { return position_.floor; }
  Result<std::vector<Command>> finished_commands(const std::string& path,
                                                 std::size_t max) const override;
  Result<std::vector<Blob>> blobs(const std::string& space) const override;
  Usage usage() const override;

 private:
  /// Runs `write(tables, position)` in a transaction and commits it with the position.
  template <class F>
  Status transact(F write);
  [[nodiscard]] Status make_durable(Txn& txn, const LmdbTables& tables);
  /// `query(tables)` on what is committed.
  template <class F>
  auto read(F query) const -> decltype(query(std::declval<const LmdbTables&>()));

  std::unique_ptr<FolderLock> lock_;  // released after the environment is closed
  std::unique_ptr<Env> env_;
  Identity identity_;
  Position position_;
  TurnWriter writer_;
  WrittenBytes written_;
  std::uint64_t bytes_written_ = 0;
  std::optional<Error> broken_;  ///< after it nobody knows what is on disk
};

template <class F>
auto LmdbStore::read(F query) const -> decltype(query(std::declval<const LmdbTables&>())) {
  Txn txn(*env_);
  if (Status begun = txn.begin(MDB_RDONLY); !begun) return begun.error();
  return query(LmdbTables(txn));
}

template <class F>
Status LmdbStore::transact(F write) {
  if (broken_) return *broken_;
  Txn txn(*env_);
  if (Status begun = txn.begin(0); !begun) return begun;
  LmdbTables tables(txn);
  Position position = position_;
  if (Status done = write(tables, position); !done) return done;
  if (Status done = make_durable(txn, tables); !done) {
    if (done.error().code == "io") broken_ = done.error();
    return done;
  }
  position_ = position;
  return {};
}

Status LmdbStore::make_durable(Txn& txn, const LmdbTables& tables) {
  if (Status room = env_->reserve(tables.growth_bytes()); !room) return room;
  Status done = txn.commit();
  bytes_written_ += written_.since_last();
  return done;
}

Status LmdbStore::check() {
  if (Status whole = env_->check_file(); !whole) return whole;
  if (Status opened = env_->open_tables(false); !opened) return opened;
  auto identity = read(read_identity);
  if (!identity) return identity.error();
  auto position = read(read_position);
  if (!position) return position.error();
  identity_ = std::move(*identity);
  position_ = *position;
  return {};
}

Status LmdbStore::commit(const Turn& turn) {
  return transact([&](LmdbTables& tables, Position& position) {
    return writer_.write(turn, tables, position);
  });
}

Result<Recovered> LmdbStore::recover() {
  auto recovered = read(
      [this](const LmdbTables& tables) { return read_recovered(tables, identity_, position_); });
  if (!recovered) return recovered;
  Status started = transact(
      [this](LmdbTables& tables, Position& position) { return writer_.start(tables, position); });
  if (!started) return started.error();
  return recovered;
}

Result<std::vector<Change>> LmdbStore::log_after(Revision after, std::size_t max) const {
  return read([&](const LmdbTables& t) { return read_log_after(t, position_, after, max); });
}

Result<std::optional<Change>> LmdbStore::change(Revision revision) const {
  return read([&](const LmdbTables& t) { return read_change(t, revision); });
}

Result<std::vector<Command>> LmdbStore::finished_commands(const std::string& path,
                                                          std::size_t max) const {
  return read([&](const LmdbTables& t) { return read_finished(t, path, max); });
}

Result<std::vector<Blob>> LmdbStore::blobs(const std::string& space) const {
  return read([&](const LmdbTables& t) { return read_blobs(t, space); });
}

Store::Usage LmdbStore::usage() const {
  return {bytes_written_, env_->file_bytes(), env_->used_ratio()};
}

Status fill_new(const std::string& path, std::uint64_t map_bytes) {
  auto uuid = make_uuid();
  if (!uuid) return uuid.error();
  auto env = Env::open(path, map_bytes);
  if (!env) return env.error();
  if (Status made = (*env)->open_tables(true); !made) return made;
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
  if (!file_exists(path)) return create_new(options, path);
  const std::uint64_t bytes = file_bytes(path);
  if (bytes >= kFileBytesMin) return {};
  return Error{"corrupt", fmt::format("{} is cut off: {} bytes are there", path, bytes)};
}

}  // namespace

Result<std::unique_ptr<Store>> open_lmdb(const LmdbOptions& options) {
  const std::string path = options.folder + "/data.mdb";
  if (Status made = make_folder(options.folder); !made) return made.error();
  auto lock = FolderLock::take(options.folder);
  if (!lock) return lock.error();
  if (Status there = create_if_missing(options, path); !there) return there.error();
  auto env = Env::open(path, options.map_bytes);
  if (!env) return env.error();
  auto store = std::make_unique<LmdbStore>(std::move(*lock), std::move(*env));
  if (Status checked = store->check(); !checked) return checked.error();
  return std::unique_ptr<Store>(std::move(store));
}

}  // namespace attune::store
