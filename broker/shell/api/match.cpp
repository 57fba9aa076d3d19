#include "broker/shell/api/match.h"

#include <algorithm>

#include "devices/model/glob.h"

namespace attune::api {

Match::Match(std::string_view patterns) {
  while (!patterns.empty()) {
    const auto one = patterns.substr(0, patterns.find(','));
    patterns.remove_prefix(std::min(patterns.size(), one.size() + 1));
    if (!one.empty()) patterns_.emplace_back(one);
  }
}

bool Match::attribute(std::string_view device, std::string_view attribute) const {
  if (everything()) return true;
  const std::string path = std::string(device) + "." + std::string(attribute);
  return std::any_of(patterns_.begin(), patterns_.end(), [&](const std::string& pattern) {
    const bool whole = pattern.find('.') != std::string::npos;
    return glob(pattern, whole ? std::string_view(path) : device);
  });
}

bool Match::device(std::string_view device) const {
  if (everything()) return true;
  return std::any_of(patterns_.begin(), patterns_.end(), [&](const std::string& pattern) {
    return glob(std::string_view(pattern).substr(0, pattern.find('.')), device);
  });
}

}  // namespace attune::api
