#include "broker/shell/log.h"

#include <spdlog/logger.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

#include "devices/model/issue.h"
#include "devices/model/value.h"

namespace attune {
namespace {

std::string_view name(config::LogLevel level) {
  switch (level) {
    case config::LogLevel::debug:
      return "debug";
    case config::LogLevel::info:
      return "info";
    case config::LogLevel::warning:
      return "warning";
    case config::LogLevel::error:
      return "error";
  }
  return "";
}

spdlog::level::level_enum spdlog_level(config::LogLevel level) {
  switch (level) {
    case config::LogLevel::debug:
      return spdlog::level::debug;
    case config::LogLevel::info:
      return spdlog::level::info;
    case config::LogLevel::warning:
      return spdlog::level::warn;
    case config::LogLevel::error:
      return spdlog::level::err;
  }
  return spdlog::level::info;
}

/// Bare where it reads back as one word, else quoted.
void append_logfmt(std::string& out, const std::string& value) {
  const auto splits = [](char c) { return c == ' ' || c == '"' || c == '=' || c == '\\'; };
  if (!value.empty() && std::none_of(value.begin(), value.end(), splits)) {
    out += value;
    return;
  }
  out += '"';
  for (const char c : value) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  out += '"';
}

void append_field(std::string& out, config::LogFormat format, std::string_view key,
                  std::string_view value) {
  const std::string safe = printable(value);
  if (format == config::LogFormat::json) {
    out += out.empty() ? '{' : ',';
    append_json_string(out, key);
    out += ':';
    append_json_string(out, safe);
    return;
  }
  if (!out.empty()) out += ' ';
  out += key;
  out += '=';
  append_logfmt(out, safe);
}

/// Hands lines to a function; the base class lets one at a time in.
class FunctionSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit FunctionSink(std::function<void(const std::string&)> take) : take_(std::move(take)) {}

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    take_(std::string(message.payload.data(), message.payload.size()));
  }
  void flush_() override {}
  std::function<void(const std::string&)> take_;
};

Millis wall_clock() {
  return std::chrono::duration_cast<Millis>(std::chrono::system_clock::now().time_since_epoch());
}

}  // namespace

std::string log_line(config::LogFormat format, Millis wall, config::LogLevel level,
                     std::string_view message, LogFields fields) {
  std::string line;
  append_field(line, format, "ts", format_utc(wall));
  append_field(line, format, "level", name(level));
  append_field(line, format, "msg", message);
  for (const auto& field : fields) append_field(line, format, field.key, field.value);
  if (format == config::LogFormat::json) line += '}';
  return line;
}

struct Log::Door {
  Door(const config::Logging& settings, spdlog::sink_ptr sink)
      : format(settings.format), logger("attune", std::move(sink)) {
    logger.set_pattern("%v");
    logger.set_level(spdlog_level(settings.level));
    logger.flush_on(spdlog::level::debug);
    logger.set_error_handler([](const std::string&) {});
  }
  /// How often one message came since its window began.
  struct Alike {
    std::chrono::steady_clock::time_point since;
    std::uint32_t lines = 0;
    std::uint64_t left_out = 0;
  };
  /// Empty: leave it out. Else how many were left out before it.
  std::optional<std::uint64_t> admit(std::string_view message);

  config::LogFormat format;
  spdlog::logger logger;
  std::mutex mutex;
  std::map<std::string, Alike, std::less<>> alike;  ///< messages are literals: there are few
  std::atomic<std::uint64_t> suppressed{0};
};

std::optional<std::uint64_t> Log::Door::admit(std::string_view message) {
  const auto now = std::chrono::steady_clock::now();
  const std::lock_guard lock(mutex);
  auto found = alike.find(message);
  if (found == alike.end()) found = alike.emplace(std::string(message), Alike{now}).first;
  Alike& seen = found->second;
  if (now - seen.since >= kWindow) {
    seen.since = now;
    seen.lines = 0;
  }
  if (++seen.lines <= kAlikeMax) return std::exchange(seen.left_out, 0);
  ++seen.left_out;
  ++suppressed;
  return std::nullopt;
}

Log::Log(const config::Logging& settings)
    : door_(std::make_unique<Door>(settings, std::make_shared<spdlog::sinks::stderr_sink_mt>())) {}

Log::Log(const config::Logging& settings, std::function<void(const std::string&)> sink)
    : door_(std::make_unique<Door>(settings, std::make_shared<FunctionSink>(std::move(sink)))) {}

Log::~Log() = default;

std::uint64_t Log::suppressed() const {
  return door_->suppressed;
}

void Log::write(config::LogLevel level, std::string_view message, LogFields fields) {
  if (!door_->logger.should_log(spdlog_level(level))) return;
  const auto left_out = door_->admit(message);
  if (!left_out) return;
  const auto put = [&](LogFields with) {
    const std::string line = log_line(door_->format, wall_clock(), level, message, with);
    door_->logger.log(spdlog_level(level), spdlog::string_view_t(line));
  };
  if (*left_out != 0) put({{"left_out", std::to_string(*left_out)}});
  put(fields);
}

void Log::debug(std::string_view message, LogFields fields) {
  write(config::LogLevel::debug, message, fields);
}
void Log::info(std::string_view message, LogFields fields) {
  write(config::LogLevel::info, message, fields);
}
void Log::warning(std::string_view message, LogFields fields) {
  write(config::LogLevel::warning, message, fields);
}
void Log::error(std::string_view message, LogFields fields) {
  write(config::LogLevel::error, message, fields);
}

}  // namespace attune
