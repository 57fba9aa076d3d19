#include "broker/shell/http/guard.h"

#include <gtest/gtest.h>

#include <string>

namespace attune::http {
namespace {

int status_of(const std::string& text, bool local_socket) {
  Head head;
  EXPECT_EQ(scan_head(text, head).state, HeadScan::State::complete) << text;
  const auto refused = guard(head, local_socket);
  return refused ? refused->status : 200;
}

TEST(Guard, HostMustBeAnAddressOrLocalhost) {
  for (const char* host : {"localhost", "LOCALHOST:8484", "127.0.0.1", "127.0.0.1:80", "10.1.2.3",
                           "[::1]", "[::1]:8484"}) {
    EXPECT_TRUE(host_allowed(host)) << host;
  }
  for (const char* host : {"", "evil.example", "localhost.evil.example", "localhost.", "127.0.0.1.",
                           "127.0.0.1:", "127.0.0.1:80:80", "[::1", "[::1]x", "::1", "127.1",
                           "0x7f000001", "localhost:port"}) {
    EXPECT_FALSE(host_allowed(host)) << host;
  }
}

TEST(Guard, HostIsAskedForOverTcpOnceAndOnlyThere) {
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", false), 200);
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\n\r\n", false), 421);
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n", false), 421);
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n", false), 421);
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\n\r\n", true), 200);
}

TEST(Guard, WritesOverTcpAreRefusedWhoeverAsks) {
  const std::string start = "PUT /a HTTP/1.1\r\nHost: localhost:1\r\n";
  const std::string json = "Content-Type: application/json; charset=utf-8\r\nContent-Length: 2\r\n";
  EXPECT_EQ(status_of(start + json + "\r\n", false), 401);
  EXPECT_EQ(status_of(start + json + "Origin: http://localhost:1\r\n\r\n", false), 401);
  EXPECT_EQ(status_of(start + json + "Origin: http://evil.example\r\n\r\n", false), 403);
  EXPECT_EQ(status_of(start + json + "Origin: null\r\n\r\n", false), 403);
  EXPECT_EQ(status_of(start + "Content-Type: text/plain\r\nContent-Length: 2\r\n\r\n", false), 403);
  EXPECT_EQ(status_of(start + "Cookie: a=b\r\n\r\n", false), 401);
}

TEST(Guard, TheSocketMayWriteJson) {
  const std::string start = "PUT /a HTTP/1.1\r\nContent-Length: 2\r\n";
  EXPECT_EQ(status_of(start + "Content-Type: application/json\r\n\r\n", true), 200);
  EXPECT_EQ(status_of(start + "Content-Type: text/plain\r\n\r\n", true), 415);
  EXPECT_EQ(status_of(start + "\r\n", true), 415);
  EXPECT_EQ(status_of("DELETE /a HTTP/1.1\r\n\r\n", true), 200);
}

}  // namespace
}  // namespace attune::http
