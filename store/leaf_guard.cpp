#include "store/leaf_guard.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <cinttypes>
#include <cstdio>
#include <cstring>
#include <fstream>

#include "store/codec.h"

namespace attune::store {
namespace {

class MapSource final : public PageSource {
 public:
  MapSource(const char* map, std::uint64_t bytes) : map_(map), bytes_(bytes) {}
  bool read(std::uint64_t at, void* to, std::size_t size) const override {
    if (at > bytes_ || size > bytes_ - at) return false;
    std::memcpy(to, map_ + at, size);
    return true;
  }
  std::uint64_t bytes() const override { return bytes_; }

 private:
  const char* map_;
  std::uint64_t bytes_;
};

/// A key that a flipped bit moved would hide its row, and others from a search.
Status check_rows(const Page& page, const std::string& table) {
  std::string_view before;
  for (const Node& node : page.nodes()) {
    if (node.key <= before) return Error{"corrupt", "is out of order"};
    before = node.key;
    if (table != name(Table::log) || node.kind != Node::Kind::value) continue;
    if (const auto entry = decode<LogEntry>(node.key, node.value); !entry) return entry.error();
  }
  return {};
}

Status check_leaf(const PageSource& source, const Snapshot& snapshot, std::uint64_t number,
                  const std::string& table) {
  const std::string what = "table " + table;
  const auto page = Page::read(source, snapshot, number, what);
  if (!page) return page.error();
  const auto damaged = [&](const std::string& how) {
    return Error{"corrupt", fmt::format("data.mdb: page {} of {} {}", number, what, how)};
  };
  if (!page->is_leaf()) return damaged("is no leaf");
  if (const Status rows = check_rows(*page, table); !rows) return damaged(rows.error().message);
  for (const Node& node : page->nodes()) {
    if (node.kind != Node::Kind::overflow) continue;
    if (const auto run = overflow_pages(source, snapshot, node, what); !run) return run.error();
  }
  return {};
}

}  // namespace

LeafGuard::LeafGuard(const char* map, std::uint64_t bytes, std::uint64_t page_bytes)
    : map_(map), seen_(bytes / page_bytes) {}

bool LeafGuard::Leaf::holds(std::string_view key) const {
  return (!from || key >= *from) && (!next || key < *next);
}

Result<LeafGuard::Leaf> LeafGuard::check(const std::string& table, std::string_view key,
                                         std::uint64_t bytes) {
  const MapSource source(map_, bytes);
  if (Status known = look_up(source); !known) return known.error();
  auto leaf = find(source, table, Way::at, key);
  return leaf ? with_neighbours(source, table, std::move(*leaf)) : leaf;
}

Result<LeafGuard::Leaf> LeafGuard::check_last(const std::string& table, std::uint64_t bytes) {
  const MapSource source(map_, bytes);
  if (Status known = look_up(source); !known) return known.error();
  auto leaf = find(source, table, Way::last, {});
  return leaf ? with_neighbours(source, table, std::move(*leaf)) : leaf;
}

/// LMDB steps to them, and joins them when a leaf runs empty.
Result<LeafGuard::Leaf> LeafGuard::with_neighbours(const PageSource& source,
                                                   const std::string& table, Leaf leaf) {
  if (leaf.next) {
    if (const auto after = find(source, table, Way::at, *leaf.next); !after) return after.error();
  }
  if (leaf.from) {
    if (const auto ahead = find(source, table, Way::before, *leaf.from); !ahead) {
      return ahead.error();
    }
  }
  return leaf;
}

/// The roots of the tables, once a commit.
Status LeafGuard::look_up(const PageSource& source) {
  auto snapshot = read_snapshot(source);
  if (!snapshot) return snapshot.error();
  if (snapshot->commit == snapshot_.commit) return {};
  snapshot_ = std::move(*snapshot);
  trees_.clear();
  std::vector<std::uint64_t> open{snapshot_.tables.root};
  while (!open.empty()) {
    const std::uint64_t number = open.back();
    open.pop_back();
    const auto page = Page::read(source, snapshot_, number, "the list of tables");
    if (!page) return page.error();
    for (const Node& node : page->nodes()) {
      if (node.kind == Node::Kind::child) open.push_back(node.page);
      if (node.kind == Node::Kind::tree) trees_[std::string(node.key)] = read_tree(node);
    }
  }
  return {};
}

/// Down to one leaf, and a look at that.
Result<LeafGuard::Leaf> LeafGuard::find(const PageSource& source, const std::string& table, Way way,
                                        std::string_view key) {
  Leaf leaf;
  const Tree& tree = trees_[table];
  if (tree.depth == 0) return leaf;  // an empty table
  const std::string what = "table " + table;
  std::uint64_t number = tree.root;
  for (unsigned level = 1; level < tree.depth; ++level) {
    const auto page = Page::read(source, snapshot_, number, what);
    if (!page) return page.error();
    const auto& nodes = page->nodes();
    std::size_t chosen = 0;
    while (chosen + 1 < nodes.size()) {
      const std::string_view bound = nodes[chosen + 1].key;
      const bool passed = way == Way::last || (way == Way::at ? bound <= key : bound < key);
      if (!passed) break;
      ++chosen;
    }
    if (chosen > 0) leaf.from = std::string(nodes[chosen].key);
    if (chosen + 1 < nodes.size()) leaf.next = std::string(nodes[chosen + 1].key);
    number = nodes[chosen].page;
  }
  if (number >= seen_.size() || seen_[number]) return leaf;
  if (Status sound = check_leaf(source, snapshot_, number, table); !sound) return sound.error();
  seen_[number] = true;
  return leaf;
}

const char* find_map(const std::string& path) {
  struct stat file {};
  if (::stat(path.c_str(), &file) != 0) return nullptr;
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    std::uintptr_t begin = 0;
    std::uint64_t offset = 0;
    unsigned device_major = 0;
    unsigned device_minor = 0;
    std::uint64_t inode = 0;
    const int read = std::sscanf(line.c_str(), "%" SCNxPTR "-%*x %*s %" SCNx64 " %x:%x %" SCNu64,
                                 &begin, &offset, &device_major, &device_minor, &inode);
    const bool same = read == 5 && offset == 0 && inode == file.st_ino &&
                      device_major == major(file.st_dev) && device_minor == minor(file.st_dev);
    if (same) return reinterpret_cast<const char*>(begin);
  }
  return nullptr;
}

}  // namespace attune::store
