#pragma once
#include <cstdint>

#include "devices/model/result.h"

/// What LMDB itself does not find out about its file.
namespace attune::store {

/// Compares the two meta pages: consecutive commits write them in turn. When one of their numbers
/// is damaged LMDB takes the other page and so, silently, the commit before.
/// Errors: "corrupt".
[[nodiscard]] Status check_meta_pages(int fd, std::uint64_t page_bytes);

}  // namespace attune::store
