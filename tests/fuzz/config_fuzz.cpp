#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "broker/shell/config/config.h"
#include "broker/shell/config/devices_file.h"
#include "devices/model/issue.h"

/// attune.yaml and devices files: any bytes give a configuration or findings, and every finding
/// can be rendered.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto config = attune::config::parse_config("/srv/attune.yaml", text);
  if (!attune::has_errors(config.issues)) {
    if (!attune::config::is_loopback(config.config.http.listen)) std::abort();
  }
  const auto devices = attune::config::parse_devices("/srv/devices.d/a.yaml", text);
  for (const auto& issues : {config.issues, devices.issues}) {
    if (attune::render(issues).empty() != issues.empty()) std::abort();
  }
  return 0;
}
