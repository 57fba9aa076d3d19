#include "broker/cli/sources.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <utility>

#include "broker/shell/config/config.h"
#include "broker/shell/config/surroundings.h"
#include "devices/vocabulary.h"
#include "rules/check/check.h"

namespace attune::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kConfigName = "attune.yaml";
constexpr const char* kDevicesName = "devices.yaml";

bool is_there(const fs::path& path) {
  std::error_code failed;
  return fs::exists(path, failed);
}

/// Collects each file once, however often the paths lead to it.
class Gatherer {
 public:
  void take(const std::string& path) {
    const fs::path given(path);
    std::error_code failed;
    if (fs::is_directory(given, failed) && is_there(given / kConfigName)) {
      take_config(given / kConfigName, true);
    } else if (given.filename() == kConfigName) {
      take_config(given, true);
    } else {
      take_rules(path);
      take_surroundings(fs::is_directory(given, failed) ? given : folder_of(given));
    }
  }
  Sources finish() {
    out_.devices = config::load_devices(device_paths_);
    return std::move(out_);
  }

 private:
  static fs::path folder_of(const fs::path& file) {
    return file.has_parent_path() ? file.parent_path() : fs::path(".");
  }
  void take_config(const fs::path& path, bool with_rules) {
    if (!seen_.insert(fs::absolute(path).lexically_normal()).second) return;
    config::LoadedConfig loaded = config::load_config(path.string());
    const Issues& found = loaded.issues;
    out_.issues.insert(out_.issues.end(), found.begin(), found.end());
    out_.dialects = loaded.config.dialects;
    out_.site = config::site_of(loaded.config);
    out_.permissions = loaded.config.permissions;
    for (const auto& devices : loaded.config.devices) take_devices(devices);
    if (!with_rules) return;
    for (const auto& rules : loaded.config.rules) take_rules(rules);
  }
  void take_rules(const std::string& path) {
    for (auto& file : rules::read_files(path, out_.issues)) {
      const fs::path name(file.path);
      // A folder of rules may keep its devices beside them.
      if (name.filename() == kDevicesName) continue;
      if (!seen_.insert(fs::absolute(name).lexically_normal()).second) continue;
      out_.rules.push_back(std::move(file));
    }
  }
  void take_surroundings(const fs::path& folder) {
    for (const auto& place : {folder, folder / ".."}) {
      if (is_there(place / kConfigName)) return take_config(place / kConfigName, false);
      for (const char* name : {"devices.d", kDevicesName}) {
        if (is_there(place / name)) return take_devices(place / name);
      }
    }
  }
  void take_devices(const fs::path& path) {
    const fs::path normal = path.lexically_normal();
    if (seen_.insert(fs::absolute(normal).lexically_normal()).second) {
      device_paths_.push_back(normal);
    }
  }

  Sources out_;
  std::set<fs::path> seen_;
  std::vector<std::string> device_paths_;
};

/// A device as its capabilities promise it: what discovery would say.
DeviceInfo promised(const devices::DeviceEntry& entry) {
  DeviceInfo info;
  info.id = entry.id;
  info.name = entry.id.text();
  info.dialect = entry.dialect;
  info.capabilities = entry.capabilities;
  std::map<std::string, AttributeInfo> attributes;
  for (const auto& capability : entry.capabilities) {
    for (auto& attribute : devices::attributes_of_capability(capability)) {
      attributes.emplace(attribute.name, std::move(attribute));
    }
  }
  for (auto& [name, attribute] : attributes) info.attributes.push_back(std::move(attribute));
  return info;
}

void add_devices(const config::LoadedDevices& devices, const devices::DialectConfig& dialects,
                 Checked& out) {
  devices::Normaliser normaliser(*out.catalog, dialects);
  const Issues wrong = config::issues_of(devices, normaliser.misfits(devices.file));
  out.issues.insert(out.issues.end(), wrong.begin(), wrong.end());
  (void)normaliser.configure(devices.file);  // its misfits are among the issues
  for (const auto& entry : devices.file.entries) {
    const DeviceInfo* known = out.catalog->find(entry.id.text());
    if (known == nullptr || known->attributes.empty()) out.catalog->describe(promised(entry));
  }
}

}  // namespace

Sources gather(const std::vector<std::string>& paths) {
  Gatherer gatherer;
  for (const auto& path : paths) gatherer.take(path);
  if (paths.empty()) gatherer.take(is_there("rules.d") && !is_there(kConfigName) ? "rules.d" : ".");
  return gatherer.finish();
}

Checked check(Sources sources) {
  Checked checked;
  checked.catalog = std::make_unique<devices::Catalog>();
  checked.issues = std::move(sources.issues);
  checked.site = std::move(sources.site);
  const Issues& of_devices = sources.devices.issues;
  checked.issues.insert(checked.issues.end(), of_devices.begin(), of_devices.end());
  if (!has_errors(of_devices)) add_devices(sources.devices, sources.dialects, checked);
  rules::Surroundings around = config::surroundings(*checked.catalog);
  around.permissions = &sources.permissions;
  rules::Loaded loaded = rules::load(sources.rules, around);
  checked.issues.insert(checked.issues.end(), loaded.issues.begin(), loaded.issues.end());
  if (loaded.set) {
    const Issues found = rules::check(loaded, around);
    checked.issues.insert(checked.issues.end(), found.begin(), found.end());
  }
  if (!has_errors(checked.issues)) checked.set = std::move(loaded.set);
  return checked;
}

}  // namespace attune::cli
