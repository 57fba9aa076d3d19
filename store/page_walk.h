#pragma once
#include <cstdint>

#include "store/page_reader.h"

/// A walk over the trees of a store: everything that LMDB will follow is followed here first.
namespace attune::store {

enum class Depth {
  /// Leaves of a tree that has more than kLeavesAtOpenMax are left to whoever reads them.
  at_open,
  everything
};
inline constexpr std::uint64_t kLeavesAtOpenMax = 4'096;  ///< 16 MiB

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
[[nodiscard]] Result<PageCount> walk_pages(const PageSource& source, Depth depth);

}  // namespace attune::store
