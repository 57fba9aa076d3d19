#include "store/layer.h"

#include <gtest/gtest.h>

#include <random>

namespace attune::store {
namespace {

using Rows = std::map<std::string, std::string>;

/// A table that shows plainly what a layer must show.
Rows shown(const TableReader& tables, Direction direction, const std::string& from = "") {
  Rows rows;
  std::string last;
  Status scanned = tables.scan(Table::blobs, from, direction,
                               [&](std::string_view key, std::string_view value) -> Result<bool> {
                                 const bool up = direction == Direction::ascending;
                                 EXPECT_TRUE(rows.empty() || (up ? last < key : key < last));
                                 last = key;
                                 rows.emplace(key, value);
                                 return true;
                               });
  EXPECT_TRUE(scanned.ok());
  return rows;
}

/// Nothing below: every row stands in a layer.
class NoTables final : public TableReader {
 public:
  Result<std::optional<std::string_view>> get(Table, std::string_view) const override {
    return std::optional<std::string_view>();
  }
  Status scan(Table, std::string_view, Direction, const Visit&) const override { return {}; }
  Result<std::uint64_t> size(Table) const override { return std::uint64_t{0}; }
  Result<std::uint64_t> bytes(Table) const override { return std::uint64_t{0}; }
};

TEST(Layer, TwoLayersShowWhatOneTableWould) {
  std::mt19937_64 dice(5);
  const NoTables nothing;
  for (int round = 0; round < 200; ++round) {
    Layer low;
    Layer high;
    LayeredWriter below(nothing, low);
    LayeredWriter above(below, high);
    Rows plain;
    for (int i = 0; i < 30; ++i) {
      LayeredWriter& writer = i < 15 ? below : above;
      const std::string key(1, static_cast<char>('a' + dice() % 8));
      if (dice() % 3 == 0) {
        ASSERT_TRUE(writer.erase(Table::blobs, key).ok());
        plain.erase(key);
      } else {
        const std::string value = std::to_string(i);
        ASSERT_TRUE(writer.put(Table::blobs, key, value).ok());
        plain.insert_or_assign(key, value);
      }
    }
    EXPECT_EQ(shown(above, Direction::ascending), plain);
    EXPECT_EQ(shown(above, Direction::descending), plain);
    EXPECT_EQ(shown(above, Direction::ascending, "d"), Rows(plain.lower_bound("d"), plain.end()));
    EXPECT_EQ(*above.size(Table::blobs), plain.size());
    low.merge(std::move(high));
    EXPECT_EQ(shown(below, Direction::ascending), plain);
  }
}

TEST(Layer, AVisitThatHasEnoughEndsTheScan) {
  const NoTables nothing;
  Layer rows;
  LayeredWriter writer(nothing, rows);
  for (const char* key : {"a", "b", "c"}) ASSERT_TRUE(writer.put(Table::blobs, key, "").ok());
  int seen = 0;
  const auto visit = [&](std::string_view, std::string_view) -> Result<bool> { return ++seen < 2; };
  ASSERT_TRUE(writer.scan(Table::blobs, "", Direction::ascending, visit).ok());
  EXPECT_EQ(seen, 2);
}

}  // namespace
}  // namespace attune::store
