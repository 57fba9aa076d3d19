#include <algorithm>

#include "rules/sections/fingerprint.h"
#include "rules/sections/foreach.h"
#include "rules/sections/sections.h"
#include "rules/sections/wants.h"

// rules: {<id>: {when, for, while, until, off_delay, want, priority, ..}}
namespace attune::rules {

namespace {

constexpr std::string_view kKind = "rule";

/// A rule while it is read. What is not built yet may give other fields another meaning.
struct Draft {
  Rule rule;
  bool has_when = false;
  const yaml::Node* want = nullptr;
};

void read_label(Reader& reader, const yaml::Node& node, Draft& draft) {
  if (auto text = reader.text(node, "label")) draft.rule.label = std::move(*text);
}
void read_because(Reader& reader, const yaml::Node& node, Draft& draft) {
  if (auto text = reader.text(node, "because")) draft.rule.because = std::move(*text);
}
void read_tags(Reader& reader, const yaml::Node& node, Draft& draft) {
  if (auto tags = reader.texts(node, "tags")) draft.rule.tags = std::move(*tags);
}

void read_enabled(Reader& reader, const yaml::Node& node, Draft& draft) {
  static const std::vector<std::string> kWords = {"true", "false", "shadow"};
  static const RuleMode kModes[] = {RuleMode::enabled, RuleMode::disabled, RuleMode::shadow};
  if (const auto at = reader.word(node, "enabled", kWords)) draft.rule.mode = kModes[*at];
}

void read_on_unknown(Reader& reader, const yaml::Node& node, Draft& draft) {
  static const std::vector<std::string> kWords = {"keep", "false", "true"};
  const auto at = reader.word(node, "on_unknown", kWords);
  if (at) draft.rule.on_unknown = static_cast<OnUnknown>(*at);
}

void read_when(Reader& reader, const yaml::Node& node, Draft& draft) {
  draft.has_when = true;
  if (auto when = reader.condition(node, "when")) draft.rule.when = std::move(*when);
}
void read_while(Reader& reader, const yaml::Node& node, Draft& draft) {
  draft.rule.while_ = reader.condition(node, "while");
}
void read_until(Reader& reader, const yaml::Node& node, Draft& draft) {
  draft.rule.until = reader.condition(node, "until");
}
void read_for(Reader& reader, const yaml::Node& node, Draft& draft) {
  draft.rule.for_ = reader.duration(node).value_or(Millis(0));
}
void read_off_delay(Reader& reader, const yaml::Node& node, Draft& draft) {
  draft.rule.off_delay = reader.duration(node).value_or(Millis(0));
}
void read_max_time(Reader& reader, const yaml::Node& node, Draft& draft) {
  draft.rule.max_time = reader.duration(node);
  if (draft.rule.max_time == Millis(0)) {
    reader.error("E105", node, "max_time is nothing: the rule would never be active",
                 "write how long it may be active");
  }
}
void read_cooldown(Reader& reader, const yaml::Node& node, Draft& draft) {
  draft.rule.cooldown = reader.duration(node).value_or(Millis(0));
}
void read_reset(Reader& reader, const yaml::Node& node, Draft& draft) {
  static const std::vector<std::string> kWords = {"auto", "ack"};
  draft.rule.reset_by_ack = reader.word(node, "reset", kWords) == 1;
}
void read_want(Reader&, const yaml::Node& node, Draft& draft) {
  draft.want = &node;
}

/// `mode`, `mode+1`, `comfort-9`.
std::optional<Priority> parse_priority(std::string_view text) {
  static const std::map<std::string_view, Level> kLevels = {{"life_safety", Level::life_safety},
                                                            {"equipment", Level::equipment},
                                                            {"mode", Level::mode},
                                                            {"comfort", Level::comfort},
                                                            {"schedule", Level::schedule}};
  const std::size_t sign = std::min(text.find_first_of("+-"), text.size());
  const auto level = kLevels.find(text.substr(0, sign));
  if (level == kLevels.end()) return std::nullopt;
  const auto base = static_cast<Priority>(level->second);
  if (sign == text.size()) return base;
  const std::string_view digit = text.substr(sign + 1);
  if (digit.size() != 1 || digit[0] < '1' || digit[0] > '9') return std::nullopt;
  const int offset = digit[0] - '0';
  return static_cast<Priority>(text[sign] == '+' ? base + offset : base - offset);
}

void read_priority(Reader& reader, const yaml::Node& node, Draft& draft) {
  const auto text = reader.text(node, "priority");
  if (!text) return;
  if (const auto priority = parse_priority(*text)) {
    draft.rule.priority = *priority;
    return;
  }
  const std::string near =
      yaml::nearest(text->substr(0, text->find_first_of("+-")),
                    {"life_safety", "equipment", "mode", "comfort", "schedule"});
  reader.error("E303", node, "'" + printable(*text) + "' is no priority",
               near.empty() || *text == near
                   ? "life_safety, equipment, mode, comfort or schedule, with +1..+9 or -1..-9"
                   : "did you mean '" + near + "'?");
}

const std::vector<Field<Draft>> kFields = {
    {"label", read_label},
    {"because", read_because},
    {"tags", read_tags},
    {"enabled", read_enabled},
    {"when", read_when},
    {"while", read_while},
    {"for", read_for},
    {"until", read_until},
    {"off_delay", read_off_delay},
    {"want", read_want},
    {"priority", read_priority},
    {"on_unknown", read_on_unknown},
    {"trigger", nullptr},
    {"do", nullptr},
    {"foreach", [](Reader&, const yaml::Node&, Draft&) {}},  // read before all others
    {"notify", nullptr},
    {"cleared", nullptr},
    {"transition", nullptr},
    {"deadband", nullptr},
    {"order", nullptr},
    {"max_time", read_max_time},
    {"cooldown", read_cooldown},
    {"reset", read_reset},
    {"run", nullptr},
    {"on_restart", nullptr},
};

/// Attributes that any expression of the rule reads, ascending, each once.
std::vector<AttributeId> reads_of(const Rule& rule) {
  std::vector<AttributeId> reads;
  const auto add = [&](const cel::Expression& expression) {
    const auto more = expression.reads();
    reads.insert(reads.end(), more.begin(), more.end());
  };
  add(rule.when);
  if (rule.while_) add(*rule.while_);
  if (rule.until) add(*rule.until);
  const auto add_live = [&](const Wanted& wanted) {
    if (const auto* live = std::get_if<cel::Expression>(&wanted)) add(*live);
  };
  for (const Want& want : rule.want) {
    add_live(want.value);
    if (want.min) add_live(*want.min);
    if (want.max) add_live(*want.max);
  }
  std::sort(reads.begin(), reads.end());
  reads.erase(std::unique(reads.begin(), reads.end()), reads.end());
  return reads;
}

/// One rule, or the instance of a `foreach` for the member that its name is bound to.
void read_one(Reader& reader, const yaml::Entry& entry, std::string id, std::string binding) {
  const std::size_t errors_before = reader.loading.errors;
  Draft draft;
  draft.rule.id = RuleId(std::move(id));
  draft.rule.declared = entry.key.text;
  draft.rule.place = entry.key.place;
  read_fields(reader, entry.value, kFields, draft);
  if (!draft.has_when && entry.value.find("trigger") == nullptr) {
    reader.error("E104", entry.key, "rule '" + entry.key.text + "' has no `when`",
                 "say when it holds: when: device.attribute");
  }
  if (draft.want != nullptr) draft.rule.want = read_wants(reader, *draft.want);
  if (reader.loading.errors > errors_before) return;
  draft.rule.reads = reads_of(draft.rule);
  draft.rule.fingerprint =
      fingerprint(draft.rule, binding, reader.loading.names, reader.loading.around.table);
  reader.loading.set.rules.push_back(std::move(draft.rule));
}

void read_rule(Reader& reader, const yaml::Entry& entry) {
  if (!reader.is_map(entry.value, "a rule")) return;
  const std::string& id = entry.key.text;
  const yaml::Node* foreach = entry.value.find("foreach");
  if (foreach == nullptr) return read_one(reader, entry, id, "");
  const auto each = read_foreach(reader, *foreach);
  if (!each) return;
  for (const DeviceId& member : each->members) {
    const Bound bound(reader, each->name, member);
    read_one(reader, entry, id + "[" + member.text() + "]", each->name + "=" + member.text());
  }
}

}  // namespace

void read_rule_ids(Reader& reader, const yaml::Node& section) {
  for (const yaml::Entry& entry : section.entries) {
    (void)reader.take_id(std::string(kKind), entry.key);
  }
}

void read_rules(Reader& reader, const yaml::Node& section) {
  for (const yaml::Entry& entry : section.entries) read_rule(reader, entry);
}

}  // namespace attune::rules
