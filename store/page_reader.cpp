#include "store/page_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>

namespace attune::store {
namespace {

// LMDB lays its pages down as its structs stand in memory: these are the ones of a machine of the
// same word size and byte order, and another one's are refused by their numbers.
struct Head {
  std::size_t number;
  std::uint16_t pad;
  std::uint16_t flags;
  std::uint16_t lower;  ///< end of the offsets of nodes; of a run: low half of its length
  std::uint16_t upper;  ///< begin of the nodes; of a run: high half
};
struct NodeHead {
  std::uint16_t low;  ///< of the value's size, or of the page below
  std::uint16_t high;
  std::uint16_t flags;  ///< of a branch: third part of the page below
  std::uint16_t key_bytes;
};
struct RawTree {
  std::uint32_t pad;
  std::uint16_t flags;
  std::uint16_t depth;
  std::size_t branch_pages;
  std::size_t leaf_pages;
  std::size_t overflow_pages;
  std::size_t entries;
  std::size_t root;
};
struct Meta {
  Head head;
  std::uint32_t magic;
  std::uint32_t version;
  std::size_t address;
  std::size_t map_bytes;
  RawTree free;  ///< its pad is the size of a page
  RawTree tables;
  std::size_t last_page;
  std::size_t commit;
};

constexpr std::uint16_t kBranch = 0x01;
constexpr std::uint16_t kLeaf = 0x02;
constexpr std::uint16_t kOverflow = 0x04;
constexpr std::uint16_t kMeta = 0x08;
constexpr std::uint16_t kValueElsewhere = 0x01;
constexpr std::uint16_t kValueIsTree = 0x02;
/// How the list of free pages is kept: keys are numbers, and the file is not in a folder of LMDB's.
constexpr std::uint16_t kFlagsOfFree = 0x4008;
constexpr std::uint32_t kMagic = 0xBEEFC0DE;
constexpr std::size_t kHeadBytes = kPageHeadBytes;
static_assert(sizeof(Head) == kPageHeadBytes);
constexpr std::size_t kKeyBytesMax = 511;

template <class T>
T load(const char* from) {
  T value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

Error damaged(const std::string& what) {
  return {"corrupt", "data.mdb: " + what};
}

Tree tree_of(const RawTree& raw, std::string name) {
  return {std::move(name), raw.flags,          raw.depth,   raw.branch_pages,
          raw.leaf_pages,  raw.overflow_pages, raw.entries, raw.root};
}

bool is_page_size(std::uint64_t bytes) {
  return bytes >= 512 && bytes <= 32'768 && std::has_single_bit(bytes);
}

bool is_sane(const Meta& meta, std::size_t number) {
  return meta.head.number == number && meta.head.flags == kMeta && meta.magic == kMagic &&
         meta.address == 0 && is_page_size(meta.free.pad) && meta.free.flags == kFlagsOfFree &&
         meta.tables.flags == 0;
}

Result<Snapshot> newest(const Meta& even, const Meta& odd) {
  if (!is_sane(even, 0) || !is_sane(odd, 1) || even.free.pad != odd.free.pad) {
    return damaged("a meta page is damaged, or it is no store");
  }
  // Commit n stands in page n mod 2, and commit n - 1 in the other.
  const bool in_turn = odd.commit == even.commit + 1 || even.commit == odd.commit + 1;
  if (!in_turn || even.commit % 2 != 0) {
    return damaged(
        "its two meta pages are not of consecutive commits; the newest commit may be hidden");
  }
  const Meta& meta = even.commit > odd.commit ? even : odd;
  return Snapshot{meta.free.pad, meta.last_page, meta.commit, tree_of(meta.free, "free pages"),
                  tree_of(meta.tables, "tables")};
}

bool is_page(const Snapshot& snapshot, std::uint64_t number) {
  return number >= 2 && number <= snapshot.last_page;
}

}  // namespace

Result<Snapshot> read_snapshot(const PageSource& source) {
  Meta even{};
  Meta odd{};
  if (!source.read(0, &even, sizeof even)) return damaged("its first page cannot be read");
  if (even.magic == kMagic && even.version != 1) {
    return Error{"format", fmt::format("data.mdb: written by LMDB's data version {}; this program "
                                       "knows 1",
                                       even.version)};
  }
  if (!is_page_size(even.free.pad)) return damaged("its first page is none of LMDB's");
  if (!source.read(even.free.pad, &odd, sizeof odd)) return damaged("it is cut off");
  auto snapshot = newest(even, odd);
  if (!snapshot) return snapshot;
  const std::uint64_t pages = source.bytes() / snapshot->page_bytes;
  if (snapshot->last_page < pages) return snapshot;
  return Error{"corrupt", fmt::format("data.mdb is cut off: {} of {} pages are there", pages,
                                      snapshot->last_page + 1)};
}

Result<Page> Page::read(const PageSource& source, const Snapshot& snapshot, std::uint64_t number,
                        const std::string& what) {
  Page page;
  if (!is_page(snapshot, number)) {
    return damaged(fmt::format("{} leads to page {}, which is none", what, number));
  }
  page.bytes_.resize(snapshot.page_bytes);
  if (!source.read(number * snapshot.page_bytes, page.bytes_.data(), page.bytes_.size())) {
    return damaged(fmt::format("page {} of {} cannot be read", number, what));
  }
  if (page.take(snapshot, number)) return page;
  return damaged(fmt::format("page {} of {} is damaged", number, what));
}

bool Page::take(const Snapshot& snapshot, std::uint64_t number) {
  const Head head = load<Head>(bytes_.data());
  leaf_ = head.flags == kLeaf;
  const bool known = (leaf_ || head.flags == kBranch) && head.number == number;
  if (!known || head.lower <= kHeadBytes || head.lower % 2 != 0 || head.lower > head.upper ||
      head.upper > snapshot.page_bytes) {
    return false;
  }
  const std::size_t count = (head.lower - kHeadBytes) / 2;
  nodes_.reserve(count);
  std::size_t used = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t at = load<std::uint16_t>(bytes_.data() + kHeadBytes + 2 * i);
    if (at < head.upper || !take_node(at, i == 0)) return false;
    const Node& node = nodes_.back();
    const std::size_t bytes =
        sizeof(NodeHead) + node.key.size() +
        (node.kind == Node::Kind::overflow ? sizeof(std::size_t) : node.value.size());
    used += bytes + bytes % 2;
  }
  // Nodes fill the page from `upper` to its end, without a hole.
  return used == snapshot.page_bytes - head.upper;
}

bool Page::take_node(std::size_t at, bool first) {
  if (at % 2 != 0 || at + sizeof(NodeHead) > bytes_.size()) return false;
  const NodeHead head = load<NodeHead>(bytes_.data() + at);
  const std::size_t key_at = at + sizeof head;
  const bool any_key = first && !leaf_;  // below it is everything before the second key
  if (head.key_bytes > kKeyBytesMax || (head.key_bytes == 0 && !any_key)) return false;
  if (key_at + head.key_bytes > bytes_.size()) return false;
  const std::size_t room = bytes_.size() - key_at - head.key_bytes;
  const char* value = bytes_.data() + key_at + head.key_bytes;
  Node node;
  node.key = {bytes_.data() + key_at, head.key_bytes};
  node.bytes = head.low | std::uint64_t{head.high} << 16;
  if (!leaf_) {
    node.kind = Node::Kind::child;
    node.page = node.bytes | (sizeof(std::size_t) == 8 ? std::uint64_t{head.flags} << 32 : 0);
  } else if (head.flags == kValueElsewhere) {
    node.kind = Node::Kind::overflow;
    if (room < sizeof(std::size_t)) return false;
    node.page = load<std::size_t>(value);
  } else {
    const bool tree = head.flags == kValueIsTree;
    if (head.flags != (tree ? kValueIsTree : 0) || node.bytes > room) return false;
    if (tree && node.bytes != sizeof(RawTree)) return false;
    node.kind = tree ? Node::Kind::tree : Node::Kind::value;
    node.value = {value, static_cast<std::size_t>(node.bytes)};
  }
  nodes_.push_back(node);
  return true;
}

Result<std::uint64_t> overflow_pages(const PageSource& source, const Snapshot& snapshot,
                                     const Node& node, const std::string& what) {
  if (!is_page(snapshot, node.page)) {
    return damaged(fmt::format("a value of {} leads to page {}, which is none", what, node.page));
  }
  Head head{};
  if (!source.read(node.page * snapshot.page_bytes, &head, sizeof head)) {
    return damaged(fmt::format("page {} of {} cannot be read", node.page, what));
  }
  const std::uint64_t length = head.lower | std::uint64_t{head.upper} << 16;
  const std::uint64_t needed = (kHeadBytes - 1 + node.bytes) / snapshot.page_bytes + 1;
  if (head.number == node.page && head.flags == kOverflow && length >= needed &&
      length <= snapshot.last_page + 1 - node.page) {
    return length;
  }
  return damaged(fmt::format("page {} of {} is damaged", node.page, what));
}

Tree read_tree(const Node& node) {
  return tree_of(load<RawTree>(node.value.data()), std::string(node.key));
}

}  // namespace attune::store
