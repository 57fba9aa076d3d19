#include "devices/dialects/sparkplug_payload.h"
#include "tests/fuzz/dialect_input.h"

/// Messages of Sparkplug nodes, as dialect_input.h reads them; and the input as one payload.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  attune::fuzz::play("sparkplug_b", data, size);
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto payload = attune::devices::sparkplug::decode(bytes)) {
    const std::string written = attune::devices::sparkplug::encode(*payload);
    if (!attune::devices::sparkplug::decode(written)) __builtin_trap();
  }
  return 0;
}
