#include "broker/shell/config/config.h"

#include <arpa/inet.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "broker/shell/config/fields.h"
#include "devices/dialects/registry.h"
#include "devices/topics.h"
#include "devices/vocabulary.h"

namespace attune::config {
namespace {

namespace fs = std::filesystem;

constexpr const char* kZoneFolder = "/usr/share/zoneinfo/";

/// What every section of the file needs to be read.
struct Reader {
  Config& config;
  [[nodiscard]] std::string absolute(const std::string& path) const {
    const fs::path given(path);
    return (given.is_absolute() ? given : fs::path(config.folder) / given).lexically_normal();
  }
};

bool is_name(const std::string& text) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  };
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), fits);
}

/// A name below the zone folder, without a way out of it.
bool is_zone(const std::string& name) {
  if (name == "UTC") return true;
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '+' || c == '/';
  };
  if (name.empty() || name.size() > 64 || name.front() == '/') return false;
  if (!std::all_of(name.begin(), name.end(), fits)) return false;
  std::ifstream file(kZoneFolder + name, std::ios::binary);
  char magic[4] = {};
  return file.read(magic, sizeof magic) && std::string_view(magic, 4) == "TZif";
}

void read_site(Fields& top, Site& site) {
  auto fields = top.map("site");
  if (!fields) return;
  fields->text("name", site.name);
  fields->text("timezone", site.timezone);
  if (const auto* node = fields->node().find("timezone"); node != nullptr) {
    if (!is_zone(site.timezone)) {
      fields->error(*node, "E303", "unknown time zone '" + site.timezone + "'",
                    "a name like Europe/Berlin or UTC");
    }
  }
  fields->number("latitude", site.latitude, -90, 90);
  fields->number("longitude", site.longitude, -180, 180);
  if ((fields->node().find("latitude") == nullptr) !=
      (fields->node().find("longitude") == nullptr)) {
    fields->error(fields->node(), "E112", "latitude and longitude stand together or not at all");
  }
  fields->finish();
}

std::string host_name() {
  char buffer[256] = {};
  if (::gethostname(buffer, sizeof buffer - 1) != 0) return "attune";
  std::string name(buffer);
  name = name.substr(0, std::min<std::size_t>(name.find('.'), 64));
  std::replace_if(
      name.begin(), name.end(), [](char c) { return !is_name(std::string(1, c)); }, '-');
  return name.empty() ? "attune" : name;
}

void read_node(Fields& top, std::string& node) {
  top.text("node", node);
  const yaml::Node* given = top.node().find("node");
  if (given == nullptr || given->kind != yaml::NodeKind::scalar || is_name(given->text)) return;
  top.error(*given, "E303", "node is 1 to 64 of A-Z a-z 0-9 _ -, not '" + given->text + "'");
}

bool is_url(const std::string& url) {
  for (const std::string scheme : {"mqtt://", "mqtts://"}) {
    if (url.compare(0, scheme.size(), scheme) != 0) continue;
    const std::string host = url.substr(scheme.size());
    return !host.empty() && host.find_first_of("/@ \t?#") == std::string::npos;
  }
  return false;
}

void check_prefix(Fields& fields, const std::string& prefix) {
  const yaml::Node* node = fields.node().find("prefix");
  if (node == nullptr || node->kind != yaml::NodeKind::scalar) return;
  std::size_t begin = 0;
  while (begin <= prefix.size()) {
    const std::size_t end = std::min(prefix.find('/', begin), prefix.size());
    if (!is_name(prefix.substr(begin, end - begin))) {
      return fields.error(*node, "E303", "prefix is a topic of A-Z a-z 0-9 _ - levels");
    }
    begin = end + 1;
  }
}

void check_mqtt_login(Fields& fields, const Mqtt& mqtt) {
  if (!mqtt.url.empty() && !is_url(mqtt.url)) {
    fields.error(*fields.node().find("url"), "E303",
                 "mqtt.url is mqtt://host:port or mqtts://host:port, without a login in it",
                 "the login belongs into username and password_file");
  }
  if (mqtt.password_file.empty()) return;
  const Result<std::string> secret = read_secret(mqtt.password_file);
  if (secret.ok()) return;
  fields.error(*fields.node().find("password_file"), "E304", secret.error().message);
}

void read_mqtt(Fields& top, const Reader& reader) {
  auto fields = top.map("mqtt");
  if (!fields) return;
  Mqtt& mqtt = reader.config.mqtt;
  fields->text("url", mqtt.url);
  fields->text("username", mqtt.username);
  fields->text("password_file", mqtt.password_file);
  if (!mqtt.password_file.empty()) mqtt.password_file = reader.absolute(mqtt.password_file);
  fields->text("prefix", mqtt.prefix);
  if (const auto* node = fields->node().find("password"); node != nullptr) {
    fields->take("password");
    fields->error(*node, "E110", "a secret does not stand in this file",
                  "put it into a file of its own and name it as password_file");
  }
  if (auto embedded = fields->map("embedded")) {
    embedded->text("listen", mqtt.embedded.listen);
    embedded->port("port", mqtt.embedded.port);
    embedded->finish();
  }
  if (auto shown = fields->map("homeassistant")) {
    shown->flag("publish", mqtt.homeassistant.publish);
    shown->text("prefix", mqtt.homeassistant.prefix);
    check_prefix(*shown, mqtt.homeassistant.prefix);
    shown->finish();
  }
  check_prefix(*fields, mqtt.prefix);
  check_mqtt_login(*fields, mqtt);
  fields->finish();
}

/// An option is a topic's beginning, or a name within a topic.
void check_option(Fields& fields, std::string_view key, const std::string& value) {
  const std::string_view wrong = devices::what_is_wrong_with_topic(value);
  if (wrong.empty() && !value.starts_with('/') && !value.ends_with('/')) return;
  fields.error(*fields.node().find(key), "E303",
               "'" + value + "' cannot stand at the front of a topic",
               wrong.empty() ? "no slash at its ends" : "it is " + std::string(wrong));
}

devices::DialectOptions read_options(Fields& fields, std::string_view keys) {
  devices::DialectOptions options;
  for (const std::string& key : devices::split_words(keys)) {
    std::vector<std::string> values;
    fields.texts(key, values);
    for (const std::string& value : values) check_option(fields, key, value);
    options.set(key, std::move(values));
  }
  fields.finish();
  return options;
}

void read_dialects(Fields& top, devices::DialectConfig& dialects) {
  auto fields = top.map("dialects");
  if (!fields) return;
  dialects.all = false;
  for (const devices::DialectRow& row : devices::dialect_table()) {
    if (auto own = fields->map(row.name)) {
      dialects.chosen.insert_or_assign(std::string(row.name), read_options(*own, row.options));
    }
  }
  fields->finish();
}

constexpr std::uint64_t kLogBytesMin = 1ull << 20;
constexpr std::uint64_t kLogBytesMax = 8ull << 30;
constexpr Millis kCommitIntervalMax = std::chrono::minutes(10);

/// An age of nothing would let everything go as it comes.
void check_age(Fields& fields, std::string_view key, const std::optional<Millis>& age) {
  if (!age || *age > Millis(0) || fields.node().find(key) == nullptr) return;
  fields.error(*fields.node().find(key), "E303",
               fields.what() + "." + std::string(key) + " is longer than nothing",
               "write 30d, 2y or forever");
}

void read_store_log(Fields& fields, Store::Log& log) {
  fields.age("keep", log.keep);
  fields.size("max_bytes", log.max_bytes);
  fields.finish();
  check_age(fields, "keep", log.keep);
  if (log.max_bytes >= kLogBytesMin && log.max_bytes <= kLogBytesMax) return;
  fields.error(*fields.node().find("max_bytes"), "E303", "max_bytes is 1MiB to 8GiB");
}

/// Hours are made of samples: kept for less time than those, nobody would ever read one.
void read_store_history(Fields& fields, Store::History& history) {
  fields.age("raw", history.raw);
  fields.age("hourly", history.hourly);
  fields.age("daily", history.daily);
  fields.finish();
  check_age(fields, "raw", history.raw);
  check_age(fields, "hourly", history.hourly);
  check_age(fields, "daily", history.daily);
  const yaml::Node* hourly = fields.node().find("hourly");
  if (hourly == nullptr || !history.hourly || *history.hourly <= Millis(0)) return;
  if (history.raw && *history.raw <= *history.hourly) return;
  fields.error(*hourly, "E303", "hourly is shorter than raw",
               "keep hours at least as long as samples");
}

void read_store(Fields& top, const Reader& reader) {
  auto fields = top.map("store");
  if (!fields) return;
  Store& store = reader.config.store;
  fields->text("dir", store.dir);
  if (!store.dir.empty()) store.dir = reader.absolute(store.dir);
  fields->duration("commit_interval", store.commit_interval);
  if (store.commit_interval > kCommitIntervalMax) {
    fields->error(*fields->node().find("commit_interval"), "E303",
                  "commit_interval is at most 10m: it is what a power cut may take");
  }
  if (auto log = fields->map("log")) read_store_log(*log, store.log);
  if (auto history = fields->map("history")) read_store_history(*history, store.history);
  fields->finish();
}

void read_http(Fields& top, const Reader& reader) {
  auto fields = top.map("http");
  if (!fields) return;
  Http& http = reader.config.http;
  fields->text("listen", http.listen);
  fields->port("port", http.port);
  fields->text("socket", http.socket);
  if (!http.socket.empty()) http.socket = reader.absolute(http.socket);
  if (const auto* node = fields->node().find("listen");
      node != nullptr && !is_loopback(http.listen)) {
    fields->error(*node, "E305",
                  "http.listen " + http.listen +
                      " is reachable from other machines, and this "
                      "version has no logins",
                  "listen on 127.0.0.1 and put a proxy with authentication before it");
  }
  // sockaddr_un holds 108 bytes with its end.
  if (http.socket.size() > 107) {
    fields->error(*fields->node().find("socket"), "E303", "http.socket is longer than 107 bytes");
  }
  fields->finish();
}

void read_log(Fields& top, Logging& log) {
  auto fields = top.map("log");
  if (!fields) return;
  if (const auto level = fields->word("level", {"debug", "info", "warning", "error"})) {
    log.level = static_cast<LogLevel>(*level);
  }
  if (const auto format = fields->word("format", {"logfmt", "json"})) {
    log.format = static_cast<LogFormat>(*format);
  }
  fields->finish();
}

void read_permissions(Fields& top, Config& config) {
  auto fields = top.map("permissions");
  if (!fields) return;
  for (const auto& entry : fields->node().entries) {
    std::vector<std::string> globs;
    fields->texts(entry.key.text, globs);
    config.permissions[entry.key.text] = std::move(globs);
  }
}

/// `devices` or `rules`: what is named must exist; the default only counts where it does.
void read_paths(Fields& top, const Reader& reader, const std::string& key,
                std::vector<std::string>& out) {
  std::vector<std::string> given;
  top.texts(key, given);
  const yaml::Node* node = top.node().find(key);
  if (node == nullptr) {
    const std::string usual = reader.absolute(key + ".d");
    if (fs::exists(usual)) out.push_back(usual);
    return;
  }
  for (std::size_t i = 0; i < given.size(); ++i) {
    const yaml::Node& at = node->kind == yaml::NodeKind::list ? node->items[i] : *node;
    const std::string path = reader.absolute(given[i]);
    std::error_code failed;
    if (fs::exists(path, failed)) {
      out.push_back(path);
    } else {
      top.error(at, "E304", key + ": there is no " + path);
    }
  }
}

void read_all(Fields& top, Config& config) {
  const Reader reader{config};
  top.version();
  read_site(top, config.site);
  read_node(top, config.node);
  read_mqtt(top, reader);
  read_dialects(top, config.dialects);
  read_paths(top, reader, "devices", config.devices);
  read_paths(top, reader, "rules", config.rules);
  read_store(top, reader);
  read_http(top, reader);
  read_log(top, config.log);
  read_permissions(top, config);
  top.finish();
}

LoadedConfig begin(const std::string& path) {
  LoadedConfig loaded;
  std::error_code failed;
  const fs::path absolute = fs::absolute(path, failed).lexically_normal();
  loaded.config.file = absolute;
  loaded.config.folder = absolute.parent_path();
  loaded.config.node = host_name();
  return loaded;
}

LoadedConfig finish(LoadedConfig loaded, const std::optional<yaml::Document>& document) {
  if (!document) return loaded;
  Fields top(*document, document->root, "the configuration", loaded.issues);
  read_all(top, loaded.config);
  return loaded;
}

}  // namespace

LoadedConfig load_config(const std::string& path) {
  LoadedConfig loaded = begin(path);
  const auto document = yaml::parse_file(path, loaded.issues);
  return finish(std::move(loaded), document);
}

LoadedConfig parse_config(const std::string& path, std::string text) {
  LoadedConfig loaded = begin(path);
  const auto document = yaml::parse(path, std::move(text), loaded.issues);
  return finish(std::move(loaded), document);
}

std::optional<std::string> find_config() {
  for (const char* path : {"attune.yaml", "/etc/attune/attune.yaml"}) {
    std::error_code failed;
    if (fs::exists(path, failed)) return path;
  }
  return std::nullopt;
}

Config default_config() {
  Config config = begin("attune.yaml").config;
  config.file.clear();
  const Reader reader{config};
  for (auto [key, out] : {std::pair{"devices.d", &config.devices}, {"rules.d", &config.rules}}) {
    if (fs::exists(reader.absolute(key))) out->push_back(reader.absolute(key));
  }
  return config;
}

Result<std::string> read_secret(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string line;
  if (!file || !std::getline(file, line))
    return Error{"secret", "cannot read a secret from " + path};
  if (!line.empty() && line.back() == '\r') line.pop_back();
  if (line.empty()) return Error{"secret", "the first line of " + path + " is empty"};
  if (line.size() > 4'096) return Error{"secret", "the first line of " + path + " is too long"};
  return line;
}

bool is_loopback(const std::string& address) {
  if (address == "localhost") return true;
  in_addr four{};
  if (::inet_pton(AF_INET, address.c_str(), &four) == 1) {
    return (ntohl(four.s_addr) >> 24) == 127;
  }
  in6_addr six{};
  return ::inet_pton(AF_INET6, address.c_str(), &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six);
}

}  // namespace attune::config
