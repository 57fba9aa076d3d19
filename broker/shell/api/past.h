#pragma once
#include <optional>
#include <string_view>

#include "broker/core/why_then.h"
#include "broker/shell/api/routes.h"
#include "devices/json/writer.h"

/// Questions about a moment that the log still holds: what the routes that take `at` share.
namespace attune::api {

/// Both refer to `ports`, which outlive them.
[[nodiscard]] core::LogReader log_of(const Ports& ports);
[[nodiscard]] core::Past past_of(const Ports& ports);

/// The attribute that `device` and `attribute` of the query name; empty: that was answered (404).
[[nodiscard]] std::optional<AttributeId> attribute_asked(const Call& call);

/// `at` is a time up to `now` (UTC since 1970), or a revision. Errors: "at" for anything else;
/// "compacted"; "future".
[[nodiscard]] Result<Revision> moment_of(const core::Past& past, Millis now, std::string_view at);
/// 400, 410 or 416, with what the log holds.
void refuse_moment(const Call& call, const core::Past& past, const Error& error);

/// What stood behind an attribute at the moment that the query's `at` names.
struct Asked {
  Revision at{};
  core::WhyThen why;
};
/// Empty: that was answered, see refuse_moment().
[[nodiscard]] std::optional<Asked> asked_then(const Call& call, const core::Past& past,
                                              AttributeId attribute);

/// The claims that stood then, and whether these are all.
void append_standing(devices::json::Writer& out, const core::WhyThen& why, std::string_view node);

}  // namespace attune::api
