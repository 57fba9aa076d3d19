#include "rules/sections/permissions.h"

#include <algorithm>

#include "devices/model/glob.h"

namespace attune::rules {

namespace {

/// `rules.d/guest.yaml` names it however the path to the folder was written.
bool is_named(std::string_view named, std::string_view file) {
  if (file == named) return true;
  return file.ends_with(named) && file[file.size() - named.size() - 1] == '/';
}

}  // namespace

bool is_limited(const Surroundings& around, std::string_view file) {
  return around.permissions != nullptr &&
         std::any_of(around.permissions->begin(), around.permissions->end(),
                     [&](const auto& entry) { return is_named(entry.first, file); });
}

bool may_write(const Surroundings& around, std::string_view file, const AttributePath& path) {
  if (around.permissions == nullptr) return true;
  bool named = false;
  for (const auto& [of_file, globs] : *around.permissions) {
    if (!is_named(of_file, file)) continue;
    named = true;
    const bool allowed = std::any_of(globs.begin(), globs.end(), [&](const std::string& pattern) {
      return glob(pattern, path.device.text()) || glob(pattern, path.text());
    });
    if (allowed) return true;
  }
  return !named;
}

}  // namespace attune::rules
