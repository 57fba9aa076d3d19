#include "broker/core/attendance.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "broker/core/attendance_rows.h"
#include "devices/vocabulary.h"
#include "tests/support/core_home.h"

namespace attune::core {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

/// A core on a store in memory with a mains meter, a battery thermometer and a lamp.
class Home final : public support::CoreHome {
 public:
  Home() {
    describe("meter", {"power"});
    describe("thermometer", {"battery", "temperature"});
    describe("lamp", {"on"});
    begin();
    link(true);
  }

  void lie(const std::string& path) {
    devices::Decoded decoded;
    decoded.rejections.push_back({"home", path, "range", "1e9"});
    step(MessageArrived{Arrival::live, "home", &decoded});
  }
  void available(const std::vector<std::string>& ids, Availability availability,
                 Arrival arrival = Arrival::live, std::optional<Millis> patience = {}) {
    devices::Decoded decoded;
    for (const std::string& id : ids) {
      decoded.availability.push_back({device(id), availability, patience});
    }
    step(MessageArrived{arrival, "bridge", &decoded});
  }
  /// Reports another value every `period`.
  void report(const std::string& path, Millis period, int times) {
    for (int i = 0; i < times; ++i) {
      if (i != 0) pass(period);
      say(path, 20.0 + i % 3);
    }
  }
  /// As after `kill -9`: what is not committed is gone.
  void restart(Millis away = Millis(0)) {
    move(away);
    begin();
  }
  void leave(const std::string& id) {
    catalog_.remove(DeviceId(id));
    devices::Decoded decoded;
    decoded.devices_changed = true;
    decoded.removed = catalog_.take_removed();
    step(MessageArrived{Arrival::live, "bridge", &decoded});
  }
  void describe(const std::string& id, const std::vector<std::string>& attributes,
                const LivenessTerms& terms = {}) {
    DeviceInfo info;
    info.id = DeviceId(id);
    info.liveness = terms;
    for (const std::string& attribute : attributes) {
      info.attributes.push_back(devices::canonical_attribute(attribute, attribute == "on"));
    }
    catalog_.describe(std::move(info));
  }

  [[nodiscard]] DeviceIndex device(const std::string& id) const {
    return *catalog_.table().find_device(id);
  }
  [[nodiscard]] std::string state(const std::string& id) const {
    return std::string(name(core_->image().device(device(id)).availability));
  }
  [[nodiscard]] AttributeId attribute(const std::string& path) const {
    const auto parsed = *parse_path(path);
    return *catalog_.table().find(parsed.device.text(), parsed.attribute);
  }
  [[nodiscard]] Value value(const std::string& path) const {
    return core_->image().value(attribute(path));
  }
  [[nodiscard]] std::string quality(const std::string& path) const {
    return std::string(name(core_->image().quality(attribute(path))));
  }
  [[nodiscard]] const devices::Liveness& liveness(const std::string& id) const {
    return *core_->attendance().find(device(id));
  }
  [[nodiscard]] std::size_t rows() const { return store_->blobs("liveness")->size(); }

  std::vector<Change> changes;        ///< of kind liveness
  std::vector<Dispatch> dispatches;   ///< all
  std::vector<Write> writes;          ///< of the last step, but those of take_rows()
  std::vector<Write> rows_to_commit;  ///< of the last step, those of take_rows()

 private:
  void begin() { start(rules_of("version: 1\ndefaults: {lamp.on: false}\n")); }
  void see(const Outcome& out, const std::vector<Write>& rows) override {
    for (const Change& change : out.changes) {
      if (change.kind == ChangeKind::liveness) changes.push_back(change);
    }
    dispatches.insert(dispatches.end(), out.dispatches.begin(), out.dispatches.end());
    writes = out.writes;
    rows_to_commit = rows;
  }
};

TEST(Attendance, ALiveMessageMakesADeviceOnlineAndARetainedOneDoesNot) {
  Home home;
  home.say("meter.power", 5.0, Arrival::retained);
  EXPECT_EQ(home.state("meter"), "unknown");
  home.say("meter.power", 5.0);
  EXPECT_EQ(home.state("meter"), "online");
  ASSERT_EQ(home.changes.size(), 1u);
  EXPECT_EQ(home.changes[0].cause.kind, CauseKind::message);
}

TEST(Attendance, GoesSuspectExactlyAtTheDeadline) {
  Home home;
  home.report("meter.power", minutes(5), 20);
  const Millis patience = *home.liveness("meter").patience({}).worrying;
  home.pass(patience - Millis(1));
  EXPECT_EQ(home.state("meter"), "online");
  home.pass(Millis(1));
  EXPECT_EQ(home.state("meter"), "suspect");
  EXPECT_EQ(home.changes.back().at.steady, home.now().steady);
  EXPECT_EQ(home.changes.back().cause.kind, CauseKind::timer);
  EXPECT_EQ(home.changes.back().detail.find("silent for "), 0u);
}

TEST(Attendance, SilenceMakesValuesStaleAndKeepsThem) {
  Home home;
  home.report("meter.power", minutes(5), 20);
  EXPECT_EQ(home.quality("meter.power"), "good");
  home.pass(minutes(30));
  EXPECT_EQ(home.quality("meter.power"), "stale");
  EXPECT_TRUE(home.value("meter.power").has_value());
  home.say("meter.power", 1.0);
  EXPECT_EQ(home.quality("meter.power"), "good");
  EXPECT_EQ(home.state("meter"), "online");
}

TEST(Attendance, WhatIsGoneIsUnknownToRulesAndStillCommanded) {
  LivenessTerms terms;
  terms.period = minutes(5);
  Home home;
  home.describe("lamp", {"on"}, terms);
  home.say("lamp.on", false);
  home.pass(hours(3));
  EXPECT_EQ(home.state("lamp"), "offline");
  EXPECT_FALSE(home.value("lamp.on").has_value());
  home.write("lamp.on", true);
  EXPECT_EQ(home.dispatches.size(), 1u);
  home.say("lamp.on", true);
  EXPECT_EQ(home.state("lamp"), "online");
}

TEST(Attendance, WhatIsSaidToBeOfflineIsNotCommanded) {
  Home home;
  home.say("lamp.on", false);
  home.available({"lamp"}, Availability::offline);
  home.write("lamp.on", true);
  EXPECT_TRUE(home.dispatches.empty());
}

TEST(Attendance, ABatterySleepsFirst) {
  Home home;
  home.report("thermometer.temperature", minutes(30), 12);
  home.pass(hours(2));
  EXPECT_EQ(home.state("thermometer"), "sleeping");
  EXPECT_EQ(home.quality("thermometer.temperature"), "stale");
  home.pass(hours(8));
  EXPECT_EQ(home.state("thermometer"), "suspect");
  home.pass(hours(1'000));
  EXPECT_EQ(home.state("thermometer"), "suspect");
}

TEST(Attendance, OneThatSaysThatItSleepsHasGoodValues) {
  Home home;
  home.say("thermometer.temperature", 20.0);
  home.available({"thermometer"}, Availability::sleeping);
  EXPECT_EQ(home.state("thermometer"), "sleeping");
  EXPECT_EQ(home.quality("thermometer.temperature"), "good");
}

TEST(Attendance, AnOfflineDevicesValuesAreStale) {
  Home home;
  home.say("meter.power", 5.0);
  home.available({"meter"}, Availability::offline);
  EXPECT_EQ(home.quality("meter.power"), "stale");
  home.available({"meter"}, Availability::online);
  EXPECT_EQ(home.quality("meter.power"), "good");
}

TEST(Attendance, ABridgesBirthRaisesNoDead) {
  Home home;
  home.available({"meter", "thermometer"}, Availability::online);
  home.report("meter.power", minutes(5), 20);
  home.pass(minutes(30));
  EXPECT_EQ(home.state("meter"), "suspect");
  home.available({"meter", "thermometer"}, Availability::online);
  EXPECT_EQ(home.state("meter"), "suspect");
  home.available({"meter", "thermometer"}, Availability::offline);
  EXPECT_EQ(home.state("meter"), "offline");
  home.available({"meter", "thermometer"}, Availability::online);
  EXPECT_EQ(home.state("meter"), "online");
}

TEST(Attendance, APromiseIsKeptByHeartbeats) {
  Home home;
  for (int i = 0; i < 20; ++i) {
    home.available({"meter"}, Availability::online, Arrival::live, minutes(3));
    home.pass(minutes(1));
  }
  EXPECT_EQ(home.state("meter"), "online");
  home.pass(minutes(2));
  EXPECT_EQ(home.state("meter"), "suspect");
  home.pass(minutes(3));
  EXPECT_EQ(home.state("meter"), "offline");
}

TEST(Attendance, ARestartChangesNothing) {
  Home steady;
  Home killed;
  for (Home* home : {&steady, &killed}) home->report("meter.power", minutes(5), 20);
  killed.restart();
  killed.link(true);
  EXPECT_EQ(killed.liveness("meter").memory(), steady.liveness("meter").memory());
  for (Home* home : {&steady, &killed}) {
    home->pass(minutes(3));
    home->say("meter.power", 7.0);
    home->pass(minutes(60));
  }
  EXPECT_EQ(killed.changes.back().at.steady, steady.changes.back().at.steady);
  EXPECT_EQ(killed.state("meter"), "suspect");
  killed.restart();
  EXPECT_EQ(killed.state("meter"), "suspect");
  EXPECT_EQ(killed.quality("meter.power"), "stale");
}

TEST(Attendance, WhileNobodyListensNobodyIsSilent) {
  Home home;
  home.report("meter.power", minutes(5), 20);
  home.link(false);
  home.pass(hours(5));
  EXPECT_EQ(home.state("meter"), "online");
  home.link(true);
  home.pass(minutes(14));
  EXPECT_EQ(home.state("meter"), "online");
  home.pass(minutes(4));
  EXPECT_EQ(home.state("meter"), "suspect");
}

TEST(Attendance, AfterALongStopEverybodyHasAllTheTimeAgain) {
  Home home;
  home.report("meter.power", minutes(5), 20);
  home.restart(hours(5));
  home.pass(seconds(1));
  EXPECT_EQ(home.state("meter"), "online");
  home.link(true);
  home.pass(minutes(14));
  EXPECT_EQ(home.state("meter"), "online");
}

TEST(Attendance, NoMessageIsAReasonToCommit) {
  Home home;
  home.say("meter.power", 5.0);
  for (int i = 0; i < 50; ++i) {
    home.say("meter.power", 5.0);
    EXPECT_TRUE(home.writes.empty());
    EXPECT_TRUE(home.rows_to_commit.empty());
  }
  home.pass(minutes(1));
  home.say("meter.power", 5.0);
  EXPECT_TRUE(home.rows_to_commit.empty()) << "nobody waits for it yet: it only learns";
  home.pass(minutes(60));
  home.say("meter.power", 5.0);
  EXPECT_TRUE(home.writes.empty());
  EXPECT_EQ(home.rows_to_commit.size(), 1u);
}

TEST(Attendance, OneThatLeavesIsForgotten) {
  Home home;
  home.report("meter.power", minutes(5), 20);
  EXPECT_EQ(home.rows(), 1u);
  home.leave("meter");
  EXPECT_EQ(home.rows(), 0u);
  home.pass(hours(10));
  EXPECT_EQ(home.state("meter"), "unknown");
}

TEST(Attendance, OneThatLiesIsThereAllTheSame) {
  Home home;
  home.report("meter.power", minutes(5), 20);
  home.pass(minutes(15));
  home.lie("meter.power");
  home.pass(minutes(15));
  EXPECT_EQ(home.state("meter"), "online");
}

TEST(AttendanceRows, ReadBackWhatTheyAre) {
  devices::LivenessMemory memory;
  EXPECT_EQ(unpack_liveness(pack(memory)), memory);
  memory = {Availability::sleeping,
            true,
            devices::Silence::gone,
            hours(40),
            true,
            minutes(3),
            {minutes(5), seconds(9), hours(-2), hours(7), hours(9), 81, minutes(40), hours(3)}};
  EXPECT_EQ(unpack_liveness(pack(memory)), memory);
}

TEST(AttendanceRows, BelieveNothing) {
  const std::string good = pack(devices::LivenessMemory{});
  for (std::size_t size = 0; size < good.size(); ++size) {
    const auto cut = unpack_liveness(good.substr(0, size));
    EXPECT_FALSE(cut) << good.substr(0, size);
  }
  EXPECT_FALSE(unpack_liveness(good + " 1"));
  EXPECT_FALSE(unpack_liveness("2" + good.substr(1)));
  EXPECT_FALSE(unpack_liveness("1 9 0 0 -1 -1 0 0 0 0 0 0 0 0"));
  EXPECT_FALSE(unpack_liveness("1 0 4 0 -1 -1 0 0 0 0 0 0 0 0"));
  EXPECT_FALSE(unpack_liveness("1 0 0 0 -2 -1 0 0 0 0 0 0 0 0"));
  EXPECT_FALSE(unpack_liveness("1 0 0 0 99999999999999999999 -1 0 0 0 0 0 0 0 0"));
  EXPECT_FALSE(unpack_liveness("1 0 0 0 -1 -1 0 0 0 9 5 0 0 0"));
}

}  // namespace
}  // namespace attune::core
