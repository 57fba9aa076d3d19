#include "store/lmdb_check.h"

#include <unistd.h>

#include <cstddef>

namespace attune::store {
namespace {

/// A table's root, as LMDB 0.9 (data version 1) lays it down.
struct TableRoot {
  std::uint32_t pad;
  std::uint16_t flags;
  std::uint16_t depth;
  std::size_t pages[3];
  std::size_t entries;
  std::size_t root;
};

/// The start of a meta page. mdb_env_open has checked magic and version.
struct MetaPage {
  std::size_t number;
  std::uint16_t pad;
  std::uint16_t flags;
  std::uint32_t unused;
  std::uint32_t magic;
  std::uint32_t version;
  void* address;
  std::size_t map_bytes;
  TableRoot roots[2];
  std::size_t last_page;
  std::size_t commit;  ///< number of the commit that wrote this page
};

bool read_meta(int fd, std::uint64_t offset, MetaPage& page) {
  const ssize_t size = ::pread(fd, &page, sizeof page, static_cast<off_t>(offset));
  return size == static_cast<ssize_t>(sizeof page);
}

}  // namespace

Status check_meta_pages(int fd, std::uint64_t page_bytes) {
  MetaPage even{};
  MetaPage odd{};
  if (!read_meta(fd, 0, even) || !read_meta(fd, page_bytes, odd)) {
    return Error{"corrupt", "data.mdb: its meta pages cannot be read"};
  }
  // Commit n stands in page n mod 2, and commit n - 1 in the other.
  const bool in_turn = odd.commit == even.commit + 1 || even.commit == odd.commit + 1;
  if (in_turn && even.commit % 2 == 0) return {};
  return Error{"corrupt",
               "data.mdb: its two meta pages are not of consecutive commits; the newest "
               "commit may be hidden"};
}

}  // namespace attune::store
