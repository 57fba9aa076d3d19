#include "broker/shell/api/past.h"

#include <utility>

#include "broker/shell/api/body.h"
#include "broker/shell/api/documents.h"

namespace attune::api {

core::LogReader log_of(const Ports& ports) {
  return [&ports](Revision revision) -> std::optional<Change> {
    auto entry = ports.change(revision);
    return entry ? std::move(*entry) : std::nullopt;
  };
}

core::Past past_of(const Ports& ports) {
  const auto page = [&ports](Revision after, std::size_t max) {
    auto entries = ports.log_after(after, max);
    return entries ? std::move(*entries) : std::vector<Change>();
  };
  return {log_of(ports), page, ports.floor(), ports.head()};
}

std::optional<AttributeId> attribute_asked(const Call& call) {
  const std::string_view device = call.query("device");
  const std::string_view name = call.query("attribute");
  const auto attribute = call.attribute(device, name);
  if (!attribute) {
    call.answer.refuse(
        404, "unknown_attribute",
        "there is no attribute `" + std::string(device) + "." + std::string(name) + "`");
  }
  return attribute;
}

Result<Revision> moment_of(const core::Past& past, Millis now, std::string_view at) {
  const auto wall = parse_utc(at);
  if (wall && *wall > now) return Error{"future", "`at` is in the future"};
  if (wall) return core::revision_at(past, *wall);
  const auto revision = parse_revision(at);
  if (revision) return *revision;
  return Error{"at", "`at` is a time like 2026-01-15T18:00:00Z, or a revision"};
}

void refuse_moment(const Call& call, const core::Past& past, const Error& error) {
  const int status = error.code == "at" ? 400 : error.code == "future" ? 416 : 410;
  Writer out;
  out.begin_object().member("error", error.code).member("message", error.message);
  out.member("floor", integer(past.floor)).member("head", integer(past.head)).end_object();
  call.answer.json(std::move(out), status);
}

std::optional<Asked> asked_then(const Call& call, const core::Past& past, AttributeId attribute) {
  const auto at = moment_of(past, call.ports.now().wall, call.query("at"));
  if (!at) return refuse_moment(call, past, at.error()), std::nullopt;
  auto why = core::why_then(call.ports.core(), past, attribute, *at);
  if (!why) return refuse_moment(call, past, why.error()), std::nullopt;
  return Asked{*at, std::move(*why)};
}

void append_standing(Writer& out, const core::WhyThen& why, std::string_view node) {
  out.key("claims").begin_array();
  for (const auto& [claim, standing] : why.claims) {
    append_change(out.begin_object().member("standing", core::name(standing)).key("change"), claim,
                  node);
    out.end_object();
  }
  out.end_array().member("claims_complete", why.claims_complete);
}

}  // namespace attune::api
