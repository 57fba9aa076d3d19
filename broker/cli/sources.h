#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "broker/core/site.h"
#include "broker/shell/config/devices_file.h"
#include "devices/catalog.h"
#include "devices/model/issue.h"
#include "devices/normaliser.h"
#include "rules/load.h"

/// What `check` and `test` work on, found from paths alone, without a daemon.
namespace attune::cli {

/// Files as they stand on disk.
struct Sources {
  std::vector<rules::SourceFile> rules;
  config::LoadedDevices devices;
  devices::DialectConfig dialects;
  std::map<std::string, std::vector<std::string>> permissions;  ///< of attune.yaml
  core::Site site;                                              ///< of attune.yaml; else UTC
  Issues issues;                                                ///< of configuration and devices
};

/// A path is an attune.yaml or a folder that holds one: then its rules and devices count.
/// Otherwise it is a file or folder of rules, and the devices are those of the nearest attune.yaml,
/// devices.d or devices.yaml, beside it or one folder above. No path: the working folder.
[[nodiscard]] Sources gather(const std::vector<std::string>& paths);

/// Sources as the core would run them.
struct Checked {
  std::unique_ptr<devices::Catalog> catalog;
  std::shared_ptr<const rules::RuleSet> set;  ///< null when `issues` has an error
  core::Site site;                            ///< where tests take place
  Issues issues;                              ///< everything, in order
};

/// Devices that only a dialect could discover get what their capabilities bring.
[[nodiscard]] Checked check(Sources sources);

}  // namespace attune::cli
