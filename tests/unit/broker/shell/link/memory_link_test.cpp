#include "broker/shell/link/memory_link.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>

#include "broker/shell/inbox/arrival.h"

namespace attune::link {
namespace {

using inbox::RecordKind;

struct Seen {
  RecordKind kind;
  std::string topic;
  std::string payload;
  bool duplicate;
  bool retained;
  std::uint16_t packet_id;
};

class MemoryLinkTest : public testing::Test {
 protected:
  MemoryLinkTest() {
    std::string name = std::filesystem::temp_directory_path() / "attune-memory-XXXXXX";
    folder_ = mkdtemp(name.data());
    ring_ = std::move(*inbox::InboxRing::open({folder_ + "/ring", 64 * 1024, -1}, std::nullopt));
    LinkOptions options;
    options.node = "n";
    options.subscriptions = {"home/#"};
    options.online = [] { return std::string("online"); };
    link_ = std::make_unique<MemoryLink>(options, *ring_, broker_, [this] { return now_; });
  }
  ~MemoryLinkTest() override {
    link_.reset();
    std::filesystem::remove_all(folder_);
  }

  std::vector<Seen> take() {
    std::vector<Seen> seen;
    while (const auto record = ring_->next()) {
      if (record->kind == RecordKind::connected) link_->open_outbox(record->connection);
      seen.push_back({record->kind, std::string(record->topic), std::string(record->payload),
                      record->duplicate, record->retained, record->packet_id});
    }
    ring_->consumed(ring_->position());
    return seen;
  }

  static std::vector<Parcel> one(const std::string& topic, std::uint64_t command) {
    std::vector<Parcel> parcels;
    parcels.push_back(parcel({topic, "x", 1}, {CommandId{command}}));
    return parcels;
  }

  std::string folder_;
  inbox::Stamp now_{Millis(1'000'000), Millis(1'000)};
  MemoryBroker broker_;
  std::unique_ptr<inbox::InboxRing> ring_;
  std::unique_ptr<MemoryLink> link_;
};

TEST_F(MemoryLinkTest, GreetsLikeTheRealOne) {
  broker_.publish("home/kept", "1", 1, true);
  ASSERT_TRUE(link_->start().ok());
  const std::vector<Seen> seen = take();
  ASSERT_EQ(seen.size(), 3u);
  EXPECT_EQ(seen[0].kind, RecordKind::connected);
  EXPECT_TRUE(seen[1].retained);
  EXPECT_EQ(seen[2].topic, inbox::marker_topic("attune", "n"));
  EXPECT_EQ(broker_.retained().at("attune/status"), "online");
  link_->disconnect("gone");
  EXPECT_EQ(broker_.retained().at("attune/status"), kOffline);
}

TEST_F(MemoryLinkTest, OwnPublishesDoNotComeBack) {
  ASSERT_TRUE(link_->start().ok());
  take();
  std::vector<std::string> heard;
  broker_.listen("home/+", [&](const Parcel& parcel) { heard.push_back(parcel.topic); });
  ASSERT_TRUE(link_->publish(one("home/a", 4)));
  EXPECT_EQ(heard, (std::vector<std::string>{"home/a"}));
  EXPECT_TRUE(take().empty());
  EXPECT_EQ(link_->take_reports().sent, (std::vector<CommandId>{CommandId{4}}));
}

TEST_F(MemoryLinkTest, WhatCameMeanwhileIsDeliveredBeforeTheMarker) {
  ASSERT_TRUE(link_->start().ok());
  take();
  link_->disconnect("gone");
  broker_.publish("home/a", "1", 1);
  broker_.publish("home/a", "2", 0);
  EXPECT_FALSE(link_->publish(one("home/b", 4)));
  link_->connect();
  const std::vector<Seen> seen = take();
  ASSERT_EQ(seen.size(), 4u);
  EXPECT_EQ(seen[0].kind, RecordKind::disconnected);
  EXPECT_EQ(seen[1].kind, RecordKind::connected);
  EXPECT_EQ(seen[2].payload, "1");
  EXPECT_EQ(seen[3].topic, inbox::marker_topic("attune", "n"));
}

TEST_F(MemoryLinkTest, AnUnacknowledgedMessageComesAgainWithDupAndItsPacketId) {
  ASSERT_TRUE(link_->start().ok());
  take();
  link_->lose_acknowledgements(1);
  broker_.publish("home/a", "1");
  broker_.publish("home/a", "2");
  const std::vector<Seen> first = take();
  ASSERT_EQ(first.size(), 2u);
  link_->disconnect("gone");
  link_->connect();
  const std::vector<Seen> again = take();
  ASSERT_EQ(again.size(), 4u);
  EXPECT_EQ(again[2].payload, "1");
  EXPECT_TRUE(again[2].duplicate);
  EXPECT_EQ(again[2].packet_id, first[0].packet_id);
}

TEST_F(MemoryLinkTest, LosesParcelsAndReportsWhenTold) {
  ASSERT_TRUE(link_->start().ok());
  take();
  int heard = 0;
  broker_.listen("#", [&](const Parcel&) { ++heard; });
  link_->lose_reports(1);
  ASSERT_TRUE(link_->publish(one("home/a", 1)));
  EXPECT_EQ(heard, 1);
  EXPECT_TRUE(link_->take_reports().sent.empty());
  link_->lose_parcels(1);
  ASSERT_TRUE(link_->publish(one("home/a", 2)));
  EXPECT_EQ(heard, 1);
}

TEST_F(MemoryLinkTest, AFullRingHangsUpAndNothingIsLost) {
  ASSERT_TRUE(link_->start().ok());
  take();
  for (int i = 0; i < 20; ++i) {
    broker_.publish("home/a", std::to_string(i) + std::string(10'000, '.'));
  }
  EXPECT_EQ(link_->status().hang_ups, 1u);
  std::vector<int> got;
  for (int round = 0; round < 20 && got.size() < 20; ++round) {
    for (const Seen& seen : take()) {
      if (seen.topic == "home/a") got.push_back(std::stoi(seen.payload));
    }
    link_->connect();
  }
  ASSERT_EQ(got.size(), 20u);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(got[static_cast<std::size_t>(i)], i);
}

TEST_F(MemoryLinkTest, ARestartedBrokerHasForgottenTheSession) {
  ASSERT_TRUE(link_->start().ok());
  take();
  broker_.restart();
  broker_.publish("home/a", "lost");
  link_->connect();
  for (const Seen& seen : take()) EXPECT_NE(seen.payload, "lost");
}

}  // namespace
}  // namespace attune::link
