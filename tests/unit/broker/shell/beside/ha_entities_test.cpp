#include "broker/shell/beside/ha_entities.h"

#include <gtest/gtest.h>

#include "devices/dialects/ha_entity.h"
#include "devices/normaliser.h"
#include "tests/unit/broker/shell/beside/house.h"

namespace attune::beside {
namespace {

using devices::ha::Config;

const HaNames kNames{"homeassistant", "attune", "gateway-1", "0.1.0"};

/// The entities of the document, as our own dialect reads Home Assistant's schema.
std::vector<Config> read(const std::string& document) {
  static devices::json::Reader reader;
  const devices::json::Node* root = reader.read(document);
  EXPECT_NE(root, nullptr) << document;
  if (root == nullptr) return {};
  auto configs = devices::ha::read_configs({"device", "", "attune_gateway-1"}, *root);
  EXPECT_TRUE(configs.ok()) << configs.error().message;
  return configs.ok() ? *configs : std::vector<Config>{};
}

Config find(const std::vector<Config>& all, const std::string& name) {
  for (const Config& config : all) {
    if (config.object_id == name) return config;
  }
  ADD_FAILURE() << "no entity " << name;
  return {};
}

TEST(HaEntities, EveryComponentIsAcceptedByTheDiscoverySchema) {
  House house;
  const HaView view = view_of(*house.core);
  const auto all = read(configuration(view, kNames, {{"rule_gone", "switch"}}));
  EXPECT_EQ(all.size(), components_of(view).size()) << "what is gone is no entity";
  for (const Config& config : all) {
    EXPECT_EQ(config.platform, components_of(view).at(config.object_id));
    EXPECT_EQ(config.origin, "attune");
    EXPECT_EQ(config.text("unique_id"), "attune_gateway-1_" + config.object_id);
    ASSERT_EQ(config.availability.size(), 1u);
    EXPECT_EQ(config.availability[0].topic, "attune/status");
    const auto entity = devices::ha::make_entity(config);
    ASSERT_TRUE(entity.ok()) << config.object_id << ": " << entity.error().message;
    EXPECT_TRUE(entity->refusals.empty()) << entity->refusals.front().message;
  }
}

TEST(HaEntities, SettingsAreShownAsWhatTheyAre) {
  House house;
  const auto all = read(configuration(view_of(*house.core), kNames, {}));
  const Config choice = find(all, "setting_house_select");
  EXPECT_EQ(choice.text("name"), "House");
  EXPECT_EQ(choice.list("options"), (std::vector<std::string>{"home", "away"}));
  EXPECT_EQ(choice.text("command_topic"), "attune/ha/set/settings/house");
  EXPECT_EQ(find(all, "setting_guests_switch").text("payload_on"), "true");
  const Config number = find(all, "setting_warmth_number");
  EXPECT_EQ(number.number("min", 0), 15);
  EXPECT_EQ(number.number("max", 0), 25);
  EXPECT_EQ(number.text("unit_of_measurement"), "°C");
  EXPECT_EQ(find(all, "setting_wake_time").text("state_topic"), "attune/ha/settings/wake");
  EXPECT_EQ(find(all, "setting_bath_plan").platform, "text");
  EXPECT_EQ(find(all, "setting_bath_number").text("state_topic"), "attune/ha/settings/bath");
}

TEST(HaEntities, OnlyDevicesThatTakeCommandsAreHeldOrReleased) {
  House house;
  const Components all = components_of(view_of(*house.core));
  EXPECT_TRUE(all.contains("held_by_hall_lamp"));
  EXPECT_TRUE(all.contains("release_hall_lamp"));
  EXPECT_TRUE(all.contains("not_obeying_hall_lamp"));
  EXPECT_FALSE(all.contains("held_by_hall_motion"));
}

TEST(HaEntities, NobodyHoldsUntilARuleDoesAndThenItsReasonIsTold) {
  House house;
  EXPECT_NE(state_of(*device_view(*house.core, "hall_lamp")).find(R"("held_by":"nobody")"),
            std::string::npos);
  house.say("hall_motion.occupancy", true);
  const std::string state = state_of(*device_view(*house.core, "hall_lamp"));
  EXPECT_NE(state.find(R"("held_by":"rule:hall_light")"), std::string::npos) << state;
  EXPECT_NE(state.find(R"("reason":"somebody is in the dark hall")"), std::string::npos) << state;
  EXPECT_NE(state.find(R"("not_obeying":"OFF")"), std::string::npos) << state;
}

TEST(HaEntities, APersonBeforeARuleIsWhoHolds) {
  House house;
  house.say("hall_motion.occupancy", true);
  core::WriteRequest write;
  write.path = {DeviceId("hall_lamp"), "on"};
  write.value = false;
  write.who = "cli";
  house.step(std::move(write));
  const std::string state = state_of(*device_view(*house.core, "hall_lamp"));
  EXPECT_NE(state.find(R"("held_by":"person","attribute":"on","value":false)"), std::string::npos)
      << state;
  EXPECT_NE(state.find(R"("brightness":{"by":"rule:hall_light")"), std::string::npos) << state;
}

TEST(HaEntities, ARuleIsOnWhileItIsEnabled) {
  House house;
  EXPECT_EQ(state_of(*rule_view(*house.core, "hall_light")),
            R"({"state":"ON","mode":"enabled","rule":"hall_light"})");
  EXPECT_EQ(state_of(*rule_view(*house.core, "tried_out")),
            R"({"state":"OFF","mode":"shadow","rule":"tried_out"})");
  EXPECT_FALSE(rule_view(*house.core, "nobody").has_value());
}

TEST(HaEntities, StatesAreBareValues) {
  House house;
  const HaView view = view_of(*house.core);
  std::map<std::string, std::string> states;
  for (const SettingView& setting : view.settings) states[setting.id] = state_of(setting);
  EXPECT_EQ(states, (std::map<std::string, std::string>{{"bath", "22"},
                                                        {"guests", "false"},
                                                        {"house", "home"},
                                                        {"wake", "06:30"},
                                                        {"warmth", "21"}}));
  EXPECT_EQ(plan_of(view.settings[0]).front(), '{') << "a schedule's plan is its JSON";
}

TEST(HaEntities, ANoticeIsAnEventOfItsState) {
  core::Notice notice;
  notice.id = "leak#0@7";
  notice.message = "Water!";
  notice.state = core::NoticeState::repeated;
  notice.count = 2;
  EXPECT_EQ(state_of(notice),
            R"({"event_type":"repeated","id":"leak#0@7","severity":"","message":"Water!",)"
            R"("rule":"","to":"","count":2})");
}

TEST(HaEntities, OurOwnDialectMakesNoDevicesOfIt) {
  House house;
  devices::Catalog catalog;
  devices::Normaliser normaliser(catalog, {});
  devices::Decoded decoded;
  const std::string document = configuration(view_of(*house.core), kNames, {});
  normaliser.decode({config_topic(kNames), document, true}, decoded);
  EXPECT_TRUE(catalog.devices().empty());
  EXPECT_TRUE(decoded.rejections.empty());
}

}  // namespace
}  // namespace attune::beside
