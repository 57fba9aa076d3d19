#include "rules/sections/keys.h"
#include "rules/sections/triggers.h"

#include <algorithm>

#include "rules/cel/signal.h"
#include "rules/sections/composed.h"

// trigger: CEL over an event, rises(c), falls(c), {at, days, late}, {sun, offset, late}, {every}
namespace attune::rules {

namespace {

const std::vector<std::string> kDays = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

struct Draft {
  const yaml::Node* at = nullptr;
  std::uint8_t days = 0x7f;
  std::optional<std::size_t> sun;  ///< 0: rise
  Millis offset{0};
  std::optional<Millis> every;
  std::optional<Millis> late;
};

void read_days(Reader& reader, const yaml::Node& node, Draft& draft) {
  if (!reader.is_list(node, "days")) return;
  draft.days = 0;
  for (const yaml::Node& item : node.items) {
    if (const auto day = reader.word(item, "a day", kDays)) {
      draft.days = static_cast<std::uint8_t>(draft.days | (1u << *day));
    }
  }
  if (node.items.empty()) reader.error("E104", node, "days is empty", "leave it out for every day");
}

void read_offset(Reader& reader, const yaml::Node& node, Draft& draft) {
  yaml::Node size = node;
  const bool before = node.text.starts_with('-');
  if (before) size.text.erase(0, 1);
  const auto offset = reader.duration(size);
  if (offset) draft.offset = before ? -*offset : *offset;
}

void read_every(Reader& reader, const yaml::Node& node, Draft& draft) {
  draft.every = reader.duration(node);
  if (draft.every && *draft.every < std::chrono::seconds(1)) {
    reader.error("E304", node, "every is at least a second", "write a longer time");
  }
}

const std::vector<Field<Draft>> kFields = {
    {"at", [](Reader&, const yaml::Node& n, Draft& d) { d.at = &n; }},
    {"days", read_days},
    {"sun",
     [](Reader& r, const yaml::Node& n, Draft& d) {
       static const std::vector<std::string> kWords = {"rise", "set"};
       d.sun = r.word(n, "sun", kWords);
     }},
    {"offset", read_offset},
    {"every", read_every},
    {"late", [](Reader& r, const yaml::Node& n, Draft& d) { d.late = r.duration(n); }},
};

/// `=settings.x`, of type time.
std::optional<AttributeId> time_setting(Reader& reader, const yaml::Node& node) {
  yaml::Node path = node;
  path.text.erase(0, 1);
  const auto named = reader.targets(path, Use::report);
  if (!named) return std::nullopt;
  if (named->items.front().info.unit == kTimeOfDay) return named->items.front().id;
  reader.error("E203", node, printable(path.text) + " is no time of day",
               "name a setting of type: time");
  return std::nullopt;
}

std::optional<ByClock> read_clock(Reader& reader, const Draft& draft) {
  ByClock clock;
  clock.days = draft.days;
  if (is_expression(*draft.at)) {
    const auto setting = time_setting(reader, *draft.at);
    if (!setting) return std::nullopt;
    clock.at = *setting;
    return clock;
  }
  const auto minutes = read_time_of_day(reader, *draft.at);
  if (!minutes) return std::nullopt;
  clock.at = *minutes;
  return clock;
}

bool is_consistent(Reader& reader, const yaml::Node& node, const Draft& draft) {
  const int kinds = (draft.at != nullptr) + draft.sun.has_value() + draft.every.has_value();
  if (kinds != 1) {
    reader.error("E114", node, "a trigger by time is one of at, sun and every",
                 "write {at: '07:00'}, {sun: set} or {every: 15m}");
    return false;
  }
  if (node.find("days") != nullptr && draft.at == nullptr) {
    reader.error("E114", *node.find("days"), "days goes with at", "ask for weekday in `when`");
    return false;
  }
  if (node.find("offset") != nullptr && !draft.sun) {
    reader.error("E114", *node.find("offset"), "offset goes with sun", "write the time itself");
    return false;
  }
  return true;
}

std::optional<Trigger> read_timed(Reader& reader, const yaml::Node& node) {
  Draft draft;
  const std::size_t errors_before = reader.loading.errors;
  read_fields(reader, node, kFields, draft);
  if (reader.loading.errors > errors_before || !is_consistent(reader, node, draft)) {
    return std::nullopt;
  }
  Trigger trigger;
  for (const yaml::Entry& entry : node.entries) {
    const std::string value = entry.value.kind == yaml::NodeKind::scalar ? entry.value.text : "..";
    trigger.text += (trigger.text.empty() ? "" : ", ") + entry.key.text + ": " + value;
  }
  if (draft.late) trigger.late = *draft.late;
  if (draft.sun) trigger.of = BySun{*draft.sun == 0, draft.offset};
  if (draft.every) trigger.of = ByInterval{*draft.every};
  if (draft.at != nullptr) {
    const auto clock = read_clock(reader, draft);
    if (!clock) return std::nullopt;
    trigger.of = *clock;
  }
  return trigger;
}

/// The momentary ones among what the condition reads.
std::vector<AttributeId> events_of(const Reader& reader, const cel::Expression& condition) {
  std::vector<AttributeId> events;
  const Surroundings& around = reader.loading.around;
  for (const AttributeId id : condition.reads()) {
    const AttributePath& path = around.table.path(id);
    const auto device = around.devices.find(path.device);
    if (device == around.devices.end()) continue;
    const AttributeInfo* info = device->second.find(path.attribute);
    if (info != nullptr && info->type == ValueType::event) events.push_back(id);
  }
  return events;
}

std::optional<Trigger> read_condition(Reader& reader, const yaml::Node& node) {
  const auto text = reader.text(node, "trigger");
  if (!text) return std::nullopt;
  Composed source;
  source.add_expression(node, 0);
  std::vector<cel::Finding> findings;
  auto edge = cel::compile_edge(source.source(), reader.loading.names, findings);
  report(reader, source, std::move(findings));
  if (!edge) return std::nullopt;
  Trigger trigger;
  trigger.text = *text;
  using Direction = cel::Edge::Direction;
  if (edge->direction != Direction::level) {
    trigger.of = ByEdge{edge->condition, edge->direction == Direction::rises};
    return trigger;
  }
  auto events = events_of(reader, edge->condition);
  if (events.empty()) {
    reader.error("E203", node, "this is no instant: no event of a device is in it",
                 "write rises(..) or falls(..) around it, or `when` for as long as it holds");
    return std::nullopt;
  }
  trigger.of = ByEvent{edge->condition, std::move(events)};
  return trigger;
}

bool is_range_of(Reader& reader, const yaml::Node& node, const Target& target) {
  if (target.info.type == ValueType::boolean) return true;
  reader.error("E203", node, target.path.text() + " is not true or false",
               "use cycle: {.. : [..]}");
  return false;
}

}  // namespace

std::optional<int> read_time_of_day(Reader& reader, const yaml::Node& node) {
  const auto minutes =
      node.kind == yaml::NodeKind::scalar ? cel::parse_time_of_day(node.text) : std::nullopt;
  if (!minutes) {
    reader.error("E203", node, "'" + printable(node.text) + "' is no time of day",
                 "write \"07:00\"");
  }
  return minutes;
}

std::optional<Trigger> read_trigger(Reader& reader, const yaml::Node& node) {
  return node.kind == yaml::NodeKind::map ? read_timed(reader, node) : read_condition(reader, node);
}

std::vector<Turn> read_toggle(Reader& reader, const yaml::Node& node) {
  std::vector<Turn> turns;
  if (!reader.text(node, "toggle")) return turns;
  const auto named = reader.targets(node, Use::command);
  if (!named) return turns;
  for (const Target& target : named->items) {
    if (is_range_of(reader, node, target)) turns.push_back({target.id, {true, false}});
  }
  return turns;
}

std::vector<Turn> read_cycle(Reader& reader, const yaml::Node& node) {
  std::vector<Turn> turns;
  if (!reader.is_map(node, "cycle")) return turns;
  for (const auto& [key, list] : node.entries) {
    const auto named = reader.targets(key, Use::command);
    if (!named || !reader.is_list(list, "the values of a cycle")) continue;
    if (list.items.empty()) reader.error("E104", list, "a cycle without values", "list them");
    for (const Target& target : named->items) {
      Turn turn{target.id, {}};
      for (const yaml::Node& item : list.items) {
        if (auto value = reader.value(item, target.info)) turn.values.push_back(std::move(*value));
      }
      turns.push_back(std::move(turn));
    }
  }
  return turns;
}

KeyTable trigger_keys() {
  return {"trigger", keys_of(kFields)};
}

}  // namespace attune::rules
