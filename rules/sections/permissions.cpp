#include "rules/sections/permissions.h"

#include <algorithm>

namespace attune::rules {

namespace {

/// `rules.d/guest.yaml` names it however the path to the folder was written.
bool is_named(std::string_view named, std::string_view file) {
  if (file == named) return true;
  return file.ends_with(named) && file[file.size() - named.size() - 1] == '/';
}

}  // namespace

bool matches(std::string_view glob, std::string_view text) {
  std::size_t at = 0, in = 0, star = std::string_view::npos, resume = 0;
  while (in < text.size()) {
    if (at < glob.size() && glob[at] == '*') {
      star = at++;
      resume = in;
    } else if (at < glob.size() && (glob[at] == '?' || glob[at] == text[in])) {
      ++at;
      ++in;
    } else if (star != std::string_view::npos) {
      at = star + 1;
      in = ++resume;
    } else {
      return false;
    }
  }
  return glob.find_first_not_of('*', at) == std::string_view::npos;
}

bool may_write(const Surroundings& around, std::string_view file, const AttributePath& path) {
  if (around.permissions == nullptr) return true;
  bool named = false;
  for (const auto& [of_file, globs] : *around.permissions) {
    if (!is_named(of_file, file)) continue;
    named = true;
    const bool allowed = std::any_of(globs.begin(), globs.end(), [&](const std::string& glob) {
      return matches(glob, path.device.text()) || matches(glob, path.text());
    });
    if (allowed) return true;
  }
  return !named;
}

}  // namespace attune::rules
