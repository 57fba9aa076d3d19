#pragma once
#include <string>

#include "store/page_walk.h"

/// What LMDB itself does not find out about its file.
namespace attune::store {

/// Walks over the pages of the file at `path`, before LMDB follows one of them. Errors: those of
/// walk_pages; "open" when the file cannot be opened.
[[nodiscard]] Result<PageCount> check_pages(const std::string& path, std::uint64_t leaves_max);

}  // namespace attune::store
