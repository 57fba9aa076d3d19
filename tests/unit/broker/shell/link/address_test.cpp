#include "broker/shell/link/address.h"

#include <gtest/gtest.h>

namespace attune::link {
namespace {

TEST(Address, KnowsBothSchemesAndTheirPorts) {
  EXPECT_EQ(*parse_address("mqtt://broker.lan"), (Address{false, "broker.lan", 1883}));
  EXPECT_EQ(*parse_address("mqtts://broker.lan/"), (Address{true, "broker.lan", 8883}));
  EXPECT_EQ(*parse_address("mqtt://127.0.0.1:4711"), (Address{false, "127.0.0.1", 4711}));
  EXPECT_EQ(*parse_address("mqtts://[::1]:1"), (Address{true, "::1", 1}));
  EXPECT_EQ(*parse_address("mqtt://[fe80::1]"), (Address{false, "fe80::1", 1883}));
}

TEST(Address, RefusesTheRestWithARightExample) {
  for (const char* url : {"", "broker", "http://x", "mqtt://", "mqtt://:1883", "mqtt://x:0",
                          "mqtt://x:65536", "mqtt://x:1883x", "mqtt://x:", "mqtt://x/path"}) {
    const auto address = parse_address(url);
    ASSERT_FALSE(address.ok()) << url;
    EXPECT_EQ(address.error().code, "url");
    EXPECT_NE(address.error().message.find("mqtt://host:1883"), std::string::npos) << url;
  }
}

TEST(Address, NeverRepeatsCredentials) {
  const auto address = parse_address("mqtt://user:secret@broker");
  ASSERT_FALSE(address.ok());
  EXPECT_EQ(address.error().message.find("secret"), std::string::npos);
}

}  // namespace
}  // namespace attune::link
