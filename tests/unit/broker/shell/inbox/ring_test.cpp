#include "broker/shell/inbox/ring.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <deque>
#include <filesystem>
#include <fstream>
#include <random>
#include <thread>

namespace attune::inbox {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kSmall = 64 * 1024;

class RingTest : public testing::Test {
 protected:
  RingTest() {
    std::string name = std::filesystem::temp_directory_path() / "attune-ring-XXXXXX";
    folder_ = mkdtemp(name.data());
  }
  ~RingTest() override { std::filesystem::remove_all(folder_); }

  std::unique_ptr<InboxRing> open(std::optional<store::InboxPosition> committed = std::nullopt,
                                  int wake_fd = -1) {
    auto opened = InboxRing::open({path(), kSmall, wake_fd}, committed);
    EXPECT_TRUE(opened.ok()) << (opened.ok() ? "" : opened.error().message);
    return opened.ok() ? std::move(*opened) : nullptr;
  }
  [[nodiscard]] std::string path() const { return folder_ + "/inbox.ring"; }

  std::string folder_;
};

Record message(std::string_view topic, std::string_view payload) {
  Record record;
  record.topic = topic;
  record.payload = payload;
  return record;
}

std::vector<std::string> payloads(InboxRing& ring) {
  std::vector<std::string> found;
  while (const auto record = ring.next()) found.emplace_back(record->payload);
  return found;
}

TEST_F(RingTest, YieldsEveryFieldAsItWasPushed) {
  auto ring = open();
  Record record = message("a/b", "payload");
  record.at = {Millis(123), Millis(45)};
  record.connection = 7;
  record.packet_id = 65'535;
  record.qos = 1;
  record.duplicate = record.retained = true;
  record.response_topic = "r";
  record.correlation = std::string_view("\0c", 2);
  record.traceparent = "00-1-2-01";
  Record connected;
  connected.kind = RecordKind::connected;
  connected.session_present = true;
  connected.absence = Millis(99);
  ASSERT_EQ(ring->push(record, 0ms), InboxRing::Push::done);
  ASSERT_EQ(ring->push(connected, 0ms), InboxRing::Push::done);
  EXPECT_EQ(ring->next(), record);
  EXPECT_EQ(ring->next(), connected);
  EXPECT_FALSE(ring->next().has_value());
}

TEST_F(RingTest, ARestartReplaysExactlyWhatWasNotCommitted) {
  auto ring = open();
  ASSERT_TRUE(ring->created());
  for (const char* text : {"1", "2", "3"}) {
    ASSERT_EQ(ring->push(message("t", text), 0ms), InboxRing::Push::done);
  }
  ASSERT_TRUE(ring->next().has_value());
  const store::InboxPosition committed = ring->position();
  ASSERT_TRUE(ring->next().has_value());
  ring.reset();
  ring = open(committed);
  EXPECT_FALSE(ring->created());
  EXPECT_EQ(ring->recovered_records(), 2u);
  EXPECT_EQ(payloads(*ring), (std::vector<std::string>{"2", "3"}));
}

TEST_F(RingTest, AnotherStoresRingIsReplaced) {
  auto ring = open();
  ASSERT_EQ(ring->push(message("t", "old"), 0ms), InboxRing::Push::done);
  const store::InboxPosition foreign{ring->id() + 1, 0};
  ring.reset();
  ring = open(foreign);
  EXPECT_TRUE(ring->created());
  EXPECT_NE(ring->id() + 1, foreign.ring);
  EXPECT_TRUE(payloads(*ring).empty());
}

TEST_F(RingTest, AFullRingWaitsOnlyAsLongAsItIsTold) {
  auto ring = open();
  const std::string payload(8'000, 'x');
  int pushed = 0;
  while (ring->push(message("t", payload), 0ms) == InboxRing::Push::done) ++pushed;
  EXPECT_GE(pushed, 7);
  const auto began = std::chrono::steady_clock::now();
  EXPECT_EQ(ring->push(message("t", payload), 20ms), InboxRing::Push::full);
  EXPECT_GE(std::chrono::steady_clock::now() - began, 20ms);
  EXPECT_EQ(payloads(*ring).size(), static_cast<std::size_t>(pushed));
  EXPECT_EQ(ring->push(message("t", payload), 0ms), InboxRing::Push::full) << "nothing committed";
  ring->consumed(ring->position());
  EXPECT_EQ(ring->push(message("t", payload), 0ms), InboxRing::Push::done);
}

TEST_F(RingTest, RoomThatComesWakesAPush) {
  auto ring = open();
  const std::string payload(8'000, 'x');
  while (ring->push(message("t", payload), 0ms) == InboxRing::Push::done) {
  }
  std::thread producer(
      [&] { EXPECT_EQ(ring->push(message("t", payload), 60s), InboxRing::Push::done); });
  payloads(*ring);
  ring->consumed(ring->position());
  producer.join();
}

TEST_F(RingTest, WhatNeedsMoreThanAQuarterIsTooLarge) {
  auto ring = open();
  EXPECT_EQ(ring->push(message("t", std::string(kSmall / 4, 'x')), 0ms),
            InboxRing::Push::too_large);
  EXPECT_EQ(ring->push(message("t", std::string(kSmall / 4 - 200, 'x')), 0ms),
            InboxRing::Push::done);
}

TEST_F(RingTest, AskForACommitWhenAQuarterWasRead) {
  auto ring = open();
  const std::string payload(kSmall / 8, 'x');
  ASSERT_EQ(ring->push(message("t", payload), 0ms), InboxRing::Push::done);
  ASSERT_EQ(ring->push(message("t", payload), 0ms), InboxRing::Push::done);
  EXPECT_FALSE(ring->wants_commit());
  payloads(*ring);
  EXPECT_TRUE(ring->wants_commit());
  ring->consumed(ring->position());
  EXPECT_FALSE(ring->wants_commit());
}

TEST_F(RingTest, WakesASleeperAndOnlyASleeper) {
  const int wake = eventfd(0, EFD_NONBLOCK);
  auto ring = open(std::nullopt, wake);
  const auto woken = [&] {
    std::uint64_t count = 0;
    return read(wake, &count, sizeof count) == sizeof count;
  };
  ASSERT_EQ(ring->push(message("t", "1"), 0ms), InboxRing::Push::done);
  EXPECT_FALSE(woken());
  EXPECT_FALSE(ring->prepare_sleep()) << "a record is there";
  payloads(*ring);
  EXPECT_TRUE(ring->prepare_sleep());
  ASSERT_EQ(ring->push(message("t", "2"), 0ms), InboxRing::Push::done);
  EXPECT_TRUE(woken());
  ASSERT_EQ(ring->push(message("t", "3"), 0ms), InboxRing::Push::done);
  EXPECT_FALSE(woken());
  ring.reset();
  close(wake);
}

TEST_F(RingTest, ASecondProcessIsRefused) {
  auto ring = open();
  const auto second = InboxRing::open({path(), kSmall, -1}, std::nullopt);
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code, "inbox");
}

TEST_F(RingTest, RemembersWhenItWasLastAliveOverARestart) {
  auto ring = open();
  EXPECT_FALSE(ring->last_alive().has_value());
  ring->mark_alive({Millis(5), Millis(6)});
  const store::InboxPosition committed = ring->position();
  ring.reset();
  EXPECT_EQ(open(committed)->last_alive(), (std::optional<Stamp>{{Millis(5), Millis(6)}}));
}

/// Every flipped bit of the file: recovery never yields anything but a prefix of what was pushed.
TEST_F(RingTest, AFlippedBitEndsTheWalkBeforeTheDamage) {
  auto ring = open();
  std::vector<std::string> pushed;
  for (int i = 0; i < 20; ++i) {
    pushed.push_back(std::to_string(i) + std::string(static_cast<std::size_t>(i * 7), 'p'));
    ASSERT_EQ(ring->push(message("topic", pushed.back()), 0ms), InboxRing::Push::done);
  }
  const store::InboxPosition committed{ring->id(), 0};
  const std::uint64_t used = ring->used_bytes();
  ring.reset();
  for (std::uint64_t byte = 4'096; byte < 4'096 + used; ++byte) {
    const auto flip = [&] {
      std::fstream file(path(), std::ios::in | std::ios::out | std::ios::binary);
      file.seekg(static_cast<std::streamoff>(byte));
      const char old = static_cast<char>(file.get());
      file.seekp(static_cast<std::streamoff>(byte));
      file.put(static_cast<char>(old ^ (1 << (byte % 8))));
    };
    flip();
    ring = open(committed);
    const std::vector<std::string> found = payloads(*ring);
    ASSERT_LE(found.size(), pushed.size());
    EXPECT_TRUE(std::equal(found.begin(), found.end(), pushed.begin())) << "byte " << byte;
    ring.reset();
    flip();
  }
  EXPECT_EQ(payloads(*open(committed)), pushed);
}

/// A payload that holds the bytes of a record at its own future position is not taken for one.
TEST_F(RingTest, APayloadCannotPoseAsARecord) {
  auto ring = open();
  // A slot with the position at which recovery will look, and a CRC of 0, for many positions.
  std::string forged;
  for (std::uint64_t position = kSmall; position < kSmall + 8'000; position += 16) {
    forged.append(reinterpret_cast<const char*>(&position), 8);
    forged.append(8, '\0');
  }
  while (ring->push(message("t", forged), 0ms) == InboxRing::Push::done) {
  }
  payloads(*ring);
  ring->consumed(ring->position());
  ASSERT_EQ(ring->push(message("t", "last"), 0ms), InboxRing::Push::done);
  const store::InboxPosition committed = ring->position();
  ring.reset();
  EXPECT_EQ(payloads(*open(committed)), (std::vector<std::string>{"last"}));
}

/// Random operations against a queue, over many laps and restarts.
TEST_F(RingTest, BehavesLikeAQueueOverLapsAndRestarts) {
  for (std::uint32_t seed = 1; seed <= 20; ++seed) {
    std::filesystem::remove(path());
    std::mt19937 random(seed);
    auto ring = open();
    std::deque<std::string> unread;       // pushed, not read
    std::deque<std::string> uncommitted;  // read, not committed
    store::InboxPosition committed = ring->position();
    for (int step = 0; step < 2'000; ++step) {
      switch (random() % 8) {
        case 0:
        case 1:
        case 2: {
          const std::string payload(random() % (random() % 4 == 0 ? 15'000 : 300),
                                    static_cast<char>('a' + step % 26));
          if (ring->push(message("t", payload), 0ms) == InboxRing::Push::done) {
            unread.push_back(payload);
          }
          break;
        }
        case 3:
        case 4:
        case 5: {
          const auto record = ring->next();
          ASSERT_EQ(record.has_value(), !unread.empty()) << "seed " << seed << " step " << step;
          if (!record) break;
          ASSERT_EQ(record->payload, unread.front()) << "seed " << seed << " step " << step;
          uncommitted.push_back(unread.front());
          unread.pop_front();
          break;
        }
        case 6:
          committed = ring->position();
          ring->consumed(committed);
          uncommitted.clear();
          break;
        default:
          if (random() % 10 != 0) break;
          ring.reset();
          ring = open(committed);
          ASSERT_FALSE(ring->created());
          unread.insert(unread.begin(), uncommitted.begin(), uncommitted.end());
          uncommitted.clear();
          ASSERT_EQ(ring->recovered_records(), unread.size()) << "seed " << seed;
      }
    }
  }
}

/// `kill -9` in the middle of writing: what the child said it had pushed is there, in order, and
/// at most one record more.
TEST_F(RingTest, KeepsWhatAKilledProcessHadPushed) {
  for (int round = 0; round < 10; ++round) {
    std::filesystem::remove(path());
    auto ring = open();
    const store::InboxPosition start = ring->position();
    int pipe_ends[2];
    ASSERT_EQ(pipe(pipe_ends), 0);
    const pid_t child = fork();
    if (child == 0) {
      for (std::uint32_t i = 0;; ++i) {
        const std::string payload = std::to_string(i);
        if (ring->push(message("t", payload), 0ms) != InboxRing::Push::done) pause();
        if (write(pipe_ends[1], &i, sizeof i) != sizeof i) _exit(1);
      }
    }
    close(pipe_ends[1]);
    std::uint32_t said = 0;
    for (int i = 0; i <= 40 * round; ++i) ASSERT_EQ(read(pipe_ends[0], &said, sizeof said), 4);
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    for (std::uint32_t more = 0; read(pipe_ends[0], &more, sizeof more) == 4;) said = more;
    close(pipe_ends[0]);
    ring.reset();
    ring = open(start);
    const std::vector<std::string> found = payloads(*ring);
    ASSERT_GE(found.size(), said + 1u);
    ASSERT_LE(found.size(), said + 2u);
    for (std::size_t i = 0; i < found.size(); ++i) ASSERT_EQ(found[i], std::to_string(i));
  }
}

}  // namespace
}  // namespace attune::inbox
