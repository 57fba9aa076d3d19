#include "tests/fuzz/dialect_input.h"

/// Messages of devices that speak attune's own dialect, as dialect_input.h reads them.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  attune::fuzz::play("attune", data, size);
  return 0;
}
