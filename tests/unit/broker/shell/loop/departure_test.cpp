#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "broker/shell/config/surroundings.h"
#include "broker/shell/link/memory_link.h"
#include "broker/shell/loop/kept_discovery.h"
#include "broker/shell/loop/loop.h"
#include "broker/shell/loop/restore.h"
#include "rules/load.h"

/// A device that leaves its bridge, from the bridge's message to the store and through restarts.
namespace attune::shell {
namespace {

constexpr const char* kDevices = "zigbee2mqtt/bridge/devices";
constexpr const char* kNobody = R"([{"friendly_name":"Coordinator","type":"Coordinator"}])";
constexpr const char* kLamp =
    R"([{"friendly_name":"lamp","type":"Router","definition":{"exposes":[{"type":"light","features":)"
    R"([{"type":"binary","name":"state","property":"state","access":7,"value_on":"ON",)"
    R"("value_off":"OFF"}]}]}}])";

class Line final : public LoopObserver {
 public:
  void changed(std::span<const Change> changes) override {
    all.insert(all.end(), changes.begin(), changes.end());
  }
  void rejected(const devices::Rejection&) override {}
  void message(Taken) override {}
  void committed(std::chrono::nanoseconds) override {}
  void commands_left(std::chrono::nanoseconds) override {}
  std::vector<Change> all;
};

/// One process over the twins; the store outlives it.
struct Process {
  Process(store::MemoryStore& kept, link::MemoryBroker& bus) : store(kept), broker(bus) {
    std::string name = (std::filesystem::temp_directory_path() / "attune-gone-XXXXXX").string();
    folder = mkdtemp(name.data());
    auto recovered = store.recover();
    tombstones = recovered->tombstones;
    state = recovered->state;
    for (const Tombstone& gone : tombstones) catalog.mark_gone(gone.device);
    clock.emplace(Clock::Boot{"boot", now}, recovered->at, std::vector<Blob>{},
                  [this] { return now; });
    const Instant at = recovered->at;
    EXPECT_TRUE(KeptDiscovery::feed(store, normaliser).ok());
    core.restore(std::move(*restored(store, std::move(*recovered))));
    ring = std::move(*inbox::InboxRing::open({folder + "/ring", 1u << 20, -1}, std::nullopt));
    link::LinkOptions options;
    options.node = "test";
    options.subscriptions = normaliser.subscriptions();
    link = std::make_unique<link::MemoryLink>(options, *ring, broker, [this] { return now; });
    loop.emplace(LoopParts{catalog, normaliser, core, store, *ring, *link, *clock, line},
                 LoopOptions{Millis(0), inbox::marker_topic("attune", "test")});
    EXPECT_TRUE(loop->begin(at).ok());
    EXPECT_TRUE(link->start().ok());
    turn();
  }
  ~Process() { std::filesystem::remove_all(folder); }

  void turn() {
    do {
      EXPECT_TRUE(loop->turn().ok());
    } while (loop->has_more());
  }
  void say(const std::string& topic, const std::string& payload) {
    broker.publish(topic, payload);
    turn();
  }
  void load(const std::string& text) {
    auto loaded = rules::load({{"home.yaml", text}}, config::surroundings(catalog));
    ASSERT_NE(loaded.set, nullptr) << render(loaded.issues);
    loop->load(loaded.set);
    turn();
  }
  const core::AttributeState& on() {
    return core.image().at(catalog.table().intern(*parse_path("lamp.on")));
  }
  std::vector<Change> removals() {
    std::vector<Change> found;
    for (const Change& change : line.all) {
      if (change.kind == ChangeKind::removed) found.push_back(change);
    }
    return found;
  }

  store::MemoryStore& store;
  link::MemoryBroker& broker;
  std::string folder;
  inbox::Stamp now{Millis(1'768'500'000'000), Millis(50'000)};
  devices::Catalog catalog;
  devices::Normaliser normaliser{catalog, {}};
  core::Core core{catalog, {}};
  std::optional<Clock> clock;
  std::unique_ptr<inbox::InboxRing> ring;
  std::unique_ptr<link::MemoryLink> link;
  Line line;
  std::optional<Loop> loop;
  std::vector<Tombstone> tombstones;
  std::vector<StateRow> state;
};

class DepartureTest : public testing::Test {
 protected:
  DepartureTest() { start(); }
  void start() { process = std::make_unique<Process>(*store, broker); }
  void restart(bool clean) {
    if (clean) {
      EXPECT_TRUE(process->loop->finish().ok());
    }
    process.reset();
    store = store->reopen();
    start();
  }
  link::MemoryBroker broker;
  std::unique_ptr<store::MemoryStore> store = store::make_memory_store();
  std::unique_ptr<Process> process;
};

TEST_F(DepartureTest, OneEntrySaysSoWithItsCauseAndNothingIsKnownOfItAnyMore) {
  process->say(kDevices, kLamp);
  process->say("zigbee2mqtt/lamp", R"({"state":"ON"})");
  EXPECT_EQ(process->on().value, Value(true));
  process->say(kDevices, kNobody);
  const auto removals = process->removals();
  ASSERT_EQ(removals.size(), 1u);
  EXPECT_EQ(removals[0].device, "lamp");
  EXPECT_EQ(removals[0].cause, (Cause{CauseKind::message, kDevices, {}}));
  EXPECT_EQ(number(removals[0].revision), number(process->core.head())) << "the last word of it";
  EXPECT_EQ(number(process->on().revision), 0u);
  EXPECT_EQ(process->catalog.find("lamp"), nullptr);
}

TEST_F(DepartureTest, WhatWasWantedOfItEndsBeforeItIsGone) {
  process->say(kDevices, kLamp);
  process->say("zigbee2mqtt/lamp", R"({"state":"OFF"})");
  process->load("version: 1\nrules:\n  light: {when: 'true', want: {lamp.on: true}}\n");
  process->loop->submit(core::WriteRequest{{}, *parse_path("lamp.on"), false, {}, {}, "test", ""},
                        [](const core::Reply&) {});
  process->turn();
  const auto lamp = *process->catalog.table().find("lamp", "on");
  ASSERT_EQ(process->core.claims().on(lamp).size(), 2u);
  process->say(kDevices, kNobody);
  EXPECT_TRUE(process->core.claims().on(lamp).empty());
  EXPECT_EQ(process->core.ledger().on(lamp), nullptr);
  EXPECT_FALSE(process->on().desired.has_value());
  EXPECT_EQ(process->line.all.back().kind, ChangeKind::removed);
}

TEST_F(DepartureTest, ARestartKeepsItGoneAndATombstoneSaysSince) {
  for (const bool clean : {true, false}) {
    process->say("zigbee2mqtt/lamp", R"({"state":"ON"})");  // known before it is described
    process->say(kDevices, kLamp);
    process->say(kDevices, kNobody);
    const Revision removed = process->removals().back().revision;
    restart(clean);
    EXPECT_EQ(process->catalog.find("lamp"), nullptr) << "its first message made it known again";
    EXPECT_TRUE(process->state.empty());
    EXPECT_EQ(number(process->on().revision), 0u);
    ASSERT_EQ(process->tombstones.size(), 1u);
    EXPECT_EQ(process->tombstones[0].revision, removed);
    EXPECT_EQ(process->tombstones[0].device, DeviceId("lamp"));
  }
}

TEST_F(DepartureTest, WhatTheBrokerRetainsOfItDoesNotBringItBack) {
  broker.publish("zigbee2mqtt/lamp", R"({"state":"ON"})", 1, true);
  broker.publish("zigbee2mqtt/lamp/availability", "online", 1, true);
  process->say(kDevices, kLamp);
  EXPECT_NE(process->catalog.find("lamp"), nullptr);
  process->say(kDevices, kNobody);
  restart(false);
  EXPECT_EQ(process->catalog.find("lamp"), nullptr);
}

TEST_F(DepartureTest, ADeviceThatComesBackStartsAnew) {
  process->say(kDevices, kLamp);
  process->say("zigbee2mqtt/lamp", R"({"state":"ON"})");
  process->say("zigbee2mqtt/lamp", R"({"state":"OFF"})");
  process->say(kDevices, kNobody);
  process->say(kDevices, kLamp);
  EXPECT_FALSE(process->on().value.has_value());
  process->say("zigbee2mqtt/lamp", R"({"state":"ON"})");
  EXPECT_EQ(process->on().version, 1u);
  restart(false);
  EXPECT_TRUE(process->tombstones.empty());
  EXPECT_EQ(process->on().version, 1u);
  EXPECT_NE(process->catalog.find("lamp"), nullptr);
}

TEST_F(DepartureTest, ARuleThatHoldsClaimsItAgainWhenItIsBack) {
  const std::string rules = "version: 1\nrules:\n  light: {when: 'true', want: {lamp.on: true}}\n";
  process->say(kDevices, kLamp);
  process->load(rules);
  process->say(kDevices, kNobody);
  process->say(kDevices, kLamp);
  process->load(rules);  // as after every change of devices
  EXPECT_EQ(process->on().desired, Value(true));
}

/// Which of two devices has an id must not depend on which of them speaks first after a start.
TEST(Names, ThatFoldAlikeKeepTheirIdsOverARestart) {
  const auto plug = [](const std::string& name, const std::string& address) {
    return R"({"type":"Router","ieee_address":")" + address + R"(","friendly_name":")" + name +
           R"(","definition":{"exposes":[{"type":"switch","features":[{"type":"binary","name":)"
           R"("state","property":"state","access":7,"value_on":"ON","value_off":"OFF"}]}]}})";
  };
  const std::string upper = plug("Heater", "0x78");
  const std::string lower = plug("heater", "0x79");
  auto store = store::make_memory_store();
  link::MemoryBroker broker;
  {
    Process first(*store, broker);
    first.say("zigbee2mqtt/bridge/devices", "[" + upper + "," + lower + "]");
    EXPECT_EQ(first.catalog.find("heater")->name, "Heater");
    EXPECT_EQ(first.catalog.find("heater_2")->name, "heater");
    first.say("zigbee2mqtt/bridge/devices", "[" + lower + "," + upper + "]");
  }
  store = store->reopen();
  Process second(*store, broker);
  EXPECT_EQ(second.catalog.find("heater")->name, "Heater");
  EXPECT_EQ(second.catalog.find("heater_2")->name, "heater");
}

}  // namespace
}  // namespace attune::shell
