#pragma once
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "broker/shell/http/client.h"
#include "broker/shell/link/plain_client.h"
#include "tests/support/process.h"

/// The real program in a folder of its own: configuration, store, run folder, ports.
namespace attune::support {

/// Nothing outside the folder is read or written.
struct DaemonOptions {
  std::string program;                     ///< path of `attune`
  std::string mqtt_url;                    ///< empty: the embedded broker, on a free port
  std::string yaml;                        ///< more top level lines of attune.yaml
  std::vector<std::string> run_arguments;  ///< after `run`
  std::vector<std::string> environment;    ///< NAME=value
};

class Daemon {
 public:
  using Answer = http::ClientResponse;  ///< status 0: nobody answered

  explicit Daemon(DaemonOptions options);
  ~Daemon();
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  /// Below the folder: `rules.d/hall.yaml`. Before start(), or followed by a reload.
  void write(const std::string& file, const std::string& text) const;
  [[nodiscard]] std::string path(const std::string& file) const;

  void start();
  /// Starts and waits for `/readyz`; false: it ended, or is not ready after 30 s.
  [[nodiscard]] bool start_ready();
  [[nodiscard]] bool wait_ready();
  void signal(int number) const;
  /// Ends it there and then, and waits for that.
  void kill9();
  /// SIGTERM; the exit code, nothing when it does not end within 20 s.
  [[nodiscard]] std::optional<int> terminate();
  [[nodiscard]] bool restart();
  [[nodiscard]] std::optional<int> wait(std::chrono::milliseconds patience);

  [[nodiscard]] Answer ask(const std::string& method, const std::string& target,
                           const std::string& body = {}) const;
  [[nodiscard]] Answer get(const std::string& target) const { return ask("GET", target); }
  /// Asks until the answer's body has `text`; the last answer either way.
  [[nodiscard]] std::string get_until(const std::string& target, const std::string& text) const;
  /// `attune` with these arguments, against this daemon.
  [[nodiscard]] Ran cli(std::vector<std::string> arguments) const;
  /// A second daemon's worth: what starts it, for a test that starts it otherwise.
  [[nodiscard]] Launch launch() const;

  [[nodiscard]] std::string mqtt_url() const;
  [[nodiscard]] std::uint16_t http_port() const { return http_port_; }
  [[nodiscard]] std::string errors() const { return read_file(path("daemon.err")); }
  /// A client with a device's rights, connected; null when the broker refuses it.
  [[nodiscard]] std::unique_ptr<link::PlainClient> device(const std::string& client_id) const;

 private:
  const DaemonOptions options_;
  const ScratchFolder folder_;
  const std::uint16_t http_port_;
  const std::uint16_t mqtt_port_;
  std::unique_ptr<Process> process_;
};

/// Polls every 10 ms; false after `patience`.
[[nodiscard]] bool eventually(const std::function<bool()>& condition,
                              std::chrono::milliseconds patience = std::chrono::seconds(20));

/// How often `text` has `part`.
[[nodiscard]] std::size_t count_of(const std::string& text, const std::string& part);

}  // namespace attune::support
