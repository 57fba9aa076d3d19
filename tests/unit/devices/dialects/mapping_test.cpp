#include "devices/dialects/mapping.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/devices/wire.h"

namespace attune::devices {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// A lamp whose white is counted in mired, on topics of its own.
DevicesFile lamp() {
  JsonAttribute white;
  white.name = "color_temp";
  white.topic = "lamp";
  white.path = "/ct";
  white.unit = "mired";
  white.command_topic = "lamp/set";
  white.command_payload = R"({"ct":${value}})";
  DevicesFile file;
  file.json.push_back({DeviceId("lamp"), {white}});
  return file;
}

TEST(Mapping, AColourTemperatureMayTravelInMired) {
  Wire wire;
  ASSERT_TRUE(wire.normaliser.configure(lamp()).ok());
  wire.hear("lamp", R"({"ct":370})");
  EXPECT_EQ(wire.value("lamp.color_temp"), Value(2703));
  EXPECT_THAT(wire.drive("lamp", {{"color_temp", 4000}}), ElementsAre(R"(lamp/set {"ct":250})"));
  const AttributeInfo* info = wire.catalog.find("lamp")->find("color_temp");
  EXPECT_EQ(info->unit, "K");
  EXPECT_TRUE(same_on_wire(*info, Value(2700), Value(2703))) << "both are 370 mired";
  wire.hear("lamp", R"({"ct":0})");
  EXPECT_THAT(wire.rejected(), ElementsAre("range lamp.color_temp"));
}

std::string problem(MappedAttribute from) {
  const Status fits = check_mapped(DeviceId("x"), from);
  return fits.ok() ? "" : fits.error().message;
}

TEST(Mapping, MiredIsAUnitOfColourTemperatureAndOfNothingElse) {
  EXPECT_THAT(problem({"color_temp", "Light/CT", "mired", {}, true}), IsEmpty());
  EXPECT_THAT(problem({"l2.color_temp", "Light/CT", "mired", {}, true}), IsEmpty());
  EXPECT_THAT(problem({"temperature", "T", "mired", {}, false}), HasSubstr("does not convert"));
}

TEST(Mapping, AUnitThatIsNotKnownIsToldWhichAre) {
  EXPECT_THAT(problem({"color_temp", "CT", "mirek", {}, false}), EndsWith("known are mired, K"));
  EXPECT_THAT(problem({"temperature", "T", "V", {}, false}), EndsWith("known are Cel, K, [degF]"));
  EXPECT_THAT(problem({"temperature", "T", "°F", {}, false}), EndsWith("write [degF]"));
  EXPECT_THAT(problem({"on", "T", "V", {}, false}), EndsWith("it has no unit; leave it out"));
}

TEST(Mapping, AWordThatIsNotKnownIsToldWhichAre) {
  EXPECT_THAT(problem({"movement", "M", "", {{"up", "U"}}, false}),
              EndsWith("'up' is no value of it; it has opening, closing, stopped"));
}

TEST(Mapping, EveryMisfitOfAFileIsNamedOnceWithItsDeviceAndAttribute) {
  DevicesFile file = lamp();
  file.json[0].attributes[0].unit = "V";
  DeviceEntry& boiler = file.entries.emplace_back();
  boiler.id = DeviceId("boiler");
  boiler.mapped = {{"raw.x", "T", "V", {}, true},
                   {"temperature", "T", "[degF]", {}, false},
                   {"humidity", "H", "", {}, true}};
  const Wire wire;
  const std::vector<Misfit> found = wire.normaliser.misfits(file);
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found[0].device.text() + "." + found[0].attribute, "lamp.color_temp");
  EXPECT_EQ(found[1].device.text() + "." + found[1].attribute, "boiler.raw.x");
  EXPECT_EQ(found[2].what,
            "boiler.humidity: it cannot be commanded, it only reports; leave out what commands it");
}

TEST(Mapping, OneThatIsMappedTwiceIsAMisfit) {
  DevicesFile file = lamp();
  file.json[0].attributes.push_back(file.json[0].attributes[0]);
  Wire wire;
  EXPECT_EQ(wire.normaliser.misfits(file).size(), 1u);
  EXPECT_THAT(wire.normaliser.configure(file).error().message, HasSubstr("mapped twice"));
}

}  // namespace
}  // namespace attune::devices
