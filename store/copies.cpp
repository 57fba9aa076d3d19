#include "store/copies.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "store/codec.h"
#include "store/file.h"
#include "store/lmdb_check.h"
#include "store/lmdb_env.h"
#include "store/queries.h"
#include "store/scrub.h"
#include "store/standing.h"
#include "store/store.h"

namespace attune::store {
namespace {

namespace fs = std::filesystem;

/// Numbers of commands that the replaced store may have given out after the backup: a device that
/// saw one would take another command of that number for a repetition.
constexpr std::uint64_t kCommandGap = 1 << 20;
/// The same of everything numbered, when the replaced store cannot tell how far it went.
constexpr std::uint64_t kUnknownGap = std::uint64_t{1} << 32;
/// Replaced stores that are kept.
constexpr std::size_t kReplacedMax = 3;

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

/// Where `path` leads to; `path` itself where it leads nowhere.
fs::path real(const fs::path& path) {
  std::error_code error;
  const fs::path found = fs::weakly_canonical(path, error);
  return error ? path : found;
}

/// Anywhere below `folder`, wherever symbolic links lead.
bool is_within(const std::string& file, const std::string& folder) {
  const fs::path inner = real(file);
  const fs::path outer = real(folder);
  return std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end()).first == outer.end();
}

/// Drafts of `path` by backups that were killed: nobody holds their locks. Only ordinary files of
/// this user's.
void remove_left_behind(const std::string& path) {
  constexpr std::size_t kRandomCharacters = 6;
  const std::string stem = fs::path(path).filename().string() + ".new-";
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder_of(path), error)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(stem) || name.size() != stem.size() + kRandomCharacters) continue;
    const File draft(::open(entry.path().c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
    struct stat own {};
    const bool ours = draft.is_open() && ::fstat(draft.fd(), &own) == 0 && S_ISREG(own.st_mode) &&
                      own.st_uid == ::geteuid();
    if (ours && ::flock(draft.fd(), LOCK_EX | LOCK_NB) == 0) std::remove(entry.path().c_str());
  }
}

/// Its own new file, until it gets another name.
class Draft {
 public:
  /// Beside `path`, where others may have files: under a name that nobody can foresee.
  static Result<Draft> beside(const std::string& path) {
    remove_left_behind(path);
    std::string draft = path + ".new";
    auto file = make_unforeseen_file(draft);
    if (file) (void)::flock(file->fd(), LOCK_EX | LOCK_NB);  // it is at work: see above
    return file ? Result<Draft>(Draft(std::move(*file), draft)) : file.error();
  }
  /// `path` in a store's folder: what an earlier one left there goes.
  static Result<Draft> at(const std::string& path) {
    std::remove(path.c_str());
    std::remove((path + "-lock").c_str());
    auto file = make_file(path);
    return file ? Result<Draft>(Draft(std::move(*file), path)) : file.error();
  }
  ~Draft() {
    if (file_.is_open()) std::remove(path_.c_str());
  }
  Draft(Draft&&) noexcept = default;
  Draft& operator=(Draft&&) = delete;
  [[nodiscard]] const File& file() const { return file_; }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  Draft(File file, std::string path) : file_(std::move(file)), path_(std::move(path)) {}
  File file_;
  std::string path_;
};

bool is_same_file(const struct stat& a, const struct stat& b) {
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/// Also by another name of it, or of its folder.
bool is_of_store(const std::string& folder, const std::string& file) {
  struct stat store {};
  struct stat data {};
  struct stat parent {};
  struct stat own {};
  if (::stat(folder.c_str(), &store) != 0) return false;
  if (::stat(folder_of(file).c_str(), &parent) == 0 && is_same_file(store, parent)) return true;
  if (::stat(data_file(folder).c_str(), &data) != 0) return false;
  return ::stat(file.c_str(), &own) == 0 && is_same_file(data, own);
}

Error refused(const std::string& file, std::string_view why) {
  return {"refused", fmt::format("{} {}", file, why)};
}

/// A copy may get the name `file`.
Status check_target(const std::string& folder, const std::string& file, bool overwrite) {
  if (is_of_store(folder, file) || is_within(file, folder + "/restore.new")) {
    return refused(file, "belongs to the store itself; name another place for the copy");
  }
  struct stat own {};
  if (::lstat(file.c_str(), &own) != 0) return {};  // whatever else is wrong shows at the draft
  if (S_ISLNK(own.st_mode)) return refused(file, "is a symbolic link; name the file itself");
  if (!S_ISREG(own.st_mode)) return refused(file, "is not an ordinary file");
  if (!overwrite) return Error{"exists", fmt::format("{} is there already", file)};
  return {};
}

/// For its owner alone, and durable.
Status finish(const File& file, const std::string& path, const std::string& folder) {
  if (!file.is_open() || ::fchmod(file.fd(), 0600) != 0) return cannot("cannot open", path);
  if (Status given = give_to_owner(file, folder); !given) return given;
  if (::fsync(file.fd()) != 0) return Error{"io", fmt::format("{} cannot be synced", path)};
  return {};
}

/// Puts `draft` in the place of the store, which nobody has open.
Status take_place(const std::string& folder, const std::string& draft, const std::string& uuid) {
  const std::string path = data_file(folder);
  const File file(::open(draft.c_str(), O_RDWR | O_NOFOLLOW | O_CLOEXEC));
  if (Status kept = finish(file, draft, folder); !kept) return kept;
  if (Status done = rename_durably(folder, draft, path); !done) return done;
  if (Status marked = mark_folder(folder, uuid); !marked) return marked;
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

Status copy_pages(const std::string& from, const File& to) {
  auto env = Env::open_to_read(from, LmdbOptions{}.map_bytes);
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

/// The lock of a store that nobody uses. While a daemon has it open LMDB's own lock file is there,
/// and who may write to that is waited for.
Result<std::unique_ptr<FolderLock>> lock_unless_used(const std::string& folder) {
  if (may_be_written(data_file(folder) + "-lock")) return std::unique_ptr<FolderLock>();
  return FolderLock::take_to_read(folder);
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

/// Below what no number of a restored store may be.
struct Above {
  std::uint64_t incarnation = 0;
  Revision revision{};
  CommandId command{};
  std::uint64_t gap = 0;  ///< by which its own numbers jump
};

void rise(const Above& above, Identity& identity, Position& position) {
  identity.incarnation = std::max(identity.incarnation, above.incarnation) + 1;
  const Revision own = std::max(position.head, position.reached);
  position.reached = std::max(Revision{number(own) + above.gap}, above.revision);
  const CommandId command = std::max(position.last_command, above.command);
  position.last_command = CommandId{number(command) + std::max(kCommandGap, above.gap)};
  position.clean = false;
}

/// The store at `path` is another one from now on.
Status rename_store(const std::string& path, const Above& above) {
  auto env = Env::open(path, LmdbOptions{}.map_bytes);
  if (!env) return env.error();
  if (Status opened = (*env)->open_tables(kLastTable, false); !opened) return opened;
  Txn txn(**env);
  if (Status begun = txn.begin(0); !begun) return begun;
  LmdbTables tables(txn);
  Layer waiting;
  if (const auto read = read_journal(tables, waiting); !read) return read.error();
  const LayeredReader view(tables, waiting);
  const auto length = tables.size(Table::journal);
  auto identity = read_identity(view);
  auto position = read_position(view);
  const auto uuid = make_uuid();
  if (!length) return length.error();
  if (!identity) return identity.error();
  if (!position) return position.error();
  if (!uuid) return uuid.error();
  identity->uuid = *uuid;
  rise(above, *identity, *position);
  JournalEntry entry{*length + 1, {}};
  set(*identity, entry.rows);
  set(*position, entry.rows);
  if (Status done = append_to_journal(tables, entry); !done) return done;
  return txn.commit();
}

std::string replaced_name(const std::string& path, int number) {
  return fmt::format("{}.replaced-{}", path, number);
}

/// The numbers of the stores that were replaced before, ascending.
std::vector<int> replaced(const std::string& path) {
  const std::string prefix = fs::path(replaced_name(path, 0)).filename().string();
  const std::string stem = prefix.substr(0, prefix.size() - 1);
  std::vector<int> numbers;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder_of(path), error)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(stem)) continue;
    int number = 0;
    const char* end = name.data() + name.size();
    const auto parsed = std::from_chars(name.data() + stem.size(), end, number);
    if (parsed.ec == std::errc() && parsed.ptr == end && number > 0) numbers.push_back(number);
  }
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

/// The store at `path` loses its name to another one, but not its bytes. Of those before it the
/// oldest go.
Result<std::string> keep_aside(const std::string& path) {
  if (!file_exists(path)) return std::string();
  const std::vector<int> before = replaced(path);
  const std::string aside = replaced_name(path, before.empty() ? 1 : before.back() + 1);
  // A second name: there is no moment at which the first one is missing.
  if (::link(path.c_str(), aside.c_str()) != 0) return cannot("cannot keep", aside);
  const std::size_t surplus = before.size() + 1 - std::min(before.size() + 1, kReplacedMax);
  for (std::size_t i = 0; i < surplus; ++i) std::remove(replaced_name(path, before[i]).c_str());
  return aside;
}

/// A backup as it will be: of this format, whole, and a store of its own.
Status prepare(const std::string& folder, const std::string& file, const Above& above) {
  std::error_code error;
  fs::copy_file(file, data_file(folder), error);
  if (error) {
    errno = error.value();
    return cannot("cannot copy", file);
  }
  if (const auto checked = check_copy(data_file(folder)); !checked) return checked.error();
  if (auto current = open_lmdb({folder}); !current) return current.error();
  return rename_store(data_file(folder), above);
}

/// What the store in `folder`, which is replaced, has given out.
Above above_store(const std::string& folder, Millis wall) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(wall).count();
  Above above;
  above.incarnation = static_cast<std::uint64_t>(std::max<std::int64_t>(seconds, 1)) - 1;
  if (!file_exists(data_file(folder)) && !is_marked(folder)) return above;
  const auto old = read_standing(data_file(folder), kEveryLeaf);
  if (!old) {
    above.gap = kUnknownGap;
    return above;
  }
  above.incarnation = std::max(above.incarnation, old->identity.incarnation);
  above.revision = std::max(old->position.head, old->position.reached);
  above.command = old->position.last_command;
  return above;
}

/// An empty folder for what is not a store yet.
Status make_empty(const std::string& drafts, const std::string& folder) {
  std::error_code ignored;
  fs::remove_all(drafts, ignored);
  if (Status made = make_folder(drafts); !made) return made;
  struct stat owner {};
  if (::geteuid() != 0 || ::stat(folder.c_str(), &owner) != 0) return {};
  // Should this process die, the next restore may be its owner's.
  if (::lchown(drafts.c_str(), owner.st_uid, owner.st_gid) != 0) errno = 0;
  return {};
}

}  // namespace

Result<Copied> back_up(const std::string& folder, const std::string& file, bool overwrite) {
  const std::string path = data_file(folder);
  if (!file_exists(path)) return Error{"open", fmt::format("there is no {}", path)};
  if (Status target = check_target(folder, file, overwrite); !target) return target.error();
  const auto lock = lock_unless_used(folder);
  if (!lock) return lock.error();
  const auto draft = Draft::beside(file);
  if (!draft) return draft.error();
  if (Status done = copy_pages(path, draft->file()); !done) return done.error();
  const auto report = check_copy(draft->path());
  if (!report) return report.error();
  Status done = finish(draft->file(), draft->path(), folder_of(file));
  if (done) done = check_target(folder, file, overwrite);  // what it is by now
  if (done) done = rename_durably(folder_of(file), draft->path(), file);
  return done ? copied(*report, file_bytes(path)) : done.error();
}

Result<Copied> restore(const std::string& folder, const std::string& file, Millis wall) {
  const std::string drafts = folder + "/restore.new";
  if (!file_exists(file)) return Error{"open", fmt::format("there is no {}", file)};
  if (is_within(file, drafts)) {
    return refused(file, "lies where a restore works; move it to another place first");
  }
  if (Status made = make_folder(folder); !made) return made.error();
  const auto lock = FolderLock::take(folder);
  if (!lock) return lock.error();
  if (Status made = make_empty(drafts, folder); !made) return made.error();
  const std::uint64_t before = file_bytes(data_file(folder));
  Status done = prepare(drafts, file, above_store(folder, wall));
  auto report = done ? check_copy(data_file(drafts)) : Result<ScrubReport>(done.error());
  auto aside = report ? keep_aside(data_file(folder)) : Result<std::string>(report.error());
  if (aside) done = take_place(folder, data_file(drafts), report->store_uuid);
  std::error_code ignored;
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
  const auto draft = Draft::at(path + ".new");
  if (!draft) return draft.error();
  if (Status done = copy_pages(path, draft->file()); !done) return done.error();
  const auto report = check_copy(draft->path());
  if (!report) return report.error();
  Status done = take_place(folder, draft->path(), report->store_uuid);
  return done ? copied(*report, before) : done.error();
}

}  // namespace attune::store
