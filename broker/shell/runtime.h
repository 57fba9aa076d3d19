#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "broker/shell/config/startup.h"
#include "broker/shell/embedded/mosquitto.h"
#include "broker/shell/log.h"
#include "devices/model/result.h"

/// The daemon: store, core, loop, link, broker and API put together, and run.
///
/// Threading: make and run it on the main thread (the embedded broker dies with the thread that
/// started it); stop() from any thread.
namespace attune::shell {

class Runtime {
 public:
  /// Opens everything. Errors: "config" (the rules or devices are wrong, and no good set is kept),
  /// else the code of the part that cannot start ("locked", "open", "format", "corrupt", "inbox",
  /// "broker", "url", "address_in_use", "not_loopback", ...), each with a message for people.
  [[nodiscard]] static Result<std::unique_ptr<Runtime>> start(const config::Startup& startup,
                                                              Log& log);
  ~Runtime();
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;

  /// Turns until stop(), SIGINT or SIGTERM; SIGHUP reloads. Error: the store failed for good.
  [[nodiscard]] Status run();
  void stop() noexcept;

  [[nodiscard]] std::uint16_t http_port() const;
  /// Null with a broker of one's own.
  [[nodiscard]] const embedded::Mosquitto* broker() const;

 private:
  struct Parts;
  explicit Runtime(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace attune::shell
