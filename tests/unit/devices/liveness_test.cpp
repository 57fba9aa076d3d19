#include "devices/liveness.h"

#include <gtest/gtest.h>

#include <random>

namespace attune::devices {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

const Nature kMains{};
const Nature kBattery{true, {}};

/// One that was heard every `period`, `times` times; the last time at the moment answered.
Millis hear_regularly(Liveness& device, const Nature& nature, Millis period, int times) {
  Millis now = hours(1);
  for (int i = 0; i < times; ++i) {
    if (i != 0) now += period;
    device.hear(now, nature);
  }
  return now;
}

/// What it becomes if nothing is heard of it any more, with the silence that it takes.
std::vector<std::pair<Availability, Millis>> decline(Liveness device, const Nature& nature) {
  std::vector<std::pair<Availability, Millis>> stages;
  const Millis heard = *device.heard();
  while (const auto due = device.deadline(nature)) {
    EXPECT_FALSE(device.look(*due - Millis(1), nature));
    EXPECT_TRUE(device.look(*due, nature));
    stages.emplace_back(device.state(), *due - heard);
  }
  return stages;
}

TEST(Liveness, NobodyKnowsAnythingAtFirst) {
  const Liveness device;
  EXPECT_EQ(device.state(), Availability::unknown);
  EXPECT_FALSE(device.deadline(kMains));
  EXPECT_FALSE(device.deadline(kBattery));
}

TEST(Liveness, WhatSpeaksIsOnline) {
  Liveness device;
  EXPECT_TRUE(device.hear(hours(1), kMains));
  EXPECT_EQ(device.state(), Availability::online);
  EXPECT_FALSE(device.is_silent());
}

TEST(Liveness, MainsWithoutAHabitMayBeSilentForEver) {
  Liveness device;
  device.hear(hours(1), kMains);
  EXPECT_FALSE(device.deadline(kMains));
}

TEST(Liveness, MainsIsSuspectAfterThreePeriodsAndSome) {
  Liveness device;
  hear_regularly(device, kMains, minutes(5), 20);
  const auto stages = decline(device, kMains);
  ASSERT_EQ(stages.size(), 1u);
  EXPECT_EQ(stages[0].first, Availability::suspect);
  EXPECT_GT(stages[0].second, minutes(15));
  EXPECT_LT(stages[0].second, minutes(17));
}

TEST(Liveness, AProvenHabitMakesALongSilenceOffline) {
  Liveness device;
  hear_regularly(device, kMains, minutes(5), 300);
  const auto stages = decline(device, kMains);
  ASSERT_EQ(stages.size(), 2u);
  EXPECT_EQ(stages[1].first, Availability::offline);
  EXPECT_EQ(stages[1].second, stages[0].second * 4);
}

TEST(Liveness, WhoHasABrokerToTellIsNeverOfflineBySilence) {
  Liveness device;
  device.say(Availability::online, true);
  hear_regularly(device, kMains, minutes(5), 300);
  const auto stages = decline(device, kMains);
  ASSERT_EQ(stages.size(), 1u);
  EXPECT_EQ(stages[0].first, Availability::suspect);
}

TEST(Liveness, ABridgesWordAboutManyVouchesForNone) {
  Liveness device;
  device.say(Availability::online, false);
  hear_regularly(device, kMains, minutes(5), 300);
  EXPECT_EQ(decline(device, kMains).size(), 2u);
}

TEST(Liveness, ABatterySleepsBeforeItIsSuspectAndIsNeverOfflineBySilence) {
  Liveness device;
  hear_regularly(device, kBattery, minutes(30), 300);
  const auto stages = decline(device, kBattery);
  ASSERT_EQ(stages.size(), 2u);
  EXPECT_EQ(stages[0].first, Availability::sleeping);
  EXPECT_LT(stages[0].second, minutes(100));
  EXPECT_EQ(stages[1].first, Availability::suspect);
  EXPECT_EQ(stages[1].second, stages[0].second * 4);
}

TEST(Liveness, ABatteryWithoutAHabitIsGivenADayAndAWeek) {
  Liveness device;
  device.hear(hours(1), kBattery);
  const auto stages = decline(device, kBattery);
  ASSERT_EQ(stages.size(), 2u);
  EXPECT_EQ(stages[0], (std::pair<Availability, Millis>{Availability::sleeping, hours(25)}));
  EXPECT_EQ(stages[1], (std::pair<Availability, Millis>{Availability::suspect, hours(7 * 24)}));
}

TEST(Liveness, WhoBreaksAPromiseIsSuspectAndThenOffline) {
  Liveness device;
  device.promise(minutes(3));
  device.hear(hours(1), kMains);
  const auto stages = decline(device, kMains);
  ASSERT_EQ(stages.size(), 2u);
  EXPECT_EQ(stages[0], (std::pair<Availability, Millis>{Availability::suspect, minutes(3)}));
  EXPECT_EQ(stages[1], (std::pair<Availability, Millis>{Availability::offline, minutes(6)}));
}

TEST(Liveness, WhoGoesToSleepHasPromisedNothing) {
  Liveness device;
  device.promise(minutes(3));
  device.hear(hours(1), kMains);
  device.say(Availability::sleeping, true);
  EXPECT_EQ(device.state(), Availability::sleeping);
  EXPECT_EQ(device.deadline(kMains), hours(26));
}

TEST(Liveness, AFileKnowsBetter) {
  Liveness device;
  hear_regularly(device, kMains, minutes(5), 300);
  Nature nature;
  nature.terms.period = hours(1);
  EXPECT_GT(decline(device, nature)[0].second, hours(3));
  nature.terms.silent_after = minutes(1);
  EXPECT_EQ(decline(device, nature)[0].second, minutes(1));
  nature.terms.may_be_silent = true;
  EXPECT_TRUE(decline(device, nature).empty());
}

TEST(Liveness, OfflineIsBelievedUntilItIsTakenBack) {
  Liveness device;
  hear_regularly(device, kMains, minutes(5), 300);
  device.say(Availability::offline, true);
  EXPECT_EQ(device.state(), Availability::offline);
  EXPECT_FALSE(device.is_silent());
  EXPECT_FALSE(device.deadline(kMains));
  device.hear(*device.heard() + hours(1), kMains);
  EXPECT_EQ(device.state(), Availability::offline);
  device.say(Availability::online, true);
  EXPECT_EQ(device.state(), Availability::online);
}

TEST(Liveness, OneWordEndsASilence) {
  Liveness device;
  const Millis last = hear_regularly(device, kMains, minutes(5), 300);
  device.look(last + hours(10), kMains);
  EXPECT_EQ(device.state(), Availability::offline);
  EXPECT_TRUE(device.is_silent());
  EXPECT_TRUE(device.hear(last + hours(11), kMains));
  EXPECT_EQ(device.state(), Availability::online);
  EXPECT_FALSE(device.is_silent());
}

TEST(Liveness, AnAbsenceOfOursIsNoSilenceOfItsOwn) {
  Liveness device;
  const Millis last = hear_regularly(device, kMains, minutes(5), 300);
  const LivenessMemory before = device.memory();
  device.listen_anew(last + hours(9));
  EXPECT_GT(*device.deadline(kMains), last + hours(9) + minutes(15));
  device.hear(last + hours(9) + minutes(2), kMains);
  EXPECT_EQ(device.memory().habit, before.habit);
}

TEST(Liveness, MessagesOfOneBurstAreOne) {
  Liveness device;
  EXPECT_TRUE(device.hear(hours(1), kMains));
  EXPECT_FALSE(device.hear(hours(1) + Liveness::kBurstMin - Millis(1), kMains));
  EXPECT_TRUE(device.hear(hours(1) + Liveness::kBurstMin, kMains));
}

TEST(Liveness, OneThatIsKnownToBeSlowHasLongerBursts) {
  Liveness device;
  const Millis last = hear_regularly(device, kMains, minutes(1), 20);
  EXPECT_FALSE(device.hear(last + seconds(15) - Millis(1), kMains));
  EXPECT_TRUE(device.hear(last + seconds(15), kMains));
}

/// A sensor in a house: when it really speaks, and what became of it meanwhile.
struct Fleet {
  int false_suspects = 0;
  int false_offlines = 0;
};

Fleet live(Millis period, double jitter, double loss, Millis duration, std::uint64_t seed,
           const Nature& nature) {
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<double> share(-jitter, jitter);
  std::bernoulli_distribution lost(loss);
  Fleet fleet;
  Liveness device;
  Millis now = hours(1);
  for (const Millis end = now + duration; now < end;) {
    const double gap = static_cast<double>(period.count()) * (1 + share(random));
    now += Millis(static_cast<std::int64_t>(gap));
    while (device.deadline(nature) && *device.deadline(nature) <= now) {
      device.look(*device.deadline(nature), nature);
      fleet.false_suspects += device.state() == Availability::suspect;
      fleet.false_offlines += device.state() == Availability::offline;
    }
    if (!lost(random)) device.hear(now, nature);
  }
  return fleet;
}

TEST(Liveness, RegularSensorsAreNeverFoundOfflineInFourWeeks) {
  int suspects = 0;
  std::uint64_t seed = 0;
  for (const Millis period :
       {Millis(seconds(30)), Millis(minutes(1)), Millis(minutes(5)), Millis(hours(1))}) {
    for (const double jitter : {0.0, 0.1, 0.2}) {
      for (int device = 0; device < 5; ++device) {
        const Fleet fleet = live(period, jitter, 0.01, hours(28 * 24), ++seed, kMains);
        EXPECT_EQ(fleet.false_offlines, 0);
        suspects += fleet.false_suspects;
      }
    }
  }
  // Three in a row are lost once in a million; there were two million messages.
  EXPECT_LE(suspects, 10);
}

TEST(Liveness, EventsThatComeAtRandomMakeNobodySuspect) {
  std::mt19937_64 random(3);
  for (const double mean_s : {15.0, 240.0, 3'600.0}) {
    for (int i = 0; i < 40; ++i) {
      std::exponential_distribution<double> gap(1 / mean_s);
      Liveness device;
      Millis now = hours(1);
      for (int event = 0; event < 1'000; ++event) {
        now += Millis(static_cast<std::int64_t>(gap(random) * 1e3));
        device.hear(now, kMains);
        ASSERT_FALSE(device.deadline(kMains));
      }
    }
  }
}

TEST(Liveness, AHabitLearnedInABurstIsDoubtedOnce) {
  Liveness device;
  Millis now = hear_regularly(device, kMains, seconds(10), 200);
  int suspects = 0;
  for (int i = 0; i < 500; ++i) {
    now += minutes(5);
    while (device.deadline(kMains) && *device.deadline(kMains) <= now) {
      device.look(*device.deadline(kMains), kMains);
      suspects += device.state() == Availability::suspect;
    }
    device.hear(now, kMains);
  }
  EXPECT_EQ(suspects, 1);
}

}  // namespace
}  // namespace attune::devices
