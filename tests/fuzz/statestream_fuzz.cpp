#include "tests/fuzz/dialect_input.h"

/// Messages of Home Assistant's statestream, as dialect_input.h reads them.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  attune::fuzz::play("statestream", data, size);
  return 0;
}
