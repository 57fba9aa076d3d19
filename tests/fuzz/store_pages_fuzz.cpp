#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "store/page_walk.h"

namespace {

using namespace attune::store;

/// A file of LMDB: two sane meta pages, and behind them whatever comes in.
class Foreign final : public PageSource {
 public:
  Foreign(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}
  bool read(std::uint64_t at, void* to, std::size_t size) const override {
    if (at > size_ || size > size_ - at) return false;
    std::memcpy(to, data_ + at, size);
    return true;
  }
  std::uint64_t bytes() const override { return size_; }

 private:
  const std::uint8_t* data_;
  std::size_t size_;
};

/// A page size that lets a small input be many pages, and meta numbers that lead into it.
void make_believable(std::uint8_t* data) {
  constexpr std::size_t kPage = 512;
  const auto put = [data](std::size_t at, const auto value) {
    std::memcpy(data + at, &value, sizeof value);
  };
  for (std::size_t meta = 0; meta < 2; ++meta) {
    const std::size_t at = meta * kPage;
    put(at, std::uint64_t{meta});
    put(at + 10, std::uint16_t{8});
    put(at + 16, std::uint32_t{0xBEEFC0DE});
    put(at + 20, std::uint32_t{1});
    put(at + 24, std::uint64_t{0});
    put(at + 40, std::uint32_t{kPage});
    put(at + 44, std::uint16_t{0x4008});
    put(at + 92, std::uint16_t{0});
    put(at + 144, std::uint64_t{meta});
  }
}

}  // namespace

/// The walk ends, whatever the pages say, and the deeper one finds no less.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::vector<std::uint8_t> bytes(data, data + size);
  if (size >= 1'024 && size % 2 == 0) make_believable(bytes.data());
  const Foreign file(bytes.data(), bytes.size());
  const bool at_open = walk_pages(file, 1).ok();
  if (!at_open && walk_pages(file, kEveryLeaf).ok()) std::abort();
  return 0;
}
