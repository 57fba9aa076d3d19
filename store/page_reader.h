#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "devices/model/result.h"

/// Pages of LMDB 0.9 (data version 1), read without trusting a single number in them.
///
/// LMDB follows the numbers in its pages as they are: a flipped bit there can end the process. Here
/// each is checked before it is followed, so that damage becomes a reason.
/// Errors: "corrupt"; the message names the page and its table.
namespace attune::store {

/// Before what a page holds.
inline constexpr std::size_t kPageHeadBytes = sizeof(std::size_t) + 8;

/// Bytes that somebody else may have written.
class PageSource {
 public:
  virtual ~PageSource() = default;
  /// Exactly `size` bytes at `at`; false when they are not there or cannot be read.
  [[nodiscard]] virtual bool read(std::uint64_t at, void* to, std::size_t size) const = 0;
  [[nodiscard]] virtual std::uint64_t bytes() const = 0;
};

/// A tree of pages: what LMDB keeps of a table outside of its pages.
struct Tree {
  std::string name;
  std::uint16_t flags = 0;
  std::uint16_t depth = 0;
  std::uint64_t branch_pages = 0;
  std::uint64_t leaf_pages = 0;
  std::uint64_t overflow_pages = 0;
  std::uint64_t entries = 0;
  std::uint64_t root = 0;
};

/// The newest commit, from whose trees everything is reached.
struct Snapshot {
  std::uint64_t page_bytes = 0;
  std::uint64_t last_page = 0;
  std::uint64_t commit = 0;
  Tree free;    ///< pages that no tree uses, by the commit that let go of them
  Tree tables;  ///< the trees of all tables, by their names
};
/// Also compares the two meta pages: consecutive commits write them in turn. When one of their
/// numbers is damaged LMDB takes the other page and so, silently, the commit before.
[[nodiscard]] Result<Snapshot> read_snapshot(const PageSource& source);

/// A key of a branch with the page below it, or of a leaf with its value.
struct Node {
  enum class Kind { child, value, overflow, tree };
  Kind kind{};
  std::string_view key;
  std::string_view value;   ///< of value and tree, in the page
  std::uint64_t page = 0;   ///< of child and overflow
  std::uint64_t bytes = 0;  ///< of the value, wherever it stands
};

/// One page whose every number was checked. Views live as long as it does.
class Page {
 public:
  /// `what` names it in errors.
  [[nodiscard]] static Result<Page> read(const PageSource& source, const Snapshot& snapshot,
                                         std::uint64_t number, const std::string& what);
  [[nodiscard]] bool is_leaf() const { return leaf_; }
  [[nodiscard]] const std::vector<Node>& nodes() const { return nodes_; }

 private:
  bool take(const Snapshot& snapshot, std::uint64_t number);
  bool take_node(std::size_t at, bool first);

  std::vector<char> bytes_;
  std::vector<Node> nodes_;
  bool leaf_ = false;
};

/// How many pages the value of `node`, of kind overflow, has to itself. They may be more than it
/// needs: LMDB leaves them to a shorter value that takes the place of a longer one.
[[nodiscard]] Result<std::uint64_t> overflow_pages(const PageSource& source,
                                                   const Snapshot& snapshot, const Node& node,
                                                   const std::string& what);
/// The tree that a node of kind tree holds.
[[nodiscard]] Tree read_tree(const Node& node);

}  // namespace attune::store
