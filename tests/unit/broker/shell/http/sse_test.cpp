#include "broker/shell/http/sse.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace attune::http {
namespace {

TEST(Sse, ReadsBackWhatWasWrittenWhereverItIsCut) {
  std::string text = ":\n\n";
  append_event(text, 12, "change", R"({"a":1})");
  append_event(text, 18446744073709551615u, "progress", "{}");
  const std::vector<SseEvent> expected = {{"12", "change", R"({"a":1})"},
                                          {"18446744073709551615", "progress", "{}"}};
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    SseReader reader;
    std::vector<SseEvent> events;
    EXPECT_TRUE(reader.feed(std::string_view(text).substr(0, cut), events));
    EXPECT_TRUE(reader.feed(std::string_view(text).substr(cut), events));
    EXPECT_EQ(events, expected) << cut;
  }
}

TEST(Sse, JoinsDataLinesAndTakesCrLf) {
  SseReader reader;
  std::vector<SseEvent> events;
  ASSERT_TRUE(reader.feed("id:7\r\ndata: a\r\ndata:b\r\nretry: 5\r\n\r\n", events));
  EXPECT_EQ(events, (std::vector<SseEvent>{{"7", "", "a\nb"}}));
}

TEST(Sse, GivesUpOnALineWithoutEnd) {
  SseReader reader;
  std::vector<SseEvent> events;
  EXPECT_FALSE(reader.feed("data: " + std::string(SseReader::kLineBytesMax, 'x'), events));
}

}  // namespace
}  // namespace attune::http
