#include "devices/vocabulary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "devices/units.h"

namespace attune::devices {
namespace {

using ::testing::ElementsAre;

TEST(Vocabulary, FindsEveryWordOfItsTable) {
  EXPECT_GT(vocabulary_types().size(), 90u);
  for (const auto& [name, type] : vocabulary_types()) {
    const Word* word = find_word(name);
    ASSERT_NE(word, nullptr) << name;
    EXPECT_EQ(word->type, type);
    EXPECT_EQ(word->type == ValueType::enumeration, !word->values.empty() && name != "event")
        << name;
  }
  EXPECT_EQ(find_word("contact"), nullptr);
  EXPECT_EQ(find_word("raw.on"), nullptr);
}

TEST(Vocabulary, TellsEndpointsFromRawPaths) {
  EXPECT_EQ(canonical_part("l2.on"), "on");
  EXPECT_EQ(endpoint_part("l2.on"), "l2");
  EXPECT_EQ(canonical_part("raw.update.state"), "");
  EXPECT_EQ(endpoint_part("raw.update.state"), "");
  EXPECT_EQ(endpoint_part("on"), "");
}

TEST(Vocabulary, ContactsAreRead) {
  EXPECT_FALSE(attributes_of_capability("contact").at(0).writable);
  EXPECT_TRUE(attributes_of_capability("valve").at(2).writable);
}

TEST(Vocabulary, InfersWhatADeviceCanDo) {
  const auto capabilities = [](std::vector<std::pair<const char*, bool>> attributes) {
    std::vector<AttributeInfo> infos;
    for (const auto& [name, writable] : attributes) {
      infos.push_back(canonical_attribute(name, writable));
    }
    return capabilities_of(infos);
  };
  EXPECT_THAT(capabilities({{"on", true}, {"brightness", true}}), ElementsAre("light"));
  EXPECT_THAT(capabilities({{"on", true}}), ElementsAre("switch"));
  EXPECT_THAT(capabilities({{"l1.on", true}, {"l2.on", true}}), ElementsAre("switch"));
  EXPECT_THAT(capabilities({{"open", false}}), ElementsAre("contact"));
  EXPECT_THAT(capabilities({{"open", true}}), ElementsAre("valve"));
  EXPECT_THAT(capabilities({{"position", false}}), ElementsAre());
  EXPECT_THAT(capabilities({{"occupancy", false}, {"battery", false}}),
              ElementsAre("occupancy", "battery"));
}

std::optional<EndOfClaims> end(const char* capability, const char* attribute) {
  DeviceInfo device;
  device.capabilities = {capability};
  return end_of_claims(device, attribute);
}

TEST(Vocabulary, SaysWhatFollowsTheLastClaim) {
  EXPECT_EQ(end("light", "on"), EndOfClaims::restore);
  EXPECT_EQ(end("light", "l2.brightness"), EndOfClaims::restore);
  EXPECT_EQ(end("switch", "on"), EndOfClaims::restore);
  EXPECT_EQ(end("fan", "fan_speed"), EndOfClaims::restore);
  EXPECT_EQ(end("climate", "target_temperature"), EndOfClaims::restore);
  EXPECT_EQ(end("cover", "position"), EndOfClaims::leave);
  EXPECT_EQ(end("cover", "open"), EndOfClaims::leave);
  EXPECT_EQ(end("lock", "lock_state"), EndOfClaims::leave);
  EXPECT_EQ(end("media", "volume"), EndOfClaims::leave);
  EXPECT_EQ(end("valve", "open"), EndOfClaims::off);
  EXPECT_EQ(end("siren", "siren"), EndOfClaims::off);
  EXPECT_EQ(end("siren", "volume"), std::nullopt);
  EXPECT_EQ(end("charger", "charge_current"), EndOfClaims::restore);
  EXPECT_EQ(end("light", "raw.on"), std::nullopt);
  EXPECT_EQ(end("alarm_panel", "alarm_state"), std::nullopt);
}

}  // namespace
}  // namespace attune::devices
