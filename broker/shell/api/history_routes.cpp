#include <algorithm>
#include <charconv>
#include <map>

#include "broker/shell/api/documents.h"
#include "broker/shell/api/match.h"
#include "broker/shell/api/routes.h"
#include "store/history/archive.h"

/// GET /api/v1/history, and /api/v1/state?at=
namespace attune::api {
namespace {

using store::history::Archive;

constexpr std::size_t kPointsMax = 10'000;
constexpr Millis kDefaultSpan = std::chrono::hours(24);

struct Asked {
  std::string device;
  std::string attribute;
  Millis from{};
  Millis to{};
  std::optional<std::size_t> points;  ///< empty: samples, as many as a page holds
  [[nodiscard]] std::string path() const { return device + '.' + attribute; }
};

Result<Millis> time_from(std::string_view text, std::string_view name, Millis otherwise) {
  if (text.empty()) return otherwise;
  const auto at = parse_utc(text);
  if (at) return *at;
  return Error{"time", "`" + std::string(name) + "` is a time like 2026-01-15T18:00:00Z"};
}

Result<std::optional<std::size_t>> points_of(std::string_view text) {
  if (text.empty()) return std::optional<std::size_t>();
  std::size_t points = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), points);
  const bool whole = parsed.ec == std::errc() && parsed.ptr == text.data() + text.size();
  if (whole && points > 0 && points <= kPointsMax) return std::optional(points);
  return Error{"points", "`points` is 1 to " + std::to_string(kPointsMax)};
}

Result<Asked> asked(const Call& call) {
  Asked what{std::string(call.query("device")), std::string(call.query("attribute")), {}, {}, {}};
  // What is asked for ends with the present: no value is known to hold longer.
  const Millis now = call.ports.now().wall + Millis(1);
  const auto to = time_from(call.query("to"), "to", now);
  if (!to) return to.error();
  what.to = std::min(*to, now);
  const auto from = time_from(call.query("from"), "from", what.to - kDefaultSpan);
  if (!from) return from.error();
  what.from = *from;
  if (what.to <= what.from) return Error{"time", "`from` comes before `to` and before now"};
  const auto points = points_of(call.query("points"));
  if (!points) return points.error();
  what.points = *points;
  return what;
}

Value utc(Millis at) {
  return format_utc(at);
}

void begin_answer(Writer& out, const Call& call, const Asked& what) {
  const auto id = call.attribute(what.device, what.attribute);
  const auto* info = id ? call.ports.core().catalog().attribute(*id) : nullptr;
  out.begin_object().member("device", what.device).member("attribute", what.attribute);
  out.member("unit", info == nullptr ? Value() : text_or_null(info->unit));
  out.member("from", utc(what.from)).member("to", utc(what.to));
}

std::string_view quality_of(const store::history::Held& held) {
  return name(held.lost ? Quality::stale : Quality::good);
}

void answer_samples(const Call& call, const Asked& what, const store::history::Range& range) {
  Writer out;
  begin_answer(out, call, what);
  out.member("kind", "samples").key("before");
  if (range.before) {
    out.begin_object().member("at", utc(range.before->sample.at));
    out.member("value", range.before->sample.value);
    out.member("quality", quality_of(*range.before)).end_object();
  } else {
    out.value(Value());
  }
  out.key("samples").begin_array();
  for (const auto& sample : range.samples) {
    out.begin_object().member("at", utc(sample.at)).member("value", sample.value).end_object();
  }
  call.answer.json(std::move(out.end_array().member("more", range.more).end_object()));
}

std::string_view name(store::history::Source source) {
  switch (source) {
    case store::history::Source::samples:
      return "samples";
    case store::history::Source::hours:
      return "hours";
    case store::history::Source::days:
      return "days";
  }
  return "?";
}

void answer_buckets(const Call& call, const Asked& what, const store::history::Buckets& found) {
  Writer out;
  begin_answer(out, call, what);
  out.member("kind", "buckets").member("source", name(found.source));
  out.member("width_ms", static_cast<std::int64_t>(found.width.count()));
  out.key("buckets").begin_array();
  for (const auto& bucket : found.buckets) {
    out.begin_object().member("at", utc(bucket.start)).member("min", bucket.min);
    out.member("mean", bucket.mean).member("max", bucket.max).member("last", bucket.last);
    out.member("count", integer(bucket.count)).member("known_ms", integer(bucket.known_ms));
    out.end_object();
  }
  call.answer.json(std::move(out.end_array().end_object()));
}

void get_history(const Call& call) {
  const auto what = asked(call);
  if (!what) return call.answer.refuse(400, what.error());
  const Archive& past = call.ports.history();
  const std::size_t max = what->points.value_or(kPointsMax);
  const auto range = past.range(what->path(), what->from, what->to, max);
  if (!range) return call.answer.refuse(500, range.error());
  const bool nothing = range->samples.empty() && !range->before;
  if (nothing && !call.attribute(what->device, what->attribute)) {
    return call.answer.refuse(404, "unknown_attribute",
                              "there is no attribute `" + what->path() + "`");
  }
  if (!range->more || !what->points) return answer_samples(call, *what, *range);
  const auto buckets = past.buckets(what->path(), what->from, what->to, max);
  if (!buckets) return call.answer.refuse(500, buckets.error());
  // Texts and lists have none.
  if (buckets->buckets.empty()) return answer_samples(call, *what, *range);
  answer_buckets(call, *what, *buckets);
}

using Attributes = std::map<std::string, store::history::Held>;
using Home = std::map<std::string, Attributes>;

/// All that is known of it had ended by then, and it is not there now: it had left.
bool had_left(const core::Core& core, const std::string& device, const Attributes& attributes) {
  return core.catalog().is_gone(DeviceId(device)) &&
         std::all_of(attributes.begin(), attributes.end(),
                     [](const auto& attribute) { return attribute.second.lost.has_value(); });
}

Result<Home> home_at(const core::Core& core, const Archive& past, Millis at, const Match& match) {
  Home home;
  std::uint32_t from = 0;
  do {
    auto page = past.home(at, from);
    if (!page) return page.error();
    for (auto& [path, held] : page->values) {
      const std::size_t dot = path.find('.');
      const std::string device = path.substr(0, dot);
      const std::string attribute = path.substr(dot + 1);
      const bool own = attribute.starts_with('$');
      if (attribute.starts_with("raw.") || !(own || match.attribute(device, attribute))) continue;
      home[device].emplace(attribute, std::move(held));
    }
    from = page->next;
  } while (from != 0);
  std::erase_if(home, [&](const auto& entry) { return had_left(core, entry.first, entry.second); });
  // What a device says of itself is shown beside what was asked for, not instead of it.
  std::erase_if(home, [&match](const auto& entry) {
    return std::none_of(entry.second.begin(), entry.second.end(), [&](const auto& attribute) {
      return match.attribute(entry.first, attribute.first);
    });
  });
  return home;
}

void append_past_attribute(Writer& out, const core::Core& core, const std::string& device,
                           const std::string& attribute, const store::history::Held& held) {
  const auto id = core.catalog().table().find(device, attribute);
  const auto* info = id ? core.catalog().attribute(*id) : nullptr;
  out.key(attribute).begin_object().member("value", held.sample.value);
  out.member("unit", info == nullptr ? Value() : text_or_null(info->unit));
  out.member("revision", Value()).member("version", Value());
  out.member("at", held.sample.value.has_value() ? utc(held.sample.at) : Value());
  out.member("quality", quality_of(held));
  out.member("desired", Value()).member("by", Value()).end_object();
}

void append_past_device(Writer& out, const core::Core& core, const std::string& device,
                        const Attributes& attributes) {
  const auto* info = core.catalog().find(device);
  const auto reachable = attributes.find("$availability");
  out.key(device).begin_object();
  out.member("label", info == nullptr ? Value() : text_or_null(info->label));
  out.member("area", info == nullptr ? Value() : text_or_null(info->area));
  const bool is_known = reachable != attributes.end() && !reachable->second.lost;
  out.member("availability",
             is_known ? reachable->second.sample.value : Value(name(Availability::unknown)));
  out.member("state", Value()).member("level", Value()).key("attributes").begin_object();
  for (const auto& [attribute, held] : attributes) {
    if (!attribute.starts_with('$')) append_past_attribute(out, core, device, attribute, held);
  }
  out.end_object().end_object();
}

/// When the change with `revision=` was made. History is kept by time: what else happened in that
/// millisecond is in it too.
Result<Millis> moment_of_revision(const Call& call) {
  const std::string_view text = call.query("revision");
  std::uint64_t revision = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), revision);
  if (error != std::errc() || end != text.data() + text.size()) {
    return Error{"revision", "`revision` is a whole number, as in the log"};
  }
  if (Revision{revision} > call.ports.head()) {
    return Error{"future", "that revision has not been given out"};
  }
  const auto change = call.ports.change(Revision{revision});
  if (!change) return change.error();
  if (*change) return (*change)->at.wall;
  return Error{"compacted", "the log does not hold that revision; its floor is " +
                                std::to_string(number(call.ports.floor()))};
}

int status_of(const Error& error) {
  if (error.code == "future") return 416;
  return error.code == "compacted" ? 410 : 400;
}

}  // namespace

void get_state_at(const Call& call) {
  if (call.has_query("at") && call.query("at").empty()) {
    return call.answer.refuse(400, "time", "`at` is a time like 2026-01-15T18:00:00Z");
  }
  const auto at = call.has_query("revision") ? moment_of_revision(call)
                                             : time_from(call.query("at"), "at", Millis(0));
  if (!at) return call.answer.refuse(status_of(at.error()), at.error());
  if (*at > call.ports.now().wall) {
    return call.answer.refuse(400, "time", "`at` is in the future");
  }
  const auto home =
      home_at(call.ports.core(), call.ports.history(), *at, Match(call.query("match")));
  if (!home) return call.answer.refuse(500, home.error());
  Writer out;
  out.begin_object().member("at", utc(*at)).member("revision", Value());
  out.member("store", call.ports.identity().store_uuid).key("not_known").begin_array();
  for (const char* word : {"revision", "version", "desired", "by", "state", "level"}) {
    out.value(word);
  }
  out.end_array().key("devices").begin_object();
  for (const auto& [device, attributes] : *home) {
    append_past_device(out, call.ports.core(), device, attributes);
  }
  call.answer.json(std::move(out.end_object().end_object()));
}

namespace {

constexpr Route kRoutes[] = {
    {"GET", "api/v1/history", "device attribute from to points", get_history},
};

}  // namespace

std::span<const Route> history_routes() {
  return kRoutes;
}

}  // namespace attune::api
