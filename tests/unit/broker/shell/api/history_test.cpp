#include <gtest/gtest.h>

#include "broker/shell/api/api.h"
#include "tests/support/fake_ports.h"

namespace attune::api {
namespace {

using support::ask;
using support::request;

class HistoryTest : public testing::Test {
 protected:
  /// Becomes `value` a minute after the last one, and is committed.
  void become(const std::string& path, Value value, Quality quality = Quality::good) {
    ports.now_.wall += std::chrono::minutes(1);
    const std::size_t dot = path.find('.');
    Change change;
    change.revision = Revision{++revision_};
    change.at = ports.now_;
    change.device = path.substr(0, dot);
    change.attribute = path.substr(dot + 1);
    change.value = std::move(value);
    change.status = name(quality);
    store::Turn turn;
    turn.changes.push_back(std::move(change));
    turn.at = ports.now_;
    ASSERT_TRUE(ports.store_->commit(turn).ok());
  }
  std::string get(const std::string& target, int status = 200) {
    const auto response = ask(api, request("GET", target));
    EXPECT_EQ(response.status, status) << response.body;
    return response.body;
  }
  static void expect_in(const std::string& text, std::string_view part) {
    EXPECT_NE(text.find(part), std::string::npos) << part << "\nis not in\n" << text;
  }
  static void expect_not_in(const std::string& text, std::string_view part) {
    EXPECT_EQ(text.find(part), std::string::npos) << part << "\nis in\n" << text;
  }
  [[nodiscard]] std::string ago(int minutes) const {
    return format_utc(ports.now_.wall - std::chrono::minutes(minutes));
  }

  support::FakePorts ports;
  shell::Metrics metrics{"0.1.0", ""};
  Api api{ports, metrics};

 private:
  std::uint64_t revision_ = 0;
};

TEST_F(HistoryTest, SamplesComeWithWhatHeldBefore) {
  for (int i = 0; i < 10; ++i) become("hall_motion.illuminance", 20.5 + i);
  const auto body = get("/api/v1/history?device=hall_motion&attribute=illuminance&from=" + ago(4));
  expect_in(body, R"("kind":"samples","before":{"at":")" + ago(5) + R"(","value":24.5)");
  expect_in(body, R"("samples":[{"at":")" + ago(4) + R"(","value":25.5})");
  expect_in(body, R"({"at":")" + ago(0) + R"(","value":29.5}],"more":false)");
}

TEST_F(HistoryTest, TooManySamplesBecomeBuckets) {
  for (int i = 0; i < 60; ++i) become("hall_motion.illuminance", i);
  const auto body =
      get("/api/v1/history?device=hall_motion&attribute=illuminance&points=5&from=" + ago(50));
  expect_in(body, R"("kind":"buckets","source":"samples","width_ms":600001)");
  expect_in(body, R"("min":8,)");
  expect_in(body, R"("count":10)");
}

TEST_F(HistoryTest, WhatBecameStaleIsAGap) {
  become("hall_motion.illuminance", 5);
  become("hall_motion.illuminance", 5, Quality::stale);
  const auto body = get("/api/v1/history?device=hall_motion&attribute=illuminance");
  expect_in(body, R"("value":null}],"more":false)");
  expect_in(get("/api/v1/state?at=" + ago(0)), R"("quality":"stale")");
}

TEST_F(HistoryTest, TheHomeIsShownAsItWas) {
  become("hall_lamp.on", false);
  become("hall_lamp.on", true);
  become("hall_motion.illuminance", 5);
  const auto body = get("/api/v1/state?at=" + ago(2));
  expect_in(body, R"("not_known":["revision","version","desired","by","state","level"])");
  expect_in(body, R"("on":{"value":false)");
  expect_not_in(body, "illuminance");
  expect_in(get("/api/v1/state?at=" + ago(0)), R"("illuminance":{"value":5)");
  expect_not_in(get("/api/v1/state?match=hall_m*&at=" + ago(0)), "hall_lamp");
}

TEST_F(HistoryTest, AFilterOfThePastShowsWhatMatchesAlone) {
  become("hall_lamp.$availability", "online");
  become("hall_lamp.on", false);
  become("hall_motion.$availability", "online");
  become("hall_motion.illuminance", 5);
  const auto body = get("/api/v1/state?match=*.on&at=" + ago(0));
  expect_in(body, R"("hall_lamp")");
  expect_in(body, R"("availability":"online")");
  expect_not_in(body, "hall_motion");
  const auto device = get("/api/v1/state?match=hall_motion&at=" + ago(1));
  expect_in(device, R"("hall_motion")");  // it matches, although nothing had been reported
  expect_not_in(device, "hall_lamp");
}

TEST_F(HistoryTest, TheHomeIsShownAsItWasAtARevision) {
  become("hall_lamp.on", false);
  const auto then = number(ports.invent("hall_lamp.on", false).revision);
  become("hall_lamp.on", true);
  expect_in(get("/api/v1/state?revision=" + std::to_string(then)), R"("on":{"value":false)");
  get("/api/v1/state?revision=1000000", 416);
  get("/api/v1/state?revision=one", 400);
}

TEST_F(HistoryTest, RefusesWhatCannotBeAsked) {
  const std::string lamp = "/api/v1/history?device=hall_lamp&attribute=on";
  get("/api/v1/history?device=nobody&attribute=on", 404);
  get(lamp + "&from=yesterday", 400);
  get(lamp + "&points=0", 400);
  get(lamp + "&points=10001", 400);
  get(lamp + "&from=" + ago(1) + "&to=" + ago(2), 400);
  get("/api/v1/state?at=noon", 400);
  get("/api/v1/state?at=", 400);
  get("/api/v1/state?at=" + ago(-5), 400);
  expect_in(get(lamp), R"("before":null,"samples":[])");
}

}  // namespace
}  // namespace attune::api
