#pragma once
#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>

#include "broker/shell/embedded/account.h"
#include "broker/shell/link/backoff.h"
#include "devices/model/result.h"

/// The embedded broker: Debian's Mosquitto as a supervised child.
///
/// It ends with this process (even with `kill -9`), a left-over one is found by its pid file and
/// ended, one that exits is started again with backoff, a database that it cannot read is put
/// aside. It listens on loopback unless told otherwise, and knows two users: attune itself, with
/// a password of this run alone, and `device`, whose password stays in the state folder.
///
/// Started as root, the child becomes the user `mosquitto`, unless the folders lie below one that
/// is closed to it: a temporary folder should have mode 0711.
///
/// Threading: every call but incarnation() from the main thread: the child dies with the *thread*
/// that started it.
/// Errors: start() fails with "broker" and a text that says what to do; later trouble is in
/// status(), and poll() goes on trying.
namespace attune::embedded {

struct MosquittoOptions {
  std::string binary = "/usr/sbin/mosquitto";
  std::string listen = "127.0.0.1";  ///< an IP address; other than loopback gets an ACL
  std::uint16_t port = 1883;
  std::string prefix = "attune";  ///< attune's own topics, for the ACL
  std::string run_dir;            ///< configuration, password file, pid file, the child's log
  std::string state_dir;          ///< `mosquitto/` with its database, and `mqtt.password`
  std::chrono::milliseconds backoff_min{250};
  std::chrono::milliseconds backoff_max{30'000};
};

struct Credentials {
  std::string username;
  std::string password;
};

enum class ChildState : std::uint8_t { stopped, starting, ready, waiting };

/// For `/readyz`, `status` and `/metrics`.
struct ChildStatus {
  ChildState state = ChildState::stopped;
  std::string reason;                 ///< why not ready, for people
  std::uint64_t starts = 0;           ///< restarts = starts - 1
  std::uint64_t databases_aside = 0;  ///< corrupt ones, renamed
};

class Mosquitto {
 public:
  explicit Mosquitto(MosquittoOptions options);
  ~Mosquitto();  ///< stops the child
  Mosquitto(const Mosquitto&) = delete;
  Mosquitto& operator=(const Mosquitto&) = delete;

  /// Writes the files, ends a left-over child, starts one and waits until its port answers, at
  /// most `patience`. Waits longer than a few milliseconds only when something is wrong.
  [[nodiscard]] Status start(std::chrono::milliseconds patience);
  /// Looks after the child: ready, ended, due to start again. Never blocks. Call it when pid_fd()
  /// becomes readable and about once a second.
  void poll();
  /// SIGTERM, waits at most `patience` while it saves its database, then SIGKILL.
  void stop(std::chrono::milliseconds patience);

  [[nodiscard]] const ChildStatus& status() const { return status_; }
  [[nodiscard]] pid_t pid() const { return pid_; }      ///< 0: none runs
  [[nodiscard]] int pid_fd() const { return pid_fd_; }  ///< readable when it ended; -1: none runs
  [[nodiscard]] const Credentials& own() const { return own_; }
  [[nodiscard]] const Credentials& device() const { return device_; }
  [[nodiscard]] std::string url() const;  ///< `mqtt://127.0.0.1:1883`, for LinkOptions
  /// Names the numbering of packets, for LinkOptions::incarnation: it stays the same over restarts
  /// before which Mosquitto saved its sessions in order, and is new after any other end. Any
  /// thread.
  [[nodiscard]] std::string incarnation() const;

 private:
  [[nodiscard]] Status prepare();
  void choose_user();
  [[nodiscard]] Status make_credentials();
  [[nodiscard]] Status write_configuration();
  [[nodiscard]] Status end_left_over();
  [[nodiscard]] Status check_port() const;
  [[nodiscard]] Status spawn();
  [[nodiscard]] Status launch();
  void forget_child();
  void on_exit(int wait_status);
  [[nodiscard]] std::string exit_text(int wait_status) const;
  void put_database_aside();
  [[nodiscard]] Status take_incarnation();
  [[nodiscard]] bool answers() const;

  MosquittoOptions options_;
  Account account_;
  bool stay_root_ = false;
  ChildStatus status_;
  Credentials own_;
  Credentials device_;
  pid_t pid_ = 0;
  int pid_fd_ = -1;
  std::chrono::steady_clock::time_point ready_at_;
  std::chrono::steady_clock::time_point next_start_;
  link::Backoff backoff_;
  mutable std::mutex incarnation_mutex_;
  std::string incarnation_;
};

}  // namespace attune::embedded
