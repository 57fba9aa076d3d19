#pragma once
#include <lmdb.h>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "store/file.h"
#include "store/leaf_guard.h"
#include "store/tables.h"

/// The door to LMDB: its handles with an end of life, and its return codes as Errors.
namespace attune::store {

/// What stands in the way, by Store's codes. `doing` says what was tried.
[[nodiscard]] Error lmdb_error(int code, const std::string& doing);

/// An open environment with the handles of all tables.
///
/// Threading: one thread at a time, any thread.
/// Ownership: outlives its transactions; neither copied nor moved.
class Env {
 public:
  /// Opens `path` (one file; LMDB's own lock lies beside it as `<path>-lock`), making it when
  /// there is none. Errors: "open", "corrupt", "format", "full", "io".
  [[nodiscard]] static Result<std::unique_ptr<Env>> open(const std::string& path,
                                                         std::uint64_t map_bytes);
  /// Opens `path` and writes nothing: no store and no lock comes to be. Whoever calls keeps
  /// writers away, unless LMDB's lock is there and may be written: then they wait for this reader.
  /// Errors: those of open().
  [[nodiscard]] static Result<std::unique_ptr<Env>> open_to_read(const std::string& path,
                                                                 std::uint64_t map_bytes);
  ~Env();
  Env(const Env&) = delete;
  Env& operator=(const Env&) = delete;

  /// Opens the handles of the tables up to `last`; `create` makes the missing ones.
  /// Errors: "corrupt" when one is missing.
  [[nodiscard]] Status open_tables(Table last, bool create);
  /// Makes the file long enough for `bytes` more, so that a full disk is met here, before LMDB
  /// has written anything, and never in the middle of a commit. Errors: "full".
  [[nodiscard]] Status reserve(std::uint64_t bytes);
  /// The newest commit without its free pages, into an empty file. Commits go on meanwhile. Not
  /// synced. Errors: "full", "io".
  [[nodiscard]] Status copy_to(const File& file) const;
  /// False when the system failed to write out something of the file since this was last asked.
  [[nodiscard]] bool is_sound() const;

  /// Leaves of `log`, `history` and `rollups` are checked when they are first read.
  void guard_leaves(const std::string& path);
  /// Null: every leaf of the table can be believed.
  [[nodiscard]] LeafGuard* guard_of(Table table) const;

  [[nodiscard]] MDB_env* handle() const { return env_; }
  [[nodiscard]] MDB_dbi dbi(Table table) const { return tables_[index(table)]; }
  [[nodiscard]] std::uint64_t file_bytes() const;
  [[nodiscard]] std::uint64_t page_bytes() const;
  /// Nobody will find what is written: its path leads to no file, or to another.
  [[nodiscard]] bool is_removed() const;
  /// The transaction that the oldest reader of any process looks at; empty: nobody reads.
  [[nodiscard]] std::optional<std::uint64_t> oldest_reader() const;
  /// Pages in use over pages of the map, 0 to 1.
  [[nodiscard]] double used_ratio() const;

 private:
  explicit Env(MDB_env* env) : env_(env) {}
  [[nodiscard]] static Result<std::unique_ptr<Env>> open_with(const std::string& path,
                                                              std::uint64_t map_bytes,
                                                              unsigned flags);
  [[nodiscard]] int open_file(const std::string& path, std::uint64_t map_bytes, unsigned flags);
  [[nodiscard]] MDB_envinfo info() const;
  /// Bytes up to the end of the last page that was ever committed.
  [[nodiscard]] std::uint64_t end_of_pages() const;

  MDB_env* env_;
  std::array<MDB_dbi, kTableCount> tables_{};
  File witness_;  ///< a descriptor of our own: the system tells each one of failures
  std::unique_ptr<LeafGuard> guard_;  ///< null: every leaf was checked
  std::uint64_t reserved_ = 0;        ///< the file is at least that long
};

/// A transaction; ends without effect unless committed.
class Txn {
 public:
  explicit Txn(const Env& env) : env_(env) {}
  ~Txn() { abort(); }
  Txn(const Txn&) = delete;
  Txn& operator=(const Txn&) = delete;

  [[nodiscard]] Status begin(unsigned flags);
  /// Durable when this returns ok. Afterwards the transaction is over, whatever it returns.
  [[nodiscard]] Status commit();
  void abort();
  [[nodiscard]] MDB_txn* handle() const { return txn_; }
  [[nodiscard]] const Env& env() const { return env_; }

 private:
  const Env& env_;
  MDB_txn* txn_ = nullptr;
};

/// A place in a table, within a transaction.
class Cursor {
 public:
  Cursor() = default;
  ~Cursor();
  Cursor(const Cursor&) = delete;
  Cursor& operator=(const Cursor&) = delete;
  /// LMDB's codes, 0 for success.
  [[nodiscard]] int open(const Txn& txn, MDB_dbi dbi);
  [[nodiscard]] int move(MDB_val& key, MDB_val& value, MDB_cursor_op how);
  /// The row it stands on.
  [[nodiscard]] int erase();

 private:
  MDB_cursor* cursor_ = nullptr;
};

/// All tables as one transaction sees them.
class LmdbTables final : public TableWriter {
 public:
  explicit LmdbTables(const Txn& txn) : txn_(txn) {}
  Result<std::optional<std::string_view>> get(Table table, std::string_view key) const override;
  Status scan(Table table, std::string_view from, Direction direction,
              const Visit& visit) const override;
  Result<std::uint64_t> size(Table table) const override;
  Result<std::uint64_t> bytes(Table table) const override;
  Status put(Table table, std::string_view key, std::string_view value) override;
  Status append(Table table, std::string_view key, std::string_view value) override;
  Status erase(Table table, std::string_view key) override;
  Status erase_through(Table table, std::string_view last) override;
  /// Erases every row of a table.
  [[nodiscard]] Status clear(Table table);
  /// Upper bound of what committing the writes so far can add to the file, in bytes.
  [[nodiscard]] std::uint64_t growth_bytes() const;

 private:
  Status store(Table table, std::string_view key, std::string_view value, unsigned flags);
  /// What LMDB is about to look at for `key` can be believed; `checked` is where that is known of.
  [[nodiscard]] Status check_around(Table table, std::string_view key,
                                    std::optional<LeafGuard::Leaf>& checked) const;
  [[nodiscard]] Status check_around(Table table, std::string_view key) const;
  [[nodiscard]] Status check_end(Table table, std::optional<LeafGuard::Leaf>& checked) const;

  const Txn& txn_;
  std::array<std::uint64_t, kTableCount> scattered_{};  ///< puts and erases anywhere in a table
  std::uint64_t bytes_ = 0;                             ///< of keys and values
};

}  // namespace attune::store
