#include "store/standing.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "store/file.h"
#include "store/layer.h"
#include "store/lmdb_check.h"
#include "store/lmdb_env.h"
#include "store/queries.h"
#include "store/store.h"

namespace attune::store {
namespace {

std::string mark_of(const std::string& folder) {
  return folder + "/store.id";
}

Status write_mark(const File& file, const std::string& path, const std::string& text) {
  if (::write(file.fd(), text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
      ::fsync(file.fd()) == 0) {
    return {};
  }
  const bool full = errno == ENOSPC || errno == EDQUOT;
  return Error{full ? "full" : "io", fmt::format("{}: {}", path, std::strerror(errno))};
}

}  // namespace

Result<Standing> read_standing(const std::string& path, std::uint64_t leaves_max) {
  if (const auto sound = check_pages(path, leaves_max); !sound) return sound.error();
  auto env = Env::open_to_read(path, LmdbOptions{}.map_bytes);
  if (!env) return env.error();
  if (Status opened = (*env)->open_tables(kLastTable, false); !opened) return opened.error();
  Txn txn(**env);
  if (Status begun = txn.begin(MDB_RDONLY); !begun) return begun.error();
  const LmdbTables tables(txn);
  Layer waiting;
  if (const auto read = read_journal(tables, waiting); !read) return read.error();
  const LayeredReader view(tables, waiting);
  auto identity = read_identity(view);
  if (!identity) return identity.error();
  const auto position = read_position(view);
  if (!position) return position.error();
  return Standing{std::move(*identity), *position};
}

bool is_marked(const std::string& folder) {
  return file_exists(mark_of(folder));
}

Status mark_folder(const std::string& folder, const std::string& uuid) {
  const std::string draft = mark_of(folder) + ".new";
  std::remove(draft.c_str());
  const auto file = make_file(draft);
  if (!file) return file.error();
  Status done = write_mark(*file, draft, uuid + "\n");
  if (done) done = give_to_owner(*file, folder);
  if (done) done = rename_durably(folder, draft, mark_of(folder));
  if (!done) std::remove(draft.c_str());
  return done;
}

void mark_if_missing(const std::string& folder) {
  if (is_marked(folder)) return;
  const auto standing = read_standing(folder + "/data.mdb", kLeavesAtOpenMax);
  if (standing) (void)mark_folder(folder, standing->identity.uuid);
}

}  // namespace attune::store
