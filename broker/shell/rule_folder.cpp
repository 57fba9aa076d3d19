#include "broker/shell/rule_folder.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <set>
#include <utility>

#include "devices/model/counted.h"
#include "devices/model/issue.h"
#include "store/file.h"

namespace attune::shell {

namespace {

namespace fs = std::filesystem;
using Files = RuleFolder::Files;

constexpr std::size_t kNameBytesMax = 100;
constexpr mode_t kModeOfNew = 0644;

Error failed(const std::string& what, const std::string& path) {
  return {"folder", "cannot " + what + " " + path + ": " + std::strerror(errno)};
}

bool is_name_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-' || c == '.';
}

/// What read_files() would read, and nothing that leads elsewhere.
bool is_file_name(std::string_view name) {
  const bool ends_well = name.ends_with(".yaml") || name.ends_with(".yml");
  return ends_well && name.size() <= kNameBytesMax && name.front() != '.' && name.front() != '-' &&
         std::all_of(name.begin(), name.end(), is_name_char);
}

std::string folder_of(const std::string& path) {
  return fs::path(path).parent_path().string();
}

/// Whether a file is read because of this entry of `rules`.
bool is_place_of(const std::string& place, const std::string& path) {
  return path == place || folder_of(path) == folder_of(fs::path(place) / "x");
}

std::string staged_name(const std::string& path) {
  return folder_of(path) + "/.attune-" + file_name(path) + ".new";
}

const rules::SourceFile* find(const Files& files, const std::string& path) {
  const auto at = std::find_if(files.begin(), files.end(),
                               [&](const rules::SourceFile& file) { return file.path == path; });
  return at == files.end() ? nullptr : &*at;
}

mode_t mode_of(const std::string& path) {
  struct stat known {};
  return ::stat(path.c_str(), &known) == 0 ? known.st_mode & 0777 : kModeOfNew;
}

Status write_all(const store::File& file, std::string_view text, const std::string& path) {
  while (!text.empty()) {
    const ssize_t written = ::write(file.fd(), text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return failed("write", path);
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::fsync(file.fd()) != 0) return failed("sync", path);
  return {};
}

/// A whole new file at `path`, durable but for its name.
Status write_file(const std::string& path, std::string_view text, mode_t mode) {
  (void)::unlink(path.c_str());  // a leftover, whatever it is: never written through a link
  const store::File file(
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode));
  if (!file.is_open()) return failed("make", path);
  if (::fchmod(file.fd(), mode) != 0) return failed("make", path);
  if (Status given = store::give_to_owner(file, folder_of(path)); !given) {
    return Error{"folder", given.error().message};
  }
  return write_all(file, text, path);
}

Status sync_names(const std::set<std::string>& folders) {
  for (const std::string& folder : folders) {
    if (Status synced = store::sync_folder(folder); !synced) {
      return Error{"folder", synced.error().message};
    }
  }
  return {};
}

}  // namespace

std::string file_name(const std::string& path) {
  return fs::path(path).filename().string();
}

/// The files that come from their staged names, and those that go. Carrying it out twice is
/// carrying it out once.
struct RuleFolder::Plan {
  std::vector<std::string> puts;
  std::vector<std::string> removes;

  [[nodiscard]] bool empty() const { return puts.empty() && removes.empty(); }
  [[nodiscard]] std::set<std::string> folders() const {
    std::set<std::string> all;
    for (const auto& path : puts) all.insert(folder_of(path));
    for (const auto& path : removes) all.insert(folder_of(path));
    return all;
  }
  [[nodiscard]] std::string packed() const {
    std::string out;
    for (const auto& path : puts) put_counted(out, "+" + path);
    for (const auto& path : removes) put_counted(out, "-" + path);
    return out;
  }
  static std::optional<Plan> read(std::string_view left) {
    Plan plan;
    while (!left.empty()) {
      const auto line = take_counted(left);
      if (!line || line->size() < 2) return std::nullopt;
      (line->front() == '+' ? plan.puts : plan.removes).emplace_back(line->substr(1));
    }
    return plan;
  }
};

RuleFolder::RuleFolder(std::vector<std::string> places, std::string state)
    : places_(std::move(places)), state_(std::move(state)) {}

bool RuleFolder::is_at_home(const std::string& path) const {
  return std::any_of(places_.begin(), places_.end(),
                     [&](const std::string& place) { return is_place_of(place, path); });
}

Result<std::string> RuleFolder::home_of(const std::string& name) const {
  for (const std::string& place : places_) {
    std::error_code no;
    if (fs::is_directory(place, no)) return (fs::path(place) / name).string();
  }
  return Error{"no_folder", "there is no folder for " + name +
                                ": make rules.d beside attune.yaml, or name one under `rules`"};
}

/// As they are read: place after place, in a folder by name.
void RuleFolder::sort(Files& files) const {
  const auto rank = [this](const std::string& path) {
    const auto at = std::find_if(places_.begin(), places_.end(), [&](const std::string& place) {
      return is_place_of(place, path);
    });
    return std::pair(at - places_.begin(), path);
  };
  std::sort(files.begin(), files.end(),
            [&](const auto& a, const auto& b) { return rank(a.path) < rank(b.path); });
}

Result<Files> RuleFolder::edited(const Files& now, const api::RulesEdit& edit) const {
  Files after = edit.whole ? Files{} : now;
  std::set<std::string> named;
  const auto called = [](const Files& files, const std::string& name) {
    return std::find_if(files.begin(), files.end(), [&](const rules::SourceFile& file) {
      return file_name(file.path) == name;
    });
  };
  for (const rules::SourceFile& file : edit.put) {
    if (file.path.empty() || !is_file_name(file.path)) {
      return Error{"file", "'" + printable(file.path) + "' is no name of a rule file: letters, " +
                               "digits, _ - and ., then .yaml or .yml, at most 100 bytes"};
    }
    if (!named.insert(file.path).second) return Error{"file", file.path + " is given twice"};
    const auto known = called(now, file.path);
    auto path = known == now.end() ? home_of(file.path) : Result<std::string>(known->path);
    if (!path) return path.error();
    std::erase_if(after, [&](const rules::SourceFile& other) { return other.path == *path; });
    after.push_back({std::move(*path), file.text});
  }
  for (const std::string& name : edit.remove) {
    const auto known = called(after, name);
    if (known == after.end()) return Error{"file", "there is no file " + printable(name)};
    after.erase(known);
  }
  sort(after);
  return after;
}

Result<Files> RuleFolder::placed(Files files) const {
  for (rules::SourceFile& file : files) {
    if (is_at_home(file.path)) continue;
    auto path = home_of(file_name(file.path));
    if (!path) return path.error();
    file.path = std::move(*path);
  }
  sort(files);
  return files;
}

Status RuleFolder::write(const Files& before, const Files& after) {
  Plan plan;
  for (const rules::SourceFile& file : after) {
    const rules::SourceFile* known = find(before, file.path);
    if (known == nullptr || known->text != file.text) plan.puts.push_back(file.path);
  }
  for (const rules::SourceFile& file : before) {
    if (find(after, file.path) == nullptr) plan.removes.push_back(file.path);
  }
  if (plan.empty()) return {};
  Status status;
  for (const std::string& path : plan.puts) {
    status = write_file(staged_name(path), find(after, path)->text, mode_of(path));
    if (!status.ok()) break;
  }
  if (status.ok()) status = sync_names(plan.folders());
  if (status.ok()) status = keep(plan);
  if (!status.ok()) {
    for (const std::string& path : plan.puts) (void)::unlink(staged_name(path).c_str());
    return status;
  }
  status = carry_out(plan);
  if (status.ok()) return status;
  // Back to what stood there: the texts are at hand, and half a set is worse than none.
  for (const std::string& path : plan.puts) {
    (void)::unlink(staged_name(path).c_str());
    if (find(before, path) == nullptr) (void)::unlink(path.c_str());
  }
  for (const rules::SourceFile& file : before) {
    if (write_file(staged_name(file.path), file.text, mode_of(file.path)).ok()) {
      (void)::rename(staged_name(file.path).c_str(), file.path.c_str());
    }
  }
  forget_plan();
  return status;
}

Status RuleFolder::keep(const Plan& plan) const {
  const std::string staged = plan_path() + ".new";
  if (Status written = write_file(staged, plan.packed(), 0600); !written) return written;
  if (Status named = store::rename_durably(state_, staged, plan_path()); !named) {
    (void)::unlink(staged.c_str());
    (void)::unlink(plan_path().c_str());
    return Error{"folder", named.error().message};
  }
  return {};
}

Status RuleFolder::carry_out(const Plan& plan) const {
  for (const std::string& path : plan.puts) {
    const std::string staged = staged_name(path);
    if (::rename(staged.c_str(), path.c_str()) != 0 && errno != ENOENT) {
      return failed("replace", path);
    }
  }
  for (const std::string& path : plan.removes) {
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) return failed("remove", path);
  }
  if (Status synced = sync_names(plan.folders()); !synced) return synced;
  forget_plan();
  return {};
}

/// One that stays is carried out again, which changes nothing.
void RuleFolder::forget_plan() const {
  (void)::unlink(plan_path().c_str());
  (void)store::sync_folder(state_);
}

Status RuleFolder::recover() {
  std::ifstream in(plan_path(), std::ios::binary);
  if (!in) return {};
  const std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  const auto plan = Plan::read(text);
  if (!plan) return Error{"folder", plan_path() + " cannot be read: it is no plan of attune's"};
  return carry_out(*plan);
}

}  // namespace attune::shell
