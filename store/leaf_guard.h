#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "devices/model/result.h"
#include "store/page_reader.h"

/// Leaves of large tables that no start walks over, each checked when it is first read.
namespace attune::store {

/// Finds its own way through the committed trees, whose branches were walked at the start: what
/// LMDB makes of a damaged leaf says nothing about where that is.
///
/// Threading: one thread at a time.
/// Errors: "corrupt", naming table and page.
class LeafGuard {
 public:
  /// `map` is where LMDB mapped the file, of which `bytes` are there; pages are of `page_bytes`.
  LeafGuard(const char* map, std::uint64_t bytes, std::uint64_t page_bytes);

  /// Between which keys a leaf stands: at `from` or above, below `next`; empty: at an end.
  struct Leaf {
    std::optional<std::string> from;
    std::optional<std::string> next;
    [[nodiscard]] bool holds(std::string_view key) const;
  };
  /// The leaf in which `key` stands or would stand, and those beside it, can be believed, with the
  /// values that they keep elsewhere. `bytes` is how long the file is now.
  [[nodiscard]] Result<Leaf> check(const std::string& table, std::string_view key,
                                   std::uint64_t bytes);
  /// The same of the last leaf.
  [[nodiscard]] Result<Leaf> check_last(const std::string& table, std::uint64_t bytes);

 private:
  enum class Way { at, before, last };
  [[nodiscard]] Result<Leaf> find(const PageSource& source, const std::string& table, Way way,
                                  std::string_view key);
  [[nodiscard]] Result<Leaf> with_neighbours(const PageSource& source, const std::string& table,
                                             Leaf leaf);
  [[nodiscard]] Status look_up(const PageSource& source);

  const char* map_;
  std::vector<bool> seen_;  ///< by page; those that came later are of this process
  Snapshot snapshot_;       ///< the commit that trees_ is of; 0: none yet
  std::map<std::string, Tree> trees_;
};

/// Where this process has mapped `path`; null: nowhere.
[[nodiscard]] const char* find_map(const std::string& path);

}  // namespace attune::store
