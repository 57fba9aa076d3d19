#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <filesystem>
#include <fstream>

#include "store/lmdb_env.h"
#include "store/store.h"
#include "tests/unit/store/samples.h"

/// What can happen to a store on disk that no twin can show.
namespace attune::store {
namespace {

namespace fs = std::filesystem;

std::unique_ptr<Store> open_or_throw(const TemporaryFolder& folder, std::uint64_t map = 64 << 20) {
  auto opened = open_lmdb({folder.path(), map});
  if (!opened) throw std::runtime_error(opened.error().message);
  return std::move(*opened);
}

/// The error of opening, or of reading everything afterwards; empty when both are well.
std::optional<Error> first_error(const std::string& folder) {
  auto opened = open_lmdb({folder, 64 << 20});
  if (!opened) return opened.error();
  auto recovered = (*opened)->recover();
  if (!recovered) return recovered.error();
  auto log = (*opened)->log_after(Revision{}, 1'000'000);
  if (!log) return log.error();
  auto blobs = (*opened)->blobs("discovery");
  if (!blobs) return blobs.error();
  return {};
}

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write_file(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

/// Changes the first byte of `mark` wherever it stands in the file; copies of a page included.
int flip_everywhere(const std::string& path, const std::string& mark) {
  std::string bytes = read_file(path);
  int found = 0;
  for (auto at = bytes.find(mark); at != std::string::npos; at = bytes.find(mark, at + 1)) {
    bytes[at] = static_cast<char>(bytes[at] ^ 0x04);
    ++found;
  }
  write_file(path, bytes);
  return found;
}

TEST(LmdbStore, LocksOutASecondHandleAndNamesTheHolder) {
  TemporaryFolder folder;
  const auto store = open_or_throw(folder);
  const auto second = open_lmdb({folder.path()});
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code, "locked");
  EXPECT_NE(second.error().message.find("process " + std::to_string(::getpid()) + ";"),
            std::string::npos)
      << second.error().message;
}

TEST(LmdbStore, LocksOutASecondProcess) {
  TemporaryFolder folder;
  const auto store = open_or_throw(folder);
  const pid_t child = ::fork();
  if (child == 0) {
    const auto second = open_lmdb({folder.path()});
    ::_exit(!second.ok() && second.error().code == "locked" ? 7 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(WEXITSTATUS(status), 7);
}

TEST(LmdbStore, OpensAgainWhenTheHolderIsGone) {
  TemporaryFolder folder;
  open_or_throw(folder).reset();
  EXPECT_FALSE(first_error(folder.path()).has_value());
}

TEST(LmdbStore, MakesTheFoldersAboveIt) {
  TemporaryFolder folder;
  EXPECT_TRUE(open_lmdb({folder.path() + "/a/b"}).ok());
}

TEST(LmdbStore, GivesEachStoreANameOfItsOwn) {
  TemporaryFolder one;
  TemporaryFolder two;
  EXPECT_NE(open_or_throw(one)->recover()->store_uuid, open_or_throw(two)->recover()->store_uuid);
}

TEST(LmdbStore, SaysThatTheFolderIsNone) {
  TemporaryFolder folder;
  write_file(folder.path() + "/file", "text");
  const auto opened = open_lmdb({folder.path() + "/file/store"});
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().code, "open");
}

TEST(LmdbStore, SaysThatTheFolderCannotBeWritten) {
  TemporaryFolder folder;
  ::chmod(folder.path().c_str(), 0555);
  const uid_t user = ::geteuid();
  constexpr uid_t kNobody = 65534;
  ASSERT_EQ(user == 0 ? ::seteuid(kNobody) : 0, 0);
  const auto opened = open_lmdb({folder.path()});
  ASSERT_EQ(user == 0 ? ::seteuid(user) : 0, 0);
  ::chmod(folder.path().c_str(), 0755);
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().code, "open");
  EXPECT_NE(opened.error().message.find("may not write"), std::string::npos)
      << opened.error().message;
}

TEST(LmdbStore, TakesAHalfMadeStoreForNone) {
  TemporaryFolder folder;
  write_file(folder.data_file() + ".new", "half of a first page");
  EXPECT_FALSE(first_error(folder.path()).has_value());
  EXPECT_FALSE(fs::exists(folder.data_file() + ".new"));
}

TEST(LmdbStore, RefusesAnotherFormatAndSaysWhich) {
  TemporaryFolder folder;
  open_or_throw(folder).reset();
  {
    // As a later version would write it: whole, with a right checksum.
    auto env = std::move(*Env::open(folder.data_file(), 64 << 20));
    ASSERT_TRUE(env->open_tables(kLastTable, false).ok());
    Txn txn(*env);
    ASSERT_TRUE(txn.begin(0).ok());
    std::string later;
    encode_value(sample_identity(), later);
    later[0] = 9;
    reseal_value(later);
    ASSERT_TRUE(LmdbTables(txn).put(Table::meta, "store", later).ok());
    ASSERT_TRUE(txn.commit().ok());
  }
  const auto error = first_error(folder.path());
  ASSERT_TRUE(error.has_value());
  EXPECT_EQ(error->code, "format");
  EXPECT_NE(error->message.find("format 9"), std::string::npos) << error->message;
}

TEST(LmdbStore, AcceptsNothingIntoAFileThatNobodyWillFind) {
  for (const bool moved : {false, true}) {
    TemporaryFolder folder;
    auto store = open_or_throw(folder);
    ASSERT_TRUE(store->recover().ok());
    ASSERT_TRUE(store->commit(turn_above(0, 1)).ok());
    moved ? fs::rename(folder.data_file(), folder.path() + "/aside.mdb")
          : static_cast<void>(fs::remove(folder.data_file()));
    const Status lost = store->commit(turn_above(1, 1));
    ASSERT_FALSE(lost.ok());
    EXPECT_EQ(lost.error().code, "io");
  }
}

class Damaged : public testing::Test {
 protected:
  Damaged() {
    auto store = open_or_throw(folder_);
    EXPECT_TRUE(store->recover().ok());
    Turn turn = turn_above(0, 300);
    StateRow row = sample_state();
    row.value = "a mark in the state";
    turn.changes.back().detail = "a mark in the log";
    turn.writes.push_back({row});
    turn.writes.push_back(
        {Blob{"discovery", "topic", "a mark in the blob" + std::string(9'000, 'x')}});
    turn.folded_through = Revision{};  // the rows go into their tables
    EXPECT_TRUE(store->commit(turn).ok());
    Turn last = turn_above(300, 0);
    last.writes.push_back({Blob{"discovery", "later", "a mark in the journal"}});
    EXPECT_TRUE(store->commit(last).ok());
  }
  void expect_corrupt(const std::string& named) {
    const auto error = first_error(folder_.path());
    ASSERT_TRUE(error.has_value());
    EXPECT_EQ(error->code, "corrupt") << error->message;
    EXPECT_NE(error->message.find(named), std::string::npos) << error->message;
  }
  TemporaryFolder folder_;
};

TEST_F(Damaged, AFlippedBitInAStateRowIsFoundAndNamed) {
  ASSERT_GT(flip_everywhere(folder_.data_file(), "a mark in the state"), 0);
  expect_corrupt("state/hall_lamp.on");
}

TEST_F(Damaged, AFlippedBitInTheLogIsFoundAndNamed) {
  ASSERT_GT(flip_everywhere(folder_.data_file(), "a mark in the log"), 0);
  expect_corrupt("log/300");
}

TEST_F(Damaged, AFlippedBitInTheJournalIsFoundAndNamed) {
  ASSERT_GT(flip_everywhere(folder_.data_file(), "a mark in the journal"), 0);
  expect_corrupt("journal/1");
}

TEST_F(Damaged, AFlippedBitInALargeBlobIsFoundAndNamed) {
  ASSERT_GT(flip_everywhere(folder_.data_file(), "a mark in the blob"), 0);
  expect_corrupt("blobs/discovery\\x00topic");
}

TEST_F(Damaged, AFlippedBitInAKeyIsFound) {
  ASSERT_GT(flip_everywhere(folder_.data_file(), std::string("\0\0\0\0\0\0\0\x7b", 8)), 0);
  expect_corrupt("log/");
}

TEST_F(Damaged, ACutFileIsFoundWhereverItIsCut) {
  const std::string whole = read_file(folder_.data_file());
  for (const std::size_t size : {0u, 1u, 4'096u, 8'191u, 8'192u, 40'000u}) {
    write_file(folder_.data_file(), whole.substr(0, size));
    expect_corrupt("data.mdb is cut off");
  }
}

TEST_F(Damaged, AMissingFileIsNotTakenForANewStore) {
  fs::remove(folder_.data_file());
  expect_corrupt("data.mdb is missing");
}

TEST_F(Damaged, AFileOfSomethingElseIsNoStore) {
  write_file(folder_.data_file(), std::string(100'000, 'x'));
  expect_corrupt("data.mdb");
}

/// How reading everything ends in a process of its own: damage between the values may end it.
enum class Reading { same, refused, different, killed };

Reading read_in_child(const std::string& folder, const std::vector<Change>& expected) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(20);
    auto store = open_lmdb({folder, 64 << 20});
    if (!store) ::_exit(1);
    const auto recovered = (*store)->recover();
    if (!recovered || !(*store)->blobs("discovery")) ::_exit(1);
    ::_exit(recovered->tail == expected && recovered->state.size() == 1 ? 0 : 2);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  if (WIFSIGNALED(status)) return Reading::killed;
  return static_cast<Reading>(WEXITSTATUS(status));
}

TEST_F(Damaged, AFlippedBitAnywhereIsNeverServed) {
  const std::string whole = read_file(folder_.data_file());
  const std::size_t used = whole.find_last_not_of('\0') + 1;
  std::vector<Change> expected;
  {
    TemporaryFolder copy;
    fs::copy_file(folder_.data_file(), copy.data_file());
    expected = open_or_throw(copy)->recover()->tail;
  }
  Dice dice(1);
  std::array<int, 4> outcomes{};
  for (int i = 0; i < 300; ++i) {
    // A third of the flips go where LMDB keeps the roots of everything.
    const std::size_t at = i % 3 == 0 ? dice.roll(160) + 4'096 * dice.roll(2) : dice.roll(used);
    std::string bad = whole;
    bad[at] = static_cast<char>(bad[at] ^ (1 << dice.roll(8)));
    write_file(folder_.data_file(), bad);
    const Reading reading = read_in_child(folder_.path(), expected);
    EXPECT_TRUE(reading == Reading::same || reading == Reading::refused) << "byte " << at;
    ++outcomes[static_cast<std::size_t>(reading)];
  }
  EXPECT_GT(outcomes[static_cast<std::size_t>(Reading::refused)], 30);
}

TEST(LmdbStore, AFullMapRefusesTheTurnAndTakesASmallerOne) {
  TemporaryFolder folder;
  auto store = open_or_throw(folder, 1 << 20);
  ASSERT_TRUE(store->recover().ok());
  ASSERT_TRUE(store->commit(turn_above(0, 3)).ok());
  Turn large = turn_above(3, 3);
  large.writes.push_back({Blob{"a", "b", std::string(2 << 20, 'x')}});
  const Status refused = store->commit(large);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, "full") << refused.error().message;
  EXPECT_EQ(store->log_after(Revision{}, 100)->size(), 3u);
  ASSERT_TRUE(store->commit(turn_above(3, 3)).ok());
  store.reset();
  store = open_or_throw(folder, 1 << 20);
  EXPECT_EQ(number(store->recover()->head), 6u);
}

TEST(LmdbStore, FillsUpToFullAndGoesOnWhenRowsAreErased) {
  TemporaryFolder folder;
  auto store = open_or_throw(folder, 1 << 20);
  ASSERT_TRUE(store->recover().ok());
  const auto blob = [](int i) { return Blob{"a", std::to_string(i), std::string(20'000, 'x')}; };
  int filled = 0;
  for (; filled < 1'000; ++filled) {
    Turn turn;
    turn.writes.push_back({blob(filled)});
    if (const Status done = store->commit(turn); !done) {
      ASSERT_EQ(done.error().code, "full") << done.error().message;
      break;
    }
  }
  ASSERT_GT(filled, 10);
  ASSERT_LT(filled, 1'000);
  EXPECT_GT(store->usage().map_used_ratio, 0.8);
  Turn erase;
  for (int i = 0; i < 10; ++i) erase.writes.push_back({blob(i), true});
  ASSERT_TRUE(store->commit(erase).ok());
  EXPECT_EQ(store->blobs("a")->size(), static_cast<std::size_t>(filled) - 10);
  Turn again;
  again.writes.push_back({blob(filled)});
  ASSERT_TRUE(store->commit(Turn{}).ok());
  EXPECT_TRUE(store->commit(again).ok());
}

TEST(LmdbStore, AFoldAsksForRoomInProportionToItsRows) {
  TemporaryFolder folder;
  auto store = open_or_throw(folder, std::uint64_t{1} << 30);
  ASSERT_TRUE(store->recover().ok());
  Turn turn;
  std::size_t bytes = 0;
  for (int i = 0; i < 20'000; ++i) {
    StateRow row = sample_state();
    row.path.device = DeviceId("device_" + std::to_string(i));
    std::string value;
    encode_value(row, value);
    bytes += value.size();
    turn.writes.push_back({std::move(row)});
  }
  turn.folded_through = Revision{};
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(store->commit(turn).ok());
  EXPECT_LT(store->usage().file_bytes, 8 * bytes);
}

/// The system refuses to let any file of this process grow past a bound: a full disk.
class FileSizeBound {
 public:
  explicit FileSizeBound(rlim_t bytes) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    handler_ = ::signal(SIGXFSZ, SIG_IGN);
    const rlimit bound{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &bound);
  }
  ~FileSizeBound() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    ::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  void (*handler_)(int) = nullptr;
};

TEST(LmdbStore, AFullDiskRefusesTheTurnAndTakesTheSameOneLater) {
  TemporaryFolder folder;
  auto store = open_or_throw(folder);
  ASSERT_TRUE(store->recover().ok());
  Turn turn = turn_above(0, 10);
  turn.writes.push_back({Blob{"discovery", "b", std::string(4 << 20, 'x')}});
  {
    FileSizeBound bound(2 << 20);
    for (int i = 0; i < 3; ++i) {
      const Status refused = store->commit(turn);
      ASSERT_FALSE(refused.ok());
      EXPECT_EQ(refused.error().code, "full") << refused.error().message;
    }
    EXPECT_TRUE(store->log_after(Revision{}, 100)->empty());
  }
  ASSERT_TRUE(store->commit(turn).ok());
  store.reset();
  EXPECT_FALSE(first_error(folder.path()).has_value());
}

}  // namespace
}  // namespace attune::store
