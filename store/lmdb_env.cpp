#include "store/lmdb_env.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "store/codec.h"

namespace attune::store {
namespace {

constexpr std::uint64_t kReserveStepBytes = 1 << 20;
/// Pages that a put at any place can renew or add: its path from the root, and a split.
constexpr std::uint64_t kPagesPerPut = 4;
/// What LMDB puts beside a key and a value.
constexpr std::uint64_t kNodeBytes = 16;
/// Roots of all tables, the list of free pages, and what a commit holds back for it.
constexpr std::uint64_t kPagesPerCommit = 64;
constexpr mdb_mode_t kOwnerOnly = 0600;

MDB_val to_val(std::string_view bytes) {
  return {bytes.size(), const_cast<char*>(bytes.data())};  // LMDB reads through it only
}
std::string_view to_view(const MDB_val& val) {
  return {static_cast<const char*>(val.mv_data), val.mv_size};
}

std::string_view code_of(int code) {
  switch (code) {
    case MDB_MAP_FULL:
    case MDB_TXN_FULL:
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      return "full";
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_INVALID:
    case MDB_NOTFOUND:
    case MDB_KEYEXIST:
    case MDB_INCOMPATIBLE:
    case MDB_CURSOR_FULL:
      return "corrupt";
    case MDB_VERSION_MISMATCH:
      return "format";
    default:
      return "io";
  }
}

Status ignore_not_found(int code, const std::string& doing) {
  if (code == 0 || code == MDB_NOTFOUND) return {};
  return lmdb_error(code, doing);
}

std::string at(Table table) {
  return std::string(name(table));
}

}  // namespace

Error lmdb_error(int code, const std::string& doing) {
  return {std::string(code_of(code)), fmt::format("{}: {}", doing, mdb_strerror(code))};
}

Result<std::unique_ptr<Env>> Env::open(const std::string& path, std::uint64_t map_bytes) {
  return open_with(path, map_bytes, 0);
}

Result<std::unique_ptr<Env>> Env::open_to_read(const std::string& path, std::uint64_t map_bytes) {
  const bool locked = may_be_written(path + "-lock");
  return open_with(path, map_bytes, locked ? MDB_RDONLY : MDB_RDONLY | MDB_NOLOCK);
}

Result<std::unique_ptr<Env>> Env::open_with(const std::string& path, std::uint64_t map_bytes,
                                            unsigned flags) {
  MDB_env* raw = nullptr;
  if (const int code = mdb_env_create(&raw); code != 0) return lmdb_error(code, path);
  std::unique_ptr<Env> env(new Env(raw));
  const int code = env->open_file(path, map_bytes, flags);
  if (code == 0) return env;
  Error error = lmdb_error(code, path);
  if (error.code == "io") error.code = "open";  // nothing was written yet
  if (code == ENOMEM) error.message += fmt::format(" for a map of {} bytes", map_bytes);
  return error;
}

int Env::open_file(const std::string& path, std::uint64_t map_bytes, unsigned flags) {
  int code = mdb_env_set_mapsize(env_, static_cast<std::size_t>(map_bytes));
  if (code == 0) code = mdb_env_set_maxdbs(env_, kTableCount);
  // NOTLS: the store may be opened by one thread and used by another.
  flags |= MDB_NOSUBDIR | MDB_NOTLS;
  if (code == 0) code = mdb_env_open(env_, path.c_str(), flags, kOwnerOnly);
  if (code != 0) return code;
  witness_ = File(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  int dead_readers = 0;
  return mdb_reader_check(env_, &dead_readers);
}

bool Env::is_sound() const {
  return !witness_.is_open() || ::fdatasync(witness_.fd()) == 0;
}

Status Env::copy_to(const File& file) const {
  const int code = mdb_env_copyfd2(env_, file.fd(), MDB_CP_COMPACT);
  return code == 0 ? Status() : lmdb_error(code, "copy of data.mdb");
}

Env::~Env() {
  mdb_env_close(env_);
}

Status Env::open_tables(Table last, bool create) {
  Txn txn(*this);
  if (Status begun = txn.begin(create ? 0 : MDB_RDONLY); !begun) return begun;
  for (std::size_t i = 0; i <= index(last); ++i) {
    const std::string table(name(static_cast<Table>(i + 1)));
    const int code =
        mdb_dbi_open(txn.handle(), table.c_str(), create ? MDB_CREATE : 0, &tables_[i]);
    if (code != 0) return lmdb_error(code, "table " + table);
  }
  return txn.commit();
}

Status Env::reserve(std::uint64_t bytes) {
  const std::uint64_t map = info().me_mapsize;
  const std::uint64_t wanted = std::min(end_of_pages() + bytes, map);
  if (wanted <= reserved_) return {};
  reserved_ = file_bytes();
  if (wanted <= reserved_) return {};
  int dead_readers = 0;  // a backup that was killed must not hold pages for ever
  mdb_reader_check(env_, &dead_readers);
  const std::uint64_t whole =
      std::min((wanted + kReserveStepBytes - 1) / kReserveStepBytes * kReserveStepBytes, map);
  mdb_filehandle_t fd = -1;
  mdb_env_get_fd(env_, &fd);
  const int code =
      posix_fallocate(fd, static_cast<off_t>(reserved_), static_cast<off_t>(whole - reserved_));
  if (code_of(code) == "full") return lmdb_error(code, "data.mdb cannot grow");
  // Any other refusal means that this file system cannot reserve: the commit will tell.
  if (code == 0) reserved_ = whole;
  return {};
}

void Env::guard_leaves(const std::string& path) {
  const char* map = find_map(path);
  if (map != nullptr) guard_ = std::make_unique<LeafGuard>(map, file_bytes(), page_bytes());
}

LeafGuard* Env::guard_of(Table table) const {
  const bool large = table == Table::log || table == Table::history || table == Table::rollups;
  return large ? guard_.get() : nullptr;
}

std::uint64_t Env::file_bytes() const {
  mdb_filehandle_t fd = -1;
  struct stat status {};
  if (mdb_env_get_fd(env_, &fd) != 0 || ::fstat(fd, &status) != 0) return 0;
  return static_cast<std::uint64_t>(status.st_size);
}

std::uint64_t Env::page_bytes() const {
  MDB_stat stat{};
  mdb_env_stat(env_, &stat);
  return stat.ms_psize;
}

MDB_envinfo Env::info() const {
  MDB_envinfo info{};
  mdb_env_info(env_, &info);
  return info;
}

std::uint64_t Env::end_of_pages() const {
  return (std::uint64_t{info().me_last_pgno} + 1) * page_bytes();
}

bool Env::is_removed() const {
  struct stat status {};
  struct stat there {};
  const char* path = nullptr;
  mdb_env_get_path(env_, &path);
  if (!witness_.is_open() || ::fstat(witness_.fd(), &status) != 0) return false;
  if (::stat(path, &there) != 0) return errno == ENOENT;
  return status.st_ino != there.st_ino || status.st_dev != there.st_dev;
}

std::optional<std::uint64_t> Env::oldest_reader() const {
  std::optional<std::uint64_t> oldest;
  const auto take = [](const char* line, void* context) {
    auto& least = *static_cast<std::optional<std::uint64_t>*>(context);
    unsigned long long transaction = 0;  // pid, thread, transaction or '-'; the heading fails too
    if (std::sscanf(line, "%*d %*x %llu", &transaction) != 1) return 0;
    least = std::min<std::uint64_t>(least.value_or(transaction), transaction);
    return 0;
  };
  mdb_reader_list(env_, take, &oldest);
  return oldest;
}

double Env::used_ratio() const {
  constexpr MDB_dbi kFreeList = 0;  // LMDB's own table; each value begins with its count of pages
  Txn txn(*this);
  Cursor cursor;
  if (!txn.begin(MDB_RDONLY) || cursor.open(txn, kFreeList) != 0) return 0;
  MDB_val key{};
  MDB_val value{};
  std::uint64_t free_pages = 0;
  while (cursor.move(key, value, MDB_NEXT) == 0) {
    std::size_t count = 0;
    std::memcpy(&count, value.mv_data, std::min(sizeof count, value.mv_size));
    free_pages += count;
  }
  const auto used = static_cast<double>(end_of_pages() - free_pages * page_bytes());
  return used / static_cast<double>(info().me_mapsize);
}

Status Txn::begin(unsigned flags) {
  const int code = mdb_txn_begin(env_.handle(), nullptr, flags, &txn_);
  if (code == 0) return {};
  txn_ = nullptr;
  return lmdb_error(code, "data.mdb");
}

Status Txn::commit() {
  const int code = mdb_txn_commit(txn_);
  txn_ = nullptr;
  if (code == 0) return {};
  Error error = lmdb_error(code, "data.mdb cannot be written");
  // A full disk that was met by a write may be tried again; one that was met by a sync may not.
  if (error.code == "full" && !env_.is_sound()) error.code = "io";
  return error;
}

void Txn::abort() {
  if (txn_ != nullptr) mdb_txn_abort(txn_);
  txn_ = nullptr;
}

Cursor::~Cursor() {
  if (cursor_ != nullptr) mdb_cursor_close(cursor_);
}

int Cursor::open(const Txn& txn, MDB_dbi dbi) {
  return mdb_cursor_open(txn.handle(), dbi, &cursor_);
}

int Cursor::erase() {
  return mdb_cursor_del(cursor_, 0);
}

int Cursor::move(MDB_val& key, MDB_val& value, MDB_cursor_op how) {
  return mdb_cursor_get(cursor_, &key, &value, how);
}

Result<std::optional<std::string_view>> LmdbTables::get(Table table, std::string_view key) const {
  if (Status sound = check_around(table, key); !sound) return sound.error();
  MDB_val k = to_val(key);
  MDB_val v{};
  const int code = mdb_get(txn_.handle(), txn_.env().dbi(table), &k, &v);
  if (code == MDB_NOTFOUND) return std::optional<std::string_view>();
  if (code != 0) return lmdb_error(code, at(table));
  return std::optional<std::string_view>(to_view(v));
}

Status LmdbTables::scan(Table table, std::string_view from, Direction direction,
                        const Visit& visit) const {
  Cursor cursor;
  int code = cursor.open(txn_, txn_.env().dbi(table));
  if (code != 0) return lmdb_error(code, at(table));
  const bool up = direction == Direction::ascending;
  std::optional<LeafGuard::Leaf> checked;
  Status sound = up ? check_around(table, from, checked) : check_end(table, checked);
  if (!sound) return sound;
  MDB_val k = to_val(from);
  MDB_val v{};
  const MDB_cursor_op first = !up ? MDB_LAST : from.empty() ? MDB_FIRST : MDB_SET_RANGE;
  for (code = cursor.move(k, v, first); code == 0;
       code = cursor.move(k, v, up ? MDB_NEXT : MDB_PREV)) {
    sound = check_around(table, to_view(k), checked);
    if (!sound) return sound;
    const Result<bool> more = visit(to_view(k), to_view(v));
    if (!more) return more.error();
    if (!*more) return {};
  }
  return ignore_not_found(code, at(table));
}

Status LmdbTables::check_around(Table table, std::string_view key,
                                std::optional<LeafGuard::Leaf>& checked) const {
  LeafGuard* guard = txn_.env().guard_of(table);
  if (guard == nullptr || (checked && checked->holds(key))) return {};
  auto leaf = guard->check(at(table), key, txn_.env().file_bytes());
  if (!leaf) return leaf.error();
  checked = std::move(*leaf);
  return {};
}

Status LmdbTables::check_around(Table table, std::string_view key) const {
  std::optional<LeafGuard::Leaf> checked;
  return check_around(table, key, checked);
}

Status LmdbTables::check_end(Table table, std::optional<LeafGuard::Leaf>& checked) const {
  LeafGuard* guard = txn_.env().guard_of(table);
  if (guard == nullptr) return {};
  auto leaf = guard->check_last(at(table), txn_.env().file_bytes());
  if (!leaf) return leaf.error();
  checked = std::move(*leaf);
  return {};
}

Result<std::uint64_t> LmdbTables::size(Table table) const {
  MDB_stat stat{};
  const int code = mdb_stat(txn_.handle(), txn_.env().dbi(table), &stat);
  if (code != 0) return lmdb_error(code, at(table));
  return std::uint64_t{stat.ms_entries};
}

Result<std::uint64_t> LmdbTables::bytes(Table table) const {
  MDB_stat stat{};
  const int code = mdb_stat(txn_.handle(), txn_.env().dbi(table), &stat);
  if (code != 0) return lmdb_error(code, at(table));
  const auto pages = stat.ms_branch_pages + stat.ms_leaf_pages + stat.ms_overflow_pages;
  return std::uint64_t{pages} * stat.ms_psize;
}

Status LmdbTables::put(Table table, std::string_view key, std::string_view value) {
  ++scattered_[index(table)];
  if (Status sound = check_around(table, key); !sound) return sound;
  return store(table, key, value, 0);
}

Status LmdbTables::append(Table table, std::string_view key, std::string_view value) {
  return store(table, key, value, MDB_APPEND);
}

Status LmdbTables::store(Table table, std::string_view key, std::string_view value,
                         unsigned flags) {
  bytes_ += key.size() + value.size() + kNodeBytes;
  MDB_val k = to_val(key);
  MDB_val v = to_val(value);
  const int code = mdb_put(txn_.handle(), txn_.env().dbi(table), &k, &v, flags);
  if (code != 0) return lmdb_error(code, at(table));
  return {};
}

Status LmdbTables::erase(Table table, std::string_view key) {
  ++scattered_[index(table)];
  if (Status sound = check_around(table, key); !sound) return sound;
  MDB_val k = to_val(key);
  return ignore_not_found(mdb_del(txn_.handle(), txn_.env().dbi(table), &k, nullptr), at(table));
}

/// Counted as two scattered writes: neighbours share their pages, and most are only freed.
Status LmdbTables::erase_through(Table table, std::string_view last) {
  scattered_[index(table)] += 2;
  std::optional<LeafGuard::Leaf> checked;
  Status sound = check_around(table, {}, checked);
  if (!sound) return sound;
  Cursor cursor;
  int code = cursor.open(txn_, txn_.env().dbi(table));
  MDB_val k{};
  MDB_val v{};
  while (code == 0) {
    code = cursor.move(k, v, MDB_FIRST);
    if (code != 0) break;
    sound = check_around(table, to_view(k), checked);
    if (!sound) return sound;
    if (to_view(k) > last) break;
    code = cursor.erase();
  }
  return ignore_not_found(code, at(table));
}

Status LmdbTables::clear(Table table) {
  const int code = mdb_drop(txn_.handle(), txn_.env().dbi(table), 0);
  if (code != 0) return lmdb_error(code, at(table));
  return {};
}

std::uint64_t LmdbTables::growth_bytes() const {
  std::uint64_t pages = kPagesPerCommit;
  for (std::size_t i = 0; i < kTableCount; ++i) {
    if (scattered_[i] == 0) continue;
    MDB_stat stat{};  // as it is now, with the pages that were added
    mdb_stat(txn_.handle(), txn_.env().dbi(static_cast<Table>(i + 1)), &stat);
    const std::uint64_t all = stat.ms_branch_pages + stat.ms_leaf_pages;
    pages += std::min(all, scattered_[i] * kPagesPerPut);  // a page is renewed once
  }
  return pages * txn_.env().page_bytes() + 2 * bytes_;
}

}  // namespace attune::store
