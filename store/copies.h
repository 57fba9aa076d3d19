#pragma once
#include <cstdint>
#include <string>

#include "devices/model/ids.h"
#include "devices/model/instant.h"
#include "devices/model/result.h"

/// Copies of a store: made while it is in use, put in its place, or instead of it to save room.
///
/// A copy is one file, whole and checked record by record before it gets its name.
/// Threading: any thread, but of a process that has not opened the store.
/// Errors: those of Store; "exists" for a file that would be overwritten; "refused" for one that is
/// no place for a copy, whatever the caller wants.
namespace attune::store {

struct Copied {
  std::string store_uuid;
  Revision head{};
  std::uint64_t bytes = 0;
  std::uint64_t bytes_before = 0;  ///< of the store that was copied or replaced; 0: there was none
  std::string replaced;            ///< where what was replaced lies now; empty: nowhere
};

/// The newest commit of the store in `folder`, to `file`. A daemon may have it open and goes on:
/// it does not wait, but its file grows by what it commits meanwhile. A folder that cannot be
/// written is enough. Errors: "refused" unless `file` is missing or an ordinary file, and out of
/// the store's folder; also "locked" when such a folder is in use.
[[nodiscard]] Result<Copied> back_up(const std::string& folder, const std::string& file,
                                     bool overwrite);

/// The backup `file` becomes the store in `folder`, under a new name and with a new incarnation:
/// nobody can resume in it from what the replaced store said later. Its revisions and commands go
/// on above those of the replaced one, or by 2^32 where that one cannot be read. That one is kept
/// beside it. Errors: also "refused" for a file in the folder of an unfinished restore, which goes.
[[nodiscard]] Result<Copied> restore(const std::string& folder, const std::string& file,
                                     Millis wall);

/// The store in `folder` without its free pages.
[[nodiscard]] Result<Copied> compact(const std::string& folder);

}  // namespace attune::store
