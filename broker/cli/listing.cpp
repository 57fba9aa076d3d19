#include "broker/cli/listing.h"

#include <algorithm>
#include <functional>

#include "devices/json/writer.h"
#include "devices/vocabulary.h"

namespace attune::cli {
namespace {

/// More would not fit a terminal's line; the rest stands in `attune get devices NAME`.
constexpr std::size_t kMainAttributesMax = 5;

bool is_diagnostic(std::string_view attribute) {
  static const std::vector<AttributeInfo> known = devices::attributes_of_capability("diagnostics");
  return std::any_of(known.begin(), known.end(),
                     [&](const AttributeInfo& info) { return info.name == attribute; });
}

std::string main_attributes(const Json& attributes) {
  std::string text;
  std::size_t count = 0;
  for (const Json& attribute : attributes) {
    const Json& value = at(attribute, "value");
    if (value.kind == JsonKind::null || is_diagnostic(attribute.key)) continue;
    if (++count > kMainAttributesMax) return text + " ..";
    if (!text.empty()) text += ' ';
    text += std::string(attribute.key) + "=" + value_text(value, at(attribute, "unit"));
  }
  return text;
}

std::string path_of(const Json& node) {
  return words(node, "device") + "." + words(node, "attribute");
}

std::string cause_text(const Json& node) {
  const Json& cause = at(node, "cause");
  const std::string id = words(cause, "id");
  return words(cause, "kind") + (id.empty() || id == "-" ? "" : ":" + id);
}

/// A file's last folder and name say enough: `rules.d/hall.yaml:14`.
std::string place_text(const Json& rule) {
  const std::string file = words(rule, "file");
  const std::size_t name = file.rfind('/');
  const std::size_t folder =
      name == std::string::npos || name == 0 ? name : file.rfind('/', name - 1);
  return (folder == std::string::npos ? file : file.substr(folder + 1)) + ":" + words(rule, "line");
}

std::string choices(const Json& setting) {
  std::string text;
  for (const Json& value : at(setting, "values")) text += (text.empty() ? "" : "|") + words(value);
  if (!text.empty()) return text;
  const Json& min = at(setting, "min");
  if (min.kind == JsonKind::null) return words(setting, "type");
  return words(min) + ".." + words(setting, "max");
}

using Row = std::vector<std::string>;

Row device_row(const Item& item, Millis) {
  const Json& node = *item.node;
  return {item.id,
          words(node, "label"),
          words(node, "area"),
          words(node, "state"),
          words(node, "level"),
          words(node, "availability"),
          main_attributes(at(node, "attributes"))};
}

/// How the rule's condition stands, and whether it goes by what a dead sensor last said.
std::string condition_text(const Json& rule) {
  std::string text = words(rule, "condition");
  for (const Json& path : at(rule, "dead")) text += ", dead: " + words(path);
  return text;
}

Row rule_row(const Item& item, Millis now) {
  const Json& node = *item.node;
  return {item.id,
          words(node, "mode"),
          words(node, "phase"),
          age_text(at(node, "since"), now),
          condition_text(node),
          words(node, "priority"),
          place_text(node),
          words(node, "label")};
}

Row setting_row(const Item& item, Millis) {
  const Json& node = *item.node;
  return {item.id, value_text(at(node, "value"), at(node, "unit")), choices(node),
          words(node, "label")};
}

Row command_row(const Item& item, Millis now) {
  const Json& node = *item.node;
  return {item.id,
          path_of(node),
          words(node, "value"),
          command_state_text(words(node, "state"), words(node, "reason")),
          age_text(at(node, "created"), now),
          words(node, "attempts"),
          cause_text(node),
          words(node, "reason")};
}

Row claim_row(const Item& item, Millis now) {
  const Json& node = *item.node;
  return {path_of(node),        words(node, "value"),    words(node, "standing"),
          words(node, "by"),    words(node, "priority"), age_text(at(node, "since"), now),
          words(node, "reason")};
}

Row rejection_row(const Item& item, Millis now) {
  const Json& node = *item.node;
  return {words(node, "count"),  age_text(at(node, "last"), now),
          words(node, "reason"), words(node, "attribute"),
          words(node, "topic"),  words(node, "detail")};
}

Row notice_row(const Item& item, Millis now) {
  const Json& node = *item.node;
  const bool seen = words(node, "acknowledged") == "true";
  return {words(node, "rule"),   words(node, "severity"),
          words(node, "to"),     seen ? "acknowledged" : words(node, "state"),
          words(node, "count"),  age_text(at(node, "since"), now),
          words(node, "message")};
}

std::string count_text(const Json& list) {
  std::size_t count = 0;
  for (const Json& each : list) count += each.kind == JsonKind::object;
  return std::to_string(count);
}

Row learned_row(const Item& item, Millis) {
  const Json& node = *item.node;
  return {item.id,
          words(node, "context"),
          words(node, "literal"),
          words(node, "value"),
          words(node, "proposed"),
          count_text(at(node, "corrections")) + " of " + words(node, "after"),
          words(node, "min") + ".." + words(node, "max") + " by " + words(node, "step"),
          words(node, "apply")};
}

struct Shape {
  Row header;
  Row (*row)(const Item&, Millis now);
};

Shape shape(Kind kind) {
  switch (kind) {
    case Kind::devices:
      return {{"DEVICE", "LABEL", "AREA", "STATE", "LEVEL", "AVAILABILITY", "ATTRIBUTES"},
              device_row};
    case Kind::rules:
      return {{"RULE", "MODE", "PHASE", "SINCE", "CONDITION", "PRIORITY", "PLACE", "LABEL"},
              rule_row};
    case Kind::learned:
      return {{"LEARN", "CONTEXT", "FILE", "VALUE", "PROPOSED", "CORRECTIONS", "BOUNDS", "APPLY"},
              learned_row};
    case Kind::settings:
      return {{"SETTING", "VALUE", "CHOICES", "LABEL"}, setting_row};
    case Kind::commands:
      return {{"COMMAND", "ATTRIBUTE", "VALUE", "STATE", "AGE", "TRIES", "CAUSE", "REASON"},
              command_row};
    case Kind::claims:
    case Kind::conflicts:
      return {{"ATTRIBUTE", "VALUE", "STANDING", "BY", "PRIORITY", "SINCE", "REASON"}, claim_row};
    case Kind::rejections:
      return {{"COUNT", "LAST", "REASON", "ATTRIBUTE", "TOPIC", "DETAIL"}, rejection_row};
    case Kind::notices:
      return {{"RULE", "SEVERITY", "TO", "STATE", "COUNT", "SINCE", "MESSAGE"}, notice_row};
  }
  return {};
}

/// Rejections name their device only as the beginning of `device.attribute`, or where not even
/// the attribute was understood, as a segment of the topic.
bool is_rejected_of(const Json& node, const std::string& name) {
  const std::string_view attribute = node.text_of("attribute");
  if (attribute.substr(0, attribute.find('.')) == name) return true;
  std::string_view topic = node.text_of("topic");
  while (!topic.empty()) {
    const std::string_view segment = topic.substr(0, topic.find('/'));
    if (segment == name) return true;
    topic.remove_prefix(std::min(topic.size(), segment.size() + 1));
  }
  return false;
}

bool is_named(Kind kind, const Item& item, const std::string& name) {
  const Json& node = *item.node;
  if (kind == Kind::rejections && is_rejected_of(node, name)) return true;
  return item.id == name || node.text_of("device") == name || node.text_of("topic") == name ||
         node.text_of("attribute") == name || path_of(node) == name;
}

}  // namespace

const std::vector<std::string>& kind_words() {
  static const std::vector<std::string> words = {"devices",    "rules",   "settings",
                                                 "commands",   "claims",  "conflicts",
                                                 "rejections", "notices", "learned"};
  return words;
}

std::vector<Item> items(Kind kind, const Json& answer, const std::string& name) {
  std::vector<Item> found;
  const auto add = [&](Item item) {
    if (name.empty() || is_named(kind, item, name)) found.push_back(std::move(item));
  };
  for (const Json& entry : at(answer, kind_words()[static_cast<std::size_t>(kind)])) {
    if (kind == Kind::conflicts) {
      for (const Json& claim : at(entry, "claims")) add({{}, &claim});
    } else if (entry.key != kSettingsDevice) {  // settings have a list of their own
      add({std::string(entry.key.empty() ? entry.text_of("id") : entry.key), &entry});
    }
  }
  return found;
}

Table listing(Kind kind, const std::vector<Item>& items, Millis now) {
  const Shape form = shape(kind);
  Table table(form.header);
  for (const auto& item : items) table.row(form.row(item, now));
  return table;
}

std::string item_json(const Item& item) {
  if (item.node->key.empty()) return to_text(*item.node);
  std::string out = "{\"id\":";
  append_json_string(out, item.id);
  const std::string rest = to_text(*item.node);
  return out + (item.node->size == 0 ? "" : ",") + rest.substr(1);
}

std::string value_text(const Json& value, const Json& unit) {
  const std::string text = words(value);
  if (value.kind == JsonKind::null || unit.kind == JsonKind::null) return text;
  const std::string code = words(unit);
  if (code.empty() || code == "1") return text;
  return text + (code == "%" ? "%" : code == "Cel" ? "°C" : " " + code);
}

std::string command_state_text(const std::string& state, const std::string& reason) {
  const bool observed = state == "rejected" && reason.compare(0, 8, "observe:") == 0;
  return observed ? "would send" : state;
}

std::string age_text(const Json& time, Millis now) {
  const std::string text = words(time);
  const auto moment = parse_utc(text);
  if (!moment) return text;
  if (moment->count() == 0) return "-";  // never
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now - *moment).count();
  if (seconds < 0) return text;
  if (seconds < 120) return std::to_string(seconds) + "s";
  if (seconds < 120 * 60) return std::to_string(seconds / 60) + "m";
  if (seconds < 48 * 3600) return std::to_string(seconds / 3600) + "h";
  return std::to_string(seconds / 86'400) + "d";
}

}  // namespace attune::cli
