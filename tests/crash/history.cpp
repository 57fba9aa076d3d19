#include "tests/crash/history.h"

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>

#include "store/copies.h"
#include "tests/crash/disk.h"
#include "tests/unit/store/samples.h"

namespace attune::crash {
namespace {

namespace fs = std::filesystem;
using store::MemoryStore;
using store::Store;
using store::Turn;

template <class T>
T required(Result<T> result, const char* what) {
  if (result) return std::move(*result);
  fmt::print(stderr, "{}: {}: {}\n", what, result.error().code, result.error().message);
  std::abort();
}

void required(const Status& status, const char* what) {
  if (status) return;
  fmt::print(stderr, "{}: {}: {}\n", what, status.error().code, status.error().message);
  std::abort();
}

std::string read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// A store on disk and its twin, step by step.
class Life {
 public:
  Life(std::uint64_t seed, std::string folder)
      : dice_(seed), folder_(std::move(folder)), twin_(store::make_memory_store()) {}

  History live(std::size_t steps);

 private:
  void open() { disk_ = required(store::open_lmdb({folder_ + kStoreFolder, kMapBytes}), "open"); }
  void start();
  void compact();
  void commit();
  Turn turn();
  template <class F>
  void step(F lived);
  void check_recording() const;

  store::Dice dice_;
  std::string folder_;
  std::unique_ptr<MemoryStore> twin_;
  std::unique_ptr<Store> disk_;
  Revision head_{};
  History history_;
};

template <class F>
void Life::step(F lived) {
  const std::uint64_t number = history_.after.size();
  record_step(Event::Kind::begun, number);
  lived();
  record_step(Event::Kind::done, number);
  Content content = required(read_content(*twin_->reopen()), "twin");
  content.floor = disk_->floor();  // what waits to be settled leaves the log later than the twin's
  history_.after.push_back(std::move(content));
}

/// Every size that a store knows: nothing, a few rows, a value of several pages.
Turn Life::turn() {
  Turn turn = dice_.turn(head_);
  turn.clean = dice_.roll(8) == 0;
  if (dice_.roll(6) == 0) {
    const std::string bytes(1'000 + dice_.roll(12'000), static_cast<char>('a' + dice_.roll(26)));
    turn.writes.push_back({Blob{"a", "large" + std::to_string(dice_.roll(3)), bytes}});
  }
  if (dice_.roll(5) == 0) {
    store::Retention keep;
    keep.before = Millis(std::int64_t{1} << 40);  // by age: bytes are counted otherwise by the twin
    keep.entries_min = 10;
    keep.batch = 8;
    turn.retention = keep;
  }
  return turn;
}

/// The file is replaced by another one that holds the same.
void Life::compact() {
  step([&] {
    disk_.reset();
    required(store::compact(folder_ + kStoreFolder), "compact");
    open();
  });
}

void Life::commit() {
  const Turn turn = this->turn();
  step([&] {
    required(disk_->commit(turn), "commit");
    required(twin_->commit(turn), "twin");
  });
  if (!turn.changes.empty()) head_ = turn.changes.back().revision;
}

void Life::start() {
  step([&] {
    disk_.reset();
    open();
    history_.store_uuid = required(disk_->recover(), "recover").store_uuid;
    twin_ = twin_->reopen();
    required(twin_->recover(), "twin");
  });
}

void Life::check_recording() const {
  Disk disk({});
  for (const Event& event : history_.events) disk.apply(event);
  const std::string again = folder_ + "/recorded";
  fs::create_directory(again);
  disk.build(disk.nothing_lost(), again);
  const std::string name = std::string(kStoreFolder) + "/data.mdb";
  if (read_file(folder_ + name) == read_file(again + name)) return;
  fmt::print(stderr, "the recording does not add up to {}\n", folder_ + name);
  std::abort();
}

History Life::live(std::size_t steps) {
  start_recording(folder_);
  step([&] { open(); });
  start();
  while (history_.after.size() < steps) {
    const std::uint64_t what = dice_.roll(20);
    if (what == 0) compact();
    if (what <= 1) start();
    if (what > 1) commit();
  }
  history_.events = stop_recording();
  check_recording();
  return std::move(history_);
}

}  // namespace

Result<Content> read_content(Store& store) {
  auto recovered = store.recover();
  if (!recovered) return recovered.error();
  auto log = store.log_after(Revision{}, 1'000'000);
  if (!log) return log.error();
  auto finished = store.finished_commands("", 1'000'000);
  if (!finished) return finished.error();
  Content content{std::move(*recovered), std::move(*log), std::move(*finished), {}, store.floor()};
  for (const char* space : {"a", "ab"}) {
    auto blobs = store.blobs(space);
    if (!blobs) return blobs.error();
    std::move(blobs->begin(), blobs->end(), std::back_inserter(content.blobs));
  }
  return content;
}

namespace {

/// Of `log` what is not older than all of `other`: each may have forgotten a little more.
std::vector<Change> newest(const std::vector<Change>& log, const std::vector<Change>& other) {
  const Revision first = other.empty() ? Revision{} : other.front().revision;
  std::vector<Change> kept = log;
  std::erase_if(kept, [first](const Change& change) { return change.revision < first; });
  return kept;
}

}  // namespace

std::string difference(const Content& found, const Content& expected) {
  const store::Recovered& a = found.recovered;
  const store::Recovered& b = expected.recovered;
  if (a.head != b.head) return fmt::format("head {} not {}", number(a.head), number(b.head));
  if (a.next != b.next) return fmt::format("next {} not {}", number(a.next), number(b.next));
  if (a.incarnation != b.incarnation) return "incarnation";
  if (a.clean != b.clean || a.at != b.at) return "end of the last turn";
  if (a.inbox != b.inbox) return "inbox position";
  if (a.last_command != b.last_command) return "last command";
  if (a.state != b.state) return "state";
  if (a.tail != b.tail) return "tail";
  if (a.commands != b.commands) return "commands";
  if (a.claims != b.claims) return "claims";
  if (a.bases != b.bases) return "bases";
  if (a.rules != b.rules) return "rules";
  if (a.timers != b.timers) return "timers";
  if (found.floor != expected.floor) return "floor";
  if (newest(found.log, expected.log) != newest(expected.log, found.log)) return "log";
  if (found.finished != expected.finished) return "finished commands";
  if (found.blobs != expected.blobs) return "blobs";
  return "";
}

History live(std::uint64_t seed, std::size_t steps, const std::string& folder) {
  return Life(seed, folder).live(steps);
}

}  // namespace attune::crash
