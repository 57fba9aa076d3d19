#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <thread>

#include "broker/cli/json.h"
#include "tests/support/daemon.h"
#include "tests/support/lamps.h"

/// `kill -9` at random moments under QoS 1 load, and then every count must be exact.
///
/// ATTUNE_KILL_ROUNDS=20000 for a night, ATTUNE_KILL_SEED to repeat the moments of one run.
namespace attune::e2e {
namespace {

using namespace std::chrono_literals;
using cli::at;
using cli::words;
using support::eventually;

constexpr int kMeters = 40;       ///< sensors that count up, none faster than a device may
constexpr int kCells = 4;         ///< a motion, a rule with two deadlines, and a lamp each
constexpr int kDesks = 2;         ///< lamps that a person switches over the API
constexpr int kCountsAtOnce = 3;  ///< sensor messages every two milliseconds
constexpr auto kPersonEvery = 15ms;

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
  const char* value = std::getenv(name);
  return value == nullptr ? otherwise : std::strtoull(value, nullptr, 10);
}

std::string numbered(const std::string& word, int n) {
  return word + "_" + std::to_string(n);
}

std::vector<std::string> numbered_names(const std::string& word, int count) {
  std::vector<std::string> names;
  for (int i = 0; i < count; ++i) names.push_back(numbered(word, i));
  return names;
}

std::string meters_yaml() {
  std::string yaml = "version: 1\ndevices:\n";
  for (const auto& name : numbered_names("meter", kMeters)) {
    yaml += "  " + name + ": {dialect: json, attributes: {energy: {topic: plant/" + name +
            ", path: /n}}}\n";
  }
  return yaml;
}

/// The even cells restore what was before, the odd ones say what is left behind.
std::string rules_yaml() {
  std::string yaml = "version: 1\nsettings:\n  counter: {type: number, min: 0, max: 1000000000}\n";
  yaml += "defaults: {lamp_1.on: false, lamp_3.on: false}\nrules:\n";
  for (int i = 0; i < kCells; ++i) {
    yaml += "  " + numbered("cell", i) + ": {when: " + numbered("motion", i) +
            ".occupancy, for: 100ms, off_delay: 80ms, want: {" + numbered("lamp", i) +
            ".on: true}}\n";
  }
  return yaml;
}

/// One change of the log, as far as it is counted.
struct Entry {
  std::uint64_t revision = 0;
  std::string kind, subject, attribute, value, status, detail, hand;
};

/// What a person was told to be accepted.
struct Accepted {
  std::string path, value, command;
  std::uint64_t revision = 0;
};

/// A lamp as its reports on the bus tell it.
struct Reports {
  bool on = false;
  std::uint64_t changes = 0;
};

/// A motion that is seen, until its lamp is on, and is gone, until its lamp is off.
struct Cell {
  bool present = false;
  std::uint64_t cycles = 0;  ///< both ways done
  std::chrono::steady_clock::time_point said;
};

class KillTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!support::Bus::installed()) GTEST_SKIP() << "/usr/sbin/mosquitto is not installed";
    bus_ = std::make_unique<support::Bus>(folder_.path());
    ASSERT_TRUE(bus_->answers());
    support::DaemonOptions options;
    options.program = ATTUNE_PROGRAM;
    options.mqtt_url = bus_->url();
    options.yaml = "store: {commit_interval: 1s}\n";
    daemon_ = std::make_unique<support::Daemon>(options);
    daemon_->write("devices.d/meters.yaml", meters_yaml());
    daemon_->write("rules.d/cells.yaml", rules_yaml());
    ASSERT_NO_FATAL_FAILURE(connect_bridge());
    const auto began = std::chrono::steady_clock::now();
    ASSERT_TRUE(daemon_->start_ready()) << daemon_->errors();
    start_takes_ = std::chrono::steady_clock::now() - began;
    ASSERT_NE(daemon_->get_until("/api/v1/devices/lamp_0", "lamp_0"), "");
    move_in();
    std::cout << "seed " << seed_ << "\n";
  }

  /// The bridge is there before attune: it says which devices there are.
  void connect_bridge() {
    client_ = daemon_->device("home");
    ASSERT_NE(client_, nullptr);
    ASSERT_TRUE(
        client_->subscribe({"zigbee2mqtt/+/set", "zigbee2mqtt/+", "plant/+", "test/echo"}).ok());
    client_->publish("zigbee2mqtt/bridge/devices",
                     support::bridge_devices(lamp_names(), numbered_names("motion", kCells)), 1,
                     true);
    client_->publish("zigbee2mqtt/bridge/state", R"({"state":"online"})", 1, true);
  }

  static std::vector<std::string> lamp_names() {
    auto names = numbered_names("lamp", kCells);
    for (const auto& desk : numbered_names("desk", kDesks)) names.push_back(desk);
    return names;
  }

  void move_in() {
    lamps_.emplace(*client_, lamp_names());
    for (int i = 0; i < kCells; ++i) say_motion(i, false);
  }

  void say_motion(int cell, bool occupied) {
    client_->publish("zigbee2mqtt/" + numbered("motion", cell),
                     std::string(R"({"occupancy":)") + (occupied ? "true}" : "false}"), 1, false);
  }

  // --- the load -----------------------------------------------------------------------------

  /// A few milliseconds of a home's life.
  void live(bool begin_new) {
    for (const auto& message : client_->take()) {
      if (!lamps_->take(message)) witness(message);
    }
    for (int i = 0; i < kCells; ++i) advance(i, begin_new);
    if (begin_new) {
      for (int i = 0; i < kCountsAtOnce; ++i) count_up(static_cast<int>(random_() % kMeters));
      ask_for_something();
    }
    std::this_thread::sleep_for(2ms);
  }

  /// What the bus itself gives to a client that is always there: the truth that is counted against.
  void witness(const link::PlainClient::Arrived& message) {
    echoed_ |= message.topic == "test/echo";
    if (message.topic.starts_with("plant/")) {
      witnessed_[message.topic.substr(6)].push_back(std::atoll(message.payload.c_str() + 5));
    } else if (message.topic.starts_with("zigbee2mqtt/")) {
      const std::string name = message.topic.substr(12);
      const bool on = message.payload.find(R"("state":"ON")") != std::string::npos;
      auto& seen = reports_[name];
      seen.changes += seen.changes == 0 || seen.on != on;
      seen.on = on;
    }
  }

  void advance(int i, bool begin_new) {
    Cell& cell = cells_[static_cast<std::size_t>(i)];
    if (lamps_->at(numbered("lamp", i)).on != cell.present) return say_again(i, cell);
    if (!cell.present && !begin_new) return;
    cell.cycles += cell.present;
    cell.present = !cell.present;
    cell.said = std::chrono::steady_clock::now();
    say_motion(i, cell.present);
  }

  /// A client may lose what it could not hand over; the same word twice is one cause.
  void say_again(int i, Cell& cell) {
    const auto now = std::chrono::steady_clock::now();
    if (now < cell.said + 1s) return;
    cell.said = now;
    say_motion(i, cell.present);
  }

  void count_up(int meter) {
    const std::string name = numbered("meter", meter);
    client_->publish("plant/" + name, R"({"n":)" + std::to_string(++published_[name]) + "}", 1,
                     false);
  }

  /// A person's write, now and then: three to lamps, one to the setting.
  void ask_for_something() {
    const auto now = std::chrono::steady_clock::now();
    if (now < next_ask_) return;
    next_ask_ = now + kPersonEvery;
    ++asked_;
    if (asked_ % 4 == 0) return ask_for("settings", "counter", std::to_string(asked_));
    const std::string desk = numbered("desk", static_cast<int>(asked_ % kDesks));
    ask_for(desk, "on", asked_ / kDesks % 2 == 0 ? "true" : "false");
  }

  void ask_for(const std::string& device, const std::string& attribute, const std::string& value) {
    const std::string target = device == "settings" ? "/api/v1/settings/" + attribute
                                                    : "/api/v1/devices/" + device + "/" + attribute;
    const auto answer = daemon_->ask("PUT", target, R"({"value":)" + value + "}");
    if (answer.status != 202) {
      unanswered_ += answer.status == 0;
      refused_ += answer.status != 0;
      return;
    }
    const auto document = cli::parse_json(answer.body);
    ASSERT_TRUE(document.ok()) << answer.body;
    const auto revision = static_cast<std::uint64_t>(at(*document->root, "revision").integer);
    accepted_.push_back(
        {device + "." + attribute, value, words(*document->root, "command"), revision});
  }

  /// Kills at a random moment after a start: some while it starts, some at work, some idle.
  void live_until_killed() {
    const auto span =
        std::chrono::duration_cast<std::chrono::milliseconds>(start_takes_ * 4 + 400ms);
    const auto moment = std::chrono::milliseconds(random_() % span.count());
    std::thread killer([this, moment] {
      std::this_thread::sleep_for(moment);
      daemon_->signal(SIGKILL);
    });
    while (!daemon_->wait(0ms)) live(true);
    killer.join();
  }

  // --- the count ----------------------------------------------------------------------------

  void read_log() {
    log_.clear();
    std::uint64_t since = 0;
    for (bool more = true; more;) {
      const auto page =
          daemon_->get("/api/v1/changes?feed=log&since=" + std::to_string(since)).body;
      const auto document = cli::parse_json(page);
      ASSERT_TRUE(document.ok()) << page.substr(0, 200);
      for (const auto& change : at(*document->root, "changes")) {
        log_.push_back({static_cast<std::uint64_t>(at(change, "revision").integer),
                        words(change, "kind"),
                        words(change, words(change, "kind") == "rule" ? "rule" : "device"),
                        words(change, "attribute"), words(change, "value"), words(change, "status"),
                        words(change, "detail"), words(change, "hand")});
      }
      since = static_cast<std::uint64_t>(at(*document->root, "to").integer);
      more = !at(*document->root, "up_to_date").boolean;
    }
  }

  template <class Takes>
  [[nodiscard]] std::uint64_t count(Takes takes) const {
    std::uint64_t found = 0;
    for (const Entry& entry : log_) found += takes(entry);
    return found;
  }

  [[nodiscard]] std::uint64_t version(const std::string& device, const std::string& attribute) {
    const auto document = cli::parse_json(daemon_->get("/api/v1/state?match=" + device).body);
    if (!document.ok()) return 0;
    const auto& one = at(at(at(*document->root, "devices"), device), "attributes");
    return static_cast<std::uint64_t>(at(at(one, attribute), "version").integer);
  }

  /// Everything that was begun has come to its end.
  [[nodiscard]] bool is_quiet() {
    live(false);
    for (const Cell& cell : cells_) {
      if (cell.present) return false;
    }
    for (int i = 0; i < kCells; ++i) {
      if (lamps_->at(numbered("lamp", i)).on) return false;
    }
    const auto metrics = daemon_->get("/metrics").body;
    if (metrics.find("attune_commands_in_flight 0\n") == std::string::npos) return false;
    for (const auto& [name, values] : witnessed_) {
      if (version(name, "energy") < values.size()) return false;
    }
    return true;
  }

  /// Until the witness has all that attune has: the bus gives to both in one order.
  [[nodiscard]] bool witnessed_everything() {
    client_->publish("test/echo", "", 1, false);
    return eventually([&] {
      live(false);
      return echoed_;
    });
  }

  void expect_each_meter_exact() {
    for (const auto& [name, said] : witnessed_) {
      std::vector<std::int64_t> logged;
      for (const Entry& entry : log_) {
        if (entry.kind == "state" && entry.subject == name) {
          logged.push_back(std::atoll(entry.value.c_str()));
        }
      }
      const auto [wrong, truth] =
          std::mismatch(logged.begin(), logged.end(), said.begin(), said.end());
      EXPECT_TRUE(wrong == logged.end() && truth == said.end())
          << name << ": " << logged.size() << " changes in the log, " << said.size()
          << " on the bus, they part at number " << wrong - logged.begin();
      EXPECT_EQ(version(name, "energy"), said.size()) << name;
      changes_ += logged.size();
    }
  }

  void expect_each_deadline_exact() {
    for (int i = 0; i < kCells; ++i) {
      const std::uint64_t cycles = cells_[static_cast<std::size_t>(i)].cycles;
      const auto turned = [&](const char* status) {
        return count([&](const Entry& entry) {
          return entry.kind == "rule" && entry.subject == numbered("cell", i) &&
                 entry.status == status;
        });
      };
      EXPECT_EQ(turned("active"), cycles) << numbered("cell", i) << ": `for`";
      EXPECT_EQ(turned("ended"), cycles) << numbered("cell", i) << ": `off_delay`";
      EXPECT_EQ(lamps_->at(numbered("lamp", i)).effects, 2 * cycles) << numbered("lamp", i);
      deadlines_ += turned("active") + turned("ended");
    }
  }

  void expect_each_command_exact() {
    std::map<std::string, int> queued, sent, ended;
    std::map<std::string, std::uint64_t> of_device;
    for (const Entry& entry : log_) {
      if (entry.kind != "command") continue;
      const std::string id = entry.detail.substr(0, entry.detail.find(':'));
      if (entry.status == "queued") {
        ++queued[id];
        ++of_device[entry.subject];
      } else {
        ++(entry.status == "sent" ? sent : ended)[id];
        ++outcomes_[entry.status];
      }
    }
    for (const auto& [id, times] : queued) {
      EXPECT_EQ(times, 1) << id << " queued";
      EXPECT_EQ(ended[id], 1) << id << " ended";
      EXPECT_LE(sent[id], 1) << id << " sent";
    }
    EXPECT_EQ(ended.size(), queued.size());
    for (int i = 0; i < kCells; ++i) {
      EXPECT_EQ(of_device[numbered("lamp", i)], 2 * cells_[static_cast<std::size_t>(i)].cycles)
          << numbered("lamp", i) << ": commands against causes";
    }
    commands_ = queued.size();
    EXPECT_EQ(outcomes_["failed"] + outcomes_["expired"] + outcomes_["unknown"], 0u);
    for (const Accepted& one : accepted_) {
      if (one.command != "-") {
        EXPECT_EQ(ended[one.command], 1) << one.command << " was accepted";
      }
    }
  }

  void expect_nothing_accepted_is_missing() {
    std::map<std::uint64_t, const Entry*> by_revision;
    for (const Entry& entry : log_) by_revision[entry.revision] = &entry;
    std::set<std::uint64_t> revisions;
    for (const Accepted& one : accepted_) {
      const auto found = by_revision.find(one.revision);
      ASSERT_NE(found, by_revision.end()) << one.path << ", accepted as " << one.revision;
      const Entry& entry = *found->second;
      EXPECT_EQ(entry.kind, one.path == "settings.counter" ? "setting" : "claim") << one.revision;
      EXPECT_EQ(entry.subject + "." + entry.attribute, one.path) << one.revision;
      EXPECT_TRUE(entry.value == one.value || entry.value == one.value + ".0")
          << entry.value << " against " << one.value;
      EXPECT_TRUE(revisions.insert(one.revision).second) << one.revision << " was given out twice";
    }
    const auto settings = count(
        [](const Entry& entry) { return entry.kind == "setting" && entry.subject == "settings"; });
    EXPECT_LE(settings, asked_ / 4 + 1);
  }

  /// A lamp that obeys is not a hand at the switch, also when attune died in between.
  void expect_no_hand_was_seen() {
    const auto hands = count([](const Entry& entry) {
      return entry.kind == "state" && (entry.hand == "person" || entry.hand == "other");
    });
    EXPECT_EQ(hands, 0u);
    for (const auto& [name, lamp] : lamps_->all()) {
      EXPECT_EQ(version(name, "on"), reports_[name].changes) << name << ": changes on the bus";
    }
  }

  void print(std::uint64_t rounds) const {
    std::uint64_t wire = 0;
    for (const auto& [name, lamp] : lamps_->all()) wire += lamp.messages;
    std::uint64_t published = 0;
    for (const auto& [name, last] : published_) published += last;
    std::cout << rounds << " kills: " << published << " counted, " << changes_
              << " sensor changes, " << deadlines_ << " deadlines, " << commands_ << " commands";
    for (const auto& [state, times] : outcomes_) std::cout << ", " << times << " " << state;
    std::cout << "; " << wire << " command messages on the wire; " << accepted_.size()
              << " writes accepted, " << unanswered_ << " unanswered, " << refused_ << " refused; "
              << log_.size() << " entries in the log\n";
  }

  const std::uint64_t seed_ = from_environment("ATTUNE_KILL_SEED", std::random_device()());
  std::mt19937_64 random_{seed_};
  support::ScratchFolder folder_;
  std::unique_ptr<support::Bus> bus_;
  std::unique_ptr<support::Daemon> daemon_;
  std::unique_ptr<link::PlainClient> client_;
  std::optional<support::Lamps> lamps_;
  std::chrono::steady_clock::duration start_takes_{};
  std::chrono::steady_clock::time_point next_ask_;
  std::map<std::string, std::uint64_t> published_;
  std::map<std::string, std::vector<std::int64_t>> witnessed_;
  std::map<std::string, Reports> reports_;
  bool echoed_ = false;
  std::vector<Cell> cells_ = std::vector<Cell>(kCells);
  std::vector<Accepted> accepted_;
  std::uint64_t asked_ = 0, unanswered_ = 0, refused_ = 0;
  std::vector<Entry> log_;
  std::uint64_t changes_ = 0, deadlines_ = 0, commands_ = 0;
  std::map<std::string, std::uint64_t> outcomes_;
};

TEST_F(KillTest, LosesNothingAcceptedAndDoublesNothing) {
  const std::uint64_t rounds = from_environment("ATTUNE_KILL_ROUNDS", 30);
  for (std::uint64_t round = 0; round < rounds; ++round) {
    live_until_killed();
    daemon_->start();
  }
  ASSERT_TRUE(daemon_->wait_ready()) << daemon_->errors();
  const bool quiet = eventually([&] { return is_quiet(); }, 60s);
  ASSERT_TRUE(witnessed_everything());
  read_log();
  expect_each_meter_exact();
  expect_each_deadline_exact();
  expect_each_command_exact();
  expect_nothing_accepted_is_missing();
  expect_no_hand_was_seen();
  print(rounds);
  EXPECT_TRUE(quiet) << "not everything came to its end\n" << daemon_->get("/api/v1/commands").body;
}

}  // namespace
}  // namespace attune::e2e
