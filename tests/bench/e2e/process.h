#pragma once
#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

/// Programs that the benchmark starts, what they cost, and the end of a run that cannot go on.
///
/// Threading: one thread.
namespace attune::bench {

/// Says why and ends the run with code 2; every child ends with its parent.
[[noreturn]] void die(const std::string& why);

/// A TCP port of 127.0.0.1 that nobody listens on now.
[[nodiscard]] std::uint16_t free_port();

/// Resident memory by origin, KiB, as /proc/<pid>/status tells it.
struct Memory {
  std::uint64_t resident_kib = 0;  ///< VmRSS: the sum of the three below
  std::uint64_t private_kib = 0;   ///< RssAnon: heap and stacks
  std::uint64_t files_kib = 0;     ///< RssFile: code, libraries, the store's map
  std::uint64_t shared_kib = 0;    ///< RssShmem: the inbox ring on tmpfs
};

/// A child process: asked to end (SIGTERM), then killed, in the destructor.
class Child {
 public:
  using Variables = std::vector<std::pair<std::string, std::string>>;
  /// `output`: the file that stdout and stderr are written to.
  Child(const std::vector<std::string>& command, const std::string& output,
        const Variables& variables = {});
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  [[nodiscard]] bool is_alive() const;
  /// User and system time so far, in steps of the kernel's tick (10 ms).
  [[nodiscard]] std::chrono::microseconds cpu_time() const;
  [[nodiscard]] Memory memory() const;

 private:
  pid_t pid_ = -1;
};

}  // namespace attune::bench
