#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "devices/vocabulary.h"
#include "tests/support/core_home.h"

/// Devices that say that they will not do what they were told.
namespace attune::core {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

class Home final : public support::CoreHome {
 public:
  Home() {
    for (const std::string id : {"lamp", "other"}) {
      DeviceInfo info;
      info.id = DeviceId(id);
      info.attributes = {devices::canonical_attribute("brightness", true),
                         devices::canonical_attribute("on", true)};
      catalog_.describe(std::move(info));
    }
    restart();
    say("lamp", false, 10.0);
    say("other", false, 10.0);
  }
  void say(const std::string& id, bool on, double brightness) {
    devices::Decoded decoded;
    decoded.readings.push_back({catalog_.table().intern(DeviceId(id), "on"), on});
    decoded.readings.push_back({catalog_.table().intern(DeviceId(id), "brightness"), brightness});
    step(MessageArrived{Arrival::live, "home/" + id, &decoded});
  }
  /// The lamp switches itself.
  void switch_itself(bool on, bool protection) {
    devices::Decoded decoded;
    const AttributeId id = catalog_.table().intern(DeviceId("lamp"), "on");
    decoded.readings.push_back({id, on});
    decoded.by_itself.push_back({id, protection});
    step(MessageArrived{Arrival::live, "home/lamp", &decoded});
  }
  [[nodiscard]] Origin origin() const { return last_origin_; }
  void refuse(const std::string& id, const std::string& command, bool expired,
              Arrival arrival = Arrival::live) {
    devices::Decoded decoded;
    decoded.refusals.push_back({*catalog_.table().find_device(id), command, expired, "child lock"});
    step(MessageArrived{arrival, "home/ack", &decoded});
  }
  void restart() {
    start(std::make_shared<rules::RuleSet>());
    link(true);
  }
  /// `lamp.on rejected`, in the order of their ends.
  std::vector<std::string> ends;
  std::vector<std::string> reasons;
  std::vector<Dispatch> dispatches;
  [[nodiscard]] std::string last_id() const { return text(dispatches.back().commands.back()); }

 private:
  void see(const Outcome& out, const std::vector<Write>& /*rows*/) override {
    for (const Write& write : out.writes) {
      const auto* command = std::get_if<Command>(&write.record);
      if (command == nullptr || !is_final(command->state)) continue;
      ends.push_back(command->path.text() + " " + std::string(name(command->state)));
      reasons.push_back(command->reason);
    }
    for (const Dispatch& dispatch : out.dispatches) dispatches.push_back(dispatch);
    for (const Change& change : out.changes) {
      if (change.kind == ChangeKind::state) last_origin_ = change.origin;
    }
  }

  Origin last_origin_ = Origin::device;
};

using Ends = std::vector<std::string>;

TEST(Refusal, EndsTheCommandWithTheDevicesReason) {
  Home home;
  home.write("lamp.on", true);
  home.refuse("lamp", home.last_id(), false);
  EXPECT_EQ(home.ends, Ends{"lamp.on rejected"});
  EXPECT_EQ(home.reasons.back(), "the device refuses: child lock");
  const std::size_t sent = home.dispatches.size();
  home.pass(minutes(10));
  EXPECT_EQ(home.dispatches.size(), sent);
}

TEST(Refusal, OneThatCameTooLateHasExpired) {
  Home home;
  home.write("lamp.on", true);
  home.refuse("lamp", home.last_id(), true);
  EXPECT_EQ(home.ends, Ends{"lamp.on expired"});
}

TEST(Refusal, EndsAllThatTravelledTogetherAndNothingElse) {
  Home home;
  home.link(false);
  home.write("lamp.on", true);
  home.write("lamp.brightness", 50.0);
  home.write("other.on", true);
  home.dispatches.clear();
  home.link(true);
  ASSERT_EQ(home.dispatches.size(), 2u);
  ASSERT_EQ(home.dispatches[0].commands.size(), 2u);
  home.refuse("lamp", text(home.dispatches[0].commands.back()), false);
  std::sort(home.ends.begin(), home.ends.end());
  EXPECT_EQ(home.ends, (Ends{"lamp.brightness rejected", "lamp.on rejected"}));
}

TEST(Refusal, SomethingNewIsTriedAgain) {
  Home home;
  home.write("lamp.on", true);
  home.refuse("lamp", home.last_id(), false);
  home.write("lamp.on", false);
  home.write("lamp.on", true);
  EXPECT_EQ(home.dispatches.size(), 2u);
}

TEST(Refusal, NobodyRefusesForAnother) {
  Home home;
  home.write("lamp.on", true);
  home.refuse("other", home.last_id(), false);
  EXPECT_TRUE(home.ends.empty());
}

TEST(Refusal, OfNothingIsNothing) {
  Home home;
  home.write("lamp.on", true);
  for (const char* id : {"", "cmd-", "cmd-01", "cmd-99999999999999999999", "cmd-77", "x", "1"}) {
    home.refuse("lamp", id, false);
  }
  EXPECT_TRUE(home.ends.empty());
  const std::string id = home.last_id();
  home.say("lamp", true, 10.0);
  home.ends.clear();
  home.refuse("lamp", id, false);
  EXPECT_TRUE(home.ends.empty());
}

TEST(Refusal, ARetainedOneSaysNothing) {
  Home home;
  home.write("lamp.on", true);
  home.refuse("lamp", home.last_id(), false, Arrival::retained);
  EXPECT_TRUE(home.ends.empty());
}

TEST(Refusal, IsUnderstoodAfterARestart) {
  Home home;
  home.write("lamp.on", true);
  const std::string id = home.last_id();
  home.restart();
  home.refuse("lamp", id, false);
  EXPECT_EQ(home.ends, Ends{"lamp.on rejected"});
}

TEST(OwnDoing, OfADeviceIsNobodysHandAndIsDrivenBack) {
  Home home;
  home.write("lamp.on", true);
  home.say("lamp", true, 10.0);
  home.pass(minutes(1));
  const std::size_t sent = home.dispatches.size();
  home.switch_itself(false, false);
  EXPECT_EQ(home.origin(), Origin::device);
  EXPECT_EQ(home.dispatches.size(), sent + 1) << "what is wanted is wanted still";
}

TEST(OwnDoing, ThatProtectsTheDeviceIsNotFoughtUntilSomethingElseIsWanted) {
  Home home;
  home.write("lamp.on", true);
  home.say("lamp", true, 10.0);
  home.pass(minutes(1));
  const std::size_t sent = home.dispatches.size();
  home.switch_itself(false, true);
  EXPECT_EQ(home.origin(), Origin::device);
  home.pass(minutes(10));
  EXPECT_EQ(home.dispatches.size(), sent);
  home.write("lamp.on", false);
  home.write("lamp.on", true);
  EXPECT_EQ(home.dispatches.size(), sent + 1);
}

TEST(OwnDoing, ThatProtectsTheDeviceEndsTheCommandThatItAnswers) {
  Home home;
  home.write("lamp.on", true);
  home.switch_itself(false, true);
  EXPECT_EQ(home.ends, Ends{"lamp.on rejected"});
  EXPECT_EQ(home.reasons.back(), "the device protects itself");
}

TEST(CommandIds, AreReadAsTheyAreWritten) {
  EXPECT_EQ(parse_command_id("cmd-12"), CommandId{12});
  EXPECT_EQ(parse_command_id(text(CommandId{~std::uint64_t{0}})), CommandId{~std::uint64_t{0}});
  for (const char* wrong : {"", "cmd", "cmd-", "cmd-x", "cmd-1x", "cmd--1", "cmd-+1", "cmd-007",
                            "CMD-1", "cmd-18446744073709551616"}) {
    EXPECT_FALSE(parse_command_id(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace attune::core
