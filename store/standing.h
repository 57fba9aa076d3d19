#pragma once
#include <cstdint>
#include <string>

#include "store/codec.h"

/// How far a store is, and the mark by which its folder remembers that it has one.
///
/// Threading: any thread, but of a process that has not opened the store.
namespace attune::store {

struct Standing {
  Identity identity;
  Position position;
};

/// Of the store in the file at `path`, which is not touched; its pages are checked first, at most
/// `leaves_max` leaves. Errors: those of Store.
[[nodiscard]] Result<Standing> read_standing(const std::string& path, std::uint64_t leaves_max);

/// A store stands in `folder`, or stood there: whoever finds none must not begin a new one.
[[nodiscard]] bool is_marked(const std::string& folder);
/// Keeps the store's `uuid` in the file `store.id`, durably. Errors: "open", "full", "io".
[[nodiscard]] Status mark_folder(const std::string& folder, const std::string& uuid);
/// Marks `folder` for the store in its data.mdb, unless it is marked. What stands in the way is
/// left to the next one: a full disk, a store that cannot be read.
void mark_if_missing(const std::string& folder);

}  // namespace attune::store
