#pragma once
#include <cstdint>

#include "store/page_reader.h"

/// A walk over the trees of a store: everything that LMDB will follow is followed here first.
namespace attune::store {

/// Leaves of a table that is not read at a start (log, history, rollups) are left to whoever reads
/// them when the table has more than so many; but not the last leaf, which a commit appends to.
inline constexpr std::uint64_t kLeavesAtOpenMax = 4'096;  ///< 16 MiB
inline constexpr std::uint64_t kEveryLeaf = ~std::uint64_t{0};

/// Pages by what they are for; `unread` leaves were counted only.
struct PageCount {
  std::uint64_t branches = 0;
  std::uint64_t leaves = 0;
  std::uint64_t unread = 0;
  std::uint64_t overflow = 0;
  std::uint64_t free = 0;
};

/// Every page of every tree is within the file, reached once, and holds what its head says; the
/// counts that LMDB keeps of each tree are true; no free page is in use. Costs one read a page.
/// Errors: "corrupt" naming page and table; "format".
[[nodiscard]] Result<PageCount> walk_pages(const PageSource& source, std::uint64_t leaves_max);

}  // namespace attune::store
