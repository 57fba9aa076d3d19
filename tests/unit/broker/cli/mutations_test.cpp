#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "broker/cli/sources.h"

/// Faults that people make, put into copies of the examples: `check` names each.
namespace attune::cli {
namespace {

namespace fs = std::filesystem;

/// In one file of the example a text is replaced by another.
struct Mutation {
  const char* name;
  const char* file;
  const char* from;
  const char* to;
  const char* code;  ///< that finds it
  const char* says;  ///< part of what it says
};

const std::vector<Mutation> kMutations = {
    {"RaisedPriority", "climate.yaml", "settings.warm\"}\n    priority: schedule",
     "settings.warm\"}\n    priority: life_safety", "S601",
     "airing_living never wins: heating claims"},
    {"SwappedPriority", "climate.yaml", "target_temperature: 16}\n    priority: mode",
     "target_temperature: 16}\n    priority: schedule-1", "S601", "heating_away never wins"},
    {"EqualPriority", "water.yaml", "priority: life_safety", "priority: equipment", "C401",
     "fill_tank and leak_shutoff both claim tank_pump.on at equipment"},
    {"WidenedThreshold", "water.yaml", "until: tank.fill > 80", "until: tank.fill > 20", "S605",
     "fill_tank ends as it starts: `when` and `until` are both true when tank.fill ="},
    {"WidenedSum", "climate.yaml", "until: living_thermostat.temperature < settings.cool - 0.5",
     "until: living_thermostat.temperature < settings.cool + 5", "S605", "cooling ends as it"},
    {"ThresholdBeyondTheScale", "water.yaml", "when: tank.fill < 30", "when: tank.fill < 300",
     "S603", "fill_tank is always active"},
    {"DroppedUntil", "light.yaml", "    until: \"!hall_motion.occupancy\"", "    #", "L501",
     "loop: hall_light -> hall_lamp.on -> hall_motion.illuminance (declared influence)"},
    {"DroppedUntilOfCooling", "climate.yaml",
     "    until: living_thermostat.temperature < settings.cool - 0.5\n", "", "L501",
     "loop: cooling -> ac.hvac_mode -> living_thermostat.temperature (declared influence)"},
    {"RenamedDevice", "light.yaml", "when: office_motion.occupancy",
     "when: offise_motion.occupancy", "E301", "offise_motion"},
    {"CopiedWithAnotherValue", "light.yaml", "  away:\n",
     "  evening_copy:\n    when: settings.scene == 'evening'\n    want: {living_lamp.brightness: "
     "40}\n"
     "    priority: mode\n  away:\n",
     "C401",
     "evening and evening_copy both claim living_lamp.brightness at mode; both hold when "
     "settings.scene = 'evening'"},
};

class Mutations : public testing::TestWithParam<Mutation> {
 protected:
  Mutations() {
    std::string pattern = testing::TempDir() + "attune-mutation-XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
    fs::copy(fs::path(ATTUNE_SOURCE_DIR) / "examples/home", folder_ / "home",
             fs::copy_options::recursive);
  }
  ~Mutations() override { fs::remove_all(folder_); }

  [[nodiscard]] Issues found() const { return check(gather({(folder_ / "home").string()})).issues; }
  void mutate(const Mutation& mutation) const {
    const fs::path file = folder_ / "home/rules.d" / mutation.file;
    std::stringstream text;
    text << std::ifstream(file).rdbuf();
    std::string changed = text.str();
    const std::size_t at = changed.find(mutation.from);
    ASSERT_NE(at, std::string::npos) << mutation.from;
    changed.replace(at, std::string_view(mutation.from).size(), mutation.to);
    std::ofstream(file) << changed;
  }

  fs::path folder_;
};

TEST_P(Mutations, IsFoundByItsCode) {
  EXPECT_EQ(render(found()), "") << "the example itself is without a finding";
  mutate(GetParam());
  const Issues issues = found();
  EXPECT_TRUE(std::any_of(issues.begin(), issues.end(),
                          [](const Issue& issue) {
                            return issue.code == GetParam().code &&
                                   issue.message.find(GetParam().says) != std::string::npos;
                          }))
      << GetParam().code << " " << GetParam().says << "\n"
      << render(issues);
}

INSTANTIATE_TEST_SUITE_P(Home, Mutations, testing::ValuesIn(kMutations),
                         [](const auto& one) { return std::string(one.param.name); });

}  // namespace
}  // namespace attune::cli
