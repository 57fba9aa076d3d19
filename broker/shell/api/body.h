#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "devices/model/instant.h"
#include "devices/model/records.h"
#include "devices/model/result.h"

/// Bodies of requests, read strictly: an unknown key is an error, as it may be a misspelt one.
namespace attune::api {

/// `{"value":..,"hold":"2h","reason":"..","if_revision":n}`
struct WriteBody {
  Value value;
  std::optional<Millis> hold;
  std::string reason;
  std::optional<Revision> if_revision;
};
/// Error "body": not JSON (message says where), an unknown key, no value, a wrong type.
[[nodiscard]] Result<WriteBody> parse_write(std::string_view text);

/// `{"mode":"enabled|disabled|shadow","for":"2h"}`
struct ModeBody {
  RuleMode mode = RuleMode::enabled;
  std::optional<Millis> duration;
};
[[nodiscard]] Result<ModeBody> parse_mode(std::string_view text);

/// Digits only, up to 2^64 - 1. Error "number".
[[nodiscard]] Result<Revision> parse_revision(std::string_view text);
/// `"12"` or `12`, as in If-Match. Error "if_match".
[[nodiscard]] Result<Revision> parse_if_match(std::string_view text);

}  // namespace attune::api
