#include "store/history/archive.h"

#include <algorithm>

#include "store/history/queries.h"

namespace attune::store::history {
namespace {

/// `query(tables)` on a view.
template <class T, class F>
Result<T> ask(const Archive::View& view, F query) {
  std::optional<Result<T>> answer;
  Status read = view([&](const TableReader& tables) { answer.emplace(query(tables)); });
  if (!read) return read.error();
  return std::move(*answer);
}

}  // namespace

Result<Range> Archive::range(std::string_view path, Millis from, Millis to, std::size_t max) const {
  max = std::clamp<std::size_t>(max, 1, kRangeSamplesMax);
  return ask<Range>(view_, [&](const TableReader& tables) {
    return read_range(tables, recorder_, path, from, to, max);
  });
}

Result<Buckets> Archive::buckets(std::string_view path, Millis from, Millis to,
                                 std::size_t count) const {
  count = std::clamp<std::size_t>(count, 1, kBucketsMax);
  return ask<Buckets>(view_, [&](const TableReader& tables) {
    return read_buckets(tables, recorder_, path, from, to, count);
  });
}

Result<std::optional<Held>> Archive::at(std::string_view path, Millis at) const {
  return ask<std::optional<Held>>(
      view_, [&](const TableReader& tables) { return read_at(tables, recorder_, path, at); });
}

Result<HomePage> Archive::home(Millis at, std::uint32_t from) const {
  return ask<HomePage>(
      view_, [&](const TableReader& tables) { return read_home(tables, recorder_, at, from); });
}

}  // namespace attune::store::history
