#pragma once
#include <map>
#include <string>
#include <vector>

#include "store/history/queries.h"
#include "store/history/recorder.h"
#include "store/layer.h"

/// History over tables in memory, beside the plain truth that it must tell.
namespace attune::store::history {

inline constexpr Millis kNoon{1'768'478'400'000};  ///< 2026-01-15T12:00Z
inline constexpr Millis kMinute{60'000};

class NoTables final : public TableReader {
 public:
  Result<std::optional<std::string_view>> get(Table table, std::string_view key) const override;
  Status scan(Table table, std::string_view from, Direction direction,
              const Visit& visit) const override;
  Result<std::uint64_t> size(Table table) const override;
  Result<std::uint64_t> bytes(Table table) const override;
};

class Harness {
 public:
  explicit Harness(const Bounds& bounds = {});
  /// One change of state of `path`, a minute or less after the one before.
  void change(const std::string& path, Millis at, const Value& value,
              const std::string& status = "good");
  void log(Change change);
  /// A flush whose transaction was committed, or was not.
  void flush(Millis now, bool committed = true);
  /// A start: what is in the tables and the log, nothing else.
  void restart();
  [[nodiscard]] const TableReader& tables() const { return view_; }
  [[nodiscard]] const Recorder& recorder() const { return recorder_; }
  [[nodiscard]] std::size_t rows(Table table) const;
  [[nodiscard]] Layer& layer() { return rows_; }
  [[nodiscard]] Recorder& recorder() { return recorder_; }

  Range range(const std::string& path, Millis from, Millis to, std::size_t max = 10'000) const;
  Buckets buckets(const std::string& path, Millis from, Millis to, std::size_t count) const;
  std::optional<Held> at(const std::string& path, Millis at) const;
  std::vector<HomeValue> home(Millis at) const;

 private:
  NoTables none_;
  Layer rows_;
  LayeredReader view_{none_, rows_};
  Bounds bounds_;
  Recorder recorder_;
  std::vector<Change> log_;
  std::uint64_t revision_ = 0;
};

}  // namespace attune::store::history
