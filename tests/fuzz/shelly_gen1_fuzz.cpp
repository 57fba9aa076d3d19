#include "tests/fuzz/dialect_input.h"

/// Messages of Shelly devices of the first generation, as dialect_input.h reads them.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  attune::fuzz::play("shelly_gen1", data, size);
  return 0;
}
