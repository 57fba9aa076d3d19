#include "rules/sections/keys.h"
#include "rules/sections/sequences.h"

#include "rules/sections/notify.h"
#include "rules/sections/wants.h"

// do: [{want: ..} | {wait: dur} | {wait_until: CEL, timeout, else: abort|continue} | {notify: ..}]
namespace attune::rules {

namespace {

struct Draft {
  Step step;
  int kinds = 0;
};

void begin(Draft& draft, Step::Kind kind) {
  draft.step.kind = kind;
  ++draft.kinds;
}

void read_want(Reader& reader, const yaml::Node& node, Draft& draft) {
  begin(draft, Step::Kind::want);
  draft.step.want = read_wants(reader, node);
}

void read_wait(Reader& reader, const yaml::Node& node, Draft& draft) {
  begin(draft, Step::Kind::wait);
  draft.step.wait = reader.duration(node);
}

void read_wait_until(Reader& reader, const yaml::Node& node, Draft& draft) {
  begin(draft, Step::Kind::wait_until);
  if (auto until = reader.condition(node, "wait_until")) draft.step.until = std::move(*until);
}

void read_notify_step(Reader& reader, const yaml::Node& node, Draft& draft) {
  begin(draft, Step::Kind::notify);
  draft.step.notify = read_notify(reader, node);
}

void read_else(Reader& reader, const yaml::Node& node, Draft& draft) {
  static const std::vector<std::string> kWords = {"abort", "continue"};
  draft.step.aborts = reader.word(node, "else", kWords) != 1;
}

const std::vector<Field<Draft>> kFields = {
    {"want", read_want},
    {"wait", read_wait},
    {"wait_until", read_wait_until},
    {"notify", read_notify_step},
    {"timeout", [](Reader& r, const yaml::Node& n, Draft& d) { d.step.wait = r.duration(n); }},
    {"else", read_else},
};

void read_step(Reader& reader, const yaml::Node& node, std::vector<Step>& steps) {
  if (!reader.is_map(node, "a step")) return;
  Draft draft;
  read_fields(reader, node, kFields, draft);
  if (draft.kinds != 1) {
    return reader.error("E114", node, "a step is one of want, wait, wait_until and notify",
                        "write a step for each");
  }
  const bool waits_for_something = draft.step.kind == Step::Kind::wait_until;
  for (const std::string_view key : {"timeout", "else"}) {
    if (waits_for_something || node.find(key) == nullptr) continue;
    reader.error("E114", *node.find(key), std::string(key) + " goes with wait_until", "remove it");
  }
  if (waits_for_something && node.find("else") != nullptr && node.find("timeout") == nullptr) {
    reader.error("E104", node, "`else` says what follows a `timeout`", "add timeout: 5m");
  }
  steps.push_back(std::move(draft.step));
}

}  // namespace

std::vector<Step> read_sequence(Reader& reader, const yaml::Node& node) {
  std::vector<Step> steps;
  if (!reader.is_list(node, "do")) return steps;
  if (node.items.empty()) reader.error("E104", node, "`do` has no steps", "add one");
  for (const yaml::Node& step : node.items) read_step(reader, step, steps);
  return steps;
}

KeyTable step_keys() {
  return {"step", keys_of(kFields)};
}

}  // namespace attune::rules
