#pragma once
#include <string>
#include <vector>

#include "devices/model/issue.h"
#include "devices/normaliser.h"

/// devices.d: what no discovery tells of a device.
namespace attune::config {

struct LoadedDevices {
  devices::DevicesFile file;  ///< only usable without errors in `issues`
  Issues issues;
};

/// Reads files, and every *.yaml and *.yml of folders, in that order. Together they are one set:
/// a device stands in one of them only. Unknown keys, ids that do not fit, capabilities and
/// attributes outside the vocabulary, topics that cannot be are Issues.
[[nodiscard]] LoadedDevices load_devices(const std::vector<std::string>& paths);

/// The same from one text.
[[nodiscard]] LoadedDevices parse_devices(const std::string& path, std::string text);

}  // namespace attune::config
