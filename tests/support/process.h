#pragma once
#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// Programs that a test starts, and ends by their process id whatever becomes of the test.
namespace attune::support {

/// A folder below the system's temporary one, removed at the end. Mode 0711: a broker that gives
/// up root passes through.
class ScratchFolder {
 public:
  ScratchFolder();
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// Creates missing folders; replaces the file in one rename.
void write_file(const std::string& path, const std::string& text);
/// Empty when there is none.
[[nodiscard]] std::string read_file(const std::string& path);

struct Launch {
  std::vector<std::string> arguments;    ///< [0] is the program's path
  std::vector<std::string> environment;  ///< NAME=value, over the test's own
  std::string folder;                    ///< working folder; empty: the test's
  std::string out_file;                  ///< appended to; empty: nowhere
  std::string err_file;
};

/// One process; the kernel ends it when the starting thread ends.
/// Threading: owned by one thread; signal() from any.
class Process {
 public:
  explicit Process(const Launch& launch);
  ~Process();  ///< SIGKILL when it still runs
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  [[nodiscard]] pid_t pid() const { return pid_; }
  void signal(int number) const;
  /// The exit code, 128 + n after signal n; nothing when it still runs after `patience`.
  [[nodiscard]] std::optional<int> wait(std::chrono::milliseconds patience);
  [[nodiscard]] bool running() { return !wait(std::chrono::milliseconds(0)); }

 private:
  pid_t pid_ = -1;
  int pid_fd_ = -1;
  std::optional<int> ended_;
};

/// What a program said and how it ended. Code -1: it was stopped after `patience`.
struct Ran {
  int code = -1;
  std::string out;
  std::string err;
};
[[nodiscard]] Ran run(Launch launch, std::chrono::milliseconds patience = std::chrono::seconds(20));

/// A Mosquitto of the test's own, on loopback, without accounts: it outlives what it serves.
class Bus {
 public:
  explicit Bus(const std::string& folder);
  [[nodiscard]] static bool installed();
  [[nodiscard]] bool answers() const;
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::string url() const;

 private:
  std::uint16_t port_;
  Process process_;
};

/// A port of 127.0.0.1 that was free a moment ago.
[[nodiscard]] std::uint16_t some_port();

}  // namespace attune::support
