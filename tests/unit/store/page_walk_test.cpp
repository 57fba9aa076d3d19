#include "store/page_walk.h"

#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <iterator>

#include "store/store.h"
#include "tests/unit/store/samples.h"

namespace attune::store {
namespace {

class Bytes final : public PageSource {
 public:
  explicit Bytes(std::string bytes) : bytes_(std::move(bytes)) {}
  bool read(std::uint64_t at, void* to, std::size_t size) const override {
    if (at > bytes_.size() || size > bytes_.size() - at) return false;
    std::memcpy(to, bytes_.data() + at, size);
    return true;
  }
  std::uint64_t bytes() const override { return bytes_.size(); }
  char& operator[](std::size_t at) { return bytes_[at]; }

 private:
  std::string bytes_;
};

/// A store with trees of several levels, values outside of their leaves, and free pages.
Bytes sample_store(std::uint64_t changes = 3'000) {
  TemporaryFolder folder;
  auto store = std::move(*open_lmdb({folder.path(), 64 << 20}));
  EXPECT_TRUE(store->recover().ok());
  for (std::uint64_t head = 0; head < changes; head += 500) {
    Turn turn = turn_above(head, 500);
    turn.writes.push_back({Blob{"a", std::to_string(head), std::string(9'000, 'x')}});
    turn.folded_through = Revision{head + 500};
    EXPECT_TRUE(store->commit(turn).ok());
  }
  store.reset();
  std::ifstream in(folder.data_file(), std::ios::binary);
  return Bytes({std::istreambuf_iterator<char>(in), {}});
}

std::string refusal(const PageSource& source) {
  const auto walked = walk_pages(source, kEveryLeaf);
  return walked ? "" : walked.error().message;
}

std::size_t begin_of_page(std::uint64_t page) {
  return page * 4'096;
}

TEST(PageWalk, AccountsForEveryPage) {
  const Bytes store = sample_store();
  const auto walked = walk_pages(store, kEveryLeaf);
  ASSERT_TRUE(walked.ok()) << walked.error().message;
  EXPECT_GT(walked->branches, 0u);
  EXPECT_GT(walked->overflow, 0u);
  EXPECT_GT(walked->free, 0u);
  EXPECT_EQ(walked->unread, 0u);
  const std::uint64_t meta = 2;
  EXPECT_EQ(meta + walked->branches + walked->leaves + walked->overflow + walked->free,
            read_snapshot(store)->last_page + 1);
}

TEST(PageWalk, LeavesTheLeavesOfALargeTableToTheirReaders) {
  const Bytes store = sample_store();
  const auto at_open = walk_pages(store, 10);
  const auto whole = walk_pages(store, kEveryLeaf);
  ASSERT_TRUE(at_open.ok() && whole.ok());
  EXPECT_GT(at_open->unread, 10u);
  EXPECT_EQ(at_open->leaves + at_open->unread, whole->leaves);
  EXPECT_EQ(at_open->branches, whole->branches);
}

/// LMDB leaves the pages of a long value to the shorter one that takes its place.
TEST(PageWalk, TakesAShortValueInALongRunOfPages) {
  TemporaryFolder folder;
  {
    auto store = std::move(*open_lmdb({folder.path(), 64 << 20}));
    ASSERT_TRUE(store->recover().ok());
    for (const std::size_t bytes : {20'000u, 9'000u}) {
      Turn turn;
      turn.writes.push_back({Blob{"a", "b", std::string(bytes, 'x')}});
      turn.clean = bytes == 9'000u;  // both into their table, in one transaction
      ASSERT_TRUE(store->commit(turn).ok());
    }
  }
  EXPECT_TRUE(open_lmdb({folder.path(), 64 << 20}).ok());
}

TEST(PageWalk, NamesATreeThatLeadsToTheSamePageTwice) {
  Bytes store = sample_store();
  const Snapshot snapshot = *read_snapshot(store);
  const auto tables = Page::read(store, snapshot, snapshot.tables.root, "tables");
  ASSERT_TRUE(tables.ok());
  for (const Node& node : tables->nodes()) {
    const Tree log = read_tree(node);
    if (log.name != "log") continue;
    const auto root = Page::read(store, snapshot, log.root, "log");
    ASSERT_TRUE(root.ok() && !root->is_leaf());
    // The second child becomes the first one.
    std::uint16_t second = 0;
    ASSERT_TRUE(store.read(begin_of_page(log.root) + kPageHeadBytes + 2, &second, sizeof second));
    const std::uint64_t first = root->nodes()[0].page;
    std::memcpy(&store[begin_of_page(log.root) + second], &first, 4);
  }
  EXPECT_NE(refusal(store).find("table log leads to page"), std::string::npos) << refusal(store);
}

TEST(PageWalk, NamesTheTableOfADamagedPage) {
  Bytes store = sample_store();
  const Snapshot snapshot = *read_snapshot(store);
  const auto tables = Page::read(store, snapshot, snapshot.tables.root, "tables");
  ASSERT_TRUE(tables.ok());
  for (const Node& node : tables->nodes()) {
    const Tree table = read_tree(node);
    if (table.root > snapshot.last_page) continue;  // it is empty
    Bytes bad = store;
    bad[begin_of_page(table.root) + 12] ^= 1;
    EXPECT_NE(refusal(bad).find("table " + table.name), std::string::npos) << refusal(bad);
  }
}

TEST(PageWalk, SaysThatTheFileIsCutOff) {
  EXPECT_NE(refusal(Bytes(std::string(100, '\0'))), "");
  const Bytes whole = sample_store();
  std::string bytes(20'480, '\0');
  ASSERT_TRUE(whole.read(0, bytes.data(), bytes.size()));
  EXPECT_NE(refusal(Bytes(bytes)).find("cut off"), std::string::npos);
}

/// Whatever the flip does, the walk ends, and says something or nothing.
TEST(PageWalk, SurvivesEveryFlippedBitOfHeadsAndOffsets) {
  Bytes store = sample_store(500);
  const std::uint64_t pages = read_snapshot(store)->last_page + 1;
  std::size_t found = 0;
  for (std::uint64_t page = 0; page < pages; ++page) {
    for (std::size_t bit = 0; bit < 8 * 32; ++bit) {
      const std::size_t at = begin_of_page(page) + bit / 8;
      store[at] = static_cast<char>(store[at] ^ (1 << bit % 8));
      found += refusal(store).empty() ? 0 : 1;
      store[at] = static_cast<char>(store[at] ^ (1 << bit % 8));
    }
  }
  EXPECT_GT(found, pages);  // free pages may hold anything
}

}  // namespace
}  // namespace attune::store
