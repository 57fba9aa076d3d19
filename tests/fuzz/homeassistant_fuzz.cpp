#include "tests/fuzz/dialect_input.h"

/// Configurations of Home Assistant's discovery and what follows them, as dialect_input.h reads
/// them.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  attune::fuzz::play("homeassistant", data, size);
  return 0;
}
