#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "broker/shell/beside/ha_requests.h"

/// What comes on the command topics that Home Assistant was given: refused with a reason, or read.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static attune::devices::Catalog catalog;
  static const attune::core::Core core(catalog, {});
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::string_view path = bytes.substr(0, bytes.find('\n'));
  const std::string_view payload = bytes.substr(path.size());
  const auto asked = attune::beside::read_request(core, path, payload);
  if (!asked && asked.error().code.empty()) std::abort();
  return 0;
}
