#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "store/history/block.h"

namespace {

using namespace attune::store::history;

/// What reads as a block is written again as a block of the same samples.
void read_again(std::string_view payload) {
  const auto samples = read_block(payload);
  const auto resumed = OpenBlock::decode(payload);
  if (samples.has_value() != resumed.has_value()) std::abort();
  if (!samples) return;
  std::string same;
  resumed->encode(same);
  if (same != payload) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  read_again({reinterpret_cast<const char*>(data), size});
  return 0;
}
