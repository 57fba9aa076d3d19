#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <thread>

#include "store/store.h"
#include "tests/unit/store/samples.h"

/// A process that commits is killed at random moments; what it acknowledged must be there.
namespace attune::store {
namespace {

constexpr int kRounds = 50;

/// Turn n: three changes, a row that counts, and a command. All of it carries n.
Turn numbered_turn(std::uint64_t n, std::uint64_t head) {
  Turn turn = turn_above(head, 3);
  for (Change& change : turn.changes) change.detail = std::to_string(n);
  StateRow row = sample_state();
  row.version = n;
  turn.writes = {{row}, {command_of(n, CommandState::queued)}, {Blob{"n", "n", std::to_string(n)}}};
  turn.inbox = InboxPosition{1, n};
  return turn;
}

/// Commits until it is killed; each number goes into the pipe after its commit.
[[noreturn]] void commit_for_ever(const std::string& folder, int pipe) {
  auto store = open_lmdb({folder, 256 << 20});
  if (!store) ::_exit(2);
  const auto recovered = (*store)->recover();
  if (!recovered) ::_exit(3);
  std::uint64_t n = number(recovered->last_command);
  std::uint64_t head = number(recovered->next) - 1;
  for (;;) {
    ++n;
    if (!(*store)->commit(numbered_turn(n, head))) ::_exit(4);
    head += 3;
    if (::write(pipe, &n, sizeof n) != sizeof n) ::_exit(5);
  }
}

struct Killed {
  std::uint64_t acknowledged = 0;  ///< the highest number that came through
  int status = 0;
};

/// Lets a child commit at least `turns` turns and a random while more, then kills it.
Killed run_and_kill(const std::string& folder, std::uint64_t turns, Dice& dice) {
  int ends[2] = {-1, -1};
  if (::pipe(ends) != 0) std::abort();
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(ends[0]);
    commit_for_ever(folder, ends[1]);
  }
  ::close(ends[1]);
  Killed run;
  for (std::uint64_t i = 0; i < turns; ++i) {
    if (::read(ends[0], &run.acknowledged, sizeof run.acknowledged) <= 0) break;
  }
  std::this_thread::sleep_for(std::chrono::microseconds(dice.roll(3'000)));
  ::kill(child, SIGKILL);
  ::waitpid(child, &run.status, 0);
  std::uint64_t n = 0;
  while (::read(ends[0], &n, sizeof n) == sizeof n) run.acknowledged = n;
  ::close(ends[0]);
  return run;
}

/// The store after a kill: every turn up to its last one whole, nothing of a later one.
void expect_whole_turns(const std::string& folder, std::uint64_t acknowledged) {
  auto store = open_lmdb({folder, 256 << 20});
  ASSERT_TRUE(store.ok()) << store.error().message;
  const auto recovered = (*store)->recover();
  ASSERT_TRUE(recovered.ok()) << recovered.error().message;
  const std::uint64_t last = number(recovered->last_command);
  EXPECT_GE(last, acknowledged);
  EXPECT_LE(last, acknowledged + 1) << "one turn may be durable and not yet acknowledged";
  ASSERT_EQ(recovered->tail.size(), 3 * last);
  for (std::size_t i = 0; i < recovered->tail.size(); ++i) {
    ASSERT_EQ(recovered->tail[i].detail, std::to_string(i / 3 + 1));
  }
  ASSERT_EQ(recovered->commands.size(), last);
  ASSERT_EQ(recovered->state.size(), 1u);
  EXPECT_EQ(recovered->state[0].version, last);
  EXPECT_EQ(recovered->inbox->position, last);
  EXPECT_EQ((*store)->blobs("n")->at(0).bytes, std::to_string(last));
}

TEST(Kill, NeverLosesAnAcknowledgedTurnNorKeepsHalfOfOne) {
  TemporaryFolder folder;
  Dice dice(11);
  std::uint64_t acknowledged = 0;
  for (int round = 0; round < kRounds; ++round) {
    const Killed run = run_and_kill(folder.path(), 1 + dice.roll(5), dice);
    ASSERT_TRUE(WIFSIGNALED(run.status))
        << "round " << round << ": exit " << WEXITSTATUS(run.status);
    ASSERT_GT(run.acknowledged, acknowledged) << "round " << round;
    acknowledged = run.acknowledged;
    expect_whole_turns(folder.path(), acknowledged);
    if (HasFailure()) FAIL() << "round " << round;
  }
}

}  // namespace
}  // namespace attune::store
