#include "broker/shell/last_word.h"

#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <array>
#include <cinttypes>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <fstream>

#include "devices/model/issue.h"

namespace attune::shell {
namespace {

constexpr int kInternal = 70;

struct Mapped {
  std::uintptr_t begin = 0;  ///< 0: not mapped
  std::uintptr_t end = 0;
  std::string word;
};

// Written before the handler is there, and never again.
std::array<Mapped, 2> g_mapped;
const char kUnknown[] =
    "attune: a file in use was cut off, or its disk failed (SIGBUS); stopped at once\n";

void say_and_end(int, siginfo_t* info, void*) {
  const auto at = reinterpret_cast<std::uintptr_t>(info->si_addr);
  const char* word = kUnknown;
  std::size_t size = sizeof kUnknown - 1;
  for (const Mapped& file : g_mapped) {
    if (at < file.begin || at >= file.end) continue;
    word = file.word.data();
    size = file.word.size();
  }
  while (size > 0) {
    const ssize_t written = ::write(STDERR_FILENO, word, size);
    if (written <= 0) break;
    word += written;
    size -= static_cast<std::size_t>(written);
  }
  ::_exit(kInternal);
}

Mapped find(const std::string& path, const std::string& advice) {
  Mapped found;
  struct stat file {};
  if (::stat(path.c_str(), &file) != 0) return found;
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    std::uintptr_t begin = 0;
    std::uintptr_t end = 0;
    unsigned device_major = 0;
    unsigned device_minor = 0;
    std::uint64_t inode = 0;
    const int read = std::sscanf(line.c_str(), "%" SCNxPTR "-%" SCNxPTR " %*s %*s %x:%x %" SCNu64,
                                 &begin, &end, &device_major, &device_minor, &inode);
    if (read != 5 || inode != file.st_ino || device_major != major(file.st_dev) ||
        device_minor != minor(file.st_dev)) {
      continue;
    }
    if (found.begin == 0) found.begin = begin;
    found.end = end;
  }
  found.word = "attune: " + printable(path) +
               " was cut off while it was in use, or its disk failed (SIGBUS); stopped at once. " +
               advice + "\n";
  return found;
}

}  // namespace

void install_last_word(const std::string& store_file, const std::string& ring_file) {
  g_mapped = {find(store_file,
                   "Nothing damaged is served: run `attune check-store`, and `attune restore` a "
                   "backup when it finds the store damaged."),
              find(ring_file, "Start attune again: what was in it is lost, the store is whole.")};
  struct sigaction action {};
  action.sa_sigaction = say_and_end;
  action.sa_flags = SA_SIGINFO;
  ::sigemptyset(&action.sa_mask);
  ::sigaction(SIGBUS, &action, nullptr);
}

}  // namespace attune::shell
