#include "tests/support/process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "broker/shell/embedded/processes.h"

namespace attune::support {
namespace {

constexpr const char* kMosquitto = "/usr/sbin/mosquitto";

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (std::string& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

std::string name_of(const std::string& assignment) {
  return assignment.substr(0, assignment.find('=') + 1);
}

/// The test's own environment with `over` in front: the first entry of a name counts.
std::vector<std::string> environment(const std::vector<std::string>& over) {
  std::vector<std::string> all = over;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    bool replaced = false;
    for (const std::string& ours : over) replaced |= name_of(*entry) == name_of(ours);
    if (!replaced) all.emplace_back(*entry);
  }
  return all;
}

int open_output(const std::string& path) {
  const char* file = path.empty() ? "/dev/null" : path.c_str();
  return open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
}

std::string bus_configuration(const std::string& folder, std::uint16_t port) {
  const std::string file = folder + "/bus.conf";
  std::string text = "listener " + std::to_string(port) + " 127.0.0.1\n";
  text += "allow_anonymous true\npersistence false\nmax_queued_messages 0\nset_tcp_nodelay true\n";
  if (geteuid() == 0) text += "user root\n";
  write_file(file, text);
  return file;
}

}  // namespace

ScratchFolder::ScratchFolder() {
  std::string name = std::filesystem::temp_directory_path() / "attune-XXXXXX";
  if (mkdtemp(name.data()) == nullptr) std::abort();
  path_ = name;
  chmod(path_.c_str(), 0711);
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

void write_file(const std::string& path, const std::string& text) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  const std::string fresh = path + ".fresh~";
  std::ofstream(fresh, std::ios::binary) << text;
  std::filesystem::rename(fresh, path);
}

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

Process::Process(const Launch& launch) {
  std::vector<std::string> arguments = launch.arguments;
  std::vector<std::string> variables = environment(launch.environment);
  const auto argv = pointers(arguments);
  const auto envp = pointers(variables);
  const int out = open_output(launch.out_file);
  const int err = open_output(launch.err_file);
  const int in = open("/dev/null", O_RDONLY | O_CLOEXEC);
  pid_ = fork();
  if (pid_ == 0) {  // only calls that are safe after a fork of a process with threads
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(in, 0);
    dup2(out, 1);
    dup2(err, 2);
    if (!launch.folder.empty() && chdir(launch.folder.c_str()) != 0) _exit(126);
    execve(argv[0], argv.data(), envp.data());
    _exit(127);
  }
  for (const int fd : {in, out, err}) close(fd);
  pid_fd_ = static_cast<int>(syscall(SYS_pidfd_open, pid_, 0));
}

Process::~Process() {
  if (running()) {
    signal(SIGKILL);
    (void)wait(std::chrono::seconds(10));
  }
  close(pid_fd_);
}

void Process::signal(int number) const {
  syscall(SYS_pidfd_send_signal, pid_fd_, number, nullptr, 0);
}

std::optional<int> Process::wait(std::chrono::milliseconds patience) {
  if (ended_) return ended_;
  pollfd waited{pid_fd_, POLLIN, 0};
  if (poll(&waited, 1, static_cast<int>(patience.count())) != 1) return std::nullopt;
  int status = 0;
  waitpid(pid_, &status, 0);
  ended_ = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  return ended_;
}

Ran run(Launch launch, std::chrono::milliseconds patience) {
  const ScratchFolder folder;
  launch.out_file = folder.path() + "/out";
  launch.err_file = folder.path() + "/err";
  Process process(launch);
  Ran ran;
  ran.code = process.wait(patience).value_or(-1);
  ran.out = read_file(launch.out_file);
  ran.err = read_file(launch.err_file);
  return ran;
}

Bus::Bus(const std::string& folder)
    : port_(some_port()),
      process_(
          {{kMosquitto, "-c", bus_configuration(folder, port_)}, {}, {}, {}, folder + "/bus.log"}) {
  for (int tries = 0; tries < 1'000 && !answers(); ++tries) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

bool Bus::installed() {
  return access(kMosquitto, X_OK) == 0;
}

bool Bus::answers() const {
  return embedded::port_answers("127.0.0.1", port_);
}

std::string Bus::url() const {
  return "mqtt://127.0.0.1:" + std::to_string(port_);
}

std::uint16_t some_port() {
  const auto port = embedded::free_port();
  if (!port) std::abort();
  return *port;
}

}  // namespace attune::support
