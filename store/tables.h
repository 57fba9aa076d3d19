#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "devices/model/result.h"

/// The ordered tables of bytes that both stores are made of.
namespace attune::store {

/// Stored as its number in every value's header: append only.
enum class Table : std::uint8_t {
  meta = 1,
  log,
  state,
  commands,
  claims,
  bases,
  rules,
  timers,
  blobs,
  journal,
  history,
  rollups,
  symbols,
  latest,
  tombstones,
  rulesets
};
inline constexpr std::size_t kTableCount = 16;
/// The tables of a store of format 1 end here.
inline constexpr Table kLastOfFormat1 = Table::blobs;
inline constexpr Table kLastTable = Table::rulesets;
constexpr std::size_t index(Table table) {
  return static_cast<std::size_t>(table) - 1;
}
/// As the sub-database is called on disk.
[[nodiscard]] std::string_view name(Table table);

enum class Direction { ascending, descending };

/// True: go on. False: enough. The views live until the next write to the tables.
using Visit = std::function<Result<bool>(std::string_view key, std::string_view value)>;

/// One consistent view of all tables. Keys order as unsigned bytes.
/// Errors: those of Store.
class TableReader {
 public:
  virtual ~TableReader() = default;
  /// The view lives until the next write to the tables.
  [[nodiscard]] virtual Result<std::optional<std::string_view>> get(Table table,
                                                                    std::string_view key) const = 0;
  /// From the first key that is not before `from`, or down from the last one of the table: then
  /// `from` does not count.
  [[nodiscard]] virtual Status scan(Table table, std::string_view from, Direction direction,
                                    const Visit& visit) const = 0;
  [[nodiscard]] virtual Result<std::uint64_t> size(Table table) const = 0;
  /// About what the rows of a table take.
  [[nodiscard]] virtual Result<std::uint64_t> bytes(Table table) const = 0;
};

/// A view that can be changed; what becomes of the changes is its owner's to decide.
class TableWriter : public TableReader {
 public:
  [[nodiscard]] virtual Status put(Table table, std::string_view key, std::string_view value) = 0;
  /// `key` comes after every key of the table.
  [[nodiscard]] virtual Status append(Table table, std::string_view key,
                                      std::string_view value) = 0;
  /// A key that is not there is fine.
  [[nodiscard]] virtual Status erase(Table table, std::string_view key) = 0;
  /// Every row up to `last` and with it: cheaper than one by one.
  [[nodiscard]] virtual Status erase_through(Table table, std::string_view last) = 0;
};

}  // namespace attune::store
