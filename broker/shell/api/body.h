#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "broker/core/event.h"
#include "devices/json/reader.h"
#include "devices/model/instant.h"
#include "devices/model/records.h"
#include "devices/model/result.h"

/// Bodies of requests, read strictly: an unknown key is an error, as it may be a misspelt one.
namespace attune::api {

/// `{"value":..,"hold":"2h","reason":"..","if_revision":n,"id":"..","base_revision":n,"at":".."}`
struct WriteBody {
  Value value;
  std::optional<Millis> hold;
  std::string reason;
  std::optional<Revision> if_revision;
  std::string id;  ///< at most kWriteIdBytesMax; empty: none
  std::optional<Revision> base_revision;
  std::optional<HybridTime> at;
};
inline constexpr std::size_t kWriteIdBytesMax = 128;
/// As the core takes it.
[[nodiscard]] core::WriteRequest write_request(WriteBody body, AttributePath path, std::string who);
/// One member of it. Error "body": unknown key, wrong type.
[[nodiscard]] Status read_write_member(const devices::json::Node& node, WriteBody& out);
/// A bare value. Error "body": null, an object, a list of anything but numbers.
[[nodiscard]] Result<Value> bare_value(const devices::json::Node& node);
/// Error "body": members that contradict each other.
[[nodiscard]] Status check_write(const WriteBody& body);
/// Error "body": not JSON (message says where), an unknown key, no value, a wrong type, members
/// that contradict each other.
[[nodiscard]] Result<WriteBody> parse_write(std::string_view text);

/// `{"if_revision":n}`, or nothing: of a release. Error "body".
[[nodiscard]] Result<std::optional<Revision>> parse_release(std::string_view text);

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
