#pragma once
#include <string>
#include <string_view>

#include "broker/core/core.h"
#include "broker/core/why.h"
#include "devices/json/writer.h"

/// The JSON of docs/api.md, piece by piece. What MQTT publishes is built of the same pieces.
namespace attune::api {

using devices::json::Writer;

class Match;

[[nodiscard]] Value integer(std::uint64_t number);
[[nodiscard]] Value integer(Revision revision);
/// Null for an empty text.
[[nodiscard]] Value text_or_null(std::string_view text);
/// `2026-01-15T18:00:00.000Z`
[[nodiscard]] Value time_of(const Instant& at);

/// One entry of the log. `node` is its `origin`.
void append_change(Writer& out, const Change& change, std::string_view node);
[[nodiscard]] std::string change_json(const Change& change, std::string_view node);

void append_cause(Writer& out, const Cause& cause);
/// `{"value":..,"unit":..,"revision":..,..}` as an element or after a key.
void append_attribute(Writer& out, const core::Core& core, AttributeId attribute);
/// Members of an open object: what the device is and where it stands, and the attributes that
/// match. `info` may be null (settings).
void append_device(Writer& out, const core::Core& core, const DeviceInfo* info, DeviceIndex device,
                   const Match& match);
void append_claim(Writer& out, const Claim& claim, std::string_view standing);
void append_command(Writer& out, const Command& command);
/// `{"device":..,"kind":"away","decided":..,"claims":[the value that stays, the one that is lost]}`
void append_conflict(Writer& out, const core::Conflict& conflict);
/// Members of an open object: id, label, place, condition, where it stands.
void append_rule(Writer& out, const core::Core& core, std::uint32_t rule);
void append_issue(Writer& out, const Issue& issue);

/// Whether others want something else of an attribute than its holder, at the same priority. The
/// claims of one attribute, as core::Claims::on() gives them.
[[nodiscard]] bool in_conflict(const std::vector<Claim>& claims);

/// Whether an attribute is shown beside canonical ones: not `raw.*`, and known or ever reported.
[[nodiscard]] bool is_shown(const core::Core& core, AttributeId attribute);

}  // namespace attune::api
