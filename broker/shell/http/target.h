#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "devices/model/result.h"

/// The target of a request: `/api/v1/state?match=hall_*`, taken apart.
namespace attune::http {

struct Target {
  std::vector<std::string> segments;  ///< percent-decoded
  std::map<std::string, std::string, std::less<>> query;
};

/// Error "target": a broken escape, bytes that are not UTF-8 or are control characters, an empty
/// segment, `.` or `..`, a fragment, a key given twice.
[[nodiscard]] Result<Target> parse_target(std::string_view target);

/// Whether `text` is UTF-8 without control characters.
[[nodiscard]] bool is_clean_text(std::string_view text);

}  // namespace attune::http
