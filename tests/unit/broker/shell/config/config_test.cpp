#include "broker/shell/config/config.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

namespace attune::config {
namespace {

namespace fs = std::filesystem;

class ConfigFile : public testing::Test {
 protected:
  ConfigFile() {
    std::string pattern = testing::TempDir() + "attune-config-XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
  }
  ~ConfigFile() override { fs::remove_all(folder_); }

  void write(const std::string& name, const std::string& text) {
    fs::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name) << text;
  }
  LoadedConfig load(const std::string& text) {
    write("attune.yaml", text);
    return load_config((folder_ / "attune.yaml").string());
  }
  fs::path folder_;
};

LoadedConfig parse(const std::string& text) {
  return parse_config("/srv/attune.yaml", text);
}

/// The one finding of a text that has exactly one.
Issue only_issue(const LoadedConfig& loaded) {
  EXPECT_EQ(loaded.issues.size(), 1u) << render(loaded.issues);
  return loaded.issues.empty() ? Issue{} : loaded.issues.front();
}

TEST(Config, AFileThatSaysOnlyItsVersionHasEveryDefault) {
  const LoadedConfig loaded = parse("version: 1\n");
  EXPECT_TRUE(loaded.issues.empty()) << render(loaded.issues);
  const Config& config = loaded.config;
  EXPECT_EQ(config.file, "/srv/attune.yaml");
  EXPECT_EQ(config.folder, "/srv");
  EXPECT_EQ(config.site.timezone, "UTC");
  EXPECT_FALSE(config.node.empty());
  EXPECT_EQ(config.mqtt.url, "");
  EXPECT_EQ(config.mqtt.prefix, "attune");
  EXPECT_EQ(config.mqtt.embedded.listen, "127.0.0.1");
  EXPECT_EQ(config.mqtt.embedded.port, 1883);
  EXPECT_TRUE(config.dialects.all);
  EXPECT_EQ(config.store.commit_interval, std::chrono::seconds(5));
  EXPECT_EQ(config.store.log.max_bytes, 256u << 20);
  EXPECT_EQ(config.http.listen, "127.0.0.1");
  EXPECT_EQ(config.http.port, 8484);
  EXPECT_EQ(config.log.level, LogLevel::info);
}

TEST_F(ConfigFile, ReadsEveryKeyOfTheContract) {
  write("secret", "hunter2\n");
  write("devices.d/a.yaml", "");
  write("rules.d/a.yaml", "");
  const LoadedConfig loaded = load(R"(version: 1
site: {name: mill, timezone: UTC, latitude: 52.52, longitude: 13.40}
node: gateway-1
mqtt:
  url: mqtts://broker.lan:8883
  username: attune
  password_file: secret
  prefix: plant/attune
  embedded: {listen: 127.0.0.1, port: 1884}
dialects:
  zigbee2mqtt: {base: z2m}
devices: devices.d
rules: [rules.d]
store: {dir: state, commit_interval: 0, log: {keep: 7d, max_bytes: 1GiB}, history: {raw: 30d, hourly: 2y, daily: forever}}
http: {listen: "::1", port: 9000, socket: api.sock}
log: {level: debug, format: json}
permissions: {rules.d/guest.yaml: ["guest_*"]}
)");
  EXPECT_TRUE(loaded.issues.empty()) << render(loaded.issues);
  const Config& config = loaded.config;
  EXPECT_EQ(config.site.name, "mill");
  EXPECT_EQ(config.site.latitude, 52.52);
  EXPECT_EQ(config.node, "gateway-1");
  EXPECT_EQ(config.mqtt.url, "mqtts://broker.lan:8883");
  EXPECT_EQ(config.mqtt.password_file, folder_ / "secret");
  EXPECT_EQ(config.mqtt.prefix, "plant/attune");
  EXPECT_EQ(config.mqtt.embedded.port, 1884);
  EXPECT_EQ(config.dialects.options("zigbee2mqtt").text("base", ""), "z2m");
  EXPECT_EQ(config.devices, std::vector<std::string>{folder_ / "devices.d"});
  EXPECT_EQ(config.rules, std::vector<std::string>{folder_ / "rules.d"});
  EXPECT_EQ(config.store.dir, folder_ / "state");
  EXPECT_EQ(config.store.commit_interval, Millis{0});
  EXPECT_EQ(config.store.log.keep, std::chrono::hours(7 * 24));
  EXPECT_EQ(config.store.log.max_bytes, 1ull << 30);
  EXPECT_EQ(config.store.history.hourly, std::chrono::hours(2 * 365 * 24));
  EXPECT_FALSE(config.store.history.daily.has_value());
  EXPECT_EQ(config.http.listen, "::1");
  EXPECT_EQ(config.http.socket, folder_ / "api.sock");
  EXPECT_EQ(config.log.format, LogFormat::json);
  EXPECT_EQ(config.permissions.at("rules.d/guest.yaml"), std::vector<std::string>{"guest_*"});
}

TEST(Config, HomeAssistantIsShownNothingUnlessItIsAskedFor) {
  EXPECT_FALSE(parse("version: 1\n").config.mqtt.homeassistant.publish);
  const LoadedConfig loaded =
      parse("version: 1\nmqtt: {homeassistant: {publish: true, prefix: ha/discovery}}\n");
  EXPECT_TRUE(loaded.issues.empty()) << render(loaded.issues);
  EXPECT_TRUE(loaded.config.mqtt.homeassistant.publish);
  EXPECT_EQ(loaded.config.mqtt.homeassistant.prefix, "ha/discovery");
  const LoadedConfig wrong = parse("version: 1\nmqtt: {homeassistant: {prefix: '+'}}\n");
  EXPECT_EQ(only_issue(wrong).code, "E303");
}

TEST(Config, AnUnknownKeyIsAnErrorAtItsPlaceWithTheNearestKey) {
  const Issue issue = only_issue(parse("version: 1\nhttp: {prot: 80}\n"));
  EXPECT_EQ(issue.severity, Severity::error);
  EXPECT_EQ(issue.code, "E110");
  EXPECT_EQ(issue.place.line, 2);
  EXPECT_EQ(issue.place.column, 8);
  EXPECT_EQ(issue.hint, "did you mean 'port'?");
}

TEST(Config, SaysEverythingThatIsWrongAtOnce) {
  const LoadedConfig loaded =
      parse("version: 2\nnode: a/b\nlog: {level: loud}\nstore: {commit_interval: soon}\n");
  ASSERT_EQ(loaded.issues.size(), 4u) << render(loaded.issues);
  EXPECT_TRUE(std::all_of(loaded.issues.begin(), loaded.issues.end(),
                          [](const Issue& issue) { return issue.code == "E303"; }));
}

TEST(Config, AStoreThatWouldKeepNothingIsRefusedAtItsPlace) {
  for (const auto& [text, column] : std::vector<std::pair<std::string, int>>{
           {"store: {log: {keep: 0s}}", 21},
           {"store: {log: {max_bytes: 1MB}}", 26},
           {"store: {log: {max_bytes: 1023KiB}}", 26},
           {"store: {log: {max_bytes: 9GiB}}", 26},
           {"store: {history: {raw: 0s}}", 24},
           {"store: {history: {hourly: 0s}}", 27},
           {"store: {history: {daily: 0s}}", 26},
           {"store: {history: {raw: 30d, hourly: 7d}}", 37},
           {"store: {history: {raw: forever, hourly: 7d}}", 41},
           {"store: {commit_interval: 11m}", 26}}) {
    const Issue issue = only_issue(parse("version: 1\n" + text + "\n"));
    EXPECT_EQ(issue.severity, Severity::error) << text;
    EXPECT_EQ(issue.place.file, "/srv/attune.yaml");
    EXPECT_EQ(issue.place.line, 2) << text;
    EXPECT_EQ(issue.place.column, column) << text << issue.message;
  }
}

TEST(Config, TheSmallestAndTheLargestStoreAreTaken) {
  for (const char* text : {"store: {commit_interval: 10m, log: {keep: 1s, max_bytes: 1MiB}}",
                           "store: {commit_interval: 0, log: {keep: forever, max_bytes: 8GiB}}",
                           "store: {history: {raw: 7d, hourly: 7d, daily: 1d}}"}) {
    const auto loaded = parse(std::string("version: 1\n") + text + "\n");
    EXPECT_TRUE(loaded.issues.empty()) << render(loaded.issues);
  }
}

TEST(Config, WantsAVersion) {
  EXPECT_EQ(only_issue(parse("log: {level: info}\n")).code, "E112");
}

TEST(Config, AFileThatIsNoMapIsAnError) {
  EXPECT_TRUE(has_errors(parse("- a\n").issues));
}

TEST(Config, AnEmptyFileIsAnError) {
  EXPECT_TRUE(has_errors(parse("").issues));
}

TEST(Config, RefusesToListenBeyondThisMachine) {
  for (const char* address : {"0.0.0.0", "192.168.1.4", "::", "example.org", "127.0.0.1.example"}) {
    const LoadedConfig loaded =
        parse("version: 1\nhttp: {listen: '" + std::string(address) + "'}\n");
    EXPECT_EQ(only_issue(loaded).code, "E305") << address;
  }
}

TEST(Config, KnowsItsOwnMachine) {
  EXPECT_TRUE(is_loopback("127.0.0.1"));
  EXPECT_TRUE(is_loopback("127.8.9.1"));
  EXPECT_TRUE(is_loopback("::1"));
  EXPECT_TRUE(is_loopback("localhost"));
  EXPECT_FALSE(is_loopback("128.0.0.1"));
  EXPECT_FALSE(is_loopback(""));
  EXPECT_FALSE(is_loopback("localhost.example.org"));
}

TEST(Config, RefusesATimeZoneThatLeavesItsFolder) {
  for (const char* zone : {"../../etc/passwd", "/etc/localtime", "Mars/Olympus", "Europe/../UTC"}) {
    const LoadedConfig loaded =
        parse("version: 1\nsite: {timezone: '" + std::string(zone) + "'}\n");
    EXPECT_EQ(only_issue(loaded).code, "E303") << zone;
  }
}

TEST(Config, AcceptsATimeZoneOfTheSystem) {
  if (!fs::exists("/usr/share/zoneinfo/Europe/Berlin")) GTEST_SKIP() << "tzdata is not installed";
  const LoadedConfig loaded = parse("version: 1\nsite: {timezone: Europe/Berlin}\n");
  EXPECT_TRUE(loaded.issues.empty()) << render(loaded.issues);
}

TEST(Config, APasswordInTheFileIsRefused) {
  const Issue issue = only_issue(parse("version: 1\nmqtt: {password: hunter2}\n"));
  EXPECT_NE(issue.hint.find("password_file"), std::string::npos);
  EXPECT_EQ(issue.message.find("hunter2"), std::string::npos);
}

TEST(Config, ALoginInTheUrlIsRefused) {
  EXPECT_EQ(only_issue(parse("version: 1\nmqtt: {url: 'mqtt://me:pw@host'}\n")).code, "E303");
  EXPECT_EQ(only_issue(parse("version: 1\nmqtt: {url: 'http://host'}\n")).code, "E303");
  EXPECT_EQ(only_issue(parse("version: 1\nmqtt: {url: 'mqtt://'}\n")).code, "E303");
}

TEST(Config, APrefixIsATopicWithoutWildcards) {
  for (const char* prefix : {"a/#", "+", "a//b", "/a", "a/", "a b"}) {
    const LoadedConfig loaded =
        parse("version: 1\nmqtt: {prefix: '" + std::string(prefix) + "'}\n");
    EXPECT_EQ(only_issue(loaded).code, "E303") << prefix;
  }
}

TEST_F(ConfigFile, AnUnreadableSecretIsAnError) {
  EXPECT_EQ(only_issue(load("version: 1\nmqtt: {password_file: none}\n")).code, "E304");
  write("empty", "\n");
  EXPECT_EQ(only_issue(load("version: 1\nmqtt: {password_file: empty}\n")).code, "E304");
}

TEST_F(ConfigFile, ASecretIsTheFirstLineOfItsFile) {
  write("secret", "one two\r\nthree\n");
  const Result<std::string> secret = read_secret((folder_ / "secret").string());
  ASSERT_TRUE(secret.ok());
  EXPECT_EQ(*secret, "one two");
}

TEST_F(ConfigFile, RulesThatAreNamedMustExist) {
  EXPECT_EQ(only_issue(load("version: 1\nrules: rules.d\n")).code, "E304");
}

TEST_F(ConfigFile, TheUsualFoldersNeedNotExist) {
  EXPECT_TRUE(load("version: 1\n").config.rules.empty());
  write("rules.d/a.yaml", "");
  EXPECT_EQ(load("version: 1\n").config.rules, std::vector<std::string>{folder_ / "rules.d"});
}

TEST_F(ConfigFile, AFileThatIsNotThereIsAnIssueAndNoException) {
  EXPECT_TRUE(has_errors(load_config((folder_ / "none.yaml").string()).issues));
}

TEST(Config, ADialectOrAnOptionThatNobodyKnowsIsAnErrorWithAHint) {
  const Issue unknown = only_issue(parse("version: 1\ndialects: {zigbee2mqt: {}}\n"));
  EXPECT_EQ(unknown.code, "E110");
  EXPECT_NE(unknown.hint.find("zigbee2mqtt"), std::string::npos);
  EXPECT_EQ(only_issue(parse("version: 1\ndialects: {zigbee2mqtt: {bass: x}}\n")).code, "E110");
}

TEST(Config, AnOptionOfADialectCanStandInATopic) {
  for (const char* base : {"'a/#'", "+", "/a", "a/", "''"}) {
    EXPECT_EQ(only_issue(
                  parse("version: 1\ndialects: {zigbee2mqtt: {base: " + std::string(base) + "}}\n"))
                  .code,
              "E303")
        << base;
  }
}

TEST(Config, DialectsThatAreNotListedAreNotListenedTo) {
  EXPECT_FALSE(parse("version: 1\ndialects: {json: {}}\n").config.dialects.listens("zigbee2mqtt"));
}

TEST(Config, LatitudeAndLongitudeStandTogether) {
  EXPECT_EQ(only_issue(parse("version: 1\nsite: {latitude: 3}\n")).code, "E112");
  EXPECT_EQ(only_issue(parse("version: 1\nsite: {latitude: 91, longitude: 0}\n")).code, "E303");
}

TEST(Config, APortIsAWholeNumberOf16Bits) {
  EXPECT_EQ(only_issue(parse("version: 1\nhttp: {port: 65536}\n")).code, "E303");
  EXPECT_EQ(only_issue(parse("version: 1\nhttp: {port: 80.5}\n")).code, "E303");
  EXPECT_EQ(parse("version: 1\nhttp: {port: 0}\n").config.http.port, 0);
}

}  // namespace
}  // namespace attune::config
