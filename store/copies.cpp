#include "store/copies.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>

#include "store/codec.h"
#include "store/file.h"
#include "store/lmdb_check.h"
#include "store/lmdb_env.h"
#include "store/queries.h"
#include "store/scrub.h"
#include "store/store.h"

namespace attune::store {
namespace {

namespace fs = std::filesystem;

/// Numbers of commands that the replaced store may have given out after the backup: a device that
/// saw one would take another command of that number for a repetition.
constexpr std::uint64_t kCommandGap = 1 << 20;

std::string data_file(const std::string& folder) {
  return folder + "/data.mdb";
}

Error cannot(const std::string& doing, const std::string& path) {
  const bool full = errno == ENOSPC || errno == EDQUOT;
  return {full ? "full" : "open", fmt::format("{} {}: {}", doing, path, std::strerror(errno))};
}

std::string folder_of(const std::string& file) {
  const std::string parent = fs::path(file).parent_path();
  return parent.empty() ? "." : parent;
}

/// Its own file until it leaves.
class Draft {
 public:
  explicit Draft(std::string path) : path_(std::move(path)) { remove(); }
  ~Draft() { remove(); }
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  void remove() const {
    std::remove(path_.c_str());
    std::remove((path_ + "-lock").c_str());
  }
  std::string path_;
};

/// What root makes in a daemon's folder is the daemon's.
Status give_to_owner(const std::string& path, const std::string& folder) {
  struct stat owner {};
  if (::geteuid() != 0 || ::stat(folder.c_str(), &owner) != 0) return {};
  if (::chown(path.c_str(), owner.st_uid, owner.st_gid) == 0) return {};
  return cannot("cannot give to the owner of its folder:", path);
}

/// For its owner alone, and durable.
Status finish(const std::string& path, const std::string& folder) {
  const File file(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  if (!file.is_open() || ::fchmod(file.fd(), 0600) != 0) return cannot("cannot open", path);
  if (Status given = give_to_owner(path, folder); !given) return given;
  if (::fsync(file.fd()) != 0) return Error{"io", fmt::format("{} cannot be synced", path)};
  return {};
}

/// Puts `draft` in the place of the store, which nobody has open.
Status take_place(const std::string& folder, const std::string& draft) {
  const std::string path = data_file(folder);
  if (Status kept = finish(draft, folder); !kept) return kept;
  if (Status given = give_to_owner(folder + "/lock", folder); !given) return given;
  if (Status done = rename_durably(folder, draft, path); !done) return done;
  std::remove((path + "-lock").c_str());  // made anew by whoever opens it next
  return {};
}

/// A store that is in use may commit between two reads of the walk: then it is tried again.
Status check_in_use(const std::string& path) {
  constexpr int kTries = 5;
  Status checked;
  for (int i = 0; i < kTries; ++i) {
    const auto pages = check_pages(path, kEveryLeaf);
    if (pages) return {};
    checked = pages.error();
  }
  return checked;
}

Status copy_pages(const std::string& from, const std::string& to) {
  auto env = Env::open(from, LmdbOptions{}.map_bytes);
  if (!env) return env.error();
  Txn pin(**env);  // what the walk reads is not used again before the copy has it
  if (Status begun = pin.begin(MDB_RDONLY); !begun) return begun;
  if (Status sound = check_in_use(from); !sound) return sound;
  return (*env)->copy_to(to);
}

Result<ScrubReport> check_copy(const std::string& path) {
  auto report = scrub_file(path);
  if (!report || report->damage.empty()) return report;
  return report->damage.front();
}

Result<Copied> copied(const ScrubReport& report, std::uint64_t bytes_before) {
  return Copied{report.store_uuid, report.head, report.bytes, bytes_before, ""};
}

/// The lock of a store that nobody uses. While a daemon has it open LMDB's own lock file is there.
Result<std::unique_ptr<FolderLock>> lock_unless_used(const std::string& folder) {
  if (file_exists(data_file(folder) + "-lock")) return std::unique_ptr<FolderLock>();
  return FolderLock::take(folder);
}

Status append_to_journal(LmdbTables& tables, const JournalEntry& entry) {
  std::string key;
  std::string value;
  encode_key(entry, key);
  encode_value(entry, value);
  return tables.append(Table::journal, key, value);
}

template <class R>
void set(const R& record, Layer& rows) {
  std::string key;
  std::string value;
  encode_key(record, key);
  encode_value(record, value);
  rows.set(kTableOf<R>, key, value);
}

/// The store at `path` is another one from now on.
Status rename_store(const std::string& path, std::uint64_t incarnation_min) {
  auto env = Env::open(path, LmdbOptions{}.map_bytes);
  if (!env) return env.error();
  if (Status opened = (*env)->open_tables(kLastTable, false); !opened) return opened;
  Txn txn(**env);
  if (Status begun = txn.begin(0); !begun) return begun;
  LmdbTables tables(txn);
  Layer waiting;
  const auto length = read_journal(tables, waiting);
  if (!length) return length.error();
  const LayeredReader view(tables, waiting);
  auto identity = read_identity(view);
  auto position = read_position(view);
  const auto uuid = make_uuid();
  if (!identity) return identity.error();
  if (!position) return position.error();
  if (!uuid) return uuid.error();
  identity->uuid = *uuid;
  identity->incarnation = std::max(identity->incarnation + 1, incarnation_min);
  position->clean = false;
  position->last_command = CommandId{number(position->last_command) + kCommandGap};
  JournalEntry entry{*length + 1, {}};
  set(*identity, entry.rows);
  set(*position, entry.rows);
  if (Status done = append_to_journal(tables, entry); !done) return done;
  return txn.commit();
}

/// The store at `path` loses its name to another one, but not its bytes.
Result<std::string> keep_aside(const std::string& path) {
  if (!file_exists(path)) return std::string();
  std::string aside;
  for (int i = 1; aside.empty() || file_exists(aside); ++i) {
    aside = fmt::format("{}.replaced-{}", path, i);
  }
  // A second name: there is no moment at which the first one is missing.
  if (::link(path.c_str(), aside.c_str()) != 0) return cannot("cannot keep", aside);
  return aside;
}

/// A backup as it will be: of this format, whole, and a store of its own.
Status prepare(const std::string& folder, const std::string& file, std::uint64_t incarnation_min) {
  std::error_code error;
  fs::copy_file(file, data_file(folder), error);
  if (error) {
    errno = error.value();
    return cannot("cannot copy", file);
  }
  if (const auto checked = check_copy(data_file(folder)); !checked) return checked.error();
  if (auto current = open_lmdb({folder}); !current) return current.error();
  return rename_store(data_file(folder), incarnation_min);
}

/// Of the store that is replaced, when it can still be told.
std::uint64_t incarnation_of(const std::string& folder) {
  if (!file_exists(data_file(folder))) return 0;
  auto env = Env::open(data_file(folder), LmdbOptions{}.map_bytes);
  if (!env || !(*env)->open_tables(kLastTable, false)) return 0;
  Txn txn(**env);
  if (!txn.begin(MDB_RDONLY)) return 0;
  const LmdbTables tables(txn);
  Layer waiting;
  if (!read_journal(tables, waiting)) return 0;
  const auto identity = read_identity(LayeredReader(tables, waiting));
  return identity ? identity->incarnation : 0;
}

std::uint64_t next_incarnation(const std::string& folder, Millis wall) {
  const bool sound = check_pages(data_file(folder), kEveryLeaf).ok();
  const std::uint64_t old = sound ? incarnation_of(folder) : 0;
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(wall).count();
  return std::max(old + 1, static_cast<std::uint64_t>(std::max<std::int64_t>(seconds, 0)));
}

}  // namespace

Result<Copied> back_up(const std::string& folder, const std::string& file, bool overwrite) {
  if (file_exists(file) && !overwrite) {
    return Error{"exists", fmt::format("{} is there already", file)};
  }
  const std::string path = data_file(folder);
  if (!file_exists(path)) return Error{"open", fmt::format("there is no {}", path)};
  const auto lock = lock_unless_used(folder);
  if (!lock) return lock.error();
  const Draft draft(file + ".new");
  Status done = copy_pages(path, draft.path());
  if (*lock) std::remove((path + "-lock").c_str());  // made by us
  if (!done) return done.error();
  const auto report = check_copy(draft.path());
  if (!report) return report.error();
  if (Status kept = finish(draft.path(), folder_of(file)); !kept) return kept.error();
  done = rename_durably(folder_of(file), draft.path(), file);
  return done ? copied(*report, file_bytes(path)) : done.error();
}

Result<Copied> restore(const std::string& folder, const std::string& file, Millis wall) {
  if (!file_exists(file)) return Error{"open", fmt::format("there is no {}", file)};
  if (Status made = make_folder(folder); !made) return made.error();
  const auto lock = FolderLock::take(folder);
  if (!lock) return lock.error();
  const std::string drafts = folder + "/restore.new";
  std::error_code ignored;
  fs::remove_all(drafts, ignored);
  if (Status made = make_folder(drafts); !made) return made.error();
  const std::uint64_t before = file_bytes(data_file(folder));
  Status done = prepare(drafts, file, next_incarnation(folder, wall));
  auto report = done ? check_copy(data_file(drafts)) : Result<ScrubReport>(done.error());
  auto aside = report ? keep_aside(data_file(folder)) : Result<std::string>(report.error());
  if (aside) done = take_place(folder, data_file(drafts));
  fs::remove_all(drafts, ignored);
  if (!aside) return aside.error();
  if (!done) return done.error();
  auto result = copied(*report, before);
  result->replaced = *aside;
  return result;
}

Result<Copied> compact(const std::string& folder) {
  const std::string path = data_file(folder);
  if (!file_exists(path)) return Error{"open", fmt::format("there is no {}", path)};
  const auto lock = FolderLock::take(folder);
  if (!lock) return lock.error();
  const std::uint64_t before = file_bytes(path);
  const Draft draft(path + ".new");
  if (Status done = copy_pages(path, draft.path()); !done) return done.error();
  const auto report = check_copy(draft.path());
  if (!report) return report.error();
  if (Status done = take_place(folder, draft.path()); !done) return done.error();
  return copied(*report, before);
}

}  // namespace attune::store
