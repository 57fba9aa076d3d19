#include "rules/cel/memory.h"

namespace attune::cel {

namespace {

// One program alone is small; a set's many leave little of a last block unused.
constexpr std::size_t kFirstBlockBytes = 512;
constexpr std::size_t kBlockBytesMax = 16 * 1024;

}  // namespace

Memory::~Memory() {
  for (auto at = ends_.rbegin(); at != ends_.rend(); ++at) at->run(at->of);
}

std::string_view Memory::keep(std::string_view text) {
  char* const first = static_cast<char*>(take(text.size(), 1));
  std::copy(text.begin(), text.end(), first);
  return {first, text.size()};
}

void* Memory::take(std::size_t bytes, std::size_t alignment) {
  if (std::align(alignment, bytes, free_, left_) == nullptr) {
    block_bytes_ = std::clamp(2 * block_bytes_, kFirstBlockBytes, kBlockBytesMax);
    left_ = std::max(block_bytes_, bytes + alignment);
    free_ = blocks_.emplace_back(std::make_unique_for_overwrite<std::byte[]>(left_)).get();
    free_ = std::align(alignment, bytes, free_, left_);
  }
  void* const taken = free_;
  free_ = static_cast<std::byte*>(free_) + bytes;
  left_ -= bytes;
  return taken;
}

}  // namespace attune::cel
