#include "rules/sections/notify.h"
#include "rules/sections/keys.h"

#include <algorithm>

#include "rules/sections/composed.h"
#include "rules/sections/permissions.h"
#include "rules/sections/sections.h"

// notify: {to, severity, message, after, repeat, ack}, or a list of them
// notifiers: {<name>: {mqtt: topic}}
namespace attune::rules {

namespace {

constexpr Millis kRepeatMin = std::chrono::seconds(10);  // people read no faster
constexpr std::size_t kTopicBytesMax = 512;

struct Draft {
  NoticePlan plan;
  const yaml::Node* message = nullptr;
};

void read_to(Reader& reader, const yaml::Node& node, Draft& draft) {
  if (!reader.is_name("recipient", node)) return;
  draft.plan.to = node.text;
  const auto notifier = reader.loading.notifiers.find(node.text);
  if (notifier != reader.loading.notifiers.end()) draft.plan.topic = notifier->second;
}

void read_severity(Reader& reader, const yaml::Node& node, Draft& draft) {
  static const std::vector<std::string> kWords = {"info", "warning", "critical"};
  if (const auto at = reader.word(node, "severity", kWords)) draft.plan.severity = kWords[*at];
}

void read_repeat(Reader& reader, const yaml::Node& node, Draft& draft) {
  draft.plan.repeat = reader.duration(node);
  if (draft.plan.repeat && *draft.plan.repeat < kRepeatMin) {
    reader.error("E304", node, "repeat is at least 10s", "people read no faster");
  }
}

void read_ack(Reader& reader, const yaml::Node& node, Draft& draft) {
  const auto truth = node.as_bool();
  if (!truth) reader.error("E203", node, "ack is true or false", "write ack: true");
  draft.plan.wants_ack = truth.value_or(false);
}

const std::vector<Field<Draft>> kFields = {
    {"to", read_to},
    {"severity", read_severity},
    {"message", [](Reader&, const yaml::Node& n, Draft& d) { d.message = &n; }},
    {"after", [](Reader& r, const yaml::Node& n,
                 Draft& d) { d.plan.after = r.duration(n).value_or(Millis(0)); }},
    {"repeat", read_repeat},
    {"ack", read_ack},
};

std::optional<NoticePlan> read_one(Reader& reader, const yaml::Node& node) {
  if (!reader.is_map(node, "a notice")) return std::nullopt;
  Draft draft;
  draft.plan.severity = "info";
  read_fields(reader, node, kFields, draft);
  for (const std::string_view key : {"to", "message"}) {
    if (node.find(key) != nullptr) continue;
    reader.error("E104", node, "this notice has no `" + std::string(key) + "`",
                 "write {to: household, message: ..}");
  }
  if (draft.message == nullptr) return std::nullopt;
  auto message = read_message(reader, *draft.message, "message");
  if (!message) return std::nullopt;
  draft.plan.message = std::move(*message);
  return std::move(draft.plan);
}

/// End of the `${` that opens at `at`, braces and strings inside counted; npos: it has none.
std::size_t end_of(std::string_view text, std::size_t at) {
  int depth = 0;
  char quote = 0;
  for (std::size_t i = at + 1; i < text.size(); ++i) {
    const char c = text[i];
    if (quote != 0) {
      if (c == '\\') ++i;
      if (c == quote) quote = 0;
    } else if (c == '\'' || c == '"') {
      quote = c;
    } else if (c == '{') {
      ++depth;
    } else if (c == '}' && --depth == 0) {
      return i;
    }
  }
  return std::string_view::npos;
}

void read_notifier(Reader& reader, const yaml::Entry& entry) {
  struct Notifier {
    std::string topic;
  } draft;
  static const std::vector<Field<Notifier>> kKeys = {
      {"mqtt", [](Reader& r, const yaml::Node& n, Notifier& d) {
         d.topic = r.text(n, "a topic").value_or("");
       }}};
  if (!reader.take_id("notifier", entry.key) || !reader.is_map(entry.value, "a notifier")) return;
  read_fields(reader, entry.value, kKeys, draft);
  const bool fits = !draft.topic.empty() && draft.topic.size() <= kTopicBytesMax &&
                    draft.topic.front() != '$' &&
                    std::none_of(draft.topic.begin(), draft.topic.end(), [](char c) {
                      return c == '+' || c == '#' || static_cast<unsigned char>(c) < 0x20;
                    });
  if (!fits) {
    return reader.error("E304", entry.value, "this notifier names no topic to publish to",
                        "write {mqtt: house/alarm}, without + and #");
  }
  reader.loading.notifiers.emplace(entry.key.text, draft.topic);
}

}  // namespace

std::optional<Message> read_message(Reader& reader, const yaml::Node& node, std::string_view what) {
  const auto text = reader.text(node, what);
  if (!text) return std::nullopt;
  Message message;
  message.source = *text;
  std::size_t at = 0;
  while (at < text->size()) {
    const std::size_t opens = std::min(text->find("${", at), text->size());
    if (opens > at) message.parts.emplace_back(text->substr(at, opens - at));
    if (opens == text->size()) break;
    const std::size_t closes = end_of(*text, opens);
    if (closes == std::string_view::npos) {
      reader.error("E201", node, "a ${ that nothing closes", "write ${device.attribute}");
      return std::nullopt;
    }
    Composed said;
    said.add_literal(node, "spoken(");
    said.add_expression(node, opens + 2, closes - opens - 2);
    said.add_literal(node, ")");
    auto expression = compile(reader, said, cel::Expect::text);
    if (!expression) return std::nullopt;
    message.parts.emplace_back(std::move(*expression));
    at = closes + 1;
  }
  return message;
}

std::vector<NoticePlan> read_notify(Reader& reader, const yaml::Node& node) {
  std::vector<NoticePlan> plans;
  const auto add = [&](const yaml::Node& one) {
    if (auto plan = read_one(reader, one)) plans.push_back(std::move(*plan));
  };
  if (node.kind != yaml::NodeKind::list) {
    add(node);
  } else {
    for (const yaml::Node& one : node.items) add(one);
  }
  return plans;
}

void read_notifiers(Reader& reader, const yaml::Node& section) {
  for (const yaml::Entry& entry : section.entries) {
    if (is_limited(reader.loading.around, reader.document().file)) {
      reader.error("E308", entry.key, "this file may not name topics to publish to",
                   "name the notifier in another file; see `permissions` in attune.yaml");
      continue;
    }
    read_notifier(reader, entry);
  }
}

KeyTable notice_keys() {
  return {"notice", keys_of(kFields)};
}

}  // namespace attune::rules
