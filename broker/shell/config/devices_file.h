#pragma once
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "devices/model/issue.h"
#include "devices/normaliser.h"

/// devices.d: what no discovery tells of a device.
namespace attune::config {

struct LoadedDevices {
  devices::DevicesFile file;  ///< only usable without errors in `issues`
  Issues issues;
  /// Where each attribute stands: an Issue without words, by device and attribute.
  std::map<std::pair<DeviceId, std::string>, Issue> places{};
};

/// Reads files, and every *.yaml and *.yml of folders, in that order. Together they are one set:
/// a device stands in one of them only. Unknown keys, ids that do not fit, capabilities and
/// attributes outside the vocabulary, topics that cannot be are Issues.
[[nodiscard]] LoadedDevices load_devices(const std::vector<std::string>& paths);

/// The same from one text.
[[nodiscard]] LoadedDevices parse_devices(const std::string& path, std::string text);

/// What Normaliser::misfits() finds wrong with `loaded.file`, each at its place.
[[nodiscard]] Issues issues_of(const LoadedDevices& loaded,
                               const std::vector<devices::Misfit>& misfits);

}  // namespace attune::config
