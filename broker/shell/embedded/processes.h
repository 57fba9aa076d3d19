#pragma once
#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "broker/shell/embedded/account.h"
#include "devices/model/result.h"

/// What the supervisor asks the system about processes and ports.
namespace attune::embedded {

/// Starts `arguments` in a process group of its own, as `account`, its output appended to
/// `log_file`. It gets SIGTERM when the calling *thread* ends. Error: "broker".
[[nodiscard]] Result<pid_t> start_child(const std::vector<std::string>& arguments,
                                        const Account& account, const std::string& log_file);

/// Whether that process runs this program with this argument: a pid alone may be anybody's.
[[nodiscard]] bool runs(pid_t pid, const std::string& program, const std::string& argument);

/// SIGTERM, then SIGKILL after `patience`; for a process that is not our child. True: it is gone.
[[nodiscard]] bool end_foreign(pid_t pid, std::chrono::milliseconds patience);

/// Waits for a pidfd. True: the process ended.
[[nodiscard]] bool wait_ended(int pid_fd, std::chrono::milliseconds patience);
[[nodiscard]] int open_pid_fd(pid_t pid);

/// Whether something answers on that port now.
[[nodiscard]] bool port_answers(const std::string& address, std::uint16_t port);
/// 0 when that port can be listened on, else errno.
[[nodiscard]] int port_trouble(const std::string& address, std::uint16_t port);
/// `mosquitto (pid 812)`, or "another program" when we may not know.
[[nodiscard]] std::string port_owner(std::uint16_t port);
/// A port of 127.0.0.1 that was free a moment ago.
[[nodiscard]] Result<std::uint16_t> free_port();

}  // namespace attune::embedded
