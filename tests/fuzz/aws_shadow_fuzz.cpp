#include "tests/fuzz/dialect_input.h"

/// Shadow documents, as dialect_input.h reads them.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  attune::fuzz::play("aws_shadow", data, size);
  return 0;
}
