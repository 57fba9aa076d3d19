#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "devices/model/instant.h"
#include "devices/model/issue.h"
#include "devices/model/result.h"
#include "devices/normaliser.h"

/// attune.yaml as data, with every default filled in.
namespace attune::config {

struct Site {
  std::string name = "home";
  std::string timezone = "UTC";               ///< a name of the system's zone files
  std::optional<double> latitude, longitude;  ///< degrees; both or none
};

struct Mqtt {
  std::string url;  ///< mqtt:// or mqtts://; empty: the embedded broker
  std::string username;
  std::string password_file;  ///< absolute; empty: none
  std::string prefix = "attune";
  struct Embedded {
    std::string listen = "127.0.0.1";
    std::uint16_t port = 1883;
  } embedded;
  struct HomeAssistant {
    bool publish = false;
    std::string prefix = "homeassistant";  ///< of its discovery
  } homeassistant;
};

struct Store {
  std::string dir;  ///< absolute; empty: the state folder
  Millis commit_interval{5'000};
  struct Log {
    std::optional<Millis> keep = std::chrono::hours(7 * 24);  ///< empty: for ever
    std::uint64_t max_bytes = 256ull << 20;
  } log;
  struct History {  ///< empty: for ever
    std::optional<Millis> raw = std::chrono::hours(30 * 24);
    std::optional<Millis> hourly = std::chrono::hours(2 * 365 * 24);
    std::optional<Millis> daily;
  } history;
};

struct Http {
  std::string listen = "127.0.0.1";  ///< a loopback address
  std::uint16_t port = 8484;
  std::string socket;  ///< absolute; empty: api.sock in the run folder
};

enum class LogLevel : std::uint8_t { debug, info, warning, error };
enum class LogFormat : std::uint8_t { logfmt, json };
struct Logging {
  LogLevel level = LogLevel::info;
  LogFormat format = LogFormat::logfmt;
};

struct Config {
  std::string file;    ///< absolute; empty: no file, all defaults
  std::string folder;  ///< absolute; what relative paths began at
  Site site;
  std::string node;  ///< [A-Za-z0-9_-]{1,64}
  Mqtt mqtt;
  devices::DialectConfig dialects;
  std::vector<std::string> devices;  ///< absolute files or folders, all existing
  std::vector<std::string> rules;    ///< absolute files or folders, all existing
  Store store;
  Http http;
  Logging log;
  /// File below the folder -> globs of the devices that its rules may write.
  std::map<std::string, std::vector<std::string>> permissions;
};

struct LoadedConfig {
  Config config;  ///< only usable without errors in `issues`
  Issues issues;
};

/// Reads one attune.yaml. Unknown keys, wrong kinds and values out of range are Issues with a
/// hint; so is a password file that cannot be read, and an http.listen beyond this machine.
/// `devices` and `rules` default to devices.d and rules.d beside the file, where they exist.
[[nodiscard]] LoadedConfig load_config(const std::string& path);
/// The same from a text; `path` names it in messages and is where relative paths begin.
[[nodiscard]] LoadedConfig parse_config(const std::string& path, std::string text);

/// ./attune.yaml, then /etc/attune/attune.yaml; empty: there is neither.
[[nodiscard]] std::optional<std::string> find_config();

/// What a start without a file uses: every default, relative to the working folder.
[[nodiscard]] Config default_config();

/// The first line of a secret's file, without its end. Error "secret": cannot be read, or empty.
[[nodiscard]] Result<std::string> read_secret(const std::string& path);

/// Whether `address` is an IP literal (or `localhost`) that only this machine reaches.
[[nodiscard]] bool is_loopback(const std::string& address);

}  // namespace attune::config
