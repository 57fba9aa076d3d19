#include "tests/bench/e2e/process.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

namespace attune::bench {
namespace {

constexpr std::chrono::seconds kStopPatience{10};

[[noreturn]] void become(const std::vector<std::string>& command, const std::string& output,
                         const Child::Variables& variables) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int out = open(output.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
  if (out >= 0) {
    dup2(out, STDOUT_FILENO);
    dup2(out, STDERR_FILENO);
  }
  for (const auto& [name, value] : variables) setenv(name.c_str(), value.c_str(), 1);
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  execvp(arguments[0], arguments.data());
  _exit(127);
}

}  // namespace

void die(const std::string& why) {
  std::fprintf(stderr, "attune_bench_e2e: %s\n", why.c_str());
  std::exit(2);
}

std::uint16_t free_port() {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  if (bind(fd, reinterpret_cast<sockaddr*>(&address), length) != 0 ||
      getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length) != 0) {
    die("no free port on 127.0.0.1");
  }
  close(fd);
  return ntohs(address.sin_port);
}

Child::Child(const std::vector<std::string>& command, const std::string& output,
             const Variables& variables)
    : pid_(fork()) {
  if (pid_ < 0) die("no process for " + command.front());
  if (pid_ == 0) become(command, output, variables);
}

Child::~Child() {
  kill(pid_, SIGTERM);
  const auto deadline = std::chrono::steady_clock::now() + kStopPatience;
  while (waitpid(pid_, nullptr, WNOHANG) == 0) {
    if (std::chrono::steady_clock::now() > deadline) kill(pid_, SIGKILL);
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

bool Child::is_alive() const {
  siginfo_t info{};
  return waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
         info.si_pid == 0;
}

std::chrono::microseconds Child::cpu_time() const {
  std::ifstream file("/proc/" + std::to_string(pid_) + "/stat");
  std::string line;
  std::getline(file, line);
  std::istringstream fields(line.substr(line.rfind(')') + 1));
  std::string skipped;
  for (int i = 0; i < 11; ++i) fields >> skipped;  // state up to cmajflt
  long user = 0;
  long system = 0;
  fields >> user >> system;
  return std::chrono::microseconds((user + system) * 1'000'000 / sysconf(_SC_CLK_TCK));
}

Memory Child::memory() const {
  std::ifstream file("/proc/" + std::to_string(pid_) + "/status");
  Memory memory;
  for (std::string key; file >> key;) {
    if (key == "VmRSS:") file >> memory.resident_kib;
    if (key == "RssAnon:") file >> memory.private_kib;
    if (key == "RssFile:") file >> memory.files_kib;
    if (key == "RssShmem:") file >> memory.shared_kib;
  }
  return memory;
}

}  // namespace attune::bench
