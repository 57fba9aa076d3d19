#include "broker/shell/loop/restore.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

#include "devices/vocabulary.h"

namespace attune::shell {
namespace {

using namespace std::chrono_literals;

const Instant kEvening{*parse_utc("2026-01-15T18:00:00"), Millis(1'000)};

/// A home of one lamp, on a store in memory.
class RestoreTest : public testing::Test {
 protected:
  RestoreTest() {
    DeviceInfo lamp;
    lamp.id = DeviceId("lamp");
    lamp.attributes = {devices::canonical_attribute("on", true)};
    catalog.describe(std::move(lamp));
    start();
  }
  void start() {
    core = std::make_unique<core::Core>(catalog, core::Options{});
    core->restore(std::move(*restored(*store, *store->recover())));
  }
  /// What the lamp's report became, committed, with or without a fold.
  Change say(bool on, const Instant& at, bool folded) {
    devices::Decoded decoded;
    decoded.readings.push_back({*catalog.table().find("lamp", "on"), on});
    core::Outcome outcome;
    core->step({at, core::MessageArrived{Arrival::live, "lamp", &decoded}}, outcome);
    store::Turn turn;
    turn.changes = outcome.changes;
    turn.writes = outcome.writes;
    turn.at = at;
    if (folded) {
      for (const StateRow& row : core->image().take_unfolded()) {
        turn.writes.emplace_back().record = row;
      }
      turn.folded_through = outcome.changes.back().revision;
    }
    EXPECT_TRUE(store->commit(turn).ok());
    return *std::find_if(outcome.changes.begin(), outcome.changes.end(),
                         [](const Change& change) { return change.kind == ChangeKind::state; });
  }
  void restart() {
    store = store->reopen();
    start();
  }
  [[nodiscard]] const core::AttributeState& lamp() const {
    return core->image().at(*core->catalog().table().find("lamp", "on"));
  }

  devices::Catalog catalog;
  std::unique_ptr<store::MemoryStore> store = store::make_memory_store();
  std::unique_ptr<core::Core> core;
};

TEST_F(RestoreTest, TheClockNeverRunsBackOverARestartWithAnEarlierWallClock) {
  for (const bool folded : {false, true}) {
    const Change before = say(true, kEvening, folded);
    restart();
    const Change after = say(false, {kEvening.wall - 1h, kEvening.steady + 1s}, folded);
    EXPECT_GT(after.clock, before.clock);
    EXPECT_EQ(after.prior, before.revision);
    restart();
  }
}

TEST_F(RestoreTest, AFoldedAttributeComesBackAsItWas) {
  say(true, kEvening, true);
  const core::AttributeState before = lamp();
  restart();
  EXPECT_EQ(lamp().since, before.since);
  EXPECT_EQ(lamp().clock, before.clock);
  EXPECT_EQ(lamp().claimed, before.claimed);
  EXPECT_EQ(lamp().desired_context, before.desired_context);
  EXPECT_EQ(lamp().version, before.version);
}

}  // namespace
}  // namespace attune::shell
