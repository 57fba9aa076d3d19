#pragma once
#include <cstdint>
#include <memory>
#include <string>

#include "devices/model/result.h"

/// The few calls to the file system that a store on disk needs.
namespace attune::store {

/// A descriptor that closes itself.
class File {
 public:
  explicit File(int fd = -1) : fd_(fd) {}
  File(File&& other) noexcept;
  File& operator=(File&& other) noexcept;
  ~File();
  [[nodiscard]] int fd() const { return fd_; }
  [[nodiscard]] bool is_open() const { return fd_ >= 0; }

 private:
  int fd_;
};

/// Keeps every other process, and every other handle of this one, out of a folder until it dies.
/// Errors: "locked" with the holder's pid; "open" when the lock file cannot be made.
class FolderLock {
 public:
  [[nodiscard]] static Result<std::unique_ptr<FolderLock>> take(const std::string& folder);
  /// For one who only reads: also in a folder that cannot be written. There it keeps others out
  /// if somebody ever locked it.
  [[nodiscard]] static Result<std::unique_ptr<FolderLock>> take_to_read(const std::string& folder);

 private:
  explicit FolderLock(File file) : file_(std::move(file)) {}
  File file_;
};

/// Makes `folder` and what is missing above it, durably. Errors: "open", "io".
[[nodiscard]] Status make_folder(const std::string& folder);
/// Makes the names in `folder` durable. Errors: "io".
[[nodiscard]] Status sync_folder(const std::string& folder);
[[nodiscard]] bool file_exists(const std::string& path);
/// It is there, and this process may change it.
[[nodiscard]] bool may_be_written(const std::string& path);
/// What root makes in somebody's folder is that one's. Never a file of more names than one: it may
/// be a name for somebody else's. Errors: "open".
[[nodiscard]] Status give_to_owner(const File& file, const std::string& folder);
/// A new file for its owner alone at `path`, where nothing may be. Errors: "exists", "full",
/// "open".
[[nodiscard]] Result<File> make_file(const std::string& path);
/// The same, at `path` and a dash and six characters that nobody can foresee: `path` is what it is
/// afterwards.
[[nodiscard]] Result<File> make_unforeseen_file(std::string& path);
/// 0 when there is none.
[[nodiscard]] std::uint64_t file_bytes(const std::string& path);
/// Renames and makes it durable; what stood at `to` is gone. Errors: "io".
[[nodiscard]] Status rename_durably(const std::string& folder, const std::string& from,
                                    const std::string& to);
/// A random UUID, version 4. Errors: "open" when the system gives no random bytes.
[[nodiscard]] Result<std::string> make_uuid();

/// Bytes that one thread hands to the system for writing (`wchar`), all together: of a thread that
/// owns a store, the store's, for it writes little else. The question takes as long as three writes
/// of a page.
///
/// Threading: the counted thread is the one that asks; with another one it begins anew.
class WrittenBytes {
 public:
  WrittenBytes() { (void)so_far(); }
  /// Since this was made; 0 when the system does not tell (no /proc).
  [[nodiscard]] std::uint64_t so_far();

 private:
  [[nodiscard]] std::uint64_t of_thread() const;

  File file_;
  std::uint64_t sum_ = 0;
  std::uint64_t last_ = 0;  ///< of_thread() when it was asked last
  std::int64_t thread_ = 0;
};

}  // namespace attune::store
