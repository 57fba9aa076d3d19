#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <memory>
#include <vector>

#include "store/file.h"
#include "store/lmdb_check.h"
#include "store/page_walk.h"
#include "store/store.h"
#include "tests/unit/store/samples.h"

/// A log of more leaves than a start walks over: damage in the others is found when they are read.
namespace attune::store {
namespace {

constexpr std::uint64_t kPage = 4'096;
constexpr std::uint64_t kTurns = 140;
constexpr std::uint64_t kChangesPerTurn = 1'000;
constexpr std::uint64_t kHead = kTurns * kChangesPerTurn;
constexpr std::uint64_t kMapBytes = 256 << 20;

Change wide_change(std::uint64_t revision) {
  Change change = change_at(revision);
  change.detail = std::string(100, 'x') + std::to_string(revision);
  return change;
}

class LargeStore : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = std::make_unique<TemporaryFolder>();
    auto store = std::move(*open_lmdb({folder_->path(), kMapBytes}));
    ASSERT_TRUE(store->recover().ok());
    for (std::uint64_t turn = 0; turn < kTurns; ++turn) {
      Turn next;
      for (std::uint64_t i = 1; i <= kChangesPerTurn; ++i) {
        next.changes.push_back(wide_change(turn * kChangesPerTurn + i));
      }
      next.clean = turn + 1 == kTurns;
      next.folded_through = next.changes.back().revision;
      ASSERT_TRUE(store->commit(next).ok());
    }
  }
  static void TearDownTestSuite() { folder_.reset(); }

  static void flip(std::uint64_t at, int bit) {
    std::fstream data(folder_->data_file(), std::ios::in | std::ios::out | std::ios::binary);
    data.seekg(static_cast<std::streamoff>(at));
    const int byte = data.get();
    data.seekp(static_cast<std::streamoff>(at));
    data.put(static_cast<char>(byte ^ (1 << bit)));
  }

  static std::unique_ptr<TemporaryFolder> folder_;
};
std::unique_ptr<TemporaryFolder> LargeStore::folder_;

enum class Reading { same, refused, different, killed };

/// Reads all of the log in two ways, in a process of its own: a signal must be an outcome.
Reading read_in_child(const std::string& folder) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(30);
    auto store = open_lmdb({folder, kMapBytes});
    if (!store || !(*store)->recover()) ::_exit(1);
    for (std::uint64_t revision = 1; revision <= kHead; revision += 7) {
      const auto one = (*store)->change(Revision{revision});
      if (!one) ::_exit(one.error().code == "corrupt" ? 1 : 3);
      if (!*one || !(**one == wide_change(revision))) ::_exit(2);
    }
    Revision after{};
    while (number(after) < kHead) {
      const auto page = (*store)->log_after(after, 10'000);
      if (!page) ::_exit(page.error().code == "corrupt" ? 1 : 3);
      for (const Change& change : *page) {
        if (!(change == wide_change(number(change.revision)))) ::_exit(2);
      }
      after = page->back().revision;
    }
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  if (WIFSIGNALED(status)) return Reading::killed;
  return static_cast<Reading>(WEXITSTATUS(status));
}

TEST_F(LargeStore, LeavesMostOfItsLeavesToWhoeverReadsThem) {
  const auto pages = check_pages(folder_->data_file(), kLeavesAtOpenMax);
  ASSERT_TRUE(pages.ok()) << pages.error().message;
  EXPECT_GT(pages->unread, kLeavesAtOpenMax - 100);
  EXPECT_EQ(read_in_child(folder_->path()), Reading::same);
}

/// Heads, offsets of rows, heads of rows, keys and values of leaves all over the file.
TEST_F(LargeStore, AFlippedBitInALeafThatNoStartReadsIsNeverServed) {
  Dice dice(7);
  const std::uint64_t pages = file_bytes(folder_->data_file()) / kPage;
  std::array<int, 4> outcomes{};
  for (int i = 0; i < 48; ++i) {
    const std::uint64_t page = pages / 10 + dice.roll(pages / 2);
    const std::uint64_t within = i % 2 == 0 ? dice.roll(40) : dice.roll(kPage);
    const int bit = static_cast<int>(dice.roll(8));
    flip(page * kPage + within, bit);
    const Reading reading = read_in_child(folder_->path());
    EXPECT_TRUE(reading == Reading::same || reading == Reading::refused)
        << "page " << page << " byte " << within << " bit " << bit;
    ++outcomes[static_cast<std::size_t>(reading)];
    flip(page * kPage + within, bit);
  }
  EXPECT_GT(outcomes[static_cast<std::size_t>(Reading::refused)], 10);
}

TEST_F(LargeStore, ADamagedLeafIsNamedAndTheRestIsServed) {
  const std::uint64_t page = file_bytes(folder_->data_file()) / kPage / 3;
  flip(page * kPage + 12, 0);  // where its rows' offsets end
  auto store = std::move(*open_lmdb({folder_->path(), kMapBytes}));
  ASSERT_TRUE(store->recover().ok()) << "no start reads it";
  std::optional<Error> error;
  for (Revision after{}; !error && number(after) < kHead;) {
    const auto entries = store->log_after(after, 1'000);
    if (!entries) error = entries.error();
    if (entries) after = entries->back().revision;
  }
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code, "corrupt");
  EXPECT_NE(error->message.find("page " + std::to_string(page) + " of table log"),
            std::string::npos)
      << error->message;
  EXPECT_TRUE(store->log_newest(100).ok());
  store.reset();
  flip(page * kPage + 12, 0);
}

}  // namespace
}  // namespace attune::store
