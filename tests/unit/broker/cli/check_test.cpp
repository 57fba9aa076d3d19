#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "broker/cli/program.h"

namespace attune::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kDevices =
    "version: 1\n"
    "devices:\n"
    "  hall_lamp:   {label: Hall lamp, area: hall, dialect: zigbee2mqtt, capabilities: [light]}\n"
    "  hall_motion: {area: hall, dialect: zigbee2mqtt, capabilities: [occupancy]}\n";

constexpr const char* kRules =
    "version: 1\n"
    "rules:\n"
    "  hall_light:\n"
    "    when: hall_motion.occupancy\n"
    "    off_delay: 3m\n"
    "    want: {hall_lamp.on: true}\n"
    "tests:\n"
    "  lights_up:\n"
    "    given: {state: {hall_motion.occupancy: false}}\n"
    "    steps:\n"
    "      - {report: {hall_motion.occupancy: true}, expect: {hall_lamp.on: true}, by: "
    "hall_light}\n"
    "  goes_dark:\n"
    "    given: {state: {hall_motion.occupancy: true, hall_lamp.on: false}}\n"
    "    steps:\n"
    "      - {expect: {hall_lamp.on: true}}\n"
    "      - {report: {hall_motion.occupancy: false}, after: 179s, expect: {hall_lamp.on: true}}\n"
    "      - {after: 1s, expect: {hall_lamp.on: false}}\n";

constexpr const char* kPond =
    "version: 1\n"
    "devices:\n"
    "  pond:\n"
    "    dialect: json\n"
    "    attributes:\n"
    "      x_turbidity: {type: number, unit: NTU, topic: pond/state, path: /t}\n"
    "      x_program:\n"
    "        {type: enum, values: {rinse: R, rest: S}, topic: pond/state, path: /p,\n"
    "         command: {topic: pond/set, payload: '{\"p\":\"${value}\"}'}}\n";

/// `check` and `test` on files in a folder.
class Files : public testing::Test {
 protected:
  Files() {
    std::string pattern = testing::TempDir() + "attune-files-XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
  }
  ~Files() override { fs::remove_all(folder_); }

  void write(const std::string& name, const std::string& text) {
    fs::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name) << text;
  }
  void write_home() {
    write("attune.yaml", "version: 1\n");
    write("devices.d/found.yaml", kDevices);
    write("rules.d/hall.yaml", kRules);
  }
  /// A pond that says attributes of its own, and the rules about it.
  void write_pond(const std::string& rules) {
    write("attune.yaml", "version: 1\n");
    write("devices.d/pond.yaml", kPond);
    write("rules.d/pond.yaml", "version: 1\ndefaults: {pond.x_program: rest}\n" + rules);
  }
  [[nodiscard]] std::string path(const std::string& name) const { return folder_ / name; }
  [[nodiscard]] std::string read(const std::string& name) const {
    std::ifstream in(folder_ / name);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  ExitCode run(const std::vector<std::string>& args) {
    out_.str("");
    err_.str("");
    Terminal terminal{out_, err_, [](const char*) { return std::nullopt; },
                      [] { return Millis{0}; }};
    return run_program(args, terminal);
  }

  fs::path folder_;
  std::ostringstream out_, err_;
};

TEST_F(Files, AFolderWithAConfigurationIsCheckedWhole) {
  write_home();
  EXPECT_EQ(run({"check", folder_}), ExitCode::yes) << out_.str();
  EXPECT_EQ(out_.str(), "");
  EXPECT_EQ(err_.str(), "no findings (1 file, 1 rule, 2 devices)\n");
}

TEST_F(Files, RulesFindTheDevicesOfTheConfigurationAbove) {
  write_home();
  EXPECT_EQ(run({"check", path("rules.d/hall.yaml")}), ExitCode::yes) << out_.str();
  EXPECT_EQ(run({"check", path("rules.d")}), ExitCode::yes) << out_.str();
}

TEST_F(Files, RulesFindTheDevicesBesideThem) {
  write("hall.yaml", kRules);
  write("devices.yaml", kDevices);
  EXPECT_EQ(run({"check", path("hall.yaml")}), ExitCode::yes) << out_.str();
  EXPECT_EQ(run({"check", folder_}), ExitCode::yes) << out_.str();
}

TEST_F(Files, TheNearestDevicesCount) {
  write("attune.yaml", "version: 1\n");
  write("stories/hall.yaml", kRules);
  write("stories/devices.yaml", kDevices);
  EXPECT_EQ(run({"check", path("stories/hall.yaml")}), ExitCode::yes) << out_.str();
}

TEST_F(Files, AnErrorIsDataWithItsPlace) {
  write_home();
  write("rules.d/bad.yaml",
        "version: 1\nrules:\n  x: {when: hall_motion.occupansy, want: {hall_lamp.on: true}}\n");
  EXPECT_EQ(run({"check", folder_}), ExitCode::no);
  EXPECT_NE(out_.str().find("bad.yaml:3:"), std::string::npos) << out_.str();
  EXPECT_EQ(run({"check", "-o", "jsonl", folder_}), ExitCode::no);
  EXPECT_EQ(out_.str().rfind("{\"severity\":\"error\"", 0), 0u) << out_.str();
}

TEST_F(Files, ErrorsOfConfigurationAndDevicesCountToo) {
  write_home();
  write("attune.yaml", "version: 1\nnope: 1\n");
  write("devices.d/more.yaml", "version: 1\ndevices: {Ä: {}}\n");
  EXPECT_EQ(run({"check", folder_}), ExitCode::no);
  EXPECT_NE(out_.str().find("E110"), std::string::npos);
  EXPECT_NE(out_.str().find("E307"), std::string::npos);
}

TEST_F(Files, WarningsAreAYesUnlessStrict) {
  write_home();
  write("rules.d/more.yaml", "version: 1\nsettings:\n  guest: {label: Guest, type: bool}\n");
  EXPECT_EQ(run({"check", folder_}), ExitCode::yes);
  EXPECT_NE(out_.str().find("warning["), std::string::npos);
  EXPECT_EQ(run({"check", "--strict", folder_}), ExitCode::warnings);
}

TEST_F(Files, APathThatIsNotThereIsANo) {
  EXPECT_EQ(run({"check", path("none.yaml")}), ExitCode::no);
  EXPECT_EQ(run({"test", path("none.yaml")}), ExitCode::no);
}

TEST_F(Files, WhatADevicesFileCannotMapIsShownWhereItStands) {
  write("attune.yaml", "version: 1\n");
  write("devices.d/a.yaml", "version: 1\ndevices: {hall_lamp: {area: hall}}\n");
  write("devices.d/plant.yaml",
        "version: 1\n"
        "devices:\n"
        "  boiler:\n"
        "    dialect: json\n"
        "    attributes:\n"
        "      temperature: {topic: plant/boiler, path: /t, unit: V}\n"
        "      humidity: {topic: zigbee2mqtt/boiler, path: /h}\n"
        "  pump:\n"
        "    dialect: sparkplug_b\n"
        "    topic: plant/edge/pump\n"
        "    attributes: {flow: {metric: Flow, writable: true}}\n");
  write("rules.d/empty.yaml", "version: 1\n");
  EXPECT_EQ(run({"check", path(".")}), ExitCode::no);
  const std::string told = out_.str() + err_.str();
  const auto expect_told = [&](std::string_view part) {
    EXPECT_NE(told.find(part), std::string::npos) << part << "\nis not in\n" << told;
  };
  expect_told("plant.yaml:6:7: error[E302]: boiler.temperature: 'V' does not convert to 'Cel'");
  expect_told("known are Cel, K, [degF]");
  expect_told("plant.yaml:7:7: error[E302]: boiler.humidity: its topic is listened to by");
  expect_told("plant.yaml:11:18: error[E302]: pump.flow: it cannot be commanded");
  expect_told("leave out what commands it");
}

TEST_F(Files, ADeviceMayHaveTheNameOfAFunctionOrAType) {
  const std::vector<std::string> ids = {
      "active", "attune", "between",   "bool",  "device",   "diverged", "double", "duration",
      "home",   "int",    "learn",     "list",  "map",      "math",     "now",    "optional",
      "person", "rules",  "size",      "state", "string",   "strings",  "time",   "timestamp",
      "type",   "uint",   "unchanged", "value", "true_for", "groups",   "event",  "every"};
  std::string devices = "version: 1\ndevices:\n  lamp: {capabilities: [switch]}\n";
  std::string rules = "version: 1\ndefaults: {lamp.on: false}\nrules:\n";
  std::string tests = "tests:\n";
  for (const std::string& id : ids) {
    devices += "  " + id + ": {capabilities: [occupancy]}\n";
    rules += "  by_" + id + ": {when: " + id + ".occupancy, want: {lamp.on: true}}\n";
    tests += "  of_" + id + ": {given: {state: {lamp.on: false, " + id +
             ".occupancy: false}}, steps: [{report: {" + id +
             ".occupancy: true}, expect: {lamp.on: true}, by: by_" + id + "}]}\n";
  }
  write("attune.yaml", "version: 1\n");
  write("devices.d/all.yaml", devices);
  write("rules.d/all.yaml", rules + tests);
  EXPECT_EQ(run({"test", path(".")}), ExitCode::yes) << out_.str() << err_.str();
  EXPECT_EQ(out_.str(), std::to_string(ids.size()) + " passed, 0 failed\n");
}

TEST_F(Files, RulesReadAndCommandAttributesOfOnesOwn) {
  write_pond(
      "rules:\n"
      "  murky: {when: pond.x_turbidity > 50, want: {pond.x_program: rinse}}\n"
      "tests:\n"
      "  rinses:\n"
      "    given: {state: {pond.x_turbidity: 10, pond.x_program: rest}}\n"
      "    steps:\n"
      "      - {report: {pond.x_turbidity: 60}, expect: {pond.x_program: rinse}, by: murky}\n"
      "      - {report: {pond.x_turbidity: 10}, expect: {pond.x_program: rest}}\n");
  EXPECT_EQ(run({"check", path(".")}), ExitCode::yes) << out_.str() << err_.str();
  EXPECT_EQ(run({"test", path(".")}), ExitCode::yes) << out_.str() << err_.str();
}

TEST_F(Files, AnAttributeOfOnesOwnThatNobodyDeclaredIsAnError) {
  write_pond(
      "rules:\n"
      "  murky: {when: pond.x_clarity > 50, want: {pond.x_program: rinse}}\n");
  EXPECT_EQ(run({"check", path(".")}), ExitCode::no);
  EXPECT_NE((out_.str() + err_.str()).find("x_clarity"), std::string::npos);
  write("rules.d/pond.yaml",
        "version: 1\n"
        "rules:\n"
        "  murky: {when: pond.x_turbidity > 50, want: {pond.x_program: boil}}\n");
  EXPECT_EQ(run({"check", path(".")}), ExitCode::no) << "no word of its enumeration, no default";
}

TEST_F(Files, TestsPass) {
  write_home();
  EXPECT_EQ(run({"test", folder_}), ExitCode::yes) << out_.str() << err_.str();
  EXPECT_EQ(out_.str(), "2 passed, 0 failed\n");
}

TEST_F(Files, OnlyNamedTestsRun) {
  write_home();
  EXPECT_EQ(run({"test", folder_, "--run", "^goes"}), ExitCode::yes) << out_.str();
  EXPECT_EQ(out_.str(), "1 passed, 0 failed\n");
}

TEST_F(Files, NoTestIsNoSuccess) {
  write_home();
  EXPECT_EQ(run({"test", folder_, "--run", "zzz"}), ExitCode::no);
  EXPECT_EQ(out_.str(), "0 passed, 0 failed\n");
  EXPECT_EQ(err_.str(), "attune: no test's name matches 'zzz'\n");
  write("rules.d/hall.yaml", "version: 1\nrules: {}\n");
  EXPECT_EQ(run({"test", folder_}), ExitCode::no);
  EXPECT_EQ(err_.str(), "attune: there are no tests here\n");
}

TEST_F(Files, AFailureSaysWhatWasExpectedAndWhoHoldsIt) {
  write_home();
  write("rules.d/hall_test.yaml",
        "version: 1\n"
        "tests:\n"
        "  wrong:\n"
        "    given: {state: {hall_motion.occupancy: true}}\n"
        "    steps:\n"
        "      - {expect: {hall_lamp.on: false}, by: manual}\n");
  EXPECT_EQ(run({"test", folder_, "--junit", path("out.xml")}), ExitCode::no);
  EXPECT_NE(out_.str().find("FAIL wrong"), std::string::npos) << out_.str();
  EXPECT_NE(out_.str().find("hall_test.yaml:6:"), std::string::npos) << out_.str();
  EXPECT_NE(out_.str().find("expected hall_lamp.on = false, it is true"), std::string::npos);
  EXPECT_NE(out_.str().find("held by hall_light at comfort"), std::string::npos);
  EXPECT_NE(out_.str().find("2 passed, 1 failed"), std::string::npos);
  const std::string xml = read("out.xml");
  EXPECT_NE(xml.find("tests=\"3\" failures=\"1\""), std::string::npos) << xml;
  EXPECT_NE(xml.find("name=\"wrong\""), std::string::npos);
}

TEST_F(Files, RulesThatDoNotCheckAreNotTested) {
  write_home();
  write("rules.d/bad.yaml", "version: 1\nrules: {x: {when: nobody.on}}\n");
  EXPECT_EQ(run({"test", folder_}), ExitCode::no);
  EXPECT_EQ(out_.str(), "");
  EXPECT_NE(err_.str().find("nothing was tested"), std::string::npos);
}

}  // namespace
}  // namespace attune::cli
