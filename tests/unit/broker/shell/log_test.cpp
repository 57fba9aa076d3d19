#include "broker/shell/log.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace attune {
namespace {

using config::LogFormat;
using config::LogLevel;

constexpr Millis kNoon{1'768'478'400'000};

std::vector<std::string> lines_of(const config::Logging& settings,
                                  const std::function<void(Log&)>& use) {
  std::vector<std::string> lines;
  Log log(settings, [&](const std::string& line) { lines.push_back(line); });
  use(log);
  return lines;
}

TEST(Log, LogfmtQuotesOnlyWhatNeedsIt) {
  EXPECT_EQ(log_line(LogFormat::logfmt, kNoon, LogLevel::info, "it began",
                     {{"port", "8484"}, {"why", "a \"b\" \\c"}, {"none", ""}}),
            "ts=2026-01-15T12:00:00.000Z level=info msg=\"it began\" port=8484 "
            "why=\"a \\\"b\\\" \\\\c\" none=\"\"");
}

TEST(Log, JsonIsOneObjectALine) {
  EXPECT_EQ(log_line(LogFormat::json, kNoon, LogLevel::error, "full", {{"path", "/a\"b"}}),
            "{\"ts\":\"2026-01-15T12:00:00.000Z\",\"level\":\"error\",\"msg\":\"full\","
            "\"path\":\"/a\\\"b\"}");
}

TEST(Log, TextFromOutsideCannotMoveACursorOrBeginALine) {
  for (const LogFormat format : {LogFormat::logfmt, LogFormat::json}) {
    const std::string line = log_line(format, kNoon, LogLevel::warning, "got",
                                      {{"topic", "a\x1b[2Jb\nlevel=error\xff"}});
    EXPECT_EQ(line.find('\x1b'), std::string::npos) << line;
    EXPECT_EQ(line.find('\n'), std::string::npos) << line;
    EXPECT_EQ(line.find('\xff'), std::string::npos) << line;
  }
}

TEST(Log, SaysNothingBelowItsLevel) {
  const auto lines = lines_of({LogLevel::warning, LogFormat::logfmt}, [](Log& log) {
    log.debug("a");
    log.info("b");
    log.warning("c");
    log.error("d");
  });
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_NE(lines[0].find("msg=c"), std::string::npos);
  EXPECT_NE(lines[1].find("level=error"), std::string::npos);
}

TEST(Log, OfManyLinesThatAreAlikeSomeAreLeftOutAndCounted) {
  std::vector<std::string> lines;
  Log log({}, [&](const std::string& line) { lines.push_back(line); });
  for (std::uint32_t i = 0; i < Log::kAlikeMax + 5; ++i) log.error("the same", {{"n", "1"}});
  EXPECT_EQ(lines.size(), Log::kAlikeMax);
  EXPECT_EQ(log.suppressed(), 5u);
  log.error("another");
  EXPECT_EQ(lines.size(), Log::kAlikeMax + 1);
}

TEST(Log, PercentSignsAreNoFormat) {
  const auto lines = lines_of({}, [](Log& log) { log.info("100%v {} %d", {{"k", "%v{}"}}); });
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_NE(lines[0].find("100%v {} %d"), std::string::npos);
}

}  // namespace
}  // namespace attune
