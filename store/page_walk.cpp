#include "store/page_walk.h"

#include <fmt/format.h>

#include <cstring>
#include <utility>
#include <vector>

#include "store/tables.h"

namespace attune::store {
namespace {

constexpr std::uint64_t kNoPage = std::uint64_t{static_cast<std::size_t>(-1)};
constexpr unsigned kDepthMax = 32;  ///< LMDB's own bound

class Walk {
 public:
  Walk(const PageSource& source, const Snapshot& snapshot, std::uint64_t leaves_max)
      : source_(source),
        snapshot_(snapshot),
        leaves_max_(leaves_max),
        seen_(snapshot.last_page + 1) {}

  Status tables();
  Status free_pages();
  [[nodiscard]] const PageCount& count() const { return count_; }

 private:
  Status tree(const Tree& tree);
  Status below(const Tree& tree, std::uint64_t page, unsigned level, bool at_end);
  Status children(const Tree& tree, const Page& page, unsigned level, bool at_end);
  Status leaf(const Tree& tree, const Page& page);
  Status overflow(const Tree& tree, const Node& node);
  Status free_list(const Node& node);
  Status reach(std::uint64_t page, const std::string& by);
  [[nodiscard]] bool skips_leaves(const Tree& tree) const;
  [[nodiscard]] Error damaged(const Tree& tree, const std::string& what) const {
    return {"corrupt", fmt::format("data.mdb: table {} {}", tree.name, what)};
  }

  const PageSource& source_;
  const Snapshot& snapshot_;
  std::uint64_t leaves_max_;
  std::vector<bool> seen_;
  PageCount count_;
  PageCount of_tree_;
  std::uint64_t entries_ = 0;  ///< of the tree that is being walked
};

Status Walk::tables() {
  return tree(snapshot_.tables);
}

Status Walk::free_pages() {
  return tree(snapshot_.free);
}

bool Walk::skips_leaves(const Tree& tree) const {
  if (tree.leaf_pages <= leaves_max_) return false;
  return tree.name == name(Table::log) || tree.name == name(Table::history) ||
         tree.name == name(Table::rollups);
}

/// The tree of the tables calls this again for each of them, from within its leaves.
Status Walk::tree(const Tree& tree) {
  const PageCount outer = std::exchange(of_tree_, {});
  const std::uint64_t outer_entries = std::exchange(entries_, 0);
  if (tree.root == kNoPage) {
    if (tree.depth != 0) return damaged(tree, "has no root");
  } else if (tree.depth == 0 || tree.depth > kDepthMax) {
    return damaged(tree, "has an impossible depth");
  } else if (Status walked = below(tree, tree.root, 1, true); !walked) {
    return walked;
  }
  const bool whole = of_tree_.unread == 0;
  if (of_tree_.branches != tree.branch_pages ||
      of_tree_.leaves + of_tree_.unread != tree.leaf_pages ||
      (whole && (of_tree_.overflow != tree.overflow_pages || entries_ != tree.entries))) {
    return damaged(tree, "does not have the pages or rows that it counts");
  }
  count_.branches += of_tree_.branches;
  count_.leaves += of_tree_.leaves;
  count_.unread += of_tree_.unread;
  count_.overflow += of_tree_.overflow;
  of_tree_ = outer;
  entries_ = outer_entries;
  return {};
}

/// The leaf at the end is always read: LMDB appends to it.
Status Walk::below(const Tree& tree, std::uint64_t number, unsigned level, bool at_end) {
  if (Status once = reach(number, tree.name); !once) return once;
  if (level == tree.depth && !at_end && skips_leaves(tree)) {
    ++of_tree_.unread;
    return {};
  }
  const auto page = Page::read(source_, snapshot_, number, "table " + tree.name);
  if (!page) return page.error();
  if (page->is_leaf() != (level == tree.depth)) {
    return damaged(tree, fmt::format("has page {} at a wrong level", number));
  }
  if (page->is_leaf()) return leaf(tree, *page);
  return children(tree, *page, level, at_end);
}

Status Walk::children(const Tree& tree, const Page& page, unsigned level, bool at_end) {
  ++of_tree_.branches;
  // LMDB takes a branch with one child for a bug of its own, but for the list of free pages.
  if (page.nodes().size() < 2 && &tree != &snapshot_.free) {
    return damaged(tree, "has a branch with one page below it");
  }
  for (const Node& node : page.nodes()) {
    const bool last = at_end && &node == &page.nodes().back();
    if (Status walked = below(tree, node.page, level + 1, last); !walked) return walked;
  }
  return {};
}

Status Walk::leaf(const Tree& tree, const Page& page) {
  ++of_tree_.leaves;
  const bool of_tables = &tree == &snapshot_.tables;
  for (const Node& node : page.nodes()) {
    ++entries_;
    if ((node.kind == Node::Kind::tree) != of_tables) return damaged(tree, "has a row of no kind");
    if (node.kind == Node::Kind::overflow) {
      if (Status there = overflow(tree, node); !there) return there;
    }
    if (of_tables) {
      const Tree table = read_tree(node);
      if (table.flags != 0) return damaged(table, "has unknown flags");
      if (Status walked = this->tree(table); !walked) return walked;
    }
    if (&tree == &snapshot_.free) {
      if (Status sane = free_list(node); !sane) return sane;
    }
  }
  return {};
}

Status Walk::overflow(const Tree& tree, const Node& node) {
  const auto run = overflow_pages(source_, snapshot_, node, "table " + tree.name);
  if (!run) return run.error();
  for (std::uint64_t i = 0; i < *run; ++i) {
    if (Status once = reach(node.page + i, tree.name); !once) return once;
  }
  of_tree_.overflow += *run;
  return {};
}

/// How many there are, then their numbers, highest first.
Status Walk::free_list(const Node& node) {
  std::vector<std::size_t> numbers(node.bytes / sizeof(std::size_t));
  const std::size_t bytes = numbers.size() * sizeof(std::size_t);
  const std::uint64_t at = node.page * snapshot_.page_bytes + kPageHeadBytes;
  bool read = node.key.size() == sizeof(std::size_t) && !numbers.empty() && bytes == node.bytes;
  if (read && node.kind == Node::Kind::overflow) {
    read = source_.read(at, numbers.data(), bytes);
  } else if (read) {
    std::memcpy(numbers.data(), node.value.data(), bytes);
  }
  if (!read || numbers[0] != numbers.size() - 1)
    return damaged(snapshot_.free, "has a damaged list");
  for (std::size_t i = 1; i < numbers.size(); ++i) {
    if (i > 1 && numbers[i] >= numbers[i - 1]) return damaged(snapshot_.free, "is out of order");
    if (Status once = reach(numbers[i], snapshot_.free.name); !once) return once;
  }
  count_.free += numbers.size() - 1;
  return {};
}

Status Walk::reach(std::uint64_t page, const std::string& by) {
  if (page >= 2 && page <= snapshot_.last_page && !seen_[page]) {
    seen_[page] = true;
    return {};
  }
  return Error{"corrupt", fmt::format("data.mdb: table {} leads to page {}, which is {}", by, page,
                                      page > snapshot_.last_page ? "behind the end" : "another's")};
}

}  // namespace

Result<PageCount> walk_pages(const PageSource& source, std::uint64_t leaves_max) {
  const auto snapshot = read_snapshot(source);
  if (!snapshot) return snapshot.error();
  Walk walk(source, *snapshot, leaves_max);
  if (Status walked = walk.tables(); !walked) return walked.error();
  if (Status walked = walk.free_pages(); !walked) return walked.error();
  return walk.count();
}

}  // namespace attune::store
