#include "broker/shell/embedded/mosquitto.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <random>
#include <system_error>

#include "broker/shell/embedded/configuration.h"
#include "broker/shell/embedded/processes.h"

namespace attune::embedded {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kLeftOverPatience{3'000};
constexpr std::chrono::seconds kStableAfter{10};  // before: the next failure waits longer still
constexpr std::size_t kSaltBytes = 12;

std::string configuration_path(const MosquittoOptions& options) {
  return options.run_dir + "/mosquitto.conf";
}
std::string pid_path(const MosquittoOptions& options) {
  return options.run_dir + "/mosquitto.pid";
}
std::string log_path(const MosquittoOptions& options) {
  return options.run_dir + "/mosquitto.log";
}
std::string data_folder(const MosquittoOptions& options) {
  return options.state_dir + "/mosquitto";
}
std::string database_path(const MosquittoOptions& options) {
  return data_folder(options) + "/mosquitto.db";
}
std::string incarnation_path(const MosquittoOptions& options) {
  return options.state_dir + "/mosquitto.incarnation";
}

Error broker_error(const std::string& text) {
  return {"broker", "the embedded broker: " + text};
}

/// Another user has to reach its files in a folder of ours; their own modes still hold.
void let_through(const std::string& folder) {
  std::error_code ignored;  // then the child says what it cannot open
  fs::permissions(folder, fs::perms::group_exec | fs::perms::others_exec, fs::perm_options::add,
                  ignored);
}

std::string salt() {
  return random_word(kSaltBytes / 2);
}  // 12 characters are 12 bytes

/// The last line of its log that is not empty, for people.
std::string last_line(const std::string& log) {
  const std::size_t end = log.find_last_not_of("\n ");
  if (end == std::string::npos) return "";
  const std::size_t begin = log.rfind('\n', end);
  return log.substr(begin == std::string::npos ? 0 : begin + 1,
                    end - (begin == std::string::npos ? std::size_t{0} : begin + 1) + 1);
}

/// Told to end, Mosquitto says "terminating", then "Saving", then saves, then complains if it
/// could not: so the database must be younger than that last word.
bool saved_in_order(const MosquittoOptions& options) {
  const std::string log = read_text(log_path(options));
  if (log.find(" terminating") == std::string::npos) return false;
  if (last_line(log).find("Saving in-memory database") == std::string::npos) return false;
  std::error_code error;
  const auto said = fs::last_write_time(log_path(options), error);
  if (error) return false;
  const auto saved = fs::last_write_time(database_path(options), error);
  return !error && saved >= said;
}

bool blames_database(const std::string& log) {
  return log.find("Couldn't open database") != std::string::npos ||
         log.find("persistent database") != std::string::npos ||
         log.find("restoring persistent") != std::string::npos ||
         log.find("Unable to restore") != std::string::npos;
}

}  // namespace

Mosquitto::Mosquitto(MosquittoOptions options)
    : options_(std::move(options)),
      account_(child_account()),
      backoff_(options_.backoff_min, options_.backoff_max, std::random_device{}()) {}

Mosquitto::~Mosquitto() {
  stop(std::chrono::seconds(5));
}

std::string Mosquitto::url() const {
  std::string host = options_.listen;
  if (host == "0.0.0.0") host = "127.0.0.1";
  if (host == "::") host = "::1";
  if (host.find(':') != std::string::npos) host = "[" + host + "]";
  return "mqtt://" + host + ":" + std::to_string(options_.port);
}

std::string Mosquitto::incarnation() const {
  const std::lock_guard lock(incarnation_mutex_);
  return incarnation_;
}

// --- Start -------------------------------------------------------------------------------------

Status Mosquitto::start(std::chrono::milliseconds patience) {
  if (const Status prepared = prepare(); !prepared) return prepared;
  if (const Status launched = launch(); !launched) return launched;
  const auto deadline = Clock::now() + patience;
  while (status_.state != ChildState::ready && Clock::now() < deadline) {
    if (pid_fd_ >= 0 && wait_ended(pid_fd_, std::chrono::milliseconds(1))) poll();
    if (status_.state == ChildState::waiting && status_.databases_aside == 0) break;
    poll();
  }
  if (status_.state == ChildState::ready) return {};
  const std::string reason = status_.reason;
  return broker_error(reason.empty() ? "its port does not answer" : reason);
}

Status Mosquitto::prepare() {
  if (access(options_.binary.c_str(), X_OK) != 0) {
    return broker_error(options_.binary +
                        " not found: `apt-get install mosquitto`, or set mqtt.url to use another "
                        "broker");
  }
  if (const Status made = make_private_folder(data_folder(options_), account_); !made) return made;
  choose_user();
  if (const Status ended = end_left_over(); !ended) return ended;
  if (const Status free = check_port(); !free) return free;
  if (const Status made = make_credentials(); !made) return made;
  return write_configuration();
}

/// Below a closed folder of root's only root finds its files. A Mosquitto that stays root keeps
/// the signal which ends it with us, too.
void Mosquitto::choose_user() {
  if (!account_.change) return;
  let_through(options_.run_dir);
  let_through(options_.state_dir);
  stay_root_ = !may_reach(configuration_path(options_), account_) ||
               !may_reach(database_path(options_), account_);
  if (stay_root_) account_ = {};
}

Status Mosquitto::end_left_over() {
  const pid_t left = static_cast<pid_t>(std::atoi(read_text(pid_path(options_)).c_str()));
  if (left <= 1 || !runs(left, options_.binary, configuration_path(options_))) return {};
  if (end_foreign(left, kLeftOverPatience)) return {};
  return broker_error("an earlier one (pid " + std::to_string(left) + ") does not end");
}

Status Mosquitto::check_port() const {
  const int trouble = port_trouble(options_.listen, options_.port);
  if (trouble == 0) return {};
  const std::string where = options_.listen + ":" + std::to_string(options_.port);
  if (trouble != EADDRINUSE)
    return broker_error("cannot listen on " + where + ": " + std::strerror(trouble));
  return broker_error("port " + std::to_string(options_.port) + " is taken by " +
                      port_owner(options_.port) + "; to use that broker set mqtt.url: " + url() +
                      ", or choose another mqtt.embedded.port");
}

Status Mosquitto::make_credentials() {
  own_ = {"attune", random_word(16)};
  const std::string path = options_.state_dir + "/mqtt.password";
  std::string kept = read_text(path);
  if (!kept.empty() && kept.back() == '\n') kept.pop_back();
  if (kept.empty() || kept.find_first_of("\r\n:") != std::string::npos) {
    kept = random_word(12);
    if (const Status written = write_private(path, kept + "\n", Account{}, Durable::yes);
        !written) {
      return written;
    }
  }
  device_ = {"device", kept};
  return {};
}

Status Mosquitto::write_configuration() {
  BrokerFiles files{options_.listen,
                    options_.port,
                    data_folder(options_),
                    options_.run_dir + "/mosquitto.passwords",
                    "",
                    stay_root_};
  const std::string passwords = password_line(own_.username, own_.password, salt()) +
                                password_line(device_.username, device_.password, salt());
  if (const Status written = write_private(files.password_file, passwords, account_); !written) {
    return written;
  }
  if (!is_loopback(options_.listen)) {
    files.acl_file = options_.run_dir + "/mosquitto.acl";
    if (const Status written = write_private(files.acl_file, acl(options_.prefix), account_);
        !written) {
      return written;
    }
  }
  return write_private(configuration_path(options_), broker_configuration(files), account_);
}

Status Mosquitto::launch() {
  if (const Status taken = take_incarnation(); !taken) return taken;
  return spawn();
}

Status Mosquitto::spawn() {
  const Result<pid_t> started = start_child({options_.binary, "-c", configuration_path(options_)},
                                            account_, log_path(options_));
  if (!started) return started.error();
  pid_ = *started;
  pid_fd_ = open_pid_fd(pid_);
  ++status_.starts;
  status_.state = ChildState::starting;
  status_.reason = "the embedded broker is starting";
  return write_private(pid_path(options_), std::to_string(pid_) + "\n", Account{});
}

/// The numbering of packets goes on if the last child saved its sessions when it ended. The log
/// that says so is emptied when the next one starts.
Status Mosquitto::take_incarnation() {
  std::string kept = read_text(incarnation_path(options_));
  if (kept.empty() || !saved_in_order(options_)) {
    kept = random_word(8);
    const Status written = write_private(incarnation_path(options_), kept, Account{});
    if (!written) return written;
  }
  const std::lock_guard lock(incarnation_mutex_);
  incarnation_ = kept;
  return {};
}

// --- Life --------------------------------------------------------------------------------------

void Mosquitto::poll() {
  if (pid_ != 0) {
    int wait_status = 0;
    if (waitpid(pid_, &wait_status, WNOHANG) == pid_) return on_exit(wait_status);
    if (status_.state == ChildState::starting && answers()) {
      status_.state = ChildState::ready;
      status_.reason.clear();
      ready_at_ = Clock::now();
    }
    return;
  }
  if (status_.state != ChildState::waiting || Clock::now() < next_start_) return;
  Status up = check_port();
  if (up) up = launch();
  if (up) return;
  status_.reason = up.error().message;
  next_start_ = Clock::now() + backoff_.next();
}

bool Mosquitto::answers() const {
  return port_answers(options_.listen, options_.port);
}

void Mosquitto::on_exit(int wait_status) {
  const bool was_ready = status_.state == ChildState::ready;
  if (was_ready && Clock::now() - ready_at_ > kStableAfter) backoff_.reset();
  forget_child();
  const std::string reason = exit_text(wait_status);
  const bool bad_database = !was_ready && blames_database(read_text(log_path(options_)));
  status_.state = ChildState::waiting;
  status_.reason = reason;
  next_start_ = Clock::now() + backoff_.next();
  if (!bad_database) return;
  put_database_aside();
  next_start_ = Clock::now();
}

std::string Mosquitto::exit_text(int wait_status) const {
  const std::string how =
      WIFSIGNALED(wait_status)
          ? std::string("was ended by signal ") + std::to_string(WTERMSIG(wait_status))
          : "exited with " + std::to_string(WEXITSTATUS(wait_status));
  const std::string said = last_line(read_text(log_path(options_)));
  return "mosquitto " + how + (said.empty() ? "" : ": " + said);
}

void Mosquitto::put_database_aside() {
  const std::string from = database_path(options_);
  std::error_code error;
  fs::rename(from, from + ".corrupt-" + std::to_string(std::time(nullptr)), error);
  if (!error) ++status_.databases_aside;
}

void Mosquitto::forget_child() {
  if (pid_fd_ >= 0) close(pid_fd_);
  pid_fd_ = -1;
  pid_ = 0;
  unlink(pid_path(options_).c_str());
}

void Mosquitto::stop(std::chrono::milliseconds patience) {
  status_.state = ChildState::stopped;
  status_.reason = "stopped";
  if (pid_ == 0) return;
  kill(pid_, SIGTERM);
  if (pid_fd_ >= 0 && !wait_ended(pid_fd_, patience)) kill(pid_, SIGKILL);
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
  forget_child();
}

}  // namespace attune::embedded
