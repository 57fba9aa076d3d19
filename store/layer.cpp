#include "store/layer.h"

#include <algorithm>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace attune::store {
namespace {

/// Walks `under` and the rows of a layer side by side; of two with the same key the layer's counts.
template <class It, class Before>
class Merge {
 public:
  Merge(It row, It end, const Visit& visit) : row_(row), end_(end), visit_(visit) {}

  Result<bool> take(std::string_view key, std::string_view value) {
    while (more_ && row_ != end_ && Before()(row_->first, key)) {
      if (Status shown = show_row(); !shown) return shown.error();
    }
    if (!more_) return false;
    const bool replaced = row_ != end_ && row_->first == key;
    if (Status shown = replaced ? show_row() : show(key, value); !shown) return shown.error();
    return more_;
  }

  Status finish() {
    while (more_ && row_ != end_) {
      if (Status shown = show_row(); !shown) return shown;
    }
    return {};
  }

 private:
  Status show(std::string_view key, std::string_view value) {
    const Result<bool> more = visit_(key, value);
    if (!more) return more.error();
    more_ = *more;
    return {};
  }
  Status show_row() {
    const auto& [key, value] = *row_++;
    return value ? show(key, *value) : Status();
  }

  It row_;
  It end_;
  const Visit& visit_;
  bool more_ = true;
};

template <class Before, class It>
Status merge_scan(const TableReader& under, Table table, std::string_view from, Direction direction,
                  It row, It end, const Visit& visit) {
  Merge<It, Before> merge(row, end, visit);
  Status scanned = under.scan(
      table, from, direction,
      [&merge](std::string_view key, std::string_view value) { return merge.take(key, value); });
  if (!scanned) return scanned;
  return merge.finish();
}

}  // namespace

void Layer::set(Table table, std::string_view key, std::optional<std::string> value) {
  Rows& rows = tables_[index(table)];
  if (const auto row = rows.find(key); row != rows.end()) {
    row->second = std::move(value);
  } else {
    rows.emplace(key, std::move(value));
  }
}

bool Layer::empty() const {
  return std::all_of(tables_.begin(), tables_.end(), [](const Rows& r) { return r.empty(); });
}

void Layer::merge(Layer&& newer) {
  for (std::size_t i = 0; i < kTableCount; ++i) {
    while (!newer.tables_[i].empty()) {
      auto placed = tables_[i].insert(newer.tables_[i].extract(newer.tables_[i].begin()));
      if (!placed.inserted) placed.position->second = std::move(placed.node.mapped());
    }
  }
}

Status Layer::write_to(TableWriter& tables) const {
  for (std::size_t i = 0; i < kTableCount; ++i) {
    const auto table = static_cast<Table>(i + 1);
    for (const auto& [key, value] : tables_[i]) {
      Status done = !value                ? tables.erase(table, key)
                    : table == Table::log ? tables.append(table, key, *value)
                                          : tables.put(table, key, *value);
      if (!done) return done;
    }
  }
  return {};
}

Status Layer::erase_from(TableWriter& tables) const {
  for (std::size_t i = 0; i < kTableCount; ++i) {
    for (const auto& [key, value] : tables_[i]) {
      if (value) continue;
      if (Status done = tables.erase(static_cast<Table>(i + 1), key); !done) return done;
    }
  }
  return {};
}

void Layer::clear() {
  for (Rows& rows : tables_) rows.clear();
}

Result<std::optional<std::string_view>> LayeredReader::get(Table table,
                                                           std::string_view key) const {
  const Layer::Rows& rows = over_.rows(table);
  const auto row = rows.find(key);
  if (row == rows.end()) return under_.get(table, key);
  if (!row->second) return std::optional<std::string_view>();
  return std::optional<std::string_view>(*row->second);
}

Status LayeredReader::scan(Table table, std::string_view from, Direction direction,
                           const Visit& visit) const {
  const Layer::Rows& rows = over_.rows(table);
  if (direction == Direction::ascending) {
    return merge_scan<std::less<>>(under_, table, from, direction, rows.lower_bound(from),
                                   rows.end(), visit);
  }
  return merge_scan<std::greater<>>(under_, table, from, direction, rows.rbegin(), rows.rend(),
                                    visit);
}

Result<std::uint64_t> LayeredReader::size(Table table) const {
  Result<std::uint64_t> size = under_.size(table);
  if (!size) return size;
  std::uint64_t count = *size;
  for (const auto& [key, value] : over_.rows(table)) {
    const auto below = under_.get(table, key);
    if (!below) return below.error();
    if (value && !*below) ++count;
    if (!value && *below) --count;
  }
  return count;
}

Result<std::uint64_t> LayeredReader::bytes(Table table) const {
  Result<std::uint64_t> bytes = under_.bytes(table);
  if (!bytes) return bytes;
  std::uint64_t sum = *bytes;
  for (const auto& [key, value] : over_.rows(table)) {
    const auto below = under_.get(table, key);
    if (!below) return below.error();
    if (value) sum += key.size() + value->size();
    if (*below) sum -= std::min<std::uint64_t>(sum, key.size() + (*below)->size());
  }
  return sum;
}

Result<std::optional<std::string_view>> LayeredWriter::get(Table table,
                                                           std::string_view key) const {
  return view_.get(table, key);
}
Status LayeredWriter::scan(Table table, std::string_view from, Direction direction,
                           const Visit& visit) const {
  return view_.scan(table, from, direction, visit);
}
Result<std::uint64_t> LayeredWriter::size(Table table) const {
  return view_.size(table);
}
Result<std::uint64_t> LayeredWriter::bytes(Table table) const {
  return view_.bytes(table);
}
Status LayeredWriter::put(Table table, std::string_view key, std::string_view value) {
  over_.set(table, key, std::string(value));
  return {};
}
Status LayeredWriter::append(Table table, std::string_view key, std::string_view value) {
  return put(table, key, value);
}
Status LayeredWriter::erase(Table table, std::string_view key) {
  over_.set(table, key, std::nullopt);
  return {};
}

Status LayeredWriter::erase_through(Table table, std::string_view last) {
  std::vector<std::string> gone;
  Status read = view_.scan(table, "", Direction::ascending,
                           [&](std::string_view key, std::string_view) -> Result<bool> {
                             if (key <= last) gone.emplace_back(key);
                             return key < last;
                           });
  if (!read) return read;
  for (const std::string& key : gone) over_.set(table, key, std::nullopt);
  return {};
}

}  // namespace attune::store
