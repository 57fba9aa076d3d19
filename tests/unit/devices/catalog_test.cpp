#include "devices/catalog.h"

#include <gtest/gtest.h>

#include "devices/vocabulary.h"

namespace attune::devices {
namespace {

DeviceInfo lamp(const char* id) {
  DeviceInfo info;
  info.id = DeviceId(id);
  info.name = id;
  info.dialect = "zigbee2mqtt";
  info.capabilities = {"light"};
  info.attributes = {canonical_attribute("on", true), canonical_attribute("brightness", true)};
  return info;
}

DeviceEntry entry(const char* id) {
  DeviceEntry e;
  e.id = DeviceId(id);
  return e;
}

TEST(Catalog, TellsApartNamesThatFoldAlike) {
  Catalog catalog;
  EXPECT_EQ(catalog.id_for("z", "Büro").text(), "buro");
  EXPECT_EQ(catalog.id_for("z", "buro").text(), "buro_2");
  EXPECT_EQ(catalog.id_for("other", "buro").text(), "buro_3");
  EXPECT_EQ(catalog.id_for("z", "Büro").text(), "buro");
}

TEST(Catalog, LeavesAnIdToTheFileThatClaimsIt) {
  Catalog catalog;
  DeviceEntry boiler = entry("boiler");
  boiler.dialect = "json";
  catalog.set_entries({boiler, entry("lamp")});
  EXPECT_EQ(catalog.id_for("zigbee2mqtt", "boiler").text(), "boiler_2");
  EXPECT_EQ(catalog.id_for("zigbee2mqtt", "lamp").text(), "lamp");
}

TEST(Catalog, AnEntryStaysOnTopOfWhatIsDiscovered) {
  Catalog catalog;
  DeviceEntry e = entry("hall");
  e.label = "Hall lamp";
  e.area = "hall";
  e.tags = {"path"};
  e.capabilities = {"light", "tank"};
  e.foreign_is_person = false;
  catalog.set_entries({e});
  catalog.describe(lamp("hall"));
  const DeviceInfo* seen = catalog.find("hall");
  EXPECT_EQ(seen->label, "Hall lamp");
  EXPECT_EQ(seen->tags, std::vector<std::string>{"path"});
  EXPECT_EQ(seen->capabilities, (std::vector<std::string>{"light", "tank"}));
  EXPECT_FALSE(seen->foreign_is_person);
  EXPECT_EQ(seen->attributes.size(), 2u);
  catalog.set_entries({});
  EXPECT_EQ(catalog.find("hall")->label, "hall");
  EXPECT_EQ(catalog.find("hall")->area, "");
  EXPECT_TRUE(catalog.find("hall")->foreign_is_person);
}

TEST(Catalog, AnEntryAloneMakesADevice) {
  Catalog catalog;
  DeviceEntry e = entry("hall");
  e.capabilities = {"light"};
  catalog.set_entries({e});
  ASSERT_NE(catalog.find("hall"), nullptr);
  EXPECT_TRUE(catalog.find("hall")->find("brightness")->writable);
  catalog.set_entries({});
  EXPECT_EQ(catalog.find("hall"), nullptr);
}

TEST(Catalog, CountsOnlyWhatSomebodyCanSee) {
  Catalog catalog;
  EXPECT_TRUE(catalog.describe(lamp("a")));
  const std::uint64_t before = catalog.generation();
  EXPECT_FALSE(catalog.describe(lamp("a")));
  EXPECT_EQ(catalog.generation(), before);
  DeviceInfo other = lamp("a");
  other.attributes[1].range->min = 10;
  EXPECT_TRUE(catalog.describe(other));
  EXPECT_GT(catalog.generation(), before);
}

TEST(Catalog, NumbersLeadToAttributesUntilTheyGo) {
  Catalog catalog;
  catalog.describe(lamp("a"));
  const AttributeId on = *catalog.table().find("a", "on");
  const AttributeId brightness = *catalog.table().find("a", "brightness");
  const AttributeId raw = catalog.table().intern(DeviceId("a"), "raw.x");
  ASSERT_NE(catalog.attribute(on), nullptr);
  EXPECT_EQ(catalog.attribute(brightness)->name, "brightness");
  EXPECT_EQ(catalog.attribute(raw), nullptr);
  DeviceInfo plain = lamp("a");
  plain.attributes.pop_back();
  catalog.describe(plain);
  EXPECT_EQ(catalog.attribute(brightness), nullptr);
  EXPECT_EQ(catalog.attribute(on)->name, "on");
  catalog.remove(DeviceId("a"));
  EXPECT_EQ(catalog.attribute(on), nullptr);
  EXPECT_EQ(catalog.find("a"), nullptr);
  EXPECT_EQ(catalog.device(*catalog.table().find_device("a")), nullptr);
  catalog.describe(lamp("a"));
  EXPECT_EQ(*catalog.table().find("a", "on"), on);
  EXPECT_NE(catalog.attribute(on), nullptr);
}

TEST(Catalog, AttributesStayAscendingHoweverTheyCome) {
  Catalog catalog;
  DeviceInfo info = lamp("a");
  info.attributes.clear();
  catalog.describe(info);
  const DeviceIndex a = *catalog.table().find_device("a");
  EXPECT_TRUE(catalog.add_attribute(a, canonical_attribute("on", true)));
  EXPECT_TRUE(catalog.add_attribute(a, canonical_attribute("battery", false)));
  EXPECT_FALSE(catalog.add_attribute(a, canonical_attribute("on", true)));
  ASSERT_EQ(catalog.find("a")->attributes.size(), 2u);
  EXPECT_NE(catalog.find("a")->find("battery"), nullptr);
  EXPECT_NE(catalog.find("a")->find("on"), nullptr);
}

TEST(Catalog, KnowsTheCutsThatAnEntryGives) {
  Catalog catalog;
  EXPECT_TRUE(catalog.cuts_of(DeviceId("lamp"), "percent").empty());
  DeviceEntry entry;
  entry.id = DeviceId("lamp");
  entry.bands["percent"] = {{"off", 0}, {"on", 100}};
  catalog.set_entries({entry});
  ASSERT_EQ(catalog.cuts_of(DeviceId("lamp"), "percent").size(), 2u);
  EXPECT_TRUE(catalog.cuts_of(DeviceId("lamp"), "power").empty());
  EXPECT_TRUE(catalog.cuts_of(DeviceId("other"), "percent").empty());
  catalog.set_entries({});
  EXPECT_TRUE(catalog.cuts_of(DeviceId("lamp"), "percent").empty());
}

}  // namespace
}  // namespace attune::devices
