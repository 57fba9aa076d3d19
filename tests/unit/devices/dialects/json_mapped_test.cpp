#include "devices/dialects/json_mapped.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/devices/wire.h"

namespace attune::devices {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

JsonAttribute reads(std::string name, std::string topic, std::string path, std::string unit = "") {
  JsonAttribute attribute;
  attribute.name = std::move(name);
  attribute.topic = std::move(topic);
  attribute.path = std::move(path);
  attribute.unit = std::move(unit);
  return attribute;
}

/// The boiler of the handbook: °F in, a pump with words of its own.
DevicesFile boiler() {
  DevicesFile file;
  DeviceEntry& entry = file.entries.emplace_back();
  entry.id = DeviceId("boiler");
  entry.dialect = "json";
  entry.area = "cellar";
  JsonDevice& device = file.json.emplace_back();
  device.id = DeviceId("boiler");
  device.attributes.push_back(reads("temperature", "plant/boiler", "/t", "[degF]"));
  JsonAttribute pump = reads("on", "plant/boiler", "/pump");
  pump.values = {{"true", "RUN"}, {"false", "STOP"}};
  pump.command_topic = "plant/boiler/cmd";
  pump.command_payload = R"({"pump":"${value}"})";
  device.attributes.push_back(pump);
  return file;
}

/// One device `x` with one attribute.
DevicesFile one(JsonAttribute attribute) {
  DevicesFile file;
  file.json.push_back({DeviceId("x"), {std::move(attribute)}});
  return file;
}

std::string problem(JsonAttribute attribute) {
  Wire wire;
  const Status status = wire.normaliser.configure(one(std::move(attribute)));
  return status.ok() ? "" : status.error().message;
}

TEST(JsonMapped, ReadsAndDrivesTheBoiler) {
  Wire wire;
  ASSERT_TRUE(wire.normaliser.configure(boiler()).ok());
  EXPECT_THAT(wire.normaliser.subscriptions(), Contains("plant/boiler"));
  wire.hear("plant/boiler", R"({"t":70.7,"pump":"RUN","other":1})");
  EXPECT_EQ(wire.value("boiler.temperature"), Value(21.5));
  EXPECT_EQ(wire.value("boiler.on"), Value(true));
  EXPECT_THAT(wire.drive("boiler", {{"on", false}}),
              ElementsAre(R"(plant/boiler/cmd {"pump":"STOP"})"));
  EXPECT_THAT(wire.drive("boiler", {{"temperature", 20.0}}), IsEmpty());
  EXPECT_EQ(wire.catalog.find("boiler")->area, "cellar");
  EXPECT_THAT(wire.catalog.find("boiler")->capabilities, ElementsAre("climate_sensor", "switch"));
}

TEST(JsonMapped, FollowsPointersThroughListsAndEscapes) {
  Wire wire;
  ASSERT_TRUE(wire.normaliser.configure(one(reads("humidity", "a", "/rooms/1/h~1m~0"))).ok());
  wire.hear("a", R"({"rooms":[{"h/m~":1},{"h/m~":42}]})");
  EXPECT_EQ(wire.value("x.humidity"), Value(42.0));
  wire.hear("a", R"({"rooms":[1]})");
  EXPECT_THAT(wire.decoded.readings, IsEmpty());
  EXPECT_THAT(wire.rejected(), IsEmpty());
}

TEST(JsonMapped, ReadsABarePayload) {
  Wire wire;
  DevicesFile file = one(reads("power", "meter/p", "", "kW"));
  JsonAttribute pump = reads("on", "meter/s", "");
  pump.values = {{"true", "RUN"}, {"false", "STOP"}};
  file.json[0].attributes.push_back(pump);
  ASSERT_TRUE(wire.normaliser.configure(file).ok());
  wire.hear("meter/p", "1.25");
  EXPECT_EQ(wire.value("x.power"), Value(1250.0));
  wire.hear("meter/s", "RUN");
  EXPECT_EQ(wire.value("x.on"), Value(true));
  wire.hear("meter/s", "WALK");
  EXPECT_THAT(wire.rejected(), ElementsAre("type x.on"));
}

TEST(JsonMapped, NumbersMayBeTexts) {
  Wire wire;
  ASSERT_TRUE(wire.normaliser.configure(one(reads("battery", "a", "/b"))).ok());
  wire.hear("a", R"({"b":"80.00"})");
  EXPECT_EQ(wire.value("x.battery"), Value(80.0));
  wire.hear("a", R"({"b":"80 %"})");
  EXPECT_THAT(wire.rejected(), ElementsAre("type x.battery"));
  wire.hear("a", R"({"b":"inf"})");
  EXPECT_THAT(wire.rejected(), ElementsAre("type x.battery"));
  wire.hear("a", R"({"b":101})");
  EXPECT_THAT(wire.rejected(), ElementsAre("range x.battery"));
}

TEST(JsonMapped, WordsMayTurnATruthAround) {
  Wire wire;
  JsonAttribute door = reads("open", "a", "/closed");
  door.values = {{"true", "false"}, {"false", "true"}};
  ASSERT_TRUE(wire.normaliser.configure(one(door)).ok());
  wire.hear("a", R"({"closed":true})");
  EXPECT_EQ(wire.value("x.open"), Value(false));
  wire.hear("a", R"({"closed":false})");
  EXPECT_EQ(wire.value("x.open"), Value(true));
}

TEST(JsonMapped, EventsAreNoStates) {
  Wire wire;
  ASSERT_TRUE(wire.normaliser.configure(one(reads("event", "bell", "/press"))).ok());
  wire.hear("bell", R"({"press":"double"})");
  EXPECT_THAT(wire.events(), ElementsAre("x.event=double"));
  EXPECT_THAT(wire.decoded.readings, IsEmpty());
  wire.hear("bell", R"({"press":"double"})", true);
  EXPECT_THAT(wire.events(), IsEmpty());
}

TEST(JsonMapped, CommandsAreInTheUnitOfTheWire) {
  Wire wire;
  JsonAttribute target = reads("target_temperature", "a", "/t", "[degF]");
  target.command_topic = "a/set";
  target.command_payload = R"({"t":${value}})";
  ASSERT_TRUE(wire.normaliser.configure(one(target)).ok());
  EXPECT_THAT(wire.drive("x", {{"target_temperature", 20.0}}), ElementsAre(R"(a/set {"t":68})"));
  EXPECT_THAT(wire.drive("x", {{"target_temperature", 21.5}}), ElementsAre(R"(a/set {"t":70.7})"));
}

TEST(JsonMapped, CommandsNeverGoWhereOthersSpeakOrItsOwnStateStands) {
  const auto refused = [](const std::string& topic) {
    JsonAttribute pump = reads("on", "plant/boiler", "/pump");
    pump.command_topic = topic;
    return problem(pump);
  };
  for (const char* topic :
       {"attune/device/lamp/command", "homeassistant/switch/x/config", "homeassistant/status",
        "zigbee2mqtt/bridge/devices", "zigbee2mqtt/bridge/state", "plant/boiler"}) {
    EXPECT_THAT(refused(topic), HasSubstr("x.on: command topic: ")) << topic;
    EXPECT_THAT(refused(topic), HasSubstr("name the topic on which the device listens")) << topic;
  }
  DevicesFile file = boiler();
  file.json[0].attributes[0].topic = "plant/boiler/cmd";
  Wire wire;
  const Status status = wire.normaliser.configure(file);
  ASSERT_FALSE(status.ok());
  EXPECT_THAT(status.error().message,
              HasSubstr("boiler.on: command topic: its state stands there"));
  EXPECT_THAT(refused("$SYS/broker"), HasSubstr("belongs to the broker"));
  for (const char* topic : {"plant/boiler/set", "zigbee2mqtt/lamp/set", "attune_lamp/set",
                            "zigbee2mqtt/bridge/request/permit_join", "homeassistant/say"}) {
    EXPECT_EQ(refused(topic), "") << topic;
  }
}

TEST(JsonMapped, ARefusedObjectIsShownInShort) {
  Wire wire;
  ASSERT_TRUE(wire.normaliser.configure(one(reads("temperature", "a", "/t"))).ok());
  const auto detail = [&](const std::string& value) {
    wire.hear("a", R"({"t":)" + value + "}");
    return wire.decoded.rejections.empty() ? "" : wire.decoded.rejections[0].detail;
  };
  EXPECT_EQ(detail(R"({"c":[20.5,null],"ok":true})"), R"({"c":[20.5,null],"ok":true})");
  EXPECT_EQ(detail("[]"), "[]");
  EXPECT_EQ(detail(R"(["a"])"), R"(["a"])");
  const std::string cut =
      detail(R"({"long":")" + std::string(30, 'x') + "äää" + std::string(200, 'y') + R"("})");
  EXPECT_LE(cut.size(), 66u);
  EXPECT_TRUE(json::valid_utf8(cut));
  EXPECT_TRUE(cut.ends_with("..")) << cut;
}

TEST(JsonMapped, AnImpulseIsThePulseWhateverIsWanted) {
  Wire wire;
  JsonAttribute door = reads("open", "garage/contact", "");
  door.values = {{"true", "OPEN"}, {"false", "CLOSED"}};
  door.command_topic = "garage/drive";
  door.command_payload = "PULSE";
  door.impulse = std::chrono::seconds(20);
  ASSERT_TRUE(wire.normaliser.configure(one(door)).ok());
  wire.hear("garage/contact", "OPEN");
  EXPECT_EQ(wire.value("x.open"), Value(true));
  EXPECT_THAT(wire.drive("x", {{"open", false}}), ElementsAre("garage/drive PULSE"));
  EXPECT_THAT(wire.drive("x", {{"open", true}}), ElementsAre("garage/drive PULSE"));
  EXPECT_EQ(wire.catalog.find("x")->find("open")->impulse, std::chrono::seconds(20));
}

TEST(JsonMapped, OnlyATruthIsTurnedAround) {
  JsonAttribute blind = reads("position", "blind", "");
  blind.command_topic = "blind/set";
  blind.command_payload = "PULSE";
  blind.impulse = std::chrono::seconds(20);
  EXPECT_THAT(problem(blind), HasSubstr("true or false"));
}

TEST(JsonMapped, ValueIsTheOnlyInsertionAndNeverBreaksOut) {
  EXPECT_EQ(fill_template("", Value("a b")), "a b");
  EXPECT_EQ(fill_template("${value}", Value(1.5)), "1.5");
  EXPECT_EQ(fill_template(R"({"v":"${value}"})", Value(R"(x","y":"z)")),
            R"({"v":"x\",\"y\":\"z"})");
  EXPECT_EQ(fill_template(R"({"v":${value}})", Value(R"(1,"y":2)")), std::nullopt);
  EXPECT_EQ(fill_template("SET ${value}", Value("heat_cool")), "SET heat_cool");
  EXPECT_EQ(fill_template("SET ${value}", Value("a b")), std::nullopt);
  EXPECT_EQ(fill_template(R"({"v":"a\"${value}"})", Value("b\"c")), R"({"v":"a\"b\"c"})");
  EXPECT_EQ(fill_template("${value} ${value}", Value(true)), "true true");
}

JsonAttribute own(std::string name, std::optional<ValueType> type) {
  JsonAttribute attribute = reads(std::move(name), "pond", "/v");
  attribute.type = type;
  return attribute;
}

TEST(JsonMapped, AnAttributeOfOnesOwnHasItsDeclaredTypeUnitAndRange) {
  Wire wire;
  JsonAttribute turbidity = own("x_turbidity", ValueType::number);
  turbidity.unit = "NTU";
  turbidity.range = Range{0, 1000};
  ASSERT_TRUE(wire.normaliser.configure(one(turbidity)).ok());
  const AttributeInfo* info = wire.catalog.find("x")->find("x_turbidity");
  ASSERT_NE(info, nullptr);
  EXPECT_EQ(info->type, ValueType::number);
  EXPECT_EQ(info->unit, "NTU");
  EXPECT_FALSE(info->writable);
  wire.hear("pond", R"({"v":12.5})");
  EXPECT_EQ(wire.value("x.x_turbidity"), Value(12.5));
  wire.hear("pond", R"({"v":-1})");
  EXPECT_THAT(wire.rejected(), ElementsAre("range x.x_turbidity"));
  wire.hear("pond", R"({"v":"muddy"})");
  EXPECT_THAT(wire.rejected(), ElementsAre("type x.x_turbidity"));
}

TEST(JsonMapped, AnAttributeOfOnesOwnIsCommandedWhereItIsMapped) {
  Wire wire;
  JsonAttribute program = own("x_program", ValueType::enumeration);
  program.values = {{"rinse", "R"}, {"spin", "S"}};
  program.command_topic = "pond/set";
  program.command_payload = R"({"program":"${value}"})";
  ASSERT_TRUE(wire.normaliser.configure(one(program)).ok());
  EXPECT_THAT(wire.catalog.find("x")->find("x_program")->values, ElementsAre("rinse", "spin"));
  wire.hear("pond", R"({"v":"S"})");
  EXPECT_EQ(wire.value("x.x_program"), Value("spin"));
  EXPECT_THAT(wire.drive("x", {{"x_program", "rinse"}}),
              ElementsAre(R"(pond/set {"program":"R"})"));
  wire.hear("pond", R"({"v":"boil"})");
  EXPECT_THAT(wire.rejected(), ElementsAre("type x.x_program"));
}

TEST(JsonMapped, AnAttributeOfOnesOwnThatIsNotDeclaredIsRefused) {
  EXPECT_THAT(problem(own("x_turbidity", std::nullopt)),
              HasSubstr("x.x_turbidity: an attribute of one's own says its type"));
  EXPECT_THAT(problem(own("temperature", ValueType::number)),
              HasSubstr("the vocabulary says its type"));
  EXPECT_THAT(problem(own("x_program", ValueType::enumeration)), HasSubstr("says its values"));
  JsonAttribute named = own("x_name", ValueType::text);
  named.unit = "m";
  EXPECT_THAT(problem(named), HasSubstr("only a number has a unit"));
  JsonAttribute empty = own("x_a", ValueType::number);
  empty.range = Range{5, 5};
  EXPECT_THAT(problem(empty), HasSubstr("its range is empty"));
}

TEST(JsonMapped, RefusesWhatItCannotMap) {
  EXPECT_THAT(problem(reads("warmth", "a", "/t")), HasSubstr("x.warmth: the vocabulary"));
  EXPECT_THAT(problem(reads("temperature", "a", "/t", "V")), HasSubstr("does not convert"));
  EXPECT_THAT(problem(reads("temperature", "a", "t")), HasSubstr("JSON pointer"));
  EXPECT_THAT(problem(reads("temperature", "a", "/t~2")), HasSubstr("JSON pointer"));
  EXPECT_THAT(problem(reads("raw.x", "a", "/t", "V")), HasSubstr("no unit"));
  EXPECT_THAT(problem(reads("temperature", "", "/t")), HasSubstr("topic"));
  EXPECT_THAT(problem(reads("temperature", "a/+/b", "/t")), HasSubstr("wildcard"));
  EXPECT_THAT(problem(reads("temperature", "$SYS/x", "/t")), HasSubstr("broker"));
  EXPECT_THAT(problem(reads("temperature", "zigbee2mqtt/x", "/t")), HasSubstr("zigbee2mqtt"));
  JsonAttribute attribute = reads("hvac_mode", "a", "/m");
  attribute.values = {{"warm", "W"}};
  EXPECT_THAT(problem(attribute), HasSubstr("'warm' is no value"));
  attribute = reads("on", "a", "/m");
  attribute.values = {{"true", "W"}};
  EXPECT_THAT(problem(attribute), HasSubstr("one for false"));
  attribute = reads("humidity", "a", "/m");
  attribute.command_topic = "a/set";
  EXPECT_THAT(problem(attribute), HasSubstr("only reports"));
  attribute = reads("on", "a", "/m");
  attribute.command_topic = "a/#";
  EXPECT_THAT(problem(attribute), HasSubstr("wildcard"));
  attribute.command_topic = "a/set";
  attribute.command_payload = "${device}";
  EXPECT_THAT(problem(attribute), HasSubstr("only ${value}"));
}

TEST(JsonMapped, AFailedReloadChangesNothing) {
  Wire wire;
  ASSERT_TRUE(wire.normaliser.configure(boiler()).ok());
  EXPECT_FALSE(wire.normaliser.configure(one(reads("warmth", "a", "/t"))).ok());
  wire.hear("plant/boiler", R"({"t":212})");
  EXPECT_EQ(wire.value("boiler.temperature"), Value(100.0));
  EXPECT_EQ(wire.catalog.find("x"), nullptr);
}

TEST(JsonMapped, AReloadDropsWhatIsNoLongerThere) {
  Wire wire;
  ASSERT_TRUE(wire.normaliser.configure(boiler()).ok());
  ASSERT_TRUE(wire.normaliser.configure(one(reads("temperature", "a", "/t"))).ok());
  EXPECT_EQ(wire.catalog.find("boiler"), nullptr);
  wire.hear("plant/boiler", R"({"t":212})");
  EXPECT_THAT(wire.rejected(), ElementsAre("topic"));
}

TEST(JsonMapped, AReloadKeepsTheDevicesThatStay) {
  Wire wire;
  DevicesFile both = boiler();
  both.json.push_back({DeviceId("x"), {reads("temperature", "a", "/t")}});
  ASSERT_TRUE(wire.normaliser.configure(both).ok());
  ASSERT_TRUE(wire.normaliser.configure(one(reads("temperature", "a", "/t"))).ok());
  EXPECT_EQ(wire.catalog.find("boiler"), nullptr);
  ASSERT_NE(wire.catalog.find("x"), nullptr);
  wire.hear("a", R"({"t":20})");
  EXPECT_EQ(wire.value("x.temperature"), Value(20.0));
}

TEST(JsonMapped, BadMessagesAreCountedAndTheRestIsKept) {
  Wire wire;
  ASSERT_TRUE(wire.normaliser.configure(boiler()).ok());
  wire.hear("plant/boiler", R"({"t":[1],"pump":"STOP"})");
  EXPECT_THAT(wire.rejected(), ElementsAre("type boiler.temperature"));
  EXPECT_EQ(wire.value("boiler.on"), Value(false));
  wire.hear("plant/boiler", R"({"t":null,"pump":null})");
  EXPECT_THAT(wire.decoded.readings, IsEmpty());
  EXPECT_THAT(wire.rejected(), IsEmpty());
  wire.hear("plant/boiler", R"({"t":1e400})");
  EXPECT_THAT(wire.rejected(), ElementsAre("json"));
  wire.hear("plant/boiler", "RUN");
  EXPECT_THAT(wire.rejected(), ElementsAre("json"));
  wire.hear("plant/boiler", "");
  EXPECT_THAT(wire.rejected(), IsEmpty());
}

TEST(JsonMapped, WhatOthersCommandIsHeardWhereItLooksAsOursWould) {
  Wire wire;
  ASSERT_TRUE(wire.normaliser.configure(boiler()).ok());
  EXPECT_THAT(wire.normaliser.subscriptions(), Contains("plant/boiler/cmd"));
  wire.hear("plant/boiler/cmd", R"({"other":1,"pump":"RUN"})");
  EXPECT_THAT(wire.foreign(), ElementsAre("boiler.on=true"));
  wire.hear("plant/boiler/cmd", R"({"pump":"MAYBE"})");
  EXPECT_THAT(wire.foreign(), IsEmpty());
  EXPECT_THAT(wire.rejected(), IsEmpty()) << "a command is the device's to judge";
  wire.hear("plant/boiler/cmd", R"({"pump":"RUN"})", true);
  EXPECT_THAT(wire.foreign(), IsEmpty());
  EXPECT_THAT(wire.rejected(), ElementsAre("retained_command boiler.on"));
  for (const char* hostile : {"", "{", "[[[", "\x01", "\xff"}) {
    wire.hear("plant/boiler/cmd", hostile);
    EXPECT_THAT(wire.foreign(), IsEmpty()) << hostile;
  }
}

TEST(JsonMapped, ABareCommandIsHeardInTheScaleOfItsWire) {
  Wire wire;
  JsonAttribute target = reads("target_temperature", "room", "/t", "[degF]");
  target.command_topic = "room/set";
  ASSERT_TRUE(wire.normaliser.configure(one(target)).ok());
  wire.hear("room/set", "68");
  EXPECT_THAT(wire.foreign(), ElementsAre("x.target_temperature=20"));
}

TEST(JsonMapped, WhatOneSaysWhereAnotherIsCommandedIsState) {
  Wire wire;
  JsonAttribute remote = reads("on", "remote", "/on");
  remote.command_topic = "lamp";
  remote.command_payload = R"({"on":${value}})";
  DevicesFile file = one(remote);
  file.json.push_back({DeviceId("lamp"), {reads("on", "lamp", "/on")}});
  ASSERT_TRUE(wire.normaliser.configure(file).ok());
  wire.hear("lamp", R"({"on":true})");
  EXPECT_THAT(wire.foreign(), IsEmpty());
  EXPECT_EQ(wire.value("lamp.on"), Value(true));
}

TEST(JsonMapped, TheValuesPlaceIsFoundInATemplate) {
  using Path = std::vector<std::string>;
  EXPECT_EQ(path_in_template(""), Path{});
  EXPECT_EQ(path_in_template("${value}"), Path{});
  EXPECT_EQ(path_in_template(R"({"a":[1,{"b":${value}}]})"), (Path{"a", "1", "b"}));
  EXPECT_EQ(path_in_template(R"({"a":"${value}"})"), Path{"a"});
  EXPECT_FALSE(path_in_template(R"({"a":"x${value}"})").has_value());
  EXPECT_FALSE(path_in_template("SET ${value}").has_value());
}

}  // namespace
}  // namespace attune::devices
