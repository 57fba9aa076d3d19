#include "broker/shell/inbox/arrival.h"

#include <gtest/gtest.h>

namespace attune::inbox {
namespace {

constexpr Stamp at(int ms) {
  return {Millis(1'000'000 + ms), Millis(ms)};
}

Record connected(bool session_present, std::optional<Millis> absence) {
  Record record;
  record.kind = RecordKind::connected;
  record.connection = 9;
  record.at = at(0);
  record.session_present = session_present;
  record.absence = absence;
  return record;
}

Record message(int ms, std::string_view topic = "t", std::string_view payload = "x") {
  Record record;
  record.connection = 9;
  record.at = at(ms);
  record.topic = topic;
  record.payload = payload;
  return record;
}

class Arrivals : public testing::Test {
 protected:
  ArrivalClassifier classifier_{marker_topic("attune", "n")};
};

TEST_F(Arrivals, BeforeTheMarkerIsLateAfterALongAbsenceAndLiveBehindIt) {
  classifier_.connected(connected(true, ArrivalClassifier::kAbsence + Millis(1)));
  EXPECT_EQ(classifier_.classify(message(1), at(1)), Arrival::late);
  EXPECT_FALSE(classifier_.drained());
  EXPECT_TRUE(classifier_.is_marker(message(2, "attune/marker/n", "9")));
  EXPECT_TRUE(classifier_.drained());
  EXPECT_EQ(classifier_.classify(message(3), at(3)), Arrival::live);
}

TEST_F(Arrivals, AShortAbsenceMakesNothingLate) {
  classifier_.connected(connected(true, ArrivalClassifier::kAbsence));
  EXPECT_EQ(classifier_.classify(message(1), at(1)), Arrival::live);
}

TEST_F(Arrivals, AnUnknownAbsenceIsALongOne) {
  classifier_.connected(connected(true, std::nullopt));
  EXPECT_EQ(classifier_.classify(message(1), at(1)), Arrival::late);
}

TEST_F(Arrivals, WithoutASessionNothingWasQueued) {
  classifier_.connected(connected(false, std::nullopt));
  EXPECT_EQ(classifier_.classify(message(1), at(1)), Arrival::live);
}

TEST_F(Arrivals, RetainedIsRetainedWheneverItComes) {
  classifier_.connected(connected(true, Millis(0)));
  Record record = message(1);
  record.retained = true;
  EXPECT_EQ(classifier_.classify(record, at(1)), Arrival::retained);
}

TEST_F(Arrivals, WhatWaitedInTheRingForMoreThanItsAgeIsLate) {
  classifier_.connected(connected(true, Millis(0)));
  const int age = static_cast<int>(ArrivalClassifier::kRingAge.count());
  EXPECT_EQ(classifier_.classify(message(5), at(5 + age)), Arrival::live);
  EXPECT_EQ(classifier_.classify(message(5), at(6 + age)), Arrival::late);
}

TEST_F(Arrivals, AMarkerOfAnotherConnectionIsAMarkerButSaysNothing) {
  classifier_.connected(connected(true, std::nullopt));
  EXPECT_TRUE(classifier_.is_marker(message(1, "attune/marker/n", "8")));
  EXPECT_FALSE(classifier_.drained());
  EXPECT_FALSE(classifier_.is_marker(message(1, "attune/marker/other", "9")));
}

TEST_F(Arrivals, AMarkerThatNeverComesIsGivenUp) {
  classifier_.connected(connected(true, std::nullopt));
  const int wait = static_cast<int>(ArrivalClassifier::kMarkerWait.count());
  EXPECT_EQ(classifier_.classify(message(wait), at(wait)), Arrival::late);
  EXPECT_EQ(classifier_.classify(message(wait + 1), at(wait + 1)), Arrival::live);
  EXPECT_EQ(classifier_.markers_missed(), 1u);
}

std::vector<Blob> blobs_of(const std::vector<Write>& writes) {
  std::vector<Blob> blobs;
  for (const Write& write : writes) blobs.push_back(std::get<Blob>(write.record));
  return blobs;
}

TEST_F(Arrivals, ARestartGoesOnWhereItWas) {
  classifier_.connected(connected(true, std::nullopt));
  const auto before = blobs_of(classifier_.take_dirty());
  EXPECT_TRUE(classifier_.take_dirty().empty());
  EXPECT_TRUE(classifier_.is_marker(message(2, "attune/marker/n", "9")));
  const auto behind = blobs_of(classifier_.take_dirty());
  ArrivalClassifier queued{marker_topic("attune", "n")};
  queued.restore(before);
  EXPECT_EQ(queued.classify(message(3), at(3)), Arrival::late);
  ArrivalClassifier drained{marker_topic("attune", "n")};
  drained.restore(behind);
  EXPECT_EQ(drained.classify(message(3), at(3)), Arrival::live);
}

TEST_F(Arrivals, WhatBelongsToNoKnownConnectionIsLate) {
  EXPECT_EQ(classifier_.classify(message(1), at(1)), Arrival::late);
}

TEST(Elapsed, FollowsTheBootClockAndOverARebootTheWall) {
  EXPECT_EQ(elapsed({Millis(100), Millis(10)}, {Millis(5), Millis(40)}), Millis(30));
  EXPECT_EQ(elapsed({Millis(100), Millis(90)}, {Millis(250), Millis(40)}), Millis(150));
  EXPECT_EQ(elapsed({Millis(100), Millis(90)}, {Millis(50), Millis(40)}), Millis(0));
}

}  // namespace
}  // namespace attune::inbox
