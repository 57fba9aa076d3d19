#include "broker/core/packed.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace attune::core {
namespace {

Conflict sample_conflict() {
  Conflict conflict;
  conflict.path = {DeviceId("hall_lamp"), "l2.color"};
  conflict.kept = {std::vector<double>{0.1, -2.5e300}, "rule:hall", {Millis(5), 6}, Revision{7}};
  conflict.lost = {Value("a:1\n\xC3\xBC"), "person", {Millis(-8), 0}, {}};
  conflict.policy = ConflictPolicy::person_before_rule;
  conflict.base = Revision{9};
  conflict.revision = Revision{10};
  conflict.since = {Millis(11), Millis(12)};
  return conflict;
}

SeenWrites::Entry sample_entry() {
  SeenWrites::Entry entry;
  entry.fingerprint = ~std::uint64_t{0};
  entry.at = Millis(13);
  entry.reply.result = Reply::Result::conflict;
  entry.reply.revision = Revision{14};
  entry.reply.command = CommandId{15};
  entry.reply.current = 0.1;
  entry.reply.conflict = sample_conflict();
  return entry;
}

TEST(Packed, ReadsBackAConflictWithEveryKindOfValue) {
  for (const Value& value : {Value(), Value(true), Value(false), Value(-3), Value(1.0 / 3),
                             Value(""), Value("x"), Value(std::vector<double>{})}) {
    Conflict conflict = sample_conflict();
    conflict.lost.value = value;
    const auto read = unpack_conflict(pack(conflict));
    ASSERT_TRUE(read) << to_json(value);
    EXPECT_EQ(*read, conflict);
  }
}

TEST(Packed, ReadsBackASeenWrite) {
  const auto read = unpack_seen(pack(sample_entry()));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->fingerprint, ~std::uint64_t{0});
  EXPECT_EQ(read->at, Millis(13));
  EXPECT_EQ(read->reply.result, Reply::Result::conflict);
  EXPECT_EQ(read->reply.revision, Revision{14});
  EXPECT_EQ(read->reply.command, CommandId{15});
  EXPECT_EQ(read->reply.current, Value(0.1));
  EXPECT_EQ(read->reply.conflict, sample_conflict());
}

RuleMemory sample_memory() {
  return {Instant{Millis(-1), Millis(2)}, Millis(3), 4, Instant{Millis(5), Millis(6)}, true};
}

Notice sample_notice() {
  return {"leak#0@7",
          RuleId("leak[a]"),
          "household",
          "a/b",
          "critical",
          "Leak: \xC3\xBC",
          3,
          NoticeState::repeated,
          {Millis(1), Millis(2)},
          {Millis(3), Millis(4)},
          true,
          false,
          Revision{7}};
}

TEST(Packed, ReadsBackARulesMemoryAndANotice) {
  EXPECT_EQ(unpack_memory(pack(sample_memory())), sample_memory());
  EXPECT_EQ(unpack_memory(pack(RuleMemory{})), RuleMemory{});
  EXPECT_EQ(unpack_notice(pack(sample_notice())), sample_notice());
}

TEST(Packed, RefusesEveryCutOfAMemoryAndANotice) {
  const std::string memory = pack(sample_memory());
  for (std::size_t size = 0; size < memory.size(); ++size) {
    EXPECT_FALSE(unpack_memory(memory.substr(0, size))) << size;
  }
  const std::string notice = pack(sample_notice());
  for (std::size_t size = 0; size < notice.size(); ++size) {
    EXPECT_FALSE(unpack_notice(notice.substr(0, size))) << size;
  }
  EXPECT_FALSE(unpack_memory(memory + "0:"));
  EXPECT_FALSE(unpack_notice(notice + "0:"));
}

TEST(Packed, RefusesEveryCutAndWhatFollows) {
  const std::string whole = pack(sample_entry());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(unpack_seen(whole.substr(0, size))) << size;
  }
  EXPECT_FALSE(unpack_seen(whole + "1:x"));
  EXPECT_FALSE(unpack_conflict("99999999999999999999:x"));
  EXPECT_FALSE(unpack_conflict("18446744073709551615:x"));
}

TEST(Packed, TakesOrRefusesAnyBytesAndNothingElse) {
  std::mt19937 random(3);
  const std::string whole = pack(sample_entry());
  for (int i = 0; i < 20'000; ++i) {
    std::string bad = whole;
    for (int flips = 0; flips < 3; ++flips) {
      bad[random() % bad.size()] = static_cast<char>(random());
    }
    if (const auto read = unpack_seen(bad)) {
      EXPECT_TRUE(unpack_seen(pack(*read)));
    }
  }
}

}  // namespace
}  // namespace attune::core
