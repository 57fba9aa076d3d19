#include "broker/shell/demo/guide.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace attune::demo {
namespace {

using testing::HasSubstr;

GuideFacts facts() {
  return {.program = "build/release/attune",
          .devices = 43,
          .speed = 60,
          .seed = 5,
          .http_port = 8484,
          .socket = "/tmp/attune-demo-x/run/api.sock",
          .mqtt_port = 41883,
          .username = "device",
          .password = "p'w d"};
}

TEST(DemoGuide, TheMosquittoPubLineIsComplete) {
  EXPECT_THAT(guide(facts()),
              HasSubstr(R"(mosquitto_pub -h 127.0.0.1 -p 41883 -u device -P 'p'\''w d' )"
                        R"(-t zigbee2mqtt/hall_motion -m '{"occupancy":true,"illuminance":5}')"));
}

TEST(DemoGuide, SaysWhereTheStateAndTheSocketAre) {
  const std::string text = guide(facts());
  EXPECT_THAT(text, HasSubstr("http://127.0.0.1:8484/api/v1/state\n"));
  EXPECT_THAT(text, HasSubstr("export ATTUNE_URL=unix:/tmp/attune-demo-x/run/api.sock\n"));
  EXPECT_THAT(text, HasSubstr("build/release/attune why hall_lamp.on\n"));
}

TEST(DemoGuide, AWordOfTheShellIsQuotedWhereItMustBe) {
  EXPECT_EQ(shell_word("build/release/attune"), "build/release/attune");
  EXPECT_EQ(shell_word(""), "''");
  EXPECT_EQ(shell_word("a b"), "'a b'");
  EXPECT_EQ(shell_word("$(x)`y`\"'"), R"('$(x)`y`"'\''')");
}

}  // namespace
}  // namespace attune::demo
