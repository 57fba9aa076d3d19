#include "broker/shell/config/devices_file.h"

#include <gtest/gtest.h>

namespace attune::config {
namespace {

LoadedDevices parse(const std::string& devices) {
  return parse_devices("devices.d/hall.yaml", "version: 1\ndevices:\n" + devices);
}

Issue only_issue(const LoadedDevices& loaded) {
  EXPECT_EQ(loaded.issues.size(), 1u) << render(loaded.issues);
  return loaded.issues.empty() ? Issue{} : loaded.issues.front();
}

TEST(DevicesFile, ReadsTheExampleOfTheContract) {
  const LoadedDevices loaded = parse(
      "  hall_lamp:  {label: Hall lamp, area: hall, tags: [path], dialect: zigbee2mqtt, topic: "
      "zigbee2mqtt/hall_lamp, capabilities: [light]}\n"
      "  boiler:     {dialect: json, area: cellar, attributes: {temperature: {topic: plant/boiler, "
      "path: /t, unit: \"[degF]\"}, on: {topic: plant/boiler, path: /pump, values: {true: RUN, "
      "false: STOP}, command: {topic: plant/boiler/cmd, payload: '{\"pump\":\"${value}\"}'}}}}\n");
  EXPECT_TRUE(loaded.issues.empty()) << render(loaded.issues);
  ASSERT_EQ(loaded.file.entries.size(), 2u);
  const auto& lamp = loaded.file.entries[0];
  EXPECT_EQ(lamp.id, DeviceId("hall_lamp"));
  EXPECT_EQ(lamp.label, "Hall lamp");
  EXPECT_EQ(lamp.area, "hall");
  EXPECT_EQ(lamp.tags, std::vector<std::string>{"path"});
  EXPECT_EQ(lamp.dialect, "zigbee2mqtt");
  EXPECT_EQ(lamp.topic, "zigbee2mqtt/hall_lamp");
  EXPECT_EQ(lamp.capabilities, std::vector<std::string>{"light"});
  EXPECT_FALSE(lamp.foreign_is_person.has_value());
  ASSERT_EQ(loaded.file.json.size(), 1u);
  const auto& attributes = loaded.file.json[0].attributes;
  ASSERT_EQ(attributes.size(), 2u);
  EXPECT_EQ(attributes[0].unit, "[degF]");
  EXPECT_EQ(attributes[1].values.at("true"), "RUN");
  EXPECT_EQ(attributes[1].command_topic, "plant/boiler/cmd");
  EXPECT_EQ(attributes[1].command_payload, "{\"pump\":\"${value}\"}");
}

TEST(DevicesFile, SaysWhoseHandAForeignCommandIs) {
  const LoadedDevices loaded =
      parse("  a: {manual: {other: ignore}}\n  b: {manual: {other: person}}\n");
  EXPECT_EQ(loaded.file.entries[0].foreign_is_person, false);
  EXPECT_EQ(loaded.file.entries[1].foreign_is_person, true);
}

TEST(DevicesFile, AnAttributeOfOnesOwnIsDeclared) {
  const LoadedDevices loaded = parse(
      "  pond: {dialect: json, attributes: {x_turbidity: {type: number, unit: NTU, range: {min: 0, "
      "max: 1000}, topic: pond/s, path: /t}}}\n");
  EXPECT_TRUE(loaded.issues.empty()) << render(loaded.issues);
  const auto& turbidity = loaded.file.json.at(0).attributes.at(0);
  EXPECT_EQ(turbidity.type, ValueType::number);
  EXPECT_EQ(turbidity.unit, "NTU");
  EXPECT_EQ(turbidity.range->max, 1000);
}

TEST(DevicesFile, AnAttributeOfOnesOwnWithoutATypeIsRefusedWithTheReason) {
  const Issue issue = only_issue(
      parse("  pond: {dialect: json, attributes: {x_turbidity: {topic: pond/s, path: /t}}}\n"));
  EXPECT_EQ(issue.code, "E302");
  EXPECT_NE(issue.message.find("is not declared"), std::string::npos) << issue.message;
}

TEST(DevicesFile, ADeviceMayBeOfAnyDialectOfTheTable) {
  const LoadedDevices loaded = parse("  lamp: {dialect: tasmota, topic: tele/lamp}\n");
  EXPECT_TRUE(loaded.issues.empty()) << render(loaded.issues);
  EXPECT_EQ(loaded.file.entries.at(0).dialect, "tasmota");
}

TEST(DevicesFile, AnIdThatDoesNotFitIsAnErrorWithTheIdToWrite) {
  const Issue issue = only_issue(parse("  Hall Lamp: {area: hall}\n"));
  EXPECT_EQ(issue.code, "E307");
  EXPECT_EQ(issue.place.line, 3);
  EXPECT_EQ(issue.place.column, 3);
  EXPECT_EQ(issue.hint, "write hall_lamp");
}

TEST(DevicesFile, ReservedIdsAreRefused) {
  for (const char* id : {"settings", "sun", "local", "weekday"}) {
    const Issue issue = only_issue(parse("  " + std::string(id) + ": {}\n"));
    EXPECT_EQ(issue.code, "E307") << id;
    EXPECT_NE(issue.message.find("rules mean something else by it"), std::string::npos);
    EXPECT_EQ(issue.hint, "write " + std::string(id) + "_");
  }
}

TEST(DevicesFile, ACapabilityOutsideTheVocabularyIsAnErrorAtTheWord) {
  const Issue issue = only_issue(parse("  a: {capabilities: [light, lihgt]}\n"));
  EXPECT_EQ(issue.code, "E303");
  EXPECT_EQ(issue.place.column, 29);
}

TEST(DevicesFile, AnAttributeOutsideTheVocabularyIsAnErrorWithTheNearest) {
  const Issue issue = only_issue(parse("  a: {attributes: {temprature: {topic: t}}}\n"));
  EXPECT_EQ(issue.code, "E302");
  EXPECT_EQ(issue.hint, "did you mean 'temperature'?");
}

TEST(DevicesFile, RawAttributesTakeWhatComes) {
  EXPECT_TRUE(parse("  a: {attributes: {raw.mode: {topic: t}}}\n").issues.empty());
}

TEST(DevicesFile, UnknownKeysAreErrors) {
  EXPECT_EQ(only_issue(parse("  a: {lable: x}\n")).hint, "did you mean 'label'?");
  EXPECT_EQ(only_issue(parse("  a: {attributes: {on: {topic: t, pth: /a}}}\n")).code, "E110");
}

TEST(DevicesFile, TopicsOfOneMessageHaveNoWildcards) {
  for (const char* topic : {"a/+", "#", "$SYS/x", "a\\u0001b"}) {
    const LoadedDevices loaded = parse("  a: {topic: \"" + std::string(topic) + "\"}\n");
    EXPECT_EQ(only_issue(loaded).code, "E303") << topic;
  }
}

TEST(DevicesFile, OneDeviceStandsOnce) {
  const LoadedDevices loaded = parse("  a: {}\n  a: {}\n");
  EXPECT_TRUE(has_errors(loaded.issues));
}

TEST(DevicesFile, TwoWordsOfTheWireCannotMeanTheSame) {
  const LoadedDevices loaded =
      parse("  a: {attributes: {on: {topic: t, values: {true: RUN, false: RUN}}}}\n");
  EXPECT_EQ(only_issue(loaded).code, "E303");
}

TEST(DevicesFile, ACommandSaysWhereTheValueGoes) {
  const LoadedDevices loaded =
      parse("  a: {attributes: {on: {topic: t, command: {topic: c, payload: toggle}}}}\n");
  EXPECT_EQ(only_issue(loaded).code, "E303");
}

TEST(DevicesFile, OnlyJsonDevicesMapAttributesByHand) {
  EXPECT_EQ(only_issue(parse("  a: {dialect: zigbee2mqtt, attributes: {on: {topic: t}}}\n")).code,
            "E113");
  EXPECT_EQ(only_issue(parse("  a: {dialect: json}\n")).code, "E112");
}

TEST(DevicesFile, EveryDialectOfTheTableCanBeNamed) {
  for (const char* dialect : {"tasmota", "shelly_gen2", "homie5", "esphome", "homeassistant"}) {
    const LoadedDevices loaded = parse(std::string("  a: {topic: t, dialect: ") + dialect + "}\n");
    EXPECT_TRUE(loaded.issues.empty()) << render(loaded.issues);
    EXPECT_EQ(loaded.file.entries[0].dialect, dialect);
  }
  EXPECT_EQ(only_issue(parse("  a: {dialect: tasmotta}\n")).code, "E303");
}

TEST(DevicesFile, MetricsAndShadowsAreMapped) {
  const LoadedDevices loaded = parse(
      "  boiler: {dialect: sparkplug_b, topic: plant/edge/boiler, attributes: {temperature: "
      "{metric: Temp/Supply, unit: \"[degF]\"}, on: {metric: Pump/Run, values: {true: 1, false: "
      "0}, writable: true}}}\n"
      "  lamp: {dialect: aws_shadow, topic: lamp-7, attributes: {brightness: {path: /light/level, "
      "shadow: room, writable: true}}}\n");
  EXPECT_TRUE(loaded.issues.empty()) << render(loaded.issues);
  const auto& boiler = loaded.file.entries[0].mapped;
  ASSERT_EQ(boiler.size(), 2u);
  EXPECT_EQ(boiler[0].source, "Temp/Supply");
  EXPECT_EQ(boiler[0].unit, "[degF]");
  EXPECT_FALSE(boiler[0].writable);
  EXPECT_EQ(boiler[1].values.at("true"), "1");
  EXPECT_TRUE(boiler[1].writable);
  EXPECT_EQ(loaded.file.entries[1].mapped.at(0).source, "room/light/level");
}

TEST(DevicesFile, AMappingThatCannotBeIsAnErrorAtItsPlace) {
  const auto code = [](const std::string& dialect, const std::string& attribute) {
    return only_issue(parse("  a: {topic: t, dialect: " + dialect + ", attributes: {on: {" +
                            attribute + "}}}\n"))
        .code;
  };
  EXPECT_EQ(code("sparkplug_b", "unit: W"), "E112");
  EXPECT_EQ(code("sparkplug_b", "metric: ''"), "E303");
  EXPECT_EQ(code("sparkplug_b", "metric: a, path: /a"), "E110");
  EXPECT_EQ(code("aws_shadow", "path: a"), "E303");
  EXPECT_EQ(code("aws_shadow", "path: ''"), "E303");
  EXPECT_EQ(code("aws_shadow", "path: /a, shadow: 'a/#'"), "E303");
  EXPECT_EQ(code("tasmota", "path: /a"), "E113");
}

TEST(DevicesFile, SaysHowLongADeviceMayBeSilent) {
  const LoadedDevices loaded = parse(
      "  a: {liveness: {period: 10m, sleeps: false}}\n"
      "  b: {liveness: {silent_after: 2h}}\n"
      "  c: {liveness: {silent_after: never}}\n"
      "  d: {}\n");
  EXPECT_TRUE(loaded.issues.empty()) << render(loaded.issues);
  const auto terms = [&](std::size_t at) { return loaded.file.entries[at].liveness; };
  EXPECT_EQ(terms(0).period, std::chrono::minutes(10));
  EXPECT_EQ(terms(0).sleeps, false);
  EXPECT_EQ(terms(1).silent_after, std::chrono::hours(2));
  EXPECT_FALSE(terms(1).may_be_silent);
  EXPECT_TRUE(terms(2).may_be_silent);
  EXPECT_EQ(terms(3), LivenessTerms{});
}

TEST(DevicesFile, SilenceIsADurationAndLongerThanNothing) {
  for (const char* wrong : {"{period: 0}", "{period: soon}", "{silent_after: 0}", "{sleeps: maybe}",
                            "{silent_after: always}", "{patience: 5m}", "never"}) {
    EXPECT_EQ(parse("  a: {liveness: " + std::string(wrong) + "}\n").issues.size(), 1u) << wrong;
  }
}

TEST(DevicesFile, SaysHowLongAValueCounts) {
  const LoadedDevices loaded = parse(
      "  a: {dialect: json, attributes: {co2: {topic: t, max_age: 15m}}}\n"
      "  b: {dialect: zigbee2mqtt, attributes: {temperature: {max_age: 1h}}}\n"
      "  c: {attributes: {temperature: {max_age: 1h}}}\n");
  EXPECT_TRUE(loaded.issues.empty()) << render(loaded.issues);
  EXPECT_EQ(loaded.file.entries[0].max_age.at("co2"), std::chrono::minutes(15));
  EXPECT_EQ(loaded.file.entries[1].max_age.at("temperature"), std::chrono::hours(1));
  EXPECT_EQ(loaded.file.json.size(), 1u);
  EXPECT_EQ(only_issue(parse("  a: {attributes: {temperature: {max_age: 0}}}\n")).code, "E303");
  EXPECT_EQ(only_issue(parse("  a: {attributes: {temprature: {max_age: 5m}}}\n")).code, "E302");
}

TEST(DevicesFile, SaysWhenATruthThatNobodyTakesBackIsOver) {
  const LoadedDevices loaded = parse(
      "  a: {dialect: json, attributes: {occupancy: {topic: t, off_delay: 90s}}}\n"
      "  b: {attributes: {occupancy: {off_delay: 5m, max_age: 1d}}}\n");
  EXPECT_TRUE(loaded.issues.empty()) << render(loaded.issues);
  EXPECT_EQ(loaded.file.entries[0].off_delay.at("occupancy"), std::chrono::seconds(90));
  EXPECT_EQ(loaded.file.entries[1].off_delay.at("occupancy"), std::chrono::minutes(5));
  EXPECT_EQ(loaded.file.json.size(), 1u);
  EXPECT_EQ(only_issue(parse("  a: {attributes: {co2: {off_delay: 5m}}}\n")).code, "E303");
}

TEST(DevicesFile, AnImpulseIsAPulseAndTakesItsTime) {
  const auto door = [](const std::string& command) {
    return parse("  a: {dialect: json, attributes: {open: {topic: t, command: {topic: c, " +
                 command + "}}}}\n");
  };
  const LoadedDevices loaded = door("payload: PULSE, impulse: 20s");
  EXPECT_TRUE(loaded.issues.empty()) << render(loaded.issues);
  EXPECT_EQ(loaded.file.json.at(0).attributes.at(0).impulse, std::chrono::seconds(20));
  for (const char* wrong : {"impulse: 20s", "payload: '${value}', impulse: 20s",
                            "payload: PULSE, impulse: 2m", "payload: PULSE, impulse: 10ms"}) {
    EXPECT_EQ(only_issue(door(wrong)).code, "E303") << wrong;
  }
}

}  // namespace
}  // namespace attune::config
