#include "broker/shell/loop/telling.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/silent_link.h"

namespace attune::shell {
namespace {

/// A line that keeps what it is given, and may refuse it.
class Line final : public support::SilentLink {
 public:
  bool publish(std::vector<link::Parcel> parcels) override {
    if (!up) return false;
    for (auto& parcel : parcels) taken.push_back(std::move(parcel));
    return true;
  }

  std::vector<link::Parcel> taken;
};

core::Outcome raised(std::size_t count, const std::string& message = "Leak") {
  core::Outcome outcome;
  for (std::size_t i = 0; i < count; ++i) {
    core::Notice notice;
    notice.id = "leak#0@7";
    notice.rule = RuleId("leak");
    notice.to = "people";
    notice.severity = "critical";
    notice.message = message;
    notice.count = static_cast<std::uint32_t>(i + 1);
    outcome.notices.push_back(std::move(notice));
  }
  return outcome;
}

std::vector<Blob> rows_of(const core::Outcome& outcome) {
  std::vector<Blob> rows;
  for (const Write& write : outcome.writes) {
    if (!write.erase) rows.push_back(std::get<Blob>(write.record));
  }
  return rows;
}

TEST(Telling, NothingLeavesBeforeItIsCommitted) {
  Telling telling("attune");
  Line line;
  core::Outcome outcome = raised(1);
  EXPECT_TRUE(telling.take(outcome));
  telling.let_out(line);
  EXPECT_TRUE(line.taken.empty());
  telling.committed();
  telling.let_out(line);
  ASSERT_EQ(line.taken.size(), 1u);
  EXPECT_EQ(line.taken[0].topic, "attune/notify/people");
  EXPECT_EQ(line.taken[0].payload,
            R"({"id":"leak#0@7","severity":"critical","message":"Leak","rule":"leak","count":1,)"
            R"("state":"raised"})");
  telling.let_out(line);
  EXPECT_EQ(line.taken.size(), 1u) << "the link has it already";
}

TEST(Telling, AnEchoIsSaidAndKeptAsTheNoticeItself) {
  Telling telling("attune", {"attune/ha/notices", [](const core::Notice& n) { return n.message; }});
  Line line;
  core::Outcome outcome = raised(1);
  EXPECT_TRUE(telling.take(outcome));
  EXPECT_EQ(rows_of(outcome).size(), 2u);
  telling.committed();
  telling.let_out(line);
  ASSERT_EQ(line.taken.size(), 2u);
  EXPECT_EQ(line.taken[1].topic, "attune/ha/notices");
  EXPECT_EQ(line.taken[1].payload, "Leak");
  EXPECT_FALSE(line.taken[1].retain);
}

TEST(Telling, WhatTheBrokerDidNotConfirmIsSaidAgainAfterTheLineWent) {
  Telling telling("attune");
  Line line;
  core::Outcome outcome = raised(2);
  telling.take(outcome);
  telling.committed();
  telling.let_out(line);
  std::vector<Write> writes;
  telling.told({line.taken.at(0).notice}, writes);
  ASSERT_EQ(writes.size(), 1u);
  EXPECT_TRUE(writes[0].erase);
  telling.link_lost();
  telling.let_out(line);
  ASSERT_EQ(line.taken.size(), 3u);
  EXPECT_EQ(line.taken[2].notice, line.taken[1].notice);
}

TEST(Telling, WhatWasNotConfirmedIsSaidAgainAfterAStart) {
  core::Outcome outcome = raised(1, std::string("a\0b", 3));
  Telling before("attune");
  before.take(outcome);
  Telling after("attune");
  after.restore(rows_of(outcome));
  Line line;
  after.let_out(line);
  ASSERT_EQ(line.taken.size(), 1u);
  core::Outcome next = raised(1);
  after.take(next);
  EXPECT_GT(rows_of(next).at(0).key, rows_of(outcome).at(0).key) << "numbers go on";
}

TEST(Telling, RowsOfNonsenseAreLeftOut) {
  Telling telling("attune");
  const std::string space(Telling::kSpace);
  telling.restore({{space, "one", std::string("t\0p", 3)},
                   {space, "00000000000000000001", "no mark"},
                   {space, "", ""},
                   {space, "00000000000000000002", std::string("t\0p", 3)}});
  Line line;
  telling.let_out(line);
  ASSERT_EQ(line.taken.size(), 1u);
  EXPECT_EQ(line.taken[0].notice, 2u);
}

TEST(Telling, TheOldestGoWhereNobodyListens) {
  Telling telling("attune");
  Line line;
  line.up = false;
  core::Outcome outcome = raised(Telling::kWaitingMax + 2);
  telling.take(outcome);
  EXPECT_EQ(outcome.rejections.size(), 2u);
  telling.committed();
  telling.let_out(line);
  line.up = true;
  telling.let_out(line);
  EXPECT_EQ(line.taken.size(), Telling::kWaitingMax);
  EXPECT_EQ(line.taken.at(0).notice, 3u);
}

}  // namespace
}  // namespace attune::shell
