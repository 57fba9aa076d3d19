#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "store/page_walk.h"
#include "store/store.h"

/// Reads every page and every record of a store, and says what is damaged.
///
/// Errors: "locked" while a daemon has it open, "open" when there is none, "format". Damage is no
/// error here but the answer.
namespace attune::store {

struct ScrubReport {
  PageCount pages;
  std::uint64_t bytes = 0;  ///< of the file
  std::uint64_t rows = 0;   ///< that were read, those of the journal included
  std::string store_uuid;   ///< this and the next: empty or 0 when damage hides them
  Revision head{};
  std::vector<Error> damage;  ///< each names page or table and key; at most kDamageMax
};
inline constexpr std::size_t kDamageMax = 1'000;

/// The store in `folder`, which is not touched.
[[nodiscard]] Result<ScrubReport> scrub(const std::string& folder);
/// One file of a store, that nobody has open: a backup.
[[nodiscard]] Result<ScrubReport> scrub_file(const std::string& path);

}  // namespace attune::store
