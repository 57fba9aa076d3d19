#include "devices/dialects/sparkplug.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <string>

#include "tests/unit/devices/sparkplug_metric.h"
#include "tests/unit/devices/wire.h"

namespace attune::devices {
namespace {

using sparkplug::Metric;
using sparkplug::Payload;
using sparkplug::Type;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

DialectConfig sparkplug_only() {
  DialectConfig config;
  config.all = false;
  config.chosen["sparkplug_b"];
  return config;
}

Metric aliased(std::uint64_t alias, Type type, Value value, std::string name = {}) {
  Metric made = metric(std::move(name), type, std::move(value));
  made.alias = alias;
  return made;
}
std::string birth(int count, std::vector<Metric> metrics = {}) {
  metrics.push_back(metric("bdSeq", Type::int64, count));
  return payload(0, std::move(metrics));
}

/// Puts fields that the encoder does not write behind the only metric of a payload.
std::string with_fields(std::string bytes, const std::string& fields) {
  // 08 00 12 <length> ...: a timestamp of nothing, then the metric.
  bytes[3] = static_cast<char>(bytes[3] + static_cast<char>(fields.size()));
  return bytes + fields;
}

struct Plant : Wire {
  Plant() : Wire(sparkplug_only()) {}
  const Decoded& say(const std::string& kind, const std::string& from, const std::string& bytes,
                     Millis at = Millis(0)) {
    const std::string topic = "spBv1.0/plant/" + kind + "/" + from;
    normaliser.decode({topic, bytes, false, {at, at}}, decoded);
    for (const Reading& reading : decoded.readings) values[path(reading)] = reading.value;
    return decoded;
  }
  /// What a command of these attributes says, decoded again.
  std::vector<Metric> command(std::string_view device,
                              const std::vector<std::pair<std::string, Value>>& wanted) {
    std::vector<Reading> readings;
    const auto index = catalog.table().find_device(device);
    for (const auto& [name, value] : wanted) {
      readings.push_back({*catalog.table().find(device, name), value});
    }
    const auto sent = normaliser.encode(*index, readings);
    if (sent.size() != 1) return {};
    sent_to = sent[0].topic;
    return sparkplug::decode(sent[0].payload)->metrics;
  }
  std::string sent_to;
};

TEST(Sparkplug, ABirthNamesWhatAliasesSayLater) {
  Plant plant;
  plant.say("NBIRTH", "pump", birth(3, {aliased(7, Type::real, 12.1, "Supply Voltage")}));
  EXPECT_EQ(plant.availability("plant_pump"), Availability::online);
  EXPECT_EQ(plant.decoded.place.birth, 3U);
  EXPECT_EQ(plant.value("plant_pump.raw.Supply_Voltage"), Value(12.1));
  plant.say("NDATA", "pump", payload(1, {aliased(7, Type::real, 12.3)}));
  EXPECT_EQ(plant.value("plant_pump.raw.Supply_Voltage"), Value(12.3));
  EXPECT_FALSE(plant.decoded.place.gap);
  EXPECT_THAT(plant.decoded.replies, IsEmpty());
}

TEST(Sparkplug, AnAliasWithoutBirthIsRefusedAndTheBirthAskedFor) {
  Plant plant;
  plant.say("DDATA", "pump/motor", payload(4, {aliased(9, Type::boolean, true)}));
  EXPECT_THAT(plant.decoded.readings, IsEmpty());
  EXPECT_THAT(plant.rejected(), ElementsAre("alias"));
  ASSERT_EQ(plant.decoded.replies.size(), 1U);
  EXPECT_EQ(plant.decoded.replies[0].topic, "spBv1.0/plant/NCMD/pump");
  const auto asked = sparkplug::decode(plant.decoded.replies[0].payload);
  ASSERT_TRUE(asked);
  EXPECT_EQ(asked->metrics.at(0).name, "Node Control/Rebirth");
  EXPECT_EQ(asked->metrics.at(0).value, Value(true));
  EXPECT_FALSE(asked->seq.has_value());
}

TEST(Sparkplug, AnAliasOfAnotherDeviceIsNotThisOnes) {
  Plant plant;
  plant.say("NBIRTH", "pump", birth(0));
  plant.say("DBIRTH", "pump/a", payload(1, {aliased(1, Type::int32, 5, "Speed")}));
  plant.say("DBIRTH", "pump/b", payload(2, {aliased(2, Type::int32, 6, "Speed")}));
  plant.say("DDATA", "pump/b", payload(3, {aliased(1, Type::int32, 9)}));
  EXPECT_THAT(plant.rejected(), ElementsAre("alias"));
  EXPECT_EQ(plant.value("plant_pump_b.raw.Speed"), Value(6));
}

TEST(Sparkplug, TheSequenceWrapsFrom255To0) {
  Plant plant;
  plant.say("NBIRTH", "pump", birth(0, {metric("x", Type::int32, 0)}));
  for (std::uint64_t seq = 1; seq < 256; ++seq) {
    plant.say("NDATA", "pump", payload(seq, {metric("x", Type::int32, 1)}));
    ASSERT_FALSE(plant.decoded.place.gap) << seq;
  }
  plant.say("NDATA", "pump", payload(0, {metric("x", Type::int32, 2)}));
  EXPECT_FALSE(plant.decoded.place.gap);
  EXPECT_EQ(plant.decoded.place.seq, 0U);
}

TEST(Sparkplug, OneSequenceCountsForTheNodeAndItsDevices) {
  Plant plant;
  plant.say("NBIRTH", "pump", birth(0));
  plant.say("DBIRTH", "pump/a", payload(1, {metric("x", Type::int32, 0)}));
  plant.say("DDATA", "pump/a", payload(3, {metric("x", Type::int32, 1)}));
  EXPECT_TRUE(plant.decoded.place.gap);
  EXPECT_EQ(plant.decoded.replies.size(), 1U);
  EXPECT_EQ(plant.value("plant_pump_a.raw.x"), Value(1));
  plant.say("DDATA", "pump/a", payload(4, {metric("x", Type::int32, 2)}));
  EXPECT_FALSE(plant.decoded.place.gap);
}

TEST(Sparkplug, RebirthsAreAskedForEverMoreSlowly) {
  Plant plant;
  plant.say("NBIRTH", "pump", birth(0));
  int asked = 0;
  for (int second = 0; second < 100; ++second) {
    // Every message is one too far, and every answer is a birth that changes nothing.
    plant.say("NDATA", "pump", payload(9, {}), Millis(second * 1000));
    asked += static_cast<int>(plant.decoded.replies.size());
    plant.say("NBIRTH", "pump", birth(0), Millis(second * 1000));
  }
  EXPECT_EQ(asked, 4);  // at 0, 10, 30 and 70 s
}

TEST(Sparkplug, ADeathOfTheNodeIsThatOfItsDevices) {
  Plant plant;
  plant.say("NBIRTH", "pump", birth(5));
  plant.say("DBIRTH", "pump/a", payload(1, {}));
  const std::string old = payload(std::nullopt, {metric("bdSeq", Type::int64, 4)});
  plant.say("NDEATH", "pump", old);
  EXPECT_THAT(plant.decoded.availability, IsEmpty());
  plant.say("NDEATH", "pump", payload(std::nullopt, {metric("bdSeq", Type::int64, 5)}));
  EXPECT_EQ(plant.availability("plant_pump"), Availability::offline);
  EXPECT_EQ(plant.availability("plant_pump_a"), Availability::offline);
}

TEST(Sparkplug, AHistoricalValueIsNotThePresentOne) {
  Plant plant;
  plant.say("NBIRTH", "pump", birth(0, {metric("level", Type::int32, 5)}));
  const std::string late = with_fields(payload(std::nullopt, {metric("level", Type::int32, 99)}),
                                       std::string("\x28\x01", 2));
  plant.say("NDATA", "pump", late);
  EXPECT_THAT(plant.decoded.readings, IsEmpty());
  EXPECT_THAT(plant.texts(plant.decoded.historical), ElementsAre("plant_pump.raw.level=99"));
}

TEST(Sparkplug, ANameAndItsUnitTogetherAreCanonical) {
  Plant plant;
  std::string born = payload(std::nullopt, {metric("Tank/Temperature", Type::real, 212.0)});
  // properties {keys: ["engUnit"], values: [{type: 12, string: "°F"}]}
  const std::string unit = std::string("\x4A\x12\x0A\x07") + "engUnit" +
                           std::string("\x12\x07\x08\x0C\x42\x03\xC2\xB0") + "F";
  plant.say("NBIRTH", "pump", with_fields(born, unit));
  EXPECT_THAT(plant.rejected(), IsEmpty());
  EXPECT_EQ(plant.value("plant_pump.raw.Tank.Temperature"), Value(212.0));
  EXPECT_EQ(plant.value("plant_pump.Tank.temperature"), Value(100.0));
}

TEST(Sparkplug, ACommandSpeaksByAliasAndInTheMetricsOwnType) {
  Plant plant;
  plant.say("NBIRTH", "pump", birth(0));
  plant.say("DBIRTH", "pump/motor",
            payload(1, {aliased(4, Type::int16, -3, "Speed"), metric("Run", Type::boolean, false),
                        aliased(6, Type::real, 1.5, "Gain"), metric("Name", Type::text, "a")}));
  const auto sent =
      plant.command("plant_pump_motor",
                    {{"raw.Speed", -12}, {"raw.Run", true}, {"raw.Gain", 2.5}, {"raw.Name", "b"}});
  EXPECT_EQ(plant.sent_to, "spBv1.0/plant/DCMD/pump/motor");
  ASSERT_EQ(sent.size(), 4U);
  EXPECT_EQ(sent[0].alias, 4U);
  EXPECT_EQ(sent[0].name, "");
  EXPECT_EQ(sent[0].value, Value(-12));
  EXPECT_EQ(sent[1].name, "Run");
  EXPECT_EQ(sent[1].value, Value(true));
  EXPECT_EQ(sent[2].value, Value(2.5));
  EXPECT_EQ(sent[3].value, Value("b"));
  EXPECT_THAT(plant.command("plant_pump_motor", {{"raw.Speed", "fast"}}), IsEmpty());
  EXPECT_THAT(plant.command("plant_pump_motor", {{"raw.Speed", 40000}}), IsEmpty());
}

TEST(Sparkplug, WhoElseCommandsIsHeard) {
  Plant plant;
  plant.say("NBIRTH", "pump", birth(0, {aliased(1, Type::boolean, false, "Run")}));
  plant.say("NCMD", "pump", payload(std::nullopt, {aliased(1, Type::boolean, true)}));
  EXPECT_THAT(plant.foreign(), ElementsAre("plant_pump.raw.Run=true"));
  plant.say("NCMD", "pump",
            payload(std::nullopt, {metric("Node Control/Rebirth", Type::boolean, true)}));
  EXPECT_THAT(plant.foreign(), IsEmpty());
}

TEST(Sparkplug, AHostsStateIsNobodysDevice) {
  Plant plant;
  plant.hear("spBv1.0/STATE/host1", R"({"online":true,"timestamp":1668114759262})", true);
  EXPECT_THAT(plant.rejected(), IsEmpty());
  EXPECT_TRUE(plant.catalog.devices().empty());
}

TEST(Sparkplug, TwoMetricsThatFoldToOneNameAreToldOf) {
  Plant plant;
  plant.say("NBIRTH", "pump",
            birth(0, {metric("a b", Type::int32, 1), metric("a_b", Type::int32, 2)}));
  EXPECT_THAT(plant.rejected(), ElementsAre("duplicate plant_pump.raw.a_b"));
  EXPECT_EQ(plant.value("plant_pump.raw.a_b"), Value(1));
  EXPECT_THAT(plant.decoded.replies, IsEmpty());
}

TEST(Sparkplug, BytesThatAreNoPayloadAreRefusedWithTheirPlace) {
  Plant plant;
  for (const std::string& bytes : {std::string("\x12\x7F\x0A"), std::string(11, '\xFF'),
                                   std::string("\x12\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x7F"),
                                   std::string("{\"value\":1}"), std::string("\x00\x01", 2)}) {
    plant.say("NDATA", "pump", bytes);
    EXPECT_THAT(plant.rejected(), ElementsAre("protobuf")) << bytes.size();
  }
  const std::string no_utf8 = payload(1, {metric("\xC3(", Type::int32, 1)});
  plant.say("NBIRTH", "pump", no_utf8);
  EXPECT_THAT(plant.rejected(), ElementsAre("utf8"));
  plant.say("NBIRTH", "pump", payload(1, {metric(std::string(9000, 'n'), Type::int32, 1)}));
  EXPECT_THAT(plant.rejected(), ElementsAre("string"));
}

TEST(Sparkplug, ABirthOfTooManyMetricsIsRefused) {
  Plant plant;
  std::vector<Metric> many;
  for (std::size_t i = 0; i <= sparkplug::kMetricsMax; ++i) {
    many.push_back(metric("m" + std::to_string(i), Type::int32, 1));
  }
  plant.say("NBIRTH", "pump", payload(0, std::move(many)));
  EXPECT_THAT(plant.rejected(), ElementsAre("members"));
  EXPECT_TRUE(plant.catalog.devices().empty());
}

TEST(Sparkplug, EveryDatatypeKeepsItsSignAndSize) {
  const auto around = [](Type type, const Value& value) {
    return sparkplug::decode(payload(0, {metric("m", type, value)}))->metrics.at(0).value;
  };
  EXPECT_EQ(around(Type::int8, -128), Value(-128));
  EXPECT_EQ(around(Type::int16, -32768), Value(-32768));
  EXPECT_EQ(around(Type::int32, -2147483647), Value(-2147483647));
  EXPECT_EQ(around(Type::int64, Value(std::int64_t{-9007199254740992})),
            Value(std::int64_t{-9007199254740992}));
  EXPECT_EQ(around(Type::uint8, 255), Value(255));
  EXPECT_EQ(around(Type::uint32, Value(std::int64_t{4294967295})), Value(std::int64_t{4294967295}));
  EXPECT_EQ(around(Type::real, 12.3), Value(12.3));
  EXPECT_EQ(around(Type::real64, 0.1), Value(0.1));
  EXPECT_EQ(around(Type::boolean, false), Value(false));
  EXPECT_EQ(around(Type::text, "ö"), Value("ö"));
}

/// A devices file that maps a boiler's metrics.
DevicesFile boiler_file(std::vector<MappedAttribute> mapped) {
  return mapped_file("boiler", "sparkplug_b", "plant/edge/boiler", std::move(mapped));
}

std::vector<MappedAttribute> boiler_mapping() {
  return {{"temperature", "Temp/Supply", "[degF]", {}, false},
          {"on", "Pump/Run", "", {{"true", "1"}, {"false", "0"}}, true},
          {"target_temperature", "Temp/Set", "[degF]", {}, true},
          {"hvac_mode", "Mode", "", {{"heat", "2"}, {"off", "0"}}, true}};
}

struct MappedPlant : Plant {
  explicit MappedPlant(Type target = Type::int16) {
    EXPECT_TRUE(normaliser.configure(boiler_file(boiler_mapping())).ok());
    bear(target);
  }
  void bear(Type target) {
    say("NBIRTH", "edge", birth(0));
    say("DBIRTH", "edge/boiler",
        payload(
            1, {aliased(1, Type::real, 70.7, "Temp/Supply"), aliased(2, Type::int32, 1, "Pump/Run"),
                aliased(3, target, target == Type::int16 ? Value(68) : Value(68.0), "Temp/Set"),
                metric("Mode", Type::text, "2"), metric("Other", Type::int32, 5)}));
  }
};

TEST(SparkplugMapping, MetricsBecomeWhatAPersonSaysThatTheyAre) {
  MappedPlant plant;
  EXPECT_THAT(plant.rejected(), IsEmpty());
  EXPECT_EQ(plant.value("boiler.temperature"), Value(21.5));
  EXPECT_EQ(plant.value("boiler.on"), Value(true));
  EXPECT_EQ(plant.value("boiler.target_temperature"), Value(20.0));
  EXPECT_EQ(plant.value("boiler.hvac_mode"), Value("heat"));
  EXPECT_EQ(plant.value("boiler.raw.Other"), Value(5));
  EXPECT_FALSE(plant.catalog.find("boiler")->find("temperature")->writable);
  EXPECT_TRUE(plant.catalog.find("boiler")->find("on")->writable);
  plant.say("DDATA", "edge/boiler", payload(2, {aliased(2, Type::int32, 0)}));
  EXPECT_EQ(plant.value("boiler.on"), Value(false));
}

TEST(SparkplugMapping, WhatIsMappedIsKnownBeforeTheBirth) {
  Plant plant;
  ASSERT_TRUE(plant.normaliser.configure(boiler_file(boiler_mapping())).ok());
  ASSERT_NE(plant.catalog.find("boiler"), nullptr);
  EXPECT_NE(plant.catalog.find("boiler")->find("target_temperature"), nullptr);
}

TEST(SparkplugMapping, ACommandIsAMetricInItsTypeAndScale) {
  MappedPlant plant;
  const auto sent = plant.command("boiler", {{"on", true}, {"target_temperature", 20.2}});
  EXPECT_EQ(plant.sent_to, "spBv1.0/plant/DCMD/edge/boiler");
  ASSERT_EQ(sent.size(), 2U);
  EXPECT_EQ(sent[0].alias, 2U);
  EXPECT_EQ(sent[0].value, Value(1));
  EXPECT_EQ(sent[1].alias, 3U);
  EXPECT_EQ(sent[1].value, Value(68)) << "68.36 as the whole number that the metric is";
  const auto mode = plant.command("boiler", {{"hvac_mode", "off"}});
  ASSERT_EQ(mode.size(), 1U);
  EXPECT_EQ(mode[0].name, "Mode");
  EXPECT_EQ(mode[0].value, Value("0"));
}

TEST(SparkplugMapping, TheEchoComparesEqualInTheScaleOfTheWire) {
  for (const Type type : {Type::int16, Type::real, Type::real64}) {
    MappedPlant plant(type);
    for (const double wanted : {20.2, 21.3, 19.95, 30.0}) {
      const auto sent = plant.command("boiler", {{"target_temperature", wanted}});
      ASSERT_EQ(sent.size(), 1U);
      plant.say("DDATA", "edge/boiler", payload(2, {aliased(3, type, sent[0].value)}));
      const AttributeInfo* info = plant.catalog.find("boiler")->find("target_temperature");
      const Value& echo = plant.value("boiler.target_temperature");
      EXPECT_TRUE(same_on_wire(*info, wanted, echo))
          << static_cast<int>(type) << ": " << wanted << " came back as " << to_json(echo);
    }
  }
}

TEST(SparkplugMapping, SomebodyElsesCommandIsHeardAsWhatItMeans) {
  MappedPlant plant;
  plant.say("DCMD", "edge/boiler", payload({}, {aliased(2, Type::int32, 0)}));
  EXPECT_THAT(plant.foreign(), testing::Contains("boiler.on=false"));
}

TEST(SparkplugMapping, AnotherFileIsAnotherMappingAndTheRestStays) {
  MappedPlant plant;
  ASSERT_TRUE(plant.normaliser
                  .configure(boiler_file({{"temperature", "Temp/Set", "[degF]", {}, false},
                                          {"power", "Other", "", {}, false}}))
                  .ok());
  const DeviceInfo* boiler = plant.catalog.find("boiler");
  EXPECT_EQ(boiler->find("on"), nullptr);
  ASSERT_NE(boiler->find("temperature"), nullptr);
  plant.say("DDATA", "edge/boiler",
            payload(2, {aliased(3, Type::int16, 50), metric("Other", Type::int32, 7)}));
  EXPECT_EQ(plant.value("boiler.temperature"), Value(10.0));
  EXPECT_EQ(plant.value("boiler.power"), Value(7.0));
  plant.bear(Type::int16);
  EXPECT_EQ(plant.value("boiler.temperature"), Value(20.0)) << "a rebirth forgets no mapping";
}

TEST(SparkplugMapping, WhatCannotBeMappedIsRefusedWithDeviceAndAttribute) {
  Plant plant;
  const auto problem = [&](MappedAttribute attribute) {
    const Status status = plant.normaliser.configure(boiler_file({std::move(attribute)}));
    return status.ok() ? std::string() : status.error().message;
  };
  EXPECT_NE(problem({"temperature", "T", "W", {}, false}).find("boiler.temperature"),
            std::string::npos);
  EXPECT_NE(problem({"temperature", "T", "", {}, true}).find("only reports"), std::string::npos);
  EXPECT_NE(problem({"raw.x", "T", "", {}, false}), "");
  EXPECT_NE(problem({"on", "T", "", {{"true", "1"}}, false}), "");
}

}  // namespace
}  // namespace attune::devices
