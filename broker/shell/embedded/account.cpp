#include "broker/shell/embedded/account.h"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace attune::embedded {
namespace {

Error cannot(const std::string& what, const std::string& path) {
  return {"broker", "the embedded broker: cannot " + what + " " + path + ": " +
                        std::strerror(errno) + "; check the folder's owner and the free space"};
}

bool write_all(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

Account child_account() {
  Account account;
  if (geteuid() != 0) return account;
  const passwd* found = getpwnam("mosquitto");
  if (found == nullptr) found = getpwnam("nobody");
  if (found == nullptr) return account;
  account.change = true;
  account.user = found->pw_uid;
  account.group = found->pw_gid;
  int count = 64;
  account.groups.resize(static_cast<std::size_t>(count));
  if (getgrouplist(found->pw_name, found->pw_gid, account.groups.data(), &count) < 0) count = 0;
  account.groups.resize(static_cast<std::size_t>(count));
  return account;
}

Status write_private(const std::string& path, const std::string& text, const Account& account,
                     Durable durable) {
  const std::string fresh = path + ".new";
  unlink(fresh.c_str());
  const int file = open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file < 0) return cannot("write", fresh);
  const bool owned = !account.change || fchown(file, account.user, account.group) == 0;
  const bool written =
      owned && write_all(file, text) && (durable == Durable::no || fsync(file) == 0);
  if (close(file) != 0 || !written) return cannot("write", fresh);
  if (rename(fresh.c_str(), path.c_str()) != 0) return cannot("replace", path);
  return {};
}

Status make_private_folder(const std::string& path, const Account& account) {
  std::error_code error;
  const bool made = std::filesystem::create_directories(path, error);
  errno = error.value();
  if (error) return cannot("make", path);
  if (made && chmod(path.c_str(), 0700) != 0) return cannot("close", path);
  if (account.change && chown(path.c_str(), account.user, account.group) != 0) {
    return cannot("hand over", path);
  }
  return {};
}

bool may_reach(const std::string& path, const Account& account) {
  if (!account.change) return true;
  std::filesystem::path folder = std::filesystem::absolute(path);
  while (folder.has_relative_path()) {
    folder = folder.parent_path();
    struct stat info {};
    if (stat(folder.c_str(), &info) != 0) return false;
    const bool in_group = info.st_gid == account.group ||
                          std::find(account.groups.begin(), account.groups.end(), info.st_gid) !=
                              account.groups.end();
    const mode_t needed = info.st_uid == account.user ? S_IXUSR : in_group ? S_IXGRP : S_IXOTH;
    if ((info.st_mode & needed) == 0) return false;
  }
  return true;
}

std::string read_text(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace attune::embedded
