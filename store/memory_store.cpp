#include <array>
#include <cstdlib>
#include <map>
#include <numeric>

#include "store/history/believed_time.h"
#include "store/history/start.h"
#include "store/layer.h"
#include "store/queries.h"
#include "store/turn_writer.h"

namespace attune::store {
namespace {

/// All tables in memory.
class MemoryTables final : public TableWriter {
 public:
  Result<std::optional<std::string_view>> get(Table table, std::string_view key) const override;
  Status scan(Table table, std::string_view from, Direction direction,
              const Visit& visit) const override;
  Result<std::uint64_t> size(Table table) const override { return rows(table).size(); }
  Result<std::uint64_t> bytes(Table table) const override { return bytes_[index(table)]; }
  Status put(Table table, std::string_view key, std::string_view value) override;
  Status append(Table table, std::string_view key, std::string_view value) override;
  Status erase(Table table, std::string_view key) override;
  Status erase_through(Table table, std::string_view last) override;

  [[nodiscard]] std::uint64_t bytes() const;
  [[nodiscard]] std::uint64_t bytes_written() const { return bytes_written_; }

 private:
  using Rows = std::map<std::string, std::string, std::less<>>;
  [[nodiscard]] const Rows& rows(Table table) const { return tables_[index(table)]; }

  std::array<Rows, kTableCount> tables_;
  std::array<std::uint64_t, kTableCount> bytes_{};  ///< of keys and values
  std::uint64_t bytes_written_ = 0;
};

Result<std::optional<std::string_view>> MemoryTables::get(Table table, std::string_view key) const {
  const auto row = rows(table).find(key);
  if (row == rows(table).end()) return std::optional<std::string_view>();
  return std::optional<std::string_view>(row->second);
}

template <class It>
Status visit_rows(It it, It end, const Visit& visit) {
  for (; it != end; ++it) {
    const Result<bool> more = visit(it->first, it->second);
    if (!more) return more.error();
    if (!*more) break;
  }
  return {};
}

Status MemoryTables::scan(Table table, std::string_view from, Direction direction,
                          const Visit& visit) const {
  const Rows& all = rows(table);
  if (direction == Direction::descending) return visit_rows(all.rbegin(), all.rend(), visit);
  return visit_rows(all.lower_bound(from), all.end(), visit);
}

Status MemoryTables::put(Table table, std::string_view key, std::string_view value) {
  bytes_written_ += key.size() + value.size();
  std::uint64_t& bytes = bytes_[index(table)];
  const auto [row, fresh] = tables_[index(table)].try_emplace(std::string(key));
  bytes += (fresh ? key.size() : 0) + value.size() - row->second.size();
  row->second = value;
  return {};
}

Status MemoryTables::append(Table table, std::string_view key, std::string_view value) {
  return put(table, key, value);
}

Status MemoryTables::erase(Table table, std::string_view key) {
  const auto row = tables_[index(table)].find(key);
  if (row == tables_[index(table)].end()) return {};
  bytes_[index(table)] -= row->first.size() + row->second.size();
  tables_[index(table)].erase(row);
  return {};
}

Status MemoryTables::erase_through(Table table, std::string_view last) {
  Rows& all = tables_[index(table)];
  while (!all.empty() && all.begin()->first <= last) {
    bytes_[index(table)] -= all.begin()->first.size() + all.begin()->second.size();
    all.erase(all.begin());
  }
  return {};
}

std::uint64_t MemoryTables::bytes() const {
  return std::accumulate(bytes_.begin(), bytes_.end(), std::uint64_t{0});
}

class TwinStore final : public MemoryStore {
 public:
  TwinStore(MemoryTables tables, Identity identity, Position position)
      : tables_(std::move(tables)), identity_(std::move(identity)), position_(position) {}

  Status commit(const Turn& turn) override;
  Result<Recovered> recover() override;
  Result<std::vector<Change>> log_after(Revision after, std::size_t max) const override {
    return read_log_after(tables_, position_, after, max);
  }
  Result<std::vector<Change>> log_newest(std::size_t max) const override {
    return read_log_newest(tables_, max);
  }
  Result<std::optional<Change>> change(Revision revision) const override {
    return read_change(tables_, revision);
  }
  Revision floor() const override { return position_.floor; }
  Result<std::vector<Command>> finished_commands(const std::string& path,
                                                 std::size_t max) const override {
    return read_finished(tables_, path, max);
  }
  Result<std::vector<Blob>> blobs(const std::string& space) const override {
    return read_blobs(tables_, space);
  }
  const history::Archive& history() const override { return archive_; }
  void bound_history(const history::Bounds& bounds) override { recorder_.set_bounds(bounds); }
  Usage usage() const override {
    return {tables_.bytes_written(), tables_.bytes(), map_used_ratio_, 0};
  }
  void fail_commits(std::optional<Error> error) override { failure_ = std::move(error); }
  void pretend_used(double map_used_ratio) override { map_used_ratio_ = map_used_ratio; }
  std::unique_ptr<MemoryStore> reopen() const override {
    return std::make_unique<TwinStore>(tables_, identity_, position_);
  }

 private:
  /// Runs `write(rows, position)`, and keeps what it wrote when all of it worked.
  template <class F>
  Status transact(F write);

  MemoryTables tables_;
  Identity identity_;
  Position position_;
  TurnWriter writer_;
  history::Recorder recorder_;
  history::BelievedTime believed_;
  const history::Archive archive_{[this](const auto& query) {
                                    query(tables_);
                                    return Status();
                                  },
                                  recorder_};
  std::optional<Error> failure_;
  double map_used_ratio_ = 0;
};

template <class F>
Status TwinStore::transact(F write) {
  Layer changed;
  LayeredWriter rows(tables_, changed);
  Position position = position_;
  if (Status done = write(rows, position); !done) return done;
  if (Status done = changed.write_to(tables_); !done) return done;
  position_ = position;
  return {};
}

Status TwinStore::commit(const Turn& turn) {
  if (failure_) return *failure_;
  const bool fold = turn.folded_through || turn.clean;
  if (turn.clean || writer_.waits_for_history()) recorder_.hurry();
  Status done = transact([&](TableWriter& rows, Position& position) {
    Status written = writer_.write(turn, rows, rows, position, recorder_.resume_after());
    return written && fold ? recorder_.flush(rows, believed_.at(turn.at)) : written;
  });
  if (!done) return done;
  writer_.written();
  if (fold) recorder_.written();
  recorder_.record(turn.changes, turn.absence);
  return {};
}

Result<Recovered> TwinStore::recover() {
  auto recovered = read_recovered(tables_, identity_, position_);
  if (!recovered) return recovered;
  Status started = transact(
      [this](TableWriter& rows, Position& position) { return writer_.start(rows, position); });
  if (!started) return started.error();
  if (Status begun = history::start(recorder_, tables_, position_); !begun) return begun.error();
  return recovered;
}

}  // namespace

std::unique_ptr<MemoryStore> make_memory_store() {
  // Always the same name, so that a simulation from a seed repeats itself byte by byte.
  const Identity identity{"00000000-0000-4000-8000-000000000001", 1};
  MemoryTables tables;
  if (!TurnWriter().create(identity, tables)) std::abort();
  return std::make_unique<TwinStore>(std::move(tables), identity, Position{});
}

}  // namespace attune::store
