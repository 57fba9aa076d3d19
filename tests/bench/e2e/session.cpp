#include "tests/bench/e2e/session.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "tests/bench/e2e/load.h"

namespace attune::bench {
namespace {

constexpr const char* kMemoryPlace = "/dev/shm";
constexpr const char* kMosquitto = "/usr/sbin/mosquitto";
constexpr std::chrono::milliseconds kStartPatience{20'000};
constexpr std::size_t kWarmUpEvents = 30;

/// As attune's own broker is configured, but without its disk.
void write_broker_configuration(const std::string& path, std::uint16_t port) {
  std::ofstream file(path);
  file << "listener " << port << " 127.0.0.1\nallow_anonymous true\nset_tcp_nodelay true\n"
       << "max_inflight_messages 1024\nmax_queued_messages 100000\npersistence false\n"
       << "log_dest none\n";
  if (geteuid() == 0) file << "user root\n";  // a changed user would outlive its parent
  if (!file) die("the broker's configuration cannot be written");
}

}  // namespace

Session::Session(const Subject& subject, std::size_t pairs)
    : run_(kMemoryPlace), port_(free_port()) {
  if (!subject.place.empty()) kept_.emplace(subject.place);
  start_broker();
  bus_.emplace(port_, "devices");
  home_.emplace(*bus_, pairs);
  start_answerer(subject, pairs);
  wait_until_online();
  bus_->subscribe(kCommandFilter);
  if (pairs == 0) return;
  home_->report_all();
  bus_->flush();
  // The first command comes when every report before it has been heard.
  [[maybe_unused]] const auto warm_up =
      lone_events(*bus_, *home_, kWarmUpEvents, std::chrono::milliseconds(1), [] {});
}

void Session::start_broker() {
  const std::string file = run_.path() + "/mosquitto.conf";
  write_broker_configuration(file, port_);
  broker_.emplace(std::vector<std::string>{kMosquitto, "-c", file}, run_.path() + "/mosquitto.log");
}

void Session::start_answerer(const Subject& subject, std::size_t pairs) {
  const std::string log = run_.path() + "/answerer.log";
  if (subject.program.empty()) {
    std::vector<std::string> words = {"/proc/self/exe", "--answer", std::to_string(port_)};
    if (kept_) words.insert(words.end(), {"--keep", kept_->path()});
    answerer_.emplace(std::move(words), log);
    return;
  }
  write_configuration(run_.path(), pairs, port_);
  answerer_.emplace(
      std::vector<std::string>{subject.program, "run", "--config", run_.path() + "/attune.yaml",
                               "--state-dir", kept_->path()},
      log, Child::Variables{{"RUNTIME_DIRECTORY", run_.path() + "/run"}});
}

void Session::wait_until_online() {
  bool online = false;
  bus_->subscribe(kStatusTopic);
  const auto deadline = std::chrono::steady_clock::now() + kStartPatience;
  while (!online) {
    bus_->receive(std::chrono::milliseconds(50), [&](std::string_view topic, auto payload) {
      online = online || (topic == kStatusTopic && payload.find("online") != payload.npos);
    });
    if (online) return;
    if (!answerer_->is_alive() || std::chrono::steady_clock::now() > deadline) {
      std::ifstream log(run_.path() + "/answerer.log");
      die("the answerer did not come up: " + std::string(std::istreambuf_iterator<char>(log), {}));
    }
  }
}

}  // namespace attune::bench
