#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

#include "broker/shell/config/config.h"
#include "devices/model/instant.h"

/// What attune tells its operator while it runs: one line on stderr per event, logfmt or JSON.
///
/// Threading: any thread; a line is never torn. Errors: none, a full disk or closed pipe is
/// nobody's problem here. Text from outside is safe to pass: controls and bidi marks are escaped.
namespace attune {

struct LogField {
  std::string_view key;  ///< [a-z_]+, a literal
  std::string value;
};
using LogFields = std::initializer_list<LogField>;

class Log {
 public:
  /// To stderr.
  explicit Log(const config::Logging& settings);
  /// To `sink`, a line at a time without its end: for tests.
  Log(const config::Logging& settings, std::function<void(const std::string&)> sink);
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  void debug(std::string_view message, LogFields fields = {});
  void info(std::string_view message, LogFields fields = {});
  void warning(std::string_view message, LogFields fields = {});
  void error(std::string_view message, LogFields fields = {});

  /// Of one message at most so many lines are written within kWindow; the next one after that
  /// says how many were left out.
  static constexpr std::uint32_t kAlikeMax = 20;
  static constexpr std::chrono::seconds kWindow{10};
  /// Lines that were left out, since the start.
  [[nodiscard]] std::uint64_t suppressed() const;

 private:
  void write(config::LogLevel level, std::string_view message, LogFields fields);
  struct Door;
  std::unique_ptr<Door> door_;
};

/// One line as Log writes it: `ts=2026-01-15T18:00:00.000Z level=info msg="started" port=8484`.
[[nodiscard]] std::string log_line(config::LogFormat format, Millis wall, config::LogLevel level,
                                   std::string_view message, LogFields fields);

}  // namespace attune
