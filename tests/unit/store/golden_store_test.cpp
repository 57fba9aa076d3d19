#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

#include "store/store.h"
#include "tests/unit/store/samples.h"

/// One store of each format that ever was, in tests/golden/store: every later program opens them.
/// ATTUNE_UPDATE_GOLDEN=1 writes the one of the present format anew, which is right only as long as
/// that format was never released.
namespace attune::store {
namespace {

std::string golden(const std::string& name) {
  return std::string(ATTUNE_SOURCE_DIR "/tests/golden/store/") + name + ".mdb";
}

std::unique_ptr<Store> open_or_throw(const std::string& folder) {
  auto opened = open_lmdb({folder, 64 << 20});
  if (!opened) throw std::runtime_error(opened.error().message);
  return std::move(*opened);
}

Change removal_at(std::uint64_t revision) {
  Change change = change_at(revision);
  change.kind = ChangeKind::removed;
  change.device = "gone";
  change.attribute.clear();
  change.value = {};
  change.previous = {};
  return change;
}

Tombstone tombstone_at(std::uint64_t revision) {
  const Change change = removal_at(revision);
  return {change.revision, DeviceId("gone"), change.at, change.clock, change.cause};
}

/// One of everything, folded; and above it a turn that stands in the journal only.
void write_present_format(const std::string& file) {
  TemporaryFolder folder;
  {
    auto store = open_or_throw(folder.path());
    if (!store->recover()) throw std::runtime_error("a new store does not start");
    Turn first = turn_above(0, 4);
    for (const Write& write :
         {Write{sample_state()}, Write{command_of(8, CommandState::confirmed)},
          Write{command_of(9, CommandState::sent)}, Write{sample_claim()}, Write{sample_base()},
          Write{sample_rule()}, Write{sample_timer()}, Write{sample_blob()}}) {
      first.writes.push_back(write);
    }
    first.inbox = InboxPosition{7, 4'096};
    first.folded_through = Revision{4};
    Turn second = turn_above(4, 1);
    second.changes.push_back(removal_at(6));
    second.writes.push_back({tombstone_at(6)});
    if (!store->commit(first) || !store->commit(second)) throw std::runtime_error("commit");
  }
  std::ifstream in(folder.data_file(), std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(in), {}};
  constexpr std::size_t kPage = 4'096;
  bytes.resize((bytes.find_last_not_of('\0') / kPage + 1) * kPage);  // what grows ahead is empty
  std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
}

TEST(GoldenStore, OpensAStoreOfFormat1AndBringsItUpToDate) {
  TemporaryFolder folder;
  std::filesystem::copy_file(golden("format1"), folder.data_file());
  for (int start = 0; start < 2; ++start) {
    auto store = open_or_throw(folder.path());
    const auto recovered = store->recover();
    ASSERT_TRUE(recovered.ok()) << recovered.error().message;
    EXPECT_EQ(recovered->store_uuid.size(), 36u);
    EXPECT_EQ(number(recovered->head), 5u);
    EXPECT_EQ(recovered->tail, std::vector<Change>{in_format_1(change_at(5))});
    EXPECT_EQ(recovered->inbox, (InboxPosition{7, 4'096}));
    EXPECT_EQ(recovered->state, std::vector<StateRow>{in_format_1(sample_state())});
    EXPECT_EQ(recovered->commands, std::vector<Command>{command_of(9, CommandState::sent)});
    EXPECT_EQ(recovered->claims, std::vector<Claim>{sample_claim()});
    EXPECT_EQ(recovered->rules, std::vector<RuleState>{sample_rule()});
    EXPECT_EQ(recovered->timers, std::vector<Timer>{sample_timer()});
    EXPECT_EQ(store->finished_commands("", 9)->size(), 1u);
    EXPECT_EQ(store->blobs(sample_blob().space)->size(), 1u);
  }
}

TEST(GoldenStore, OpensAStoreOfFormat2) {
  if (std::getenv("ATTUNE_UPDATE_GOLDEN") != nullptr) write_present_format(golden("format2"));
  TemporaryFolder folder;
  std::filesystem::copy_file(golden("format2"), folder.data_file());
  for (int start = 0; start < 2; ++start) {
    auto store = open_or_throw(folder.path());
    const auto recovered = store->recover();
    ASSERT_TRUE(recovered.ok()) << recovered.error().message;
    EXPECT_EQ(number(recovered->head), 6u);
    EXPECT_EQ(recovered->tail, (std::vector<Change>{change_at(5), removal_at(6)}));
    EXPECT_EQ(recovered->inbox, (InboxPosition{7, 4'096}));
    EXPECT_EQ(recovered->state, std::vector<StateRow>{sample_state()});
    EXPECT_EQ(recovered->commands, std::vector<Command>{command_of(9, CommandState::sent)});
    EXPECT_EQ(recovered->claims, std::vector<Claim>{sample_claim()});
    EXPECT_EQ(recovered->bases, std::vector<Base>{sample_base()});
    EXPECT_EQ(recovered->rules, std::vector<RuleState>{sample_rule()});
    EXPECT_EQ(recovered->timers, std::vector<Timer>{sample_timer()});
    EXPECT_EQ(recovered->tombstones, std::vector<Tombstone>{tombstone_at(6)});
    EXPECT_EQ(store->finished_commands("", 9)->size(), 1u);
    EXPECT_EQ(store->blobs(sample_blob().space)->size(), 1u);
  }
}

}  // namespace
}  // namespace attune::store
