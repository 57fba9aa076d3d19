#include "broker/core/image.h"

#include <gtest/gtest.h>

#include "devices/vocabulary.h"

namespace attune::core {
namespace {

using devices::Cut;

/// A room with a thermometer, and what the image says of its temperature.
class Thermometer : public testing::Test {
 protected:
  Thermometer() {
    DeviceInfo info;
    info.id = DeviceId("room");
    info.attributes = {devices::canonical_attribute("temperature", false),
                       devices::canonical_attribute("open", false)};
    catalog.describe(std::move(info));
    temperature = *catalog.table().find("room", "temperature");
  }
  void say(double value) {
    Change change;
    change.kind = ChangeKind::state;
    change.device = "room";
    change.attribute = "temperature";
    change.value = value;
    image.apply(change, catalog.table());
  }
  void cut(const std::vector<Cut>& cuts) {
    devices::DeviceEntry entry;
    entry.id = DeviceId("room");
    entry.bands["temperature"] = cuts;
    catalog.set_entries({entry});
  }

  devices::Catalog catalog;
  Image image{catalog};
  AttributeId temperature{};
};

TEST_F(Thermometer, SaysItsBandAndStaysInItAtTheEdge) {
  EXPECT_EQ(image.band(temperature), "");
  say(20);
  EXPECT_EQ(image.band(temperature), "comfortable");
  say(15.9);
  EXPECT_EQ(image.band(temperature), "comfortable");
  say(15.5);
  EXPECT_EQ(image.band(temperature), "cold");
  say(16.1);
  EXPECT_EQ(image.band(temperature), "cold");
  EXPECT_EQ(image.band(*catalog.table().find("room", "open")), "");
}

TEST_F(Thermometer, AfterARestartTheBandIsThatOfTheValueAlone) {
  say(20);
  say(15.9);
  Image after(catalog);
  after.restore(image.row(temperature), catalog.table());
  EXPECT_EQ(after.band(temperature), "cold");
}

TEST_F(Thermometer, ADevicesFileCutsItsBandsAtOnce) {
  say(20);
  cut({{"chilly", 21}, {"fine", 1e9}});
  EXPECT_EQ(image.band(temperature), "chilly");
  cut({});
  EXPECT_EQ(image.band(temperature), "comfortable");
}

TEST_F(Thermometer, OneThatLeftHasNoBand) {
  say(20);
  Change removed;
  removed.kind = ChangeKind::removed;
  removed.device = "room";
  image.apply(removed, catalog.table());
  EXPECT_EQ(image.band(temperature), "");
}

}  // namespace
}  // namespace attune::core
