#include "tests/fuzz/dialect_input.h"

/// Messages of Homie 4 devices, as dialect_input.h reads them.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  attune::fuzz::play("homie4", data, size);
  return 0;
}
