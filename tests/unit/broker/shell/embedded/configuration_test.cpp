#include "broker/shell/embedded/configuration.h"

#include <gtest/gtest.h>

namespace attune::embedded {
namespace {

BrokerFiles files() {
  return {"127.0.0.1", 4711, "/state/mosquitto", "/run/passwords", "", false};
}

TEST(BrokerConfiguration, NothingButAListenerOpensAPort) {
  const std::string text = broker_configuration(files());
  // Options before the first listener line open a remote anonymous port in 2.0.11.
  const std::size_t first_line = text.find('\n') + 1;
  EXPECT_EQ(text.compare(0, 1, "#"), 0);
  EXPECT_EQ(text.compare(first_line, 24, "listener 4711 127.0.0.1\n"), 0);
  EXPECT_EQ(text.find("listener ", first_line + 1), std::string::npos);
  EXPECT_EQ(text.find("websockets"), std::string::npos);
  EXPECT_NE(text.find("\nallow_anonymous false\n"), std::string::npos);
}

TEST(BrokerConfiguration, HoldsWhatTheArchitectureAsksFor) {
  const std::string text = broker_configuration(files());
  for (const char* line :
       {"set_tcp_nodelay true", "max_packet_size 8388608", "queue_qos0_messages true",
        "max_queued_messages 100000", "persistence true", "persistence_location /state/mosquitto/",
        "password_file /run/passwords"}) {
    EXPECT_NE(text.find("\n" + std::string(line) + "\n"), std::string::npos) << line;
  }
  EXPECT_EQ(text.find("acl_file"), std::string::npos);
  EXPECT_EQ(text.find("user root"), std::string::npos);
}

TEST(BrokerConfiguration, NamesAnAclAndStaysRootWhenTold) {
  BrokerFiles open = files();
  open.acl_file = "/run/acl";
  open.stay_root = true;
  const std::string text = broker_configuration(open);
  EXPECT_NE(text.find("\nacl_file /run/acl\n"), std::string::npos);
  EXPECT_NE(text.find("\nuser root\n"), std::string::npos);
}

TEST(PasswordLine, HasTheShapeThatMosquittoReads) {
  const std::string line = password_line("device", "secret", "abcdefghijkl");
  EXPECT_EQ(line.compare(0, 27, "device:$7$101$YWJjZGVmZ2hpa"), 0) << line;
  EXPECT_EQ(line.size(), std::string("device:$7$101$YWJjZGVmZ2hpamts$").size() + 88 + 1);
  EXPECT_NE(line, password_line("device", "Secret", "abcdefghijkl"));
  EXPECT_NE(line, password_line("device", "secret", "abcdefghijkm"));
}

TEST(Acl, KeepsDevicesOffTheMarker) {
  EXPECT_NE(acl("p").find("user device\ntopic readwrite #\ntopic deny p/marker/#\n"),
            std::string::npos);
}

TEST(Loopback, IsThisMachineAlone) {
  EXPECT_TRUE(is_loopback("127.0.0.1"));
  EXPECT_TRUE(is_loopback("127.8.0.1"));
  EXPECT_TRUE(is_loopback("::1"));
  EXPECT_FALSE(is_loopback("0.0.0.0"));
  EXPECT_FALSE(is_loopback("12.7.0.1"));
  EXPECT_FALSE(is_loopback("::"));
}

TEST(RandomWord, IsLongEnoughAndNeverTheSame) {
  EXPECT_EQ(random_word(16).size(), 32u);
  EXPECT_NE(random_word(16), random_word(16));
}

}  // namespace
}  // namespace attune::embedded
