#include "broker/shell/embedded/processes.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <grp.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace attune::embedded {
namespace {

namespace fs = std::filesystem;

/// Everything that the child needs, made before fork(): behind it only system calls are safe.
struct Launch {
  std::vector<char*> arguments;
  const Account& account;
  int log = -1;
  int failures = -1;  ///< pipe: errno of what went wrong; closed by a successful exec
  pid_t parent = 0;
};

bool become(const Account& account) {
  if (!account.change) return true;
  return syscall(SYS_setgroups, account.groups.size(), account.groups.data()) == 0 &&
         syscall(SYS_setresgid, account.group, account.group, account.group) == 0 &&
         syscall(SYS_setresuid, account.user, account.user, account.user) == 0;
}

void reset_signals() {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGPIPE, SIGUSR1, SIGUSR2, SIGCHLD}) {
    struct sigaction standard {};
    standard.sa_handler = SIG_DFL;
    sigaction(signal, &standard, nullptr);
  }
}

[[noreturn]] void run_child(const Launch& launch) {
  reset_signals();
  const int null = open("/dev/null", O_RDONLY);
  // First the user, then the signal (a change of user clears it), then the parent's life: it may
  // have ended in between.
  if (setpgid(0, 0) == 0 && null >= 0 && dup2(null, 0) == 0 && dup2(launch.log, 1) == 1 &&
      dup2(launch.log, 2) == 2 && become(launch.account) && prctl(PR_SET_PDEATHSIG, SIGTERM) == 0) {
    if (getppid() != launch.parent) _exit(1);
    execv(launch.arguments[0], launch.arguments.data());
  }
  const int error = errno;
  [[maybe_unused]] const ssize_t said = write(launch.failures, &error, sizeof error);
  _exit(127);
}

/// An IPv4 or IPv6 address; false when it is none.
bool socket_address(const std::string& address, std::uint16_t port, sockaddr_storage& out,
                    socklen_t& length) {
  auto& v4 = reinterpret_cast<sockaddr_in&>(out);
  auto& v6 = reinterpret_cast<sockaddr_in6&>(out);
  out = {};
  if (inet_pton(AF_INET, address.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    length = sizeof v4;
    return true;
  }
  if (inet_pton(AF_INET6, address.c_str(), &v6.sin6_addr) != 1) return false;
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port);
  length = sizeof v6;
  return true;
}

class Socket {
 public:
  explicit Socket(int family) : fd_(socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0)) {}
  ~Socket() { close(fd_); }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  [[nodiscard]] int fd() const { return fd_; }

 private:
  int fd_;
};

/// Inodes of sockets that listen on the port, of /proc/net/tcp or tcp6.
void listening_inodes(const char* table, std::uint16_t port, std::vector<std::string>& inodes) {
  std::ifstream in(table);
  std::string line;
  std::getline(in, line);
  while (std::getline(in, line)) {
    std::istringstream fields(line);
    std::string slot, local, remote, state, queues, timer, retransmits, user, timeout, inode;
    fields >> slot >> local >> remote >> state >> queues >> timer >> retransmits >> user >>
        timeout >> inode;
    const std::size_t colon = local.rfind(':');
    if (state != "0A" || colon == std::string::npos) continue;
    if (std::strtoul(local.c_str() + colon + 1, nullptr, 16) == port) inodes.push_back(inode);
  }
}

bool holds(const fs::path& process, const std::vector<std::string>& inodes) {
  std::error_code error;
  for (fs::directory_iterator fd(process / "fd", error), end; !error && fd != end;
       fd.increment(error)) {
    std::error_code unreadable;
    const std::string target = fs::read_symlink(fd->path(), unreadable).string();
    for (const std::string& inode : inodes) {
      if (target == "socket:[" + inode + "]") return true;
    }
  }
  return false;
}

}  // namespace

Result<pid_t> start_child(const std::vector<std::string>& arguments, const Account& account,
                          const std::string& log_file) {
  Launch launch{{}, account, -1, -1, getpid()};
  for (const std::string& argument : arguments) {
    launch.arguments.push_back(const_cast<char*>(argument.c_str()));
  }
  launch.arguments.push_back(nullptr);
  int pipe_ends[2];
  launch.log = open(log_file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (launch.log < 0 || pipe2(pipe_ends, O_CLOEXEC) != 0) {
    const Error error{"broker", "cannot write " + log_file + ": " + std::strerror(errno)};
    if (launch.log >= 0) close(launch.log);
    return error;
  }
  launch.failures = pipe_ends[1];
  const pid_t pid = fork();
  if (pid == 0) run_child(launch);
  int error = pid < 0 ? errno : 0;
  close(pipe_ends[1]);
  close(launch.log);
  if (pid > 0) [[maybe_unused]]
    const ssize_t heard = read(pipe_ends[0], &error, sizeof error);
  close(pipe_ends[0]);
  if (error == 0) return pid;
  return Error{"broker", "cannot start " + arguments[0] + ": " + std::strerror(error)};
}

bool runs(pid_t pid, const std::string& program, const std::string& argument) {
  const fs::path process = fs::path("/proc") / std::to_string(pid);
  std::ifstream in(process / "cmdline", std::ios::binary);
  std::vector<std::string> words;
  for (std::string word; std::getline(in, word, '\0');) words.push_back(word);
  return !words.empty() && words[0] == program &&
         std::find(words.begin(), words.end(), argument) != words.end();
}

bool end_foreign(pid_t pid, std::chrono::milliseconds patience) {
  const int pid_fd = open_pid_fd(pid);
  if (pid_fd < 0) return errno == ESRCH;
  syscall(SYS_pidfd_send_signal, pid_fd, SIGTERM, nullptr, 0);
  bool gone = wait_ended(pid_fd, patience);
  if (!gone) {
    syscall(SYS_pidfd_send_signal, pid_fd, SIGKILL, nullptr, 0);
    gone = wait_ended(pid_fd, patience);
  }
  close(pid_fd);
  return gone;
}

bool wait_ended(int pid_fd, std::chrono::milliseconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  pollfd waited{pid_fd, POLLIN, 0};
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - std::chrono::steady_clock::now());
    const int ready = ::poll(&waited, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
    if (ready >= 0 || errno != EINTR) return ready > 0;
  }
}

int open_pid_fd(pid_t pid) {
  return static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
}

bool port_answers(const std::string& address, std::uint16_t port) {
  sockaddr_storage storage;
  socklen_t length = 0;
  const std::string target = address == "0.0.0.0" ? "127.0.0.1" : address == "::" ? "::1" : address;
  if (!socket_address(target, port, storage, length)) return false;
  const Socket probe(storage.ss_family);
  return connect(probe.fd(), reinterpret_cast<sockaddr*>(&storage), length) == 0;
}

int port_trouble(const std::string& address, std::uint16_t port) {
  sockaddr_storage storage;
  socklen_t length = 0;
  if (!socket_address(address, port, storage, length)) return EINVAL;
  const Socket probe(storage.ss_family);
  const int on = 1;
  setsockopt(probe.fd(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);  // as Mosquitto does
  if (bind(probe.fd(), reinterpret_cast<sockaddr*>(&storage), length) != 0) return errno;
  return listen(probe.fd(), 1) == 0 ? 0 : errno;
}

std::string port_owner(std::uint16_t port) {
  std::vector<std::string> inodes;
  listening_inodes("/proc/net/tcp", port, inodes);
  listening_inodes("/proc/net/tcp6", port, inodes);
  std::error_code error;
  for (fs::directory_iterator process("/proc", error), end; !error && process != end;
       process.increment(error)) {
    const std::string pid = process->path().filename().string();
    if (pid.find_first_not_of("0123456789") != std::string::npos) continue;
    if (!holds(process->path(), inodes)) continue;
    std::ifstream in(process->path() / "comm");
    std::string name;
    std::getline(in, name);
    return name + " (pid " + pid + ")";
  }
  return "another program";
}

Result<std::uint16_t> free_port() {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const Socket probe(AF_INET);
  socklen_t length = sizeof address;
  if (bind(probe.fd(), reinterpret_cast<sockaddr*>(&address), length) != 0 ||
      getsockname(probe.fd(), reinterpret_cast<sockaddr*>(&address), &length) != 0) {
    return Error{"broker", std::string("no free port: ") + std::strerror(errno)};
  }
  return ntohs(address.sin_port);
}

}  // namespace attune::embedded
