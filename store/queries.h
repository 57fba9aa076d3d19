#pragma once
#include <string>
#include <vector>

#include "store/codec.h"
#include "store/tables.h"

/// What both stores answer, read from one view of their tables. Errors: those of Store.
namespace attune::store {

/// The format of the store: the one of meta/store.
[[nodiscard]] Result<std::uint8_t> read_format(const TableReader& tables);
struct JournalLength {
  std::uint64_t entries = 0;
  std::uint64_t bytes = 0;
};
/// Adds the rows of the journal to `waiting`; answers how long it is. An entry that is missing is
/// "corrupt".
[[nodiscard]] Result<JournalLength> read_journal(const TableReader& tables, Layer& waiting);
[[nodiscard]] Result<Identity> read_identity(const TableReader& tables);
[[nodiscard]] Result<Position> read_position(const TableReader& tables);

/// Everything a start needs. A table with fewer rows than it counts, or a log that does not end
/// at the head, is "corrupt".
[[nodiscard]] Result<Recovered> read_recovered(const TableReader& tables, const Identity& identity,
                                               const Position& position);

[[nodiscard]] Result<std::vector<Change>> read_log_after(const TableReader& tables,
                                                         const Position& position, Revision after,
                                                         std::size_t max);
[[nodiscard]] Result<std::vector<Change>> read_log_newest(const TableReader& tables,
                                                          std::size_t max);
[[nodiscard]] Result<std::optional<Change>> read_change(const TableReader& tables,
                                                        Revision revision);
[[nodiscard]] Result<std::vector<Command>> read_finished(const TableReader& tables,
                                                         const std::string& path, std::size_t max);
[[nodiscard]] Result<std::vector<Blob>> read_blobs(const TableReader& tables,
                                                   const std::string& space);

}  // namespace attune::store
