#include "rules/check/schema.h"

#include <map>
#include <set>

#include "devices/model/value.h"
#include "rules/sections/keys.h"

namespace attune::rules {

namespace {

/// Shapes of values, by the map and key (`rule.when`), or by the key alone. What has none here
/// takes anything.
const std::map<std::string_view, std::string_view>& shapes() {
  static const std::map<std::string_view, std::string_view> kShapes = {
      {"version", R"({"const":1})"},
      {"settings", R"({"$ref":"#/$defs/settings"})"},
      {"groups", R"({"$ref":"#/$defs/groups"})"},
      {"file.rules", R"({"$ref":"#/$defs/rules"})"},
      {"file.interlocks", R"({"$ref":"#/$defs/interlocks"})"},
      {"file.limits", R"({"$ref":"#/$defs/limits"})"},
      {"file.learn", R"({"$ref":"#/$defs/learned"})"},
      {"learn.apply", R"({"enum":["ask","auto"]})"},
      {"learn.per", R"({"type":"array","items":{"type":"string"}})"},
      {"learn.min", R"({"type":"number"})"},
      {"learn.max", R"({"type":"number"})"},
      {"learn.step", R"({"type":"number"})"},
      {"learn.after", R"({"type":"integer"})"},
      {"file.tests", R"({"$ref":"#/$defs/tests"})"},
      {"file.manual", R"({"$ref":"#/$defs/manual"})"},
      {"vars", R"({"type":"object"})"},
      {"defaults", R"({"type":"object"})"},
      {"given.settings", R"({"type":"object"})"},
      {"given.state", R"({"type":"object"})"},
      {"when", R"({"type":["string","boolean"],"description":"CEL"})"},
      {"while", R"({"type":["string","boolean"],"description":"CEL"})"},
      {"until", R"({"type":["string","boolean"],"description":"CEL"})"},
      {"never", R"({"type":["string","boolean"],"description":"CEL"})"},
      {"for", R"({"$ref":"#/$defs/duration"})"},
      {"off_delay", R"({"$ref":"#/$defs/duration"})"},
      {"max_time", R"({"$ref":"#/$defs/duration"})"},
      {"cooldown", R"({"$ref":"#/$defs/duration"})"},
      {"transition", R"({"$ref":"#/$defs/duration"})"},
      {"hold", R"({"$ref":"#/$defs/duration"})"},
      {"wait", R"({"$ref":"#/$defs/duration"})"},
      {"rule.enabled", R"({"enum":[true,false,"shadow"]})"},
      {"rule.on_unknown", R"({"enum":["keep","false","true",true,false]})"},
      {"interlock.on_unknown", R"({"enum":["deny","allow","keep"]})"},
      {"reset", R"({"enum":["auto","ack"]})"},
      {"run", R"({"enum":["single","restart"]})"},
      {"on_restart", R"({"enum":["resume","abort"]})"},
      {"severity", R"({"enum":["info","warning","critical"]})"},
      {"priority",
       R"({"type":"string","pattern":"^(life_safety|equipment|mode|comfort|schedule)([+-][1-9])?$"})"},
      {"foreach", R"({"type":"object","minProperties":1,"maxProperties":1})"},
      {"rule.want", R"({"type":"object"})"},
      {"interlock.want", R"({"type":"object"})"},
      {"step.want", R"({"type":"object"})"},
      {"do", R"({"type":"array","items":{"$ref":"#/$defs/step"}})"},
      {"rule.notify", R"({"$ref":"#/$defs/notices"})"},
      {"step.notify", R"({"$ref":"#/$defs/notices"})"},
      {"label", R"({"type":"string"})"},
      {"because", R"({"type":"string"})"},
      {"tags", R"({"type":"array","items":{"type":"string"}})"},
      {"setting.values", R"({"type":"array","minItems":1})"},
      {"setting.type", R"({"enum":["bool","number","time","schedule"]})"},
      {"steps", R"({"type":"array","items":{"$ref":"#/$defs/test_step"}})"},
      {"test.given", R"({"$ref":"#/$defs/given"})"},
      {"report", R"({"type":"object"})"},
      {"test_step.manual", R"({"type":"object"})"},
      {"expect", R"({"type":"object"})"},
      {"commands", R"({"type":"object"})"},
      {"by", R"({"type":"string"})"},
      {"restart", R"({"type":"boolean"})"},
  };
  return kShapes;
}

std::string shape_of(const KeyTable& table, std::string_view key) {
  const auto own = shapes().find(std::string(table.of) + "." + std::string(key));
  if (own != shapes().end()) return std::string(own->second);
  const auto any = shapes().find(key);
  return any == shapes().end() ? "true" : std::string(any->second);
}

/// The keys of one map, and no others.
std::string object(const KeyTable& table) {
  std::string out = R"({"type":"object","additionalProperties":false,"properties":{)";
  const char* between = "";
  std::set<std::string_view> written;
  for (const Key& key : table.keys) {
    if (!key.built || !written.insert(key.text).second) continue;
    out += between;
    append_json_string(out, std::string(key.text));
    out += ":" + shape_of(table, key.text);
    between = ",";
  }
  return out + "}}";
}

void define(std::string& out, std::string_view name, const std::string& shape) {
  if (!out.empty()) out += ",";
  out += "\"" + std::string(name) + "\":" + shape;
}

/// A map of such things by their ids.
void define_section(std::string& out, std::string_view section, const KeyTable& table) {
  define(out, table.of, object(table));
  define(out, section,
         R"({"type":["object","null"],"additionalProperties":{"$ref":"#/$defs/)" +
             std::string(table.of) + "\"}}");
}

std::string definitions() {
  std::string out;
  define(out, "duration", R"({"type":"string","pattern":"^([0-9]+(\\.[0-9]+)?(ms|s|m|h|d))+$"})");
  define_section(out, "rules", rule_keys());
  define_section(out, "settings", setting_keys());
  define_section(out, "groups", group_keys());
  define_section(out, "manual", hold_keys());
  define_section(out, "interlocks", interlock_keys());
  define_section(out, "limits", limit_keys());
  define_section(out, "learned", learn_keys());
  define_section(out, "tests", test_keys());
  for (const KeyTable& table :
       {given_keys(), test_step_keys(), step_keys(), trigger_keys(), notice_keys(), range_keys()}) {
    define(out, table.of, object(table));
  }
  define(
      out, "notices",
      R"({"anyOf":[{"$ref":"#/$defs/notice"},{"type":"array","items":{"$ref":"#/$defs/notice"}}]})");
  return out;
}

}  // namespace

std::string schema() {
  std::string root = object(file_keys());
  root.insert(1, R"("$schema":"https://json-schema.org/draft/2020-12/schema",)"
                 R"("title":"Rules of attune","required":["version"],)");
  root.insert(root.size() - 1, ",\"$defs\":{" + definitions() + "}");
  return root;
}

}  // namespace attune::rules
