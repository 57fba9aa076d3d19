#include "broker/shell/http/head.h"

#include <gtest/gtest.h>

#include <string>

namespace attune::http {
namespace {

using State = HeadScan::State;

HeadScan scan(const std::string& text) {
  Head head;
  return scan_head(text, head);
}

TEST(Head, ReadsMethodTargetAndTrimmedFields) {
  const std::string text = "GET /a?b=c HTTP/1.1\r\nHost: localhost\r\nX-Y:\t z \t\r\n\r\nrest";
  Head head;
  const auto verdict = scan_head(text, head);
  ASSERT_EQ(verdict.state, State::complete);
  EXPECT_EQ(text.substr(verdict.bytes), "rest");
  EXPECT_EQ(head.method, "GET");
  EXPECT_EQ(head.target, "/a?b=c");
  EXPECT_EQ(head.field("host"), "localhost");
  EXPECT_EQ(head.field("x-y"), "z");
  EXPECT_EQ(head.field("absent"), "");
}

TEST(Head, WaitsForMoreAtEveryCut) {
  const std::string text = "PUT /a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\n";
  for (std::size_t cut = 0; cut < text.size(); ++cut) {
    EXPECT_EQ(scan(text.substr(0, cut)).state, State::more) << cut;
  }
  EXPECT_EQ(scan(text).state, State::complete);
}

struct Refusal {
  const char* name;
  std::string text;
  int status;
};

class RefusedHead : public testing::TestWithParam<Refusal> {};

TEST_P(RefusedHead, IsRefusedWithItsStatus) {
  const auto verdict = scan(GetParam().text);
  EXPECT_EQ(verdict.state, State::bad);
  EXPECT_EQ(verdict.status, GetParam().status);
  EXPECT_FALSE(verdict.message.empty());
}

const std::string kStart = "POST /a HTTP/1.1\r\nHost: localhost\r\n";

INSTANTIATE_TEST_SUITE_P(
    Head, RefusedHead,
    testing::Values(
        Refusal{"Http09", "GET /\r\n", 400}, Refusal{"Http2", "GET / HTTP/2.0\r\n\r\n", 400},
        Refusal{"Connect", "CONNECT evil:443 HTTP/1.1\r\n\r\n", 400},
        Refusal{"AbsoluteForm", "GET http://evil/ HTTP/1.1\r\n\r\n", 400},
        Refusal{"AsteriskForm", "OPTIONS * HTTP/1.1\r\n\r\n", 400},
        Refusal{"UnknownMethod", "PATCH / HTTP/1.1\r\n\r\n", 405},
        Refusal{"EmptyLineFirst", "\r\nGET / HTTP/1.1\r\n\r\n", 400},
        Refusal{"TwoSpaces", "GET  / HTTP/1.1\r\n\r\n", 400},
        Refusal{"BareLf", "GET / HTTP/1.1\nHost: localhost\n\n", 400},
        Refusal{"BareCr", kStart + "A: b\rC: d\r\n\r\n", 400},
        Refusal{"Nul", kStart + std::string("A: b\0c\r\n\r\n", 10), 400},
        Refusal{"ObsFold", kStart + "A: b\r\n c\r\n\r\n", 400},
        Refusal{"SpaceBeforeColon", kStart + "Content-Length : 3\r\n\r\n", 400},
        Refusal{"NoColon", kStart + "Nonsense\r\n\r\n", 400},
        Refusal{"TwoLengths", kStart + "Content-Length: 3\r\nContent-Length: 3\r\n\r\n", 400},
        Refusal{"LengthAndCoding",
                kStart + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
        Refusal{"CodingTwice",
                kStart + "Transfer-Encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n", 400},
        Refusal{"CodingGzip", kStart + "Transfer-Encoding: gzip, chunked\r\n\r\n", 400},
        Refusal{"SignedLength", kStart + "Content-Length: +3\r\n\r\n", 400},
        Refusal{"LengthList", kStart + "Content-Length: 3, 3\r\n\r\n", 400},
        Refusal{"EndlessLine", "GET /" + std::string(9000, 'a'), 431},
        Refusal{"LongHead", kStart + "A: " + std::string(9000, 'a') + "\r\n\r\n", 431},
        Refusal{"ManyFields",
                kStart +
                    [] {
                      std::string text;
                      for (int i = 0; i < 65; ++i) text += "A: b\r\n";
                      return text + "\r\n";
                    }(),
                431}),
    [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace attune::http
