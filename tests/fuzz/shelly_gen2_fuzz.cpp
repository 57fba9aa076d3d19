#include "tests/fuzz/dialect_input.h"

/// Messages of Shelly devices since the second generation, as dialect_input.h reads them.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  attune::fuzz::play("shelly_gen2", data, size);
  return 0;
}
