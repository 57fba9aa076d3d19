#include "broker/cli/listing.h"

#include <gtest/gtest.h>

#include <sstream>

#include "broker/cli/details.h"

namespace attune::cli {
namespace {

constexpr Millis kNow{1'768'478'400'000};  // 2026-01-15T12:00:00Z

std::string shown(Kind kind, const std::string& text, const std::string& name = {}) {
  const auto document = parse_json(text);
  EXPECT_TRUE(document.ok());
  std::ostringstream out;
  listing(kind, items(kind, *document->root, name), kNow).print(out);
  return out.str();
}

const char* const kState = R"({"revision":7,"store":"u","devices":{
"hall_lamp":{"label":"Hall lamp","area":"hall","availability":"online","state":"active","level":"medium",
 "attributes":{"brightness":{"value":70,"unit":"%"},"link_quality":{"value":9,"unit":null},"on":{"value":true,"unit":null}}},
"sensor":{"label":null,"area":null,"availability":"offline","state":null,"level":null,
 "attributes":{"temperature":{"value":21.5,"unit":"Cel"},"power":{"value":null,"unit":"W"}}}}})";

TEST(Listing, OfDevicesSaysWhatAPersonAsks) {
  EXPECT_EQ(shown(Kind::devices, kState),
            "DEVICE     LABEL      AREA  STATE   LEVEL   AVAILABILITY  ATTRIBUTES\n"
            "hall_lamp  Hall lamp  hall  active  medium  online        brightness=70% on=true\n"
            "sensor     -          -     -       -       offline       temperature=21.5°C\n");
}

TEST(Listing, OfDevicesLeavesTheSettingsToTheirOwn) {
  EXPECT_EQ(shown(Kind::devices, R"({"devices":{"settings":{"attributes":{}}}})"),
            "DEVICE  LABEL  AREA  STATE  LEVEL  AVAILABILITY  ATTRIBUTES\n");
}

TEST(Listing, OfRulesSaysWhereTheyStand) {
  EXPECT_EQ(shown(Kind::rules, R"({"rules":[{"id":"cool","mode":"enabled","phase":"idle",
"since":"1970-01-01T00:00:00.000Z","condition":"unknown","priority":"comfort",
"file":"/etc/attune/rules.d/a.yaml","line":4,"label":null}]})"),
            "RULE  MODE     PHASE  SINCE  CONDITION  PRIORITY  PLACE             LABEL\n"
            "cool  enabled  idle   -      unknown    comfort   rules.d/a.yaml:4  -\n");
}

TEST(Listing, WithANameShowsOnlyThat) {
  const std::string text = shown(Kind::devices, kState, "sensor");
  EXPECT_EQ(text.find("hall_lamp"), std::string::npos);
  EXPECT_NE(text.find("sensor"), std::string::npos);
}

TEST(Listing, OfClaimsShowsWhoHoldsAndWhoWaits) {
  EXPECT_EQ(shown(Kind::claims, R"({"revision":3,"claims":[
{"device":"hall_lamp","attribute":"on","value":false,"standing":"held","by":"person","who":"cli",
 "priority":"person","since":"2026-01-15T11:55:00.000Z","reason":null},
{"device":"hall_lamp","attribute":"on","value":true,"standing":"waiting","by":"rule:hall_light",
 "priority":"comfort","since":"2026-01-15T09:00:00.000Z","reason":"somebody is there"}]})"),
            "ATTRIBUTE     VALUE  STANDING  BY               PRIORITY  SINCE  REASON\n"
            "hall_lamp.on  false  held      person           person    5m     -\n"
            "hall_lamp.on  true   waiting   rule:hall_light  comfort   3h     somebody is there\n");
}

TEST(Listing, OfConflictsHasALinePerClaim) {
  const std::string text = shown(Kind::conflicts, R"({"revision":3,"conflicts":[
{"device":"a","attribute":"on","claims":[
 {"device":"a","attribute":"on","value":false,"standing":"held","by":"rule:x"},
 {"device":"a","attribute":"on","value":true,"standing":"waiting","by":"rule:y"}]}]})");
  EXPECT_NE(text.find("rule:x"), std::string::npos);
  EXPECT_NE(text.find("rule:y"), std::string::npos);
}

TEST(Listing, EscapesWhatADeviceSaid) {
  const std::string text = shown(
      Kind::rejections,
      R"({"total":1,"rejections":[{"topic":"a\u001b[2J","attribute":null,"reason":"json","detail":"x\ny","count":3,"last":"2026-01-15T12:00:00.000Z"}]})");
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_NE(text.find("a\\u{1b}[2J"), std::string::npos);
  EXPECT_NE(text.find("x\\u{a}y"), std::string::npos);
}

TEST(Listing, OfRejectionsWithADeviceShowsThoseOfItsAttributesAndTopics) {
  const std::string all = R"({"total":3,"rejections":[
{"topic":"zigbee2mqtt/x","attribute":"hall_lamp.brightness","reason":"range","count":1},
{"topic":"zigbee2mqtt/hall_lamp","attribute":null,"reason":"json","count":2},
{"topic":"zigbee2mqtt/hall_lamp_2","attribute":"hall_lamp_2.on","reason":"type","count":3}]})";
  const std::string text = shown(Kind::rejections, all, "hall_lamp");
  EXPECT_NE(text.find("range"), std::string::npos) << text;
  EXPECT_NE(text.find("json"), std::string::npos) << text;
  EXPECT_EQ(text.find("type"), std::string::npos) << text;
  const auto document = parse_json(all);
  ASSERT_TRUE(document.ok());
  EXPECT_TRUE(items(Kind::rejections, *document->root, "hall").empty());
  EXPECT_EQ(items(Kind::rejections, *document->root, "hall_lamp.brightness").size(), 1u);
  EXPECT_EQ(items(Kind::rejections, *document->root, "zigbee2mqtt/hall_lamp").size(), 1u);
}

TEST(Listing, OfCommandsTellsWhatObserveHeldBackFromWhatWasRejected) {
  const std::string text = shown(Kind::commands, R"({"commands":[
{"id":"cmd-2","device":"a","attribute":"on","value":true,"state":"rejected","reason":"observe: would have been sent"},
{"id":"cmd-1","device":"a","attribute":"on","value":true,"state":"rejected","reason":"no such value"}]})");
  EXPECT_NE(text.find("cmd-2    a.on       true   would send"), std::string::npos) << text;
  EXPECT_NE(text.find("cmd-1    a.on       true   rejected"), std::string::npos) << text;
}

TEST(Listing, AnItemOfAMapKeepsItsId) {
  const auto document = parse_json(R"({"devices":{"a":{"x":1},"b":{}}})");
  ASSERT_TRUE(document.ok());
  const auto found = items(Kind::devices, *document->root);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(item_json(found[0]), R"({"id":"a","x":1})");
  EXPECT_EQ(item_json(found[1]), R"({"id":"b"})");
}

TEST(Age, GrowsFromSecondsToDays) {
  const auto age = [](const std::string& time) {
    const auto document = parse_json("{\"t\":\"" + time + "\"}");
    return age_text(at(*document->root, "t"), kNow);
  };
  EXPECT_EQ(age("2026-01-15T11:59:59.000Z"), "1s");
  EXPECT_EQ(age("2026-01-15T11:50:00.000Z"), "10m");
  EXPECT_EQ(age("2026-01-15T02:00:00.000Z"), "10h");
  EXPECT_EQ(age("2026-01-05T12:00:00.000Z"), "10d");
  EXPECT_EQ(age("2027-01-05T12:00:00.000Z"), "2027-01-05T12:00:00.000Z");
}

TEST(Details, OfADeviceShowWhatIsWantedAndByWhom) {
  const auto document = parse_json(R"({"id":"hall_lamp","label":"Hall lamp","area":"hall",
"availability":"online","state":"idle","level":"off","capabilities":["light"],
"attributes":{"on":{"value":false,"unit":null,"revision":12,"at":"2026-01-15T11:59:00.000Z","quality":"good","desired":true,"by":"rule:hall_light","diverged":true}},
"liveness":{"availability":"online","since":"2026-01-15T10:00:00.000Z"},
"rules":{"read":[],"write":["hall_light","movie"]},"raw":{"raw.x":1}})");
  ASSERT_TRUE(document.ok());
  std::ostringstream out;
  print_device(out, *document->root, kNow);
  EXPECT_EQ(out.str(),
            "id            hall_lamp\n"
            "label         Hall lamp\n"
            "area          hall\n"
            "state         idle\n"
            "level         off\n"
            "availability  online since 2h\n"
            "capabilities  light\n"
            "written by    hall_light, movie\n"
            "\n"
            "ATTRIBUTE  VALUE  SINCE  WANTED                BY               QUALITY  REVISION\n"
            "on         false  60s    true (does not obey)  rule:hall_light  good     12\n"
            "\n"
            "RAW    VALUE\n"
            "raw.x  1\n");
}

TEST(Details, OfADeviceSayAValueInItsBandToo) {
  const auto document = parse_json(R"({"id":"hall","attributes":{
"temperature":{"value":28.5,"unit":"Cel","band":"warm","revision":3,"at":"2026-01-15T11:59:00.000Z","quality":"good"},
"vibration":{"value":false,"unit":null,"revision":4,"at":"2026-01-15T11:59:00.000Z","quality":"good"}}})");
  ASSERT_TRUE(document.ok());
  std::ostringstream out;
  print_device(out, *document->root, kNow);
  EXPECT_NE(out.str().find("28.5°C, warm "), std::string::npos) << out.str();
  EXPECT_NE(out.str().find("vibration    false  "), std::string::npos) << out.str();
}

}  // namespace
}  // namespace attune::cli
