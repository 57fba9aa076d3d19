#include "broker/shell/link/outbox.h"

#include <gtest/gtest.h>

#include <thread>

#include "broker/shell/link/backoff.h"

namespace attune::link {
namespace {

using namespace std::chrono_literals;

std::vector<Parcel> parcels(std::initializer_list<std::uint64_t> ids) {
  std::vector<Parcel> made;
  for (const std::uint64_t id : ids) {
    Parcel parcel;
    parcel.topic = std::to_string(id);
    parcel.commands = {CommandId{id}};
    made.push_back(std::move(parcel));
  }
  return made;
}

Outbox::Ticketed take(Outbox& outbox) {
  Outbox::Ticketed taken;
  EXPECT_EQ(outbox.take(taken), Outbox::Work::parcel);
  return taken;
}

TEST(Outbox, TakesParcelsOnlyForTheConnectionThatTheLoopKnows) {
  Outbox outbox(10, 10);
  EXPECT_FALSE(outbox.put(parcels({1})));
  outbox.up(5, 10);
  EXPECT_FALSE(outbox.put(parcels({1}))) << "the loop has not seen connection 5";
  EXPECT_FALSE(outbox.open(4));
  EXPECT_TRUE(outbox.open(5));
  EXPECT_TRUE(outbox.put(parcels({1})));
  outbox.down();
  EXPECT_EQ(outbox.waiting(), 0u);
  EXPECT_FALSE(outbox.put(parcels({2})));
  EXPECT_FALSE(outbox.open(0));
}

TEST(Outbox, TakesAllOfABatchOrNothing) {
  Outbox outbox(3, 10);
  outbox.up(5, 10);
  ASSERT_TRUE(outbox.open(5));
  EXPECT_TRUE(outbox.put(parcels({1, 2})));
  EXPECT_FALSE(outbox.put(parcels({3, 4})));
  EXPECT_EQ(outbox.waiting(), 2u);
}

TEST(Outbox, ReportsOnceAndAsksToWakeForTheFirstOnly) {
  Outbox outbox(10, 10);
  outbox.up(5, 10);
  outbox.put_first({});
  ASSERT_TRUE(outbox.open(5));
  ASSERT_TRUE(outbox.put(parcels({1, 2, 3})));
  const auto first = take(outbox).ticket;
  const auto second = take(outbox).ticket;
  const auto third = take(outbox).ticket;
  EXPECT_TRUE(outbox.sent(first));
  EXPECT_FALSE(outbox.sent(second));
  EXPECT_FALSE(outbox.sent(second)) << "a ticket counts once";
  EXPECT_FALSE(outbox.refused(third, "no"));
  const Reports reports = outbox.take_reports();
  EXPECT_EQ(reports.sent, (std::vector<CommandId>{CommandId{1}, CommandId{2}}));
  ASSERT_EQ(reports.refused.size(), 1u);
  EXPECT_EQ(reports.refused[0].command, CommandId{3});
  EXPECT_TRUE(outbox.take_reports().sent.empty());
}

TEST(Outbox, WhatWasUnderWayWhenTheLineBrokeIsNeverReported) {
  Outbox outbox(10, 10);
  outbox.up(5, 10);
  outbox.put_first({});
  ASSERT_TRUE(outbox.open(5));
  ASSERT_TRUE(outbox.put(parcels({1})));
  const auto ticket = take(outbox).ticket;
  outbox.down();
  EXPECT_FALSE(outbox.sent(ticket));
  EXPECT_TRUE(outbox.take_reports().sent.empty());
}

TEST(Outbox, KeepsWithinTheSmallerOfBothWindows) {
  Outbox outbox(10, 10);
  outbox.up(5, 2);
  outbox.put_first({});
  ASSERT_TRUE(outbox.open(5));
  ASSERT_TRUE(outbox.put(parcels({1, 2, 3})));
  const auto first = take(outbox).ticket;
  take(outbox);
  Outbox::Ticketed third;
  EXPECT_EQ(outbox.take(third), Outbox::Work::nudge) << "no room: nothing came for a while";
  std::thread sender([&] { EXPECT_EQ(outbox.take(third), Outbox::Work::parcel); });
  outbox.sent(first);
  sender.join();
  EXPECT_EQ(third.parcel.topic, "3");
}

TEST(Outbox, TheLinksOwnParcelsGoFirst) {
  Outbox outbox(10, 10);
  outbox.up(5, 10);
  ASSERT_TRUE(outbox.open(5));
  ASSERT_TRUE(outbox.put(parcels({1})));
  outbox.put_first(parcels({8, 9}));
  EXPECT_EQ(take(outbox).parcel.topic, "8");
  EXPECT_EQ(take(outbox).parcel.topic, "9");
  EXPECT_EQ(take(outbox).parcel.topic, "1");
}

TEST(Outbox, NothingGoesOutBeforeTheLinkHasSubscribedAndGreets) {
  Outbox outbox(10, 10);
  outbox.up(5, 10);
  ASSERT_TRUE(outbox.open(5));
  ASSERT_TRUE(outbox.put(parcels({1})));
  std::thread sender([&] {
    EXPECT_EQ(take(outbox).parcel.topic, "8");
    EXPECT_EQ(take(outbox).parcel.topic, "1");
  });
  std::this_thread::sleep_for(5ms);  // only gives a wrong sender the time to be wrong
  outbox.put_first(parcels({8}));
  sender.join();
}

TEST(Outbox, CloseEndsTheSender) {
  Outbox outbox(10, 10);
  std::thread sender([&] {
    Outbox::Ticketed none;
    EXPECT_EQ(outbox.take(none), Outbox::Work::closed);
  });
  outbox.close();
  sender.join();
}

TEST(Backoff, DoublesToItsLimitWithinTheUpperHalf) {
  Backoff backoff(100ms, 450ms, 7);
  for (const int limit : {100, 200, 400, 450, 450}) {
    const auto waited = backoff.next();
    EXPECT_GE(waited, std::chrono::milliseconds(limit / 2));
    EXPECT_LE(waited, std::chrono::milliseconds(limit));
  }
  backoff.reset();
  EXPECT_LE(backoff.next(), 100ms);
}

}  // namespace
}  // namespace attune::link
