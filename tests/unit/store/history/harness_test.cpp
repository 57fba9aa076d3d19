#include "tests/unit/store/history/harness.h"

#include <gtest/gtest.h>

namespace attune::store::history {

Result<std::optional<std::string_view>> NoTables::get(Table, std::string_view) const {
  return std::optional<std::string_view>();
}
Status NoTables::scan(Table, std::string_view, Direction, const Visit&) const {
  return {};
}
Result<std::uint64_t> NoTables::size(Table) const {
  return std::uint64_t{0};
}
Result<std::uint64_t> NoTables::bytes(Table) const {
  return std::uint64_t{0};
}

Harness::Harness(const Bounds& bounds) : bounds_(bounds), recorder_(bounds) {}

void Harness::change(const std::string& path, Millis at, const Value& value,
                     const std::string& status) {
  const std::size_t dot = path.find('.');
  Change change;
  change.kind = ChangeKind::state;
  change.device = path.substr(0, dot);
  change.attribute = path.substr(dot + 1);
  change.at = {at, at};
  change.value = value;
  change.status = status;
  log(std::move(change));
}

void Harness::log(Change change) {
  change.revision = Revision{++revision_};
  recorder_.record(change);
  log_.push_back(std::move(change));
}

void Harness::flush(Millis now, bool committed) {
  Layer changed;
  LayeredWriter writer(view_, changed);
  const Status flushed = recorder_.flush(writer, now);
  ASSERT_TRUE(flushed.ok()) << flushed.error().message;
  if (!committed) return;
  rows_.merge(std::move(changed));
  recorder_.written();
}

void Harness::restart() {
  recorder_ = Recorder(bounds_);
  const Status restored = recorder_.restore(view_);
  ASSERT_TRUE(restored.ok()) << restored.error().message;
  const Revision resume = recorder_.resume_after();
  for (const Change& change : log_) {
    if (change.revision > resume) recorder_.record(change);
  }
}

std::size_t Harness::rows(Table table) const {
  std::size_t count = 0;
  for (const auto& [key, row] : rows_.rows(table)) count += row.has_value() ? 1 : 0;
  return count;
}

template <class T>
T value_or_fail(Result<T> result) {
  EXPECT_TRUE(result.ok()) << result.error().message;
  return result.ok() ? std::move(*result) : T();
}

Range Harness::range(const std::string& path, Millis from, Millis to, std::size_t max) const {
  return value_or_fail(read_range(view_, recorder_, path, from, to, max));
}

Buckets Harness::buckets(const std::string& path, Millis from, Millis to, std::size_t count) const {
  return value_or_fail(read_buckets(view_, recorder_, path, from, to, count));
}

std::optional<Held> Harness::at(const std::string& path, Millis at) const {
  return value_or_fail(read_at(view_, recorder_, path, at));
}

std::vector<HomeValue> Harness::home(Millis at) const {
  std::vector<HomeValue> all;
  std::uint32_t from = 0;
  do {
    HomePage page = value_or_fail(read_home(view_, recorder_, at, from));
    all.insert(all.end(), page.values.begin(), page.values.end());
    from = page.next;
  } while (from != 0);
  return all;
}

}  // namespace attune::store::history
