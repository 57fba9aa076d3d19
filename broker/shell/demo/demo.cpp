#include "broker/shell/demo/demo.h"

#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <thread>

#include "broker/shell/demo/guide.h"
#include "broker/shell/demo/place.h"
#include "broker/shell/demo/player.h"
#include "broker/shell/http/client.h"

namespace attune::demo {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr std::uint16_t kUsualPort = 8484;
constexpr std::string_view kUser = "device";  ///< of the embedded broker
constexpr auto kReadyWithin = 30s;
constexpr auto kAskEvery = 100ms;

int fail(const Error& error) {
  std::cerr << "attune demo: " << error.message << "\n";
  return 1;
}

/// Threads that are made while it lives leave SIGINT and SIGTERM to the main thread.
class SignalsForMainThread {
 public:
  SignalsForMainThread() {
    sigset_t both;
    ::sigemptyset(&both);
    ::sigaddset(&both, SIGINT);
    ::sigaddset(&both, SIGTERM);
    ::pthread_sigmask(SIG_BLOCK, &both, &before_);
  }
  ~SignalsForMainThread() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsForMainThread(const SignalsForMainThread&) = delete;
  SignalsForMainThread& operator=(const SignalsForMainThread&) = delete;

 private:
  sigset_t before_{};
};

Result<std::uint16_t> page_port(const DemoOptions& options) {
  if (!options.port.has_value()) {
    if (is_free(kUsualPort)) return kUsualPort;
    return free_port();
  }
  if (is_free(*options.port)) return *options.port;
  return Error{"port", "port " + std::to_string(*options.port) +
                           " is taken; without --port a free one is found"};
}

/// attune's configuration: the example's, all of it inside `folder` and on free ports.
Result<config::Startup> startup_in(const std::string& folder, const DemoOptions& options) {
  if (Status written = write_example(folder); !written.ok()) return written.error();
  config::LoadedConfig loaded = config::load_config(folder + "/attune.yaml");
  if (has_errors(loaded.issues)) return Error{"config", "the built-in attune.yaml is wrong"};
  const Result<std::uint16_t> mqtt = free_port();
  if (!mqtt.ok()) return mqtt.error();
  const Result<std::uint16_t> http = page_port(options);
  if (!http.ok()) return http.error();
  config::Startup startup{std::move(loaded.config), {folder + "/state", folder + "/run"}, false};
  startup.config.mqtt.embedded.port = *mqtt;
  startup.config.http.port = *http;
  startup.config.http.socket = startup.folders.run + "/api.sock";
  startup.config.store.dir = startup.folders.state;
  startup.config.log.level = config::LogLevel::warning;
  if (Status made = config::make_folders(startup.folders); !made.ok()) return made.error();
  return startup;
}

PlayerOptions player_options(const config::Startup& startup, const DemoOptions& options) {
  return {.home = {.seed = options.seed, .speed = options.speed},
          .url = "mqtt://127.0.0.1:" + std::to_string(startup.config.mqtt.embedded.port),
          .username = std::string(kUser),
          .password_file = startup.folders.state + "/mqtt.password"};
}

/// How this program is called from the folder in which the user is.
std::string program_name() {
  std::error_code failed;
  const fs::path self = fs::read_symlink("/proc/self/exe", failed);
  if (failed) return "attune";
  const fs::path near = fs::proximate(self, failed);
  const bool below = !failed && !near.empty() && *near.begin() != ".." && near.has_parent_path();
  return below ? near.string() : self.string();
}

std::string guide_for(const config::Startup& startup, const DemoOptions& options) {
  const Result<std::string> password =
      config::read_secret(player_options(startup, options).password_file);
  return guide({.program = program_name(),
                .devices = fixtures().size() + guests().size(),
                .speed = options.speed,
                .seed = options.seed,
                .http_port = startup.config.http.port,
                .socket = startup.config.http.socket,
                .mqtt_port = startup.config.mqtt.embedded.port,
                .username = std::string(kUser),
                .password = password.ok() ? *password : ""});
}

/// Waits until the daemon and the home answer, then tells the user where they are.
void greet(const std::stop_token& stop, const config::Startup& startup, const DemoOptions& options,
           const Player& player) {
  const http::Endpoint endpoint{startup.config.http.socket, {}, {}};
  http::ClientRequest ready;
  ready.target = "/readyz";
  ready.timeout = 1s;
  std::string reason = "nobody answers yet";
  for (auto waited = 0ms; waited < kReadyWithin; waited += kAskEvery) {
    if (stop.stop_requested()) return;
    const Result<http::ClientResponse> answer = http::request(endpoint, ready);
    if (answer.ok() && answer->status == 200 && player.playing()) {
      std::cout << guide_for(startup, options) << std::flush;
      return;
    }
    if (answer.ok()) reason = answer->body;
    std::this_thread::sleep_for(kAskEvery);
  }
  std::cerr << "attune demo: not ready after " << kReadyWithin.count() << " s: " << reason << "\n";
}

}  // namespace

int run(const DemoOptions& options, const Serve& serve) {
  const Result<TemporaryFolder> folder = TemporaryFolder::make();
  if (!folder.ok()) return fail(folder.error());
  const Result<config::Startup> startup = startup_in(folder->path(), options);
  if (!startup.ok()) return fail(startup.error());

  auto signals = std::make_unique<SignalsForMainThread>();
  Player player(player_options(*startup, options));
  const std::jthread greeter(
      [&](const std::stop_token& stop) { greet(stop, *startup, options, player); });
  signals.reset();
  return serve(*startup);
}

}  // namespace attune::demo
