#include "tests/support/daemon.h"

#include <signal.h>

#include <thread>
#include <utility>

namespace attune::support {

using namespace std::chrono_literals;

namespace {

std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

}  // namespace

Daemon::Daemon(DaemonOptions options)
    : options_(std::move(options)), http_port_(some_port()), mqtt_port_(some_port()) {
  std::string yaml = "version: 1\nnode: test\nhttp: {port: " + std::to_string(http_port_) + "}\n";
  yaml += options_.mqtt_url.empty()
              ? "mqtt: {embedded: {port: " + std::to_string(mqtt_port_) + "}}\n"
              : "mqtt: {url: \"" + options_.mqtt_url + "\"}\n";
  write("attune.yaml", yaml + options_.yaml);
}

Daemon::~Daemon() {
  if (process_) (void)terminate();  // in order: its broker ends with it
}

void Daemon::write(const std::string& file, const std::string& text) const {
  write_file(path(file), text);
}

std::string Daemon::path(const std::string& file) const {
  return folder_.path() + "/" + file;
}

Launch Daemon::launch() const {
  Launch launch;
  launch.arguments = {options_.program,    "run",         "-c",
                      path("attune.yaml"), "--state-dir", path("state")};
  for (const auto& more : options_.run_arguments) launch.arguments.push_back(more);
  launch.environment = options_.environment;
  launch.environment.push_back("RUNTIME_DIRECTORY=" + path("run"));
  launch.folder = folder_.path();
  launch.out_file = path("daemon.out");
  launch.err_file = path("daemon.err");
  return launch;
}

void Daemon::start() {
  process_ = std::make_unique<Process>(launch());
}

bool Daemon::start_ready() {
  start();
  return wait_ready();
}

bool Daemon::wait_ready() {
  return eventually([&] { return get("/readyz").status == 200 || !process_->running(); }, 30s) &&
         process_->running();
}

void Daemon::signal(int number) const {
  process_->signal(number);
}

void Daemon::kill9() {
  process_->signal(SIGKILL);
  (void)process_->wait(20s);
}

std::optional<int> Daemon::terminate() {
  process_->signal(SIGTERM);
  return process_->wait(20s);
}

bool Daemon::restart() {
  return terminate().has_value() && start_ready();
}

std::optional<int> Daemon::wait(std::chrono::milliseconds patience) {
  return process_->wait(patience);
}

Daemon::Answer Daemon::ask(const std::string& method, const std::string& target,
                           const std::string& body) const {
  http::ClientRequest what;
  what.method = method;
  what.target = target;
  what.body = body;
  auto answer = http::request({path("run/api.sock"), "", ""}, what);
  return answer ? std::move(*answer) : Answer{};
}

std::string Daemon::get_until(const std::string& target, const std::string& text) const {
  std::string body;
  (void)eventually([&] {
    body = get(target).body;
    return body.find(text) != std::string::npos;
  });
  return body;
}

Ran Daemon::cli(std::vector<std::string> arguments) const {
  Launch launch;
  launch.arguments = std::move(arguments);
  launch.arguments.insert(launch.arguments.begin(), options_.program);
  launch.environment = {"RUNTIME_DIRECTORY=" + path("run"), "ATTUNE_URL="};
  launch.folder = folder_.path();
  return run(launch);
}

std::string Daemon::mqtt_url() const {
  if (!options_.mqtt_url.empty()) return options_.mqtt_url;
  return "mqtt://127.0.0.1:" + std::to_string(mqtt_port_);
}

std::unique_ptr<link::PlainClient> Daemon::device(const std::string& client_id) const {
  link::PlainOptions options{mqtt_url(), client_id, "", ""};
  if (options_.mqtt_url.empty()) {
    options.username = "device";
    options.password = first_line(read_file(path("state/mqtt.password")));
  }
  auto client = std::make_unique<link::PlainClient>(options);
  return client->connect(10s) ? std::move(client) : nullptr;
}

bool eventually(const std::function<bool()>& condition, std::chrono::milliseconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(10ms);
  }
  return true;
}

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size())) {
    ++count;
  }
  return count;
}

}  // namespace attune::support
