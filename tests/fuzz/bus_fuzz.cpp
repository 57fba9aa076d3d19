#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "broker/shell/api/bus_body.h"

/// Payloads of requests over the bus: refused with a reason, or read.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view payload(reinterpret_cast<const char*>(data), size);
  const auto set = attune::api::parse_set(payload);
  if (!set && set.error().code.empty()) std::abort();
  if (set && !set->release && !set->write.value.has_value()) std::abort();
  const auto sync = attune::api::parse_sync(payload);
  if (!sync && sync.error().code.empty()) std::abort();
  return 0;
}
