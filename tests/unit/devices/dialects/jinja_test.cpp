#include "devices/dialects/jinja.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace attune::devices::jinja {
namespace {

using ::testing::HasSubstr;
using Outcome = Rendered::Outcome;

/// What a template makes of a payload; `<missing>`, `<failed>` and `<refused>` for what it is.
std::string made(std::string_view source, std::string_view payload = "{}", Inputs inputs = {}) {
  const auto compiled = Template::compile(source);
  if (!compiled) return "<refused>";
  json::Reader reader;
  if (!inputs.value.has_value()) inputs.value = payload;
  inputs.value_json = reader.read(payload);
  const Rendered rendered = compiled->run(inputs);
  if (rendered.outcome == Outcome::missing) return "<missing>";
  return rendered.outcome == Outcome::failed ? "<failed>" : rendered.text;
}

std::string refusal(std::string_view source) {
  const auto compiled = Template::compile(source);
  return compiled ? "" : compiled.error().message;
}

TEST(Jinja, PathsReadMembersAndElements) {
  const std::string payload = R"({"a":{"b":[1,{"c":"x"}]},"t":21.5,"on":true,"n":null,"f g":2})";
  EXPECT_EQ(made("{{ value_json.t }}", payload), "21.5");
  EXPECT_EQ(made("{{value_json[\"a\"]['b'][1].c}}", payload), "x");
  EXPECT_EQ(made("{{ value_json.a.b.0 }}", payload), "1");
  EXPECT_EQ(made("{{ value_json.a.b[-1].c }}", payload), "x");
  EXPECT_EQ(made("{{ value_json['f g'] }}", payload), "2");
  EXPECT_EQ(made("{{ value_json.on }}", payload), "True");
  EXPECT_EQ(made("{{ value_json.n }}", payload), "None");
  EXPECT_EQ(made("{{ value }}", "21.0"), "21.0");
  EXPECT_EQ(made("{{ value_json.get('x', 5) }}", payload), "5");
}

TEST(Jinja, WhatTheMessageLacksIsMissingAndNotAnError) {
  EXPECT_EQ(made("{{ value_json.a }}"), "");
  EXPECT_EQ(made("{{ value_json.a.b }}"), "<missing>");
  EXPECT_EQ(made("{{ value_json.a | float }}"), "<missing>");
  EXPECT_EQ(made("{{ value_json.a * 2 }}"), "<missing>");
  EXPECT_EQ(made("{{ value_json.a | is_defined }}"), "<missing>");
  EXPECT_EQ(made("{{ value_json.a }}", "no json"), "<missing>");
}

TEST(Jinja, AMappingIsLookedUpAndHasADefault) {
  const std::string source =
      "{{ {'off':0, 'low':1, 'high':3}[value_json[\"fan_mode\"]] | default('None') }}";
  EXPECT_EQ(made(source, R"({"fan_mode":"low"})"), "1");
  EXPECT_EQ(made(source, R"({"fan_mode":"smart"})"), "None");
  Inputs speed;
  speed.value = 3;
  EXPECT_EQ(made("{{ {0:'off', 3:'high'}[value] | default('') }}", "", speed), "high");
}

TEST(Jinja, AMappingIsSetAndLookedUp) {
  const std::string source =
      "{% set values = { 'LOCK':'locked', 'UNLOCK':'unlocked'} %}\n{{ values[value_json.state] }}";
  EXPECT_EQ(made(source, R"({"state":"LOCK"})"), "locked");
  EXPECT_EQ(made("{% set values = {None:None,false:'off'} %}"
                 "{{ values[value_json.s] if value_json.s in values.keys() else 1 }}",
                 R"({"s":false})"),
            "off");
}

TEST(Jinja, ACommandPutsOneVariableIntoJson) {
  Inputs inputs;
  inputs.value = 40;
  inputs.more = {{"position", 40}};
  EXPECT_EQ(made("{ \"position\": {{ position }} }", "", inputs), "{ \"position\": 40 }");
  EXPECT_EQ(made("{\"a\": {\"b\": {{ value }}}}", "", inputs), "{\"a\": {\"b\": 40}}");
}

TEST(Jinja, AChoiceAndAList) {
  const std::string source =
      "{{ value_json[\"m\"] if value_json[\"m\"] in ['smart'] else 'None' | default('None') }}";
  EXPECT_EQ(made(source, R"({"m":"smart"})"), "smart");
  EXPECT_EQ(made(source, R"({"m":"low"})"), "None");
  EXPECT_EQ(made("{{ 'ON' if value_json.x > 5 else 'OFF' }}", R"({"x":6})"), "ON");
  EXPECT_EQ(made("{{value_json['t'] if value_json['t'] is defined else 0}}"), "0");
  EXPECT_EQ(made("{{ 'a' if value_json.t is not defined }}"), "a");
  EXPECT_EQ(made("{{ 1 if 'b' not in 'abc' else 2 }}"), "2");
}

TEST(Jinja, BranchesOfStatements) {
  const std::string source =
      "{% if value_json.p == 0 %}closed{% elif value_json.p < 100 %}ajar"
      "{% else %}{% if value_json.q %}wide{% endif %}open{% endif %}!";
  EXPECT_EQ(made(source, R"({"p":0})"), "closed!");
  EXPECT_EQ(made(source, R"({"p":5})"), "ajar!");
  EXPECT_EQ(made(source, R"({"p":100})"), "open!");
  EXPECT_EQ(made(source, R"({"p":100,"q":1})"), "wideopen!");
}

TEST(Jinja, FiltersAndArithmetic) {
  EXPECT_EQ(made("{{ value | float * 2 + 1 }}", "10.5"), "22.0");
  EXPECT_EQ(made("{{ (value|int + 1) // 2 }}", "10"), "5");
  EXPECT_EQ(made("{{ value_json.t | round(1) }}", R"({"t":21.449})"), "21.4");
  EXPECT_EQ(made("{{ value_json.t | float(0) | round }}", R"({"t":"2.6"})"), "3");
  EXPECT_EQ(made("{{ (value_json.b / 255 * 100) | round(0) }}", R"({"b":128})"), "50");
  EXPECT_EQ(made("{{ -7 % 3 }} {{ 7 / 2 }} {{ 2 ** 10 }}"), "2 3.5 1024");
  EXPECT_EQ(made("{{ value | upper }}{{ 'ON' | lower }}", "on"), "ONon");
  EXPECT_EQ(made("{{ value | replace('a','b') | trim }}", " a "), "b");
  EXPECT_EQ(made("{{ value.split(',')[1] | int }}", "1,22,3"), "22");
  EXPECT_EQ(made("{{ float(value, 0) }} {{ iif(value == 'x', 1, 2) }}", "x"), "0 1");
  EXPECT_EQ(made("{{ 'a' ~ 1 ~ true }}"), "a1True");
  EXPECT_EQ(made("{{ value | int(default=7) }}", "x"), "7");
}

TEST(Jinja, WhatCannotBeCalculatedFails) {
  EXPECT_EQ(made("{{ value | float }}", "abc"), "<failed>");
  EXPECT_EQ(made("{{ 1 / 0 }}"), "<failed>");
  EXPECT_EQ(made("{{ 1 % 0 }}"), "<failed>");
  EXPECT_EQ(made("{{ 9223372036854775807 + 1 }}"), "<failed>");
  EXPECT_EQ(made("{{ 10 ** 999 }}"), "<failed>");
  EXPECT_EQ(made("{{ 'a' < 1 }}"), "<failed>");
}

TEST(Jinja, WhiteSpaceAndRemarks) {
  EXPECT_EQ(made("a {#- not this -#} b"), "ab");
  EXPECT_EQ(made("a {{- 1 -}} b"), "a1b");
  EXPECT_EQ(made("  {{ 1 }}\n"), "1");
  EXPECT_EQ(made("{{ '}}' ~ \"%}\" }}"), "}}%}");
}

TEST(Jinja, WhatIsOutsideIsRefusedWithItsPlace) {
  EXPECT_THAT(refusal("{% for p in patterns %}{% endfor %}"), HasSubstr("at byte 3: 'for'"));
  EXPECT_THAT(refusal("{% set ns.r = 1 %}"), HasSubstr("only a whole name can be set"));
  EXPECT_THAT(refusal("{{ value | regex_findall('a') }}"), HasSubstr("'regex_findall'"));
  EXPECT_THAT(refusal("{{ now() }}"), HasSubstr("the function 'now'"));
  EXPECT_THAT(refusal("{{ value.__class__.mro() }}"), HasSubstr("'.mro()'"));
  EXPECT_THAT(refusal("{{ value"), HasSubstr("'}}' is missing"));
  EXPECT_THAT(refusal("{% if 1 %}"), HasSubstr("'endif' is missing"));
  EXPECT_THAT(refusal("{% endif %}"), HasSubstr("no 'if'"));
  EXPECT_THAT(refusal("{{ 1 + }}"), HasSubstr("a value is missing"));
  EXPECT_THAT(refusal("{{ a b }}"), HasSubstr("'b' is outside"));
  EXPECT_THAT(refusal("{{ states('sensor.x') }}"), HasSubstr("the function 'states'"));
}

TEST(Jinja, BoundsHoldAgainstHostileTemplates) {
  EXPECT_THAT(refusal(std::string(1024 * 1024, 'x')), HasSubstr("at most 16384"));
  EXPECT_THAT(refusal("{{ " + std::string(5000, '(') + "}}"), HasSubstr("too deep"));
  EXPECT_THAT(refusal("{{ " + std::string(5000, '-') + "1 }}"), HasSubstr("too deep"));
  std::string chain = "{{ value";
  for (int i = 0; i < 500; ++i) chain += "|int";
  EXPECT_THAT(refusal(chain + " }}"), HasSubstr("too long"));
  std::string sum = "{{ [1";
  for (int i = 0; i < 4000; ++i) sum += ",1";
  EXPECT_THAT(refusal(sum + "] }}"), HasSubstr("too long"));
  std::string doubling;
  for (int i = 0; i < 30; ++i) doubling += "{% set a = a ~ a ~ 'xx' %}";
  EXPECT_EQ(made(doubling + "{{ a }}"), "<failed>");
  std::string nested;
  for (int i = 0; i < 40; ++i) nested += "{% if 1 %}";
  EXPECT_THAT(refusal(nested), HasSubstr("too deep"));
}

}  // namespace
}  // namespace attune::devices::jinja
