#include <algorithm>

#include "rules/sections/driving.h"
#include "rules/sections/fingerprint.h"
#include "rules/sections/foreach.h"
#include "rules/sections/keys.h"
#include "rules/sections/notify.h"
#include "rules/sections/priority.h"
#include "rules/sections/sections.h"
#include "rules/sections/sequences.h"
#include "rules/sections/triggers.h"
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
  Driving driving;
};

void read_label(Reader& reader, const yaml::Node& node, Draft& draft) {
  if (auto text = reader.text(node, "label")) draft.rule.extras.edit().words.label = std::move(*text);
}
void read_because(Reader& reader, const yaml::Node& node, Draft& draft) {
  if (auto text = reader.text(node, "because")) draft.rule.extras.edit().words.because = std::move(*text);
}
void read_tags(Reader& reader, const yaml::Node& node, Draft& draft) {
  if (auto tags = reader.texts(node, "tags")) draft.rule.extras.edit().words.tags = std::move(*tags);
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
  draft.rule.extras.edit().while_ = reader.condition(node, "while");
}
void read_until(Reader& reader, const yaml::Node& node, Draft& draft) {
  if (auto until = reader.condition(node, "until")) draft.rule.until = std::move(*until);
}
void read_for(Reader& reader, const yaml::Node& node, Draft& draft) {
  draft.rule.for_ = reader.duration(node).value_or(Millis(0));
}
void read_off_delay(Reader& reader, const yaml::Node& node, Draft& draft) {
  draft.rule.off_delay = reader.duration(node).value_or(Millis(0));
}
void read_max_time(Reader& reader, const yaml::Node& node, Draft& draft) {
  const auto longest = reader.duration(node);
  draft.rule.extras.edit().max_time = longest;
  if (longest == Millis(0)) {
    reader.error("E105", node, "max_time is nothing: the rule would never be active",
                 "write how long it may be active");
  }
}
void read_cooldown(Reader& reader, const yaml::Node& node, Draft& draft) {
  draft.rule.extras.edit().cooldown = reader.duration(node).value_or(Millis(0));
}
void read_reset(Reader& reader, const yaml::Node& node, Draft& draft) {
  static const std::vector<std::string> kWords = {"auto", "ack"};
  draft.rule.reset_by_ack = reader.word(node, "reset", kWords) == 1;
}
void read_cleared(Reader& reader, const yaml::Node& node, Draft& draft) {
  draft.rule.extras.edit().cleared = read_message(reader, node, "cleared");
}
void read_run(Reader& reader, const yaml::Node& node, Draft& draft) {
  static const std::vector<std::string> kWords = {"single", "restart"};
  draft.rule.restarts = reader.word(node, "run", kWords) == 1;
}
void read_on_restart(Reader& reader, const yaml::Node& node, Draft& draft) {
  static const std::vector<std::string> kWords = {"resume", "abort"};
  draft.rule.aborts_at_start = reader.word(node, "on_restart", kWords) == 1;
}
void add_turns(Draft& draft, std::vector<Turn> turns) {
  for (Turn& turn : turns) draft.rule.extras.edit().turns.push_back(std::move(turn));
}
void read_want(Reader&, const yaml::Node& node, Draft& draft) {
  draft.want = &node;
}

void read_weight(Reader& reader, const yaml::Node& node, Draft& draft) {
  draft.rule.priority = read_priority(reader, node).value_or(draft.rule.priority);
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
    {"priority", read_weight},
    {"on_unknown", read_on_unknown},
    {"trigger", [](Reader& r, const yaml::Node& n,
                   Draft& d) { d.rule.extras.edit().trigger = read_trigger(r, n); }},
    {"toggle", [](Reader& r, const yaml::Node& n, Draft& d) { add_turns(d, read_toggle(r, n)); }},
    {"cycle", [](Reader& r, const yaml::Node& n, Draft& d) { add_turns(d, read_cycle(r, n)); }},
    {"do", [](Reader& r, const yaml::Node& n,
              Draft& d) { d.rule.extras.edit().sequence = read_sequence(r, n); }},
    {"notify", [](Reader& r, const yaml::Node& n,
                  Draft& d) { d.rule.extras.edit().notify = read_notify(r, n); }},
    {"cleared", read_cleared},
    {"run", read_run},
    {"on_restart", read_on_restart},
    {"foreach", [](Reader&, const yaml::Node&, Draft&) {}},  // read before all others
    {"transition", [](Reader& r, const yaml::Node& n, Draft& d) { read_transition(r, n, d.rule); }},
    {"deadband", [](Reader&, const yaml::Node& n, Draft& d) { d.driving.deadband = &n; }},
    {"order", [](Reader&, const yaml::Node& n, Draft& d) { d.driving.order = &n; }},
    {"max_time", read_max_time},
    {"cooldown", read_cooldown},
    {"reset", read_reset},
};

/// What cannot be meant, although every field alone is fine.
void check_together(Reader& reader, const yaml::Entry& entry, const Rule& rule) {
  const auto only_with = [&](std::string_view key, bool fits, std::string hint) {
    const yaml::Node* node = entry.value.find(key);
    if (node == nullptr || fits) return;
    reader.error("E114", *node, "`" + std::string(key) + "` does not fit here", std::move(hint));
  };
  const bool triggered = entry.value.find("trigger") != nullptr;
  const bool acts_once = rule.extras->trigger && !rule.lives_on();
  only_with("for", !triggered, "a trigger is an instant: put true_for(..) into its condition");
  only_with("toggle", acts_once, "it turns once, at a trigger: without until, max_time and do");
  only_with("cycle", acts_once, "it turns once, at a trigger: without until, max_time and do");
  only_with("run", triggered, "only a trigger can come again while the rule is active");
  only_with("on_restart", !rule.extras->sequence.empty(), "it is about the sequence of `do`");
  only_with("cleared", !rule.extras->notify.empty(), "nobody was told anything: add notify");
  const bool ends = !acts_once;
  only_with("off_delay", ends, "without until or max_time it acts once, and has no end");
  only_with("reset", ends, "without until or max_time it acts once, and has no end");
}

/// One rule, or the instance of a `foreach` for the member that its name is bound to.
void read_one(Reader& reader, const yaml::Entry& entry, std::string id, std::string binding) {
  const std::size_t errors_before = reader.loading.errors;
  Draft draft;
  draft.rule.id = RuleId(std::move(id));
  draft.rule.place = reader.in_set(entry.key.place);
  read_fields(reader, entry.value, kFields, draft);
  if (!draft.has_when && entry.value.find("trigger") == nullptr) {
    reader.error("E104", entry.key, "rule '" + entry.key.text + "' has no `when`",
                 "say when it holds: when: device.attribute");
  }
  if (draft.want != nullptr) draft.rule.want = read_wants(reader, *draft.want);
  read_driving(reader, draft.driving, draft.rule);
  check_together(reader, entry, draft.rule);
  if (reader.loading.errors > errors_before) return;
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

KeyTable rule_keys() {
  return {"rule", keys_of(kFields)};
}

}  // namespace attune::rules
