#include <gtest/gtest.h>

#include <vector>

#include "broker/shell/api/followers.h"
#include "broker/shell/http/sse.h"
#include "tests/support/fake_ports.h"

namespace attune::api {
namespace {

using support::ask;
using support::request;

class ChangesTest : public testing::Test {
 protected:
  ChangesTest() { base = number(ports.head()); }

  std::string page(const std::string& query) {
    const auto response = ask(api, request("GET", "/api/v1/changes?" + query));
    EXPECT_EQ(response.status, 200) << response.body;
    return response.body;
  }
  int status(const std::string& query) {
    return ask(api, request("GET", "/api/v1/changes?" + query)).status;
  }
  std::shared_ptr<support::Answered> follow(const std::string& query, std::string last = {},
                                            std::size_t room = 1 << 20) {
    auto asked = request("GET", "/api/v1/changes?" + query);
    asked.accept = "text/event-stream";
    asked.last_event_id = std::move(last);
    const auto answer = std::make_shared<RoomyAnswer>();
    answer->room = room;
    api.handle(asked, http::Responder(answer));
    return answer;
  }
  /// One change, and the turn that shows it to the followers.
  void happen(std::string_view path, Value value) {
    const auto change = ports.invent(path, std::move(value));
    api.changed({&change, 1});
  }
  static std::vector<http::SseEvent> events(const std::shared_ptr<support::Answered>& answer) {
    std::vector<http::SseEvent> out;
    http::SseReader reader;
    EXPECT_TRUE(reader.feed(answer->streamed->read(), out));
    return out;
  }
  static std::vector<std::string> ids(const std::vector<http::SseEvent>& events) {
    std::vector<std::string> out;
    for (const auto& event : events) out.push_back(event.event + " " + event.id);
    return out;
  }
  std::string at(std::uint64_t n) const { return std::to_string(base + n); }

  struct RoomyAnswer : support::Answered {
    std::shared_ptr<http::Stream> stream(std::function<void()> drained) override {
      auto made = Answered::stream(std::move(drained));
      streamed->room = room;
      return made;
    }
    std::size_t room = 0;
  };

  support::FakePorts ports;
  shell::Metrics metrics{"0.1.0", ""};
  Api api{ports, metrics};
  std::uint64_t base = 0;  // head after the home was set up
};

using Ids = std::vector<std::string>;

TEST_F(ChangesTest, TheLogHasEveryChangeAndTheStateFeedTheNewestOfEach) {
  for (int i = 0; i < 3; ++i) ports.invent("hall_lamp.on", i % 2 == 0);
  ports.invent("hall_motion.occupancy", true);
  const auto log = page("feed=log&since=" + at(0));
  for (int i = 1; i <= 4; ++i) {
    EXPECT_NE(log.find("\"revision\":" + at(static_cast<std::uint64_t>(i)) + ","),
              std::string::npos)
        << log;
  }
  const auto state = page("since=" + at(0));
  EXPECT_EQ(state.find("\"revision\":" + at(1) + ","), std::string::npos) << state;
  EXPECT_NE(state.find("\"revision\":" + at(3) + ","), std::string::npos) << state;
  EXPECT_NE(state.find("\"to\":" + at(4)), std::string::npos) << state;
  EXPECT_NE(state.find("\"up_to_date\":true"), std::string::npos) << state;
}

TEST_F(ChangesTest, AFilteredPageAdvancesAlthoughNothingMatches) {
  ports.invent("hall_lamp.on", true);
  const auto nothing = page("match=cellar_*&since=" + at(0));
  EXPECT_NE(nothing.find("\"to\":" + at(1) + ",\"changes\":[],\"up_to_date\":true"),
            std::string::npos)
      << nothing;
  EXPECT_NE(page("kind=command,claim&since=" + at(0)).find("\"changes\":[]"), std::string::npos);
}

TEST_F(ChangesTest, PagesFollowEachOtherWithoutGapOrRepeat) {
  for (int i = 0; i < 10; ++i) ports.invent("hall_lamp.on", i % 2 == 0);
  const auto first = page("feed=log&limit=4&since=" + at(0));
  EXPECT_NE(first.find("\"to\":" + at(4) + ","), std::string::npos) << first;
  EXPECT_NE(first.find("\"up_to_date\":false"), std::string::npos) << first;
  const auto last = page("feed=log&limit=6&since=" + at(4));
  EXPECT_NE(last.find("\"to\":" + at(10) + ","), std::string::npos) << last;
  EXPECT_NE(last.find("\"up_to_date\":true"), std::string::npos) << last;
}

TEST_F(ChangesTest, AResumeThatCannotBeServedIsRefusedByName) {
  ports.invent("hall_lamp.on", true);
  ports.invent("hall_lamp.on", false);
  ports.floor_ = Revision{base + 1};
  EXPECT_EQ(status("since=" + at(0)), 410);
  EXPECT_EQ(status("since=" + at(1)), 200);  // at the floor
  EXPECT_EQ(status("since=" + at(2)), 200);
  EXPECT_EQ(status("since=" + at(3)), 416);
  EXPECT_EQ(status("since=" + at(2) + "&store=other"), 409);
  EXPECT_EQ(status("since=" + at(2) + "&store=" + ports.identity_.store_uuid), 200);
  for (const char* wrong : {"since=-1", "since=18446744073709551616", "since=", "since=1x",
                            "feed=all", "kind=nothing", "limit=0", "limit=1001", "limit=x"}) {
    EXPECT_EQ(status(wrong), 400) << wrong;
  }
  const auto gone = ask(api, request("GET", "/api/v1/changes?since=" + at(0)));
  EXPECT_NE(gone.body.find("\"floor\":" + at(1) + ",\"head\":" + at(2)), std::string::npos)
      << gone.body;
}

TEST_F(ChangesTest, ARevisionLostInAnUncleanStopIsCompacted) {
  ports.invent("hall_lamp.on", true);
  Change after = ports.invent("hall_lamp.on", false);
  ports.log_.back().revision = Revision{base + 1000};  // the line went on above a gap
  ports.run_start_ = Revision{base + 999};
  EXPECT_EQ(status("since=" + at(1)), 200);
  EXPECT_EQ(status("since=" + at(2)), 410);
  EXPECT_EQ(status("since=" + at(998)), 410);
  EXPECT_EQ(status("since=" + at(999)), 200);
  EXPECT_EQ(status("since=" + at(1000)), 200);
}

TEST_F(ChangesTest, AStreamBeginsWithItsTokenAndShowsEachTurn) {
  const auto live = follow("");
  EXPECT_EQ(ids(events(live)), (Ids{"progress " + at(0)}));
  happen("hall_lamp.on", true);
  happen("hall_lamp.on", false);
  const auto seen = events(live);
  EXPECT_EQ(ids(seen), (Ids{"change " + at(1), "change " + at(2)}));
  EXPECT_NE(seen[1].data.find(R"("value":false)"), std::string::npos);
  EXPECT_EQ(api.streams(), 1u);
}

TEST_F(ChangesTest, ResumesAtEveryRevisionWithoutGapOrRepeat) {
  for (int i = 0; i < 20; ++i) ports.invent("hall_lamp.on", i % 2 == 0);
  for (std::uint64_t since = 0; since <= 20; ++since) {
    const auto stream = follow("feed=log&since=0", at(since));  // Last-Event-ID counts
    Ids expected{"progress " + at(since)};
    for (auto n = since + 1; n <= 20; ++n) expected.push_back("change " + at(n));
    EXPECT_EQ(ids(events(stream)), expected);
  }
}

TEST_F(ChangesTest, AChangeOfTheSameTurnIsSeenOnce) {
  const auto change = ports.invent("hall_lamp.on", true);  // stepped, not yet shown
  const auto stream = follow("feed=log&since=" + at(0));
  api.changed({&change, 1});
  EXPECT_EQ(ids(events(stream)), (Ids{"progress " + at(0), "change " + at(1)}));
}

TEST_F(ChangesTest, AFilteredStreamSaysHowFarItIs) {
  const auto stream = follow("match=cellar_*");
  EXPECT_EQ(events(stream).size(), 1u);
  happen("hall_lamp.on", true);
  EXPECT_TRUE(events(stream).empty());
  ports.now_.steady += Followers::kProgressEvery;
  happen("hall_lamp.on", false);
  EXPECT_EQ(ids(events(stream)), (Ids{"progress " + at(2)}));
}

TEST_F(ChangesTest, ASlowReaderOfTheStateFeedCatchesUpWithTheNewest) {
  const auto slow = follow("", "", 600);
  for (int i = 0; i < 50; ++i) happen("hall_lamp.on", i % 2 == 0);
  const auto before = ids(events(slow));  // reading makes room
  ASSERT_GE(before.size(), 2u);
  ASSERT_LT(before.size(), 10u);
  EXPECT_GT(ports.wakes_, 0);
  api.changed({});
  EXPECT_EQ(ids(events(slow)), (Ids{"change " + at(50)}));
  happen("hall_lamp.on", true);
  EXPECT_EQ(ids(events(slow)), (Ids{"change " + at(51)}));
}

TEST_F(ChangesTest, ASlowReaderOfTheLogMissesNothing) {
  const auto slow = follow("feed=log", "", 600);
  for (int i = 0; i < 50; ++i) happen("hall_lamp.on", i % 2 == 0);
  Ids all;
  for (int round = 0; round < 100; ++round) {
    for (auto& id : ids(events(slow))) all.push_back(std::move(id));
    api.changed({});
  }
  ASSERT_EQ(all.size(), 51u);
  for (std::uint64_t n = 1; n <= 50; ++n) EXPECT_EQ(all[n], "change " + at(n));
}

TEST_F(ChangesTest, AReaderThatStaysBehindIsSentAwayWithItsToken) {
  const auto stuck = follow("", "", 600);
  for (int i = 0; i < 10; ++i) happen("hall_lamp.on", i % 2 == 0);
  ports.now_.steady += Followers::kBehindMax + Millis(1);
  happen("hall_lamp.on", true);
  ASSERT_TRUE(stuck->streamed->closed());
  const auto seen = events(stuck);
  EXPECT_EQ(seen.back().event, "resync");
  EXPECT_EQ(seen.back().id, seen[seen.size() - 2].id);  // it resumes where it was
  EXPECT_NE(seen.back().data.find(R"("reason":"slow")"), std::string::npos);
  api.changed({});
  EXPECT_EQ(api.streams(), 0u);
  const auto again = follow("feed=log", seen.back().id);
  EXPECT_EQ(ids(events(again)).back(), "change " + at(11));
}

TEST_F(ChangesTest, WhatWasSentIsNotHadUntilTheClientSaysSo) {
  const auto stream = follow("client=phone&since=" + at(0));
  happen("hall_lamp.on", true);
  happen("hall_lamp.on", false);
  stream->streamed->close("");
  api.changed({});
  ASSERT_EQ(api.streams(), 0u);
  EXPECT_EQ(api.held(), Revision{base});
  follow("client=phone", at(2));
  EXPECT_EQ(api.held(), Revision{base + 2});
  EXPECT_EQ(status("client=phone&since=" + at(1)), 200);
  EXPECT_EQ(api.held(), Revision{base + 1}) << "the log still has what it went back for";
}

TEST_F(ChangesTest, AClientThatGoesBackBelowTheFloorHoldsNothingLonger) {
  Clients clients(ports);
  ports.floor_ = Revision{5};
  ASSERT_TRUE(clients.acknowledge("phone", Revision{9}).ok());
  ASSERT_TRUE(clients.acknowledge("phone", Revision{4}).ok());
  EXPECT_EQ(clients.held(), Revision{9});
  ASSERT_TRUE(clients.acknowledge("phone", Revision{6}).ok());
  EXPECT_EQ(clients.held(), Revision{6});
}

TEST_F(ChangesTest, ANamedStreamIsHeardWhileItLasts) {
  const auto stream = follow("client=phone&since=" + at(0));
  const auto kept = ports.kept_.size();
  ports.now_.steady += Clients::kHeardEvery - Millis(1);
  api.changed({});
  EXPECT_EQ(ports.kept_.size(), kept) << "no row for every turn";
  for (int day = 0; day < 40; ++day) {
    ports.now_.steady += Clients::kHeardEvery;
    api.changed({});
  }
  EXPECT_EQ(api.held(), Revision{base});
  stream->streamed->close("");
  api.changed({});
  ports.now_.steady += Clients::kForgetAfter + Millis(1);
  EXPECT_FALSE(api.held());
}

TEST_F(ChangesTest, NewNamesThrowNobodyOut) {
  for (std::size_t i = 0; i < Clients::kClientsMax; ++i) {
    ASSERT_EQ(status("client=c" + std::to_string(i) + "&since=" + at(0)), 200);
  }
  const auto kept = ports.kept_.size();
  EXPECT_EQ(status("client=one_more&since=" + at(0)), 503);
  EXPECT_EQ(ports.kept_.size(), kept);
  EXPECT_EQ(status("client=c0&since=" + at(0)), 200);
  EXPECT_EQ(status("since=" + at(0)), 200) << "without a name everybody may read";
  ports.now_.steady += Clients::kForgetAfter + Millis(1);
  EXPECT_EQ(status("client=one_more&since=" + at(0)), 200);
}

TEST_F(ChangesTest, AStopEndsEveryStreamWithItsToken) {
  const auto stream = follow("");
  happen("hall_lamp.on", true);
  api.close_streams();
  EXPECT_EQ(ids(events(stream)), (Ids{"progress " + at(0), "change " + at(1), "resync " + at(1)}));
}

}  // namespace
}  // namespace attune::api
