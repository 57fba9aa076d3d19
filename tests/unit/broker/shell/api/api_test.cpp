#include "broker/shell/api/api.h"

#include <gtest/gtest.h>

#include "broker/shell/api/documents.h"
#include "devices/json/reader.h"
#include "tests/support/fake_ports.h"

namespace attune::api {
namespace {

using support::ask;
using support::request;

class ApiTest : public testing::Test {
 protected:
  /// The body of a 200, as one line.
  std::string get(std::string_view target) {
    auto response = ask(api, request("GET", target));
    EXPECT_EQ(response.status, 200) << target << ": " << response.body;
    expect_json(response.body);
    return response.body;
  }
  http::Response send(std::string_view method, std::string_view target, std::string body = {}) {
    auto response = ask(api, request(method, target, std::move(body)));
    expect_json(response.body);
    return response;
  }
  static void expect_json(const std::string& text) {
    devices::json::Reader reader;
    EXPECT_NE(reader.read(text, devices::json::kDiscoveryLimits), nullptr)
        << reader.refusal().reason << " " << reader.refusal().detail << ": " << text;
  }
  static void expect_in(const std::string& text, std::string_view part) {
    EXPECT_NE(text.find(part), std::string::npos) << part << "\nis not in\n" << text;
  }
  static void expect_not_in(const std::string& text, std::string_view part) {
    EXPECT_EQ(text.find(part), std::string::npos) << part << "\nis in\n" << text;
  }
  void somebody_in_the_dark() {
    ports.say("hall_lamp.on", false);
    ports.say("hall_motion.illuminance", 5.0);
    ports.say("hall_motion.occupancy", true);
  }

  support::FakePorts ports;
  shell::Metrics metrics{"0.1.0", ""};
  Api api{ports, metrics};
};

TEST_F(ApiTest, StateSaysWhatIsWantedAndByWhom) {
  somebody_in_the_dark();
  const auto body = get("/api/v1/state");
  expect_in(body, R"("store":"11111111-2222-3333-4444-555555555555")");
  expect_in(body, R"("hall_lamp":{"label":"hall_lamp","area":"hall","availability":"online")");
  expect_in(body, R"("on":{"value":false,"unit":null,"revision":)");
  expect_in(body, R"("quality":"good","desired":true,"by":"rule:hall_light")");
  expect_in(body, R"("settings":{)");
  expect_in(body, R"("house":{"value":"home")");
}

TEST_F(ApiTest, StateIsCutByMatch) {
  somebody_in_the_dark();
  const auto body = get("/api/v1/state?match=*.on");
  expect_in(body, "hall_lamp");
  expect_in(body, R"("on":{)");
  expect_not_in(body, R"("illuminance":{)");
  expect_not_in(get("/api/v1/state?match=hall_m*"), "hall_lamp");
}

TEST_F(ApiTest, ADeviceShowsItsSchemaItsRulesAndRawValues) {
  somebody_in_the_dark();
  ports.say("hall_lamp.raw.linkquality", 80);
  const auto body = get("/api/v1/devices/hall_lamp");
  expect_in(body, R"("capabilities":["light"])");
  expect_in(body, R"("brightness":{"type":"number","unit":"%","writable":true,"min":0,"max":100)");
  expect_in(body, R"("write":["away_dark","hall_light","tried_out"])");
  expect_in(body, R"("raw":{"raw.linkquality":80})");
  expect_in(get("/api/v1/devices/hall_motion"), R"("read":["hall_light","tried_out"])");
  EXPECT_EQ(send("GET", "/api/v1/devices/nobody").status, 404);
}

TEST_F(ApiTest, ADeviceTellsWhetherItIsThere) {
  somebody_in_the_dark();
  const auto body = get("/api/v1/devices/hall_lamp");
  expect_in(body, R"("liveness":{"state":"online","availability":"online","silent":false)");
  expect_in(body, R"("said":"unknown","period":null,"sleeping_after":null,"suspect_after":null)");
  expect_in(get("/api/v1/rules"), R"("dead":[])");
  devices::Decoded decoded;
  decoded.availability.push_back(
      {*ports.core().catalog().table().find_device("hall_motion"), Availability::offline});
  ports.step(core::MessageArrived{Arrival::live, "bridge", &decoded});
  expect_in(get("/api/v1/devices/hall_motion"), R"("quality":"stale")");
  expect_in(get("/api/v1/rules/hall_light"),
            R"("dead":["hall_motion.illuminance","hall_motion.occupancy"])");
}

TEST_F(ApiTest, AValueIsSaidInItsBandToo) {
  somebody_in_the_dark();
  expect_in(get("/api/v1/state"), R"("illuminance":{"value":5,"unit":"lx","band":"dark",)");
  ports.say("hall_motion.illuminance", 10.1);  // past the edge, and not past its margin
  expect_in(get("/api/v1/devices/hall_motion"), R"("value":10.1,"unit":"lx","band":"dark",)");
  ports.say("hall_motion.illuminance", 300.0);
  expect_in(get("/api/v1/state"), R"("value":300,"unit":"lx","band":"normal",)");
}

TEST_F(ApiTest, AWriteIsAcceptedWithItsCommand) {
  ports.say("hall_lamp.on", false);
  const auto answer = send("PUT", "/api/v1/devices/hall_lamp/on",
                           R"({"value":true,"hold":"2h","reason":"guests"})");
  EXPECT_EQ(answer.status, 202);
  expect_in(answer.body, R"({"command":"cmd-1","revision":)");
  const auto claims = get("/api/v1/claims");
  expect_in(claims, R"("value":true,"standing":"held","by":"person")");
  expect_in(claims, "guests");
  expect_in(get("/api/v1/commands?state=queued"), R"("id":"cmd-1")");
  expect_not_in(get("/api/v1/commands?state=failed"), "cmd-1");
  expect_not_in(get("/api/v1/commands?device=other_*"), "cmd-1");
  const auto misspelt = send("GET", "/api/v1/commands?state=foo");
  EXPECT_EQ(misspelt.status, 400);
  expect_in(misspelt.body, "queued, sent, confirmed");

  EXPECT_EQ(send("DELETE", "/api/v1/devices/hall_lamp/on").status, 202);
  expect_not_in(get("/api/v1/claims"), "guests");
}

TEST_F(ApiTest, AWriteAgainstAnOldRevisionIsAConflict) {
  ports.say("hall_lamp.on", false);
  const auto revision = number(ports.head());
  ports.say("hall_lamp.on", true);
  auto put = request("PUT", "/api/v1/devices/hall_lamp/on", R"({"value":true})");
  put.if_match = "\"" + std::to_string(revision) + "\"";
  const auto answer = ask(api, put);
  EXPECT_EQ(answer.status, 409);
  expect_in(answer.body, R"("error":"conflict")");
  expect_in(answer.body, R"("value":true)");
  put.if_match = "*";
  EXPECT_EQ(ask(api, put).status, 400);
}

TEST_F(ApiTest, AReleaseAgainstAnOldRevisionIsAConflictAndReleasesNothing) {
  const std::string lamp = "/api/v1/devices/hall_lamp/on";
  ports.say("hall_lamp.on", false);
  const auto old = std::to_string(number(ports.head()));
  const auto now = std::to_string(number(ports.say("hall_lamp.on", true).front().revision));
  ASSERT_EQ(send("PUT", lamp, R"({"value":true,"reason":"guests"})").status, 202);
  auto release = request("DELETE", lamp);
  release.if_match = "\"" + old + "\"";
  const auto answer = ask(api, release);
  EXPECT_EQ(answer.status, 409);
  expect_in(answer.body, R"("error":"conflict")");
  expect_in(answer.body, R"("revision":)" + now);
  expect_in(answer.body, R"("value":true)");
  EXPECT_EQ(send("DELETE", lamp, R"({"if_revision":)" + old + "}").status, 409);
  expect_in(get("/api/v1/claims"), "guests");
  EXPECT_EQ(send("DELETE", lamp, R"({"if_revison":1})").status, 422);
  release.if_match = "*";
  EXPECT_EQ(ask(api, release).status, 400);
  release.if_match = "\"" + now + "\"";
  EXPECT_EQ(ask(api, release).status, 202);
  expect_not_in(get("/api/v1/claims"), "guests");
}

TEST_F(ApiTest, AWriteMadeWhileAwayMeetsWhatOthersWroteSince) {
  const std::string lamp = "/api/v1/devices/hall_lamp/on";
  ports.say("hall_lamp.on", false);
  const auto base = std::to_string(number(ports.head()));
  EXPECT_EQ(send("PUT", lamp, R"({"value":true})").status, 202);
  const auto lost = send(
      "PUT", lamp, R"({"value":false,"at":"2026-01-15T17:00:00Z","base_revision":)" + base + "}");
  EXPECT_EQ(lost.status, 409);
  expect_in(lost.body, R"("decided":"latest")");
  const auto conflicts = get("/api/v1/conflicts");
  expect_in(conflicts, R"("kind":"away")");
  expect_in(conflicts, R"("value":true,"standing":"kept","by":"person")");
  expect_in(conflicts, R"("value":false,"standing":"lost","by":"person")");
  expect_in(get("/api/v1/why?device=hall_lamp&attribute=on"),
            R"("conflict":{"device":"hall_lamp")");
  expect_in(get("/api/v1/status"), R"("conflicts":1)");

  EXPECT_EQ(send("DELETE", "/api/v1/conflicts/hall_lamp/on").status, 202);
  EXPECT_EQ(send("DELETE", "/api/v1/conflicts/hall_lamp/on").status, 404);
  expect_in(get("/api/v1/conflicts"), R"("conflicts":[])");
  const auto won = send("PUT", lamp, R"({"value":false,"base_revision":)" + base + "}");
  EXPECT_EQ(won.status, 202);  // written now, so later
  expect_in(won.body, R"("conflict":{)");
}

TEST_F(ApiTest, AWriteWithAnIdHappensOnce) {
  const std::string lamp = "/api/v1/devices/hall_lamp/on";
  const auto first = send("PUT", lamp, R"({"value":true,"id":"phone-7"})");
  const auto head = ports.head();
  const auto again = send("PUT", lamp, R"({"value":true,"id":"phone-7"})");
  EXPECT_EQ(again.status, 202);
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(ports.head(), head);
  expect_in(send("PUT", lamp, R"({"value":false,"id":"phone-7"})").body, "id_reused");
}

TEST_F(ApiTest, WritesThatContradictThemselvesAreRefused) {
  const std::string lamp = "/api/v1/devices/hall_lamp/on";
  for (const char* body :
       {R"({"value":true,"at":"2026-01-15T17:00:00Z"})",
        R"({"value":true,"if_revision":1,"base_revision":1})",
        R"({"value":true,"base_revision":1,"at":"noon"})", R"({"value":true,"base_revision":-1})",
        R"({"value":true,"id":""})", R"({"value":true,"base_revision":4711})",
        R"({"value":true,"base_revision":1,"at":"2026-01-15T18:00:06Z"})"}) {
    EXPECT_EQ(send("PUT", lamp, body).status, 422) << body;
  }
  auto put = request("PUT", lamp, R"({"value":true,"base_revision":1})");
  put.if_match = "\"1\"";
  EXPECT_EQ(ask(api, put).status, 422);
}

TEST_F(ApiTest, AnAttributeTellsSinceWhenAndWhoseDoingItIs) {
  ports.say("hall_lamp.on", false);
  const auto body = get("/api/v1/devices/hall_lamp");
  expect_in(body, R"("since":"2026-01-15T18:00:00.000Z","quality":"good")");
  expect_in(
      body,
      R"("hand":"device","cause":{"kind":"message","id":"zigbee2mqtt/hall_lamp"},"context":")");
}

TEST_F(ApiTest, WhyOfThenAnswersForWhatTheLogHolds) {
  ports.say("hall_lamp.on", false);
  const auto then = std::to_string(number(ports.head()));
  ports.say("hall_lamp.on", true);
  const std::string why = "/api/v1/why?device=hall_lamp&attribute=on&at=";
  expect_in(get(why + then), R"("value":false)");
  expect_in(get(why + "2026-01-15T18:00:00Z"), R"("value":true)");
  EXPECT_EQ(send("GET", why + "noon").status, 400);
  EXPECT_EQ(send("GET", why + "99999").status, 416);
  EXPECT_EQ(send("GET", why + "2026-01-15T18:00:01Z").status, 416) << "it is not yet";
  EXPECT_EQ(send("GET", why).status, 400);
  ports.floor_ = ports.head();
  const auto gone = send("GET", why + then);
  EXPECT_EQ(gone.status, 410);
  expect_in(gone.body, R"("error":"compacted")");
}

TEST_F(ApiTest, WhyNotOfAValueThenTellsWhoWantedItAndWhoDidNot) {
  ports.say("hall_lamp.on", false);
  ports.say("hall_motion.occupancy", false);
  const auto dark = std::to_string(number(ports.head()));
  somebody_in_the_dark();
  const auto lit = std::to_string(number(ports.head()));
  const std::string why_not = "/api/v1/why-not?device=hall_lamp&attribute=on";
  const auto before = get(why_not + "&at=" + dark);
  expect_in(before, R"("claims":[])");
  expect_in(before, R"("rule":"hall_light")");
  expect_in(before, R"("text":"hall_motion.occupancy","truth":"false")");
  expect_in(before, "hall_lamp.on: nobody wanted anything");
  const auto after = get(why_not + "&at=" + lit);
  expect_in(after, R"("standing":"held")");
  expect_in(after, "held: true by rule:hall_light");
  EXPECT_EQ(after.find(R"("rule":"hall_light")"), std::string::npos)
      << "it acts, nothing is missing";
  EXPECT_EQ(send("GET", why_not + "&at=noon").status, 400);
  ports.floor_ = ports.head();
  EXPECT_EQ(send("GET", why_not + "&at=" + dark).status, 410);
}

TEST_F(ApiTest, RefusedWritesSayWhy) {
  const std::string lamp = "/api/v1/devices/hall_lamp/on";
  EXPECT_EQ(send("PUT", lamp, R"({"value":null})").status, 422);
  EXPECT_EQ(send("PUT", lamp, R"({"value":true,"hlod":"2h"})").status, 422);
  EXPECT_EQ(send("PUT", lamp, R"({"value":true,"hold":"soon"})").status, 422);
  const auto no_time = send("PUT", lamp, R"({"value":true,"hold":"0s"})");
  EXPECT_EQ(no_time.status, 422);
  expect_in(no_time.body, "`hold` must be longer than nothing");
  EXPECT_EQ(send("PUT", lamp, R"({"value":"warm"})").status, 422);
  EXPECT_EQ(send("PUT", lamp, "nonsense").status, 422);
  EXPECT_EQ(send("PUT", "/api/v1/devices/nobody/on", R"({"value":true})").status, 404);
  EXPECT_EQ(send("PUT", "/api/v1/devices/hall_lamp/x", R"({"value":true})").status, 404);
  EXPECT_EQ(send("PUT", "/api/v1/devices/hall_motion/occupancy", R"({"value":true})").status, 422);
  expect_in(send("PUT", lamp, R"({"value":"warm"})").body, R"("error":)");
  ports.full_ = true;
  EXPECT_EQ(send("PUT", lamp, R"({"value":true})").status, 507);
}

TEST_F(ApiTest, SettingsAreReadAndWritten) {
  expect_in(get("/api/v1/settings/house"), R"("values":["home","away"],"value":"home")");
  EXPECT_EQ(send("PUT", "/api/v1/settings/house", R"({"value":"away"})").status, 202);
  expect_in(get("/api/v1/settings"), R"("value":"away")");
  EXPECT_EQ(send("PUT", "/api/v1/settings/house", R"({"value":"mars"})").status, 422);
  EXPECT_EQ(send("GET", "/api/v1/settings/none").status, 404);
}

TEST_F(ApiTest, RulesSayWhereTheyStandAndCanBeSwitched) {
  somebody_in_the_dark();
  const auto body = get("/api/v1/rules");
  expect_in(body,
            R"("counts":{"total":3,"active":2,"waiting":0,"disabled":0,"shadow":1,"error":0})");
  expect_in(body, R"("id":"hall_light","label":"Light in the hall")");
  expect_in(body, R"("condition":"true","error":null,"file":"hall.yaml","line":5)");
  EXPECT_EQ(
      send("POST", "/api/v1/rules/hall_light/enabled", R"({"mode":"disabled","for":"2h"})").status,
      202);
  expect_in(get("/api/v1/rules/hall_light"), R"("mode":"disabled","file_mode":"enabled")");
  EXPECT_EQ(send("POST", "/api/v1/rules/none/enabled", R"({"mode":"disabled"})").status, 404);
  EXPECT_EQ(send("POST", "/api/v1/rules/hall_light/enabled", R"({"mode":"off"})").status, 422);
}

TEST_F(ApiTest, WhyLeadsBackToTheSensor) {
  somebody_in_the_dark();
  const auto body = get("/api/v1/why?device=hall_lamp&attribute=on");
  expect_in(body, R"("rule":{"id":"hall_light","label":"Light in the hall")");
  expect_in(body, R"("end":"beginning")");
  expect_in(body, R"("cause":{"kind":"message","id":"zigbee2mqtt/hall_motion"})");
  expect_in(body, "hall.yaml:5: when hall_motion.occupancy");
  EXPECT_EQ(send("GET", "/api/v1/why?device=hall_lamp&attribute=none").status, 404);
  EXPECT_EQ(send("GET", "/api/v1/why").status, 404);
}

TEST_F(ApiTest, ConflictsAreClaimsOfOneWeightThatDiffer) {
  somebody_in_the_dark();
  expect_in(get("/api/v1/conflicts"), R"("conflicts":[])");
  Claim held;
  held.priority = 200;
  held.value = true;
  Claim other = held;
  other.value = false;
  EXPECT_TRUE(in_conflict({held, other}));
  other.priority = 100;
  EXPECT_FALSE(in_conflict({held, other}));
  other.priority = 200;
  other.shadow = true;
  EXPECT_FALSE(in_conflict({held, other}));
  EXPECT_FALSE(in_conflict({}));
}

TEST_F(ApiTest, RejectionsAreCountedByReason) {
  ports.rejections_.add({"zigbee2mqtt/x", "", "json", "at byte 3"}, ports.now_.wall);
  ports.rejections_.add({"zigbee2mqtt/x", "", "json", "at byte 9"}, ports.now_.wall);
  const auto body = get("/api/v1/rejections");
  expect_in(body, R"("reason":"json","detail":"at byte 9","count":2)");
}

TEST_F(ApiTest, HealthSaysItsReasons) {
  expect_in(get("/readyz"), R"({"ready":true,"reasons":[]})");
  ports.health_ = {false, {"broker not linked: refused"}};
  const auto answer = send("GET", "/readyz");
  EXPECT_EQ(answer.status, 503);
  expect_in(answer.body, "broker not linked: refused");
  expect_in(get("/api/v1/status"), R"("ready":false,"reasons":["broker not linked: refused"])");
  EXPECT_EQ(ask(api, request("GET", "/healthz")).status, 200);
  EXPECT_EQ(ask(api, request("GET", "/metrics")).body, "attune_x 1\n");
}

TEST_F(ApiTest, AReloadThatFailsShowsItsIssues) {
  ports.reloaded_ = {true, Revision{7}, {}};
  EXPECT_EQ(send("POST", "/api/v1/reload").status, 200);
  ports.reloaded_ = {
      false, Revision{7}, {{Severity::error, "E203", {"a.yaml", 3, 4}, "no", "", ""}}};
  const auto answer = send("POST", "/api/v1/reload");
  EXPECT_EQ(answer.status, 422);
  expect_in(answer.body, R"("code":"E203","file":"a.yaml","line":3)");
}

TEST_F(ApiTest, UnknownPathsMethodsAndParametersAreToldApart) {
  EXPECT_EQ(send("GET", "/").status, 404);
  EXPECT_EQ(send("GET", "/api/v1/devices").status, 404);
  EXPECT_EQ(send("GET", "/api/v1/state/x").status, 404);
  EXPECT_EQ(send("GET", "/api/v1/state?at=now").status, 400);
  const auto wrong = send("DELETE", "/api/v1/settings/house");
  EXPECT_EQ(wrong.status, 405);
  ASSERT_EQ(wrong.headers.size(), 1u);
  EXPECT_EQ(wrong.headers[0].second, "GET, PUT");
}

TEST_F(ApiTest, CountsItsAnswersByRoute) {
  get("/api/v1/status");
  (void)send("GET", "/nowhere");
  const auto text = metrics.text({});
  expect_in(text, R"(attune_http_requests_total{code="200",route="api/v1/status"} 1)");
  expect_in(text, R"(attune_http_requests_total{code="404",route="other"} 1)");
}

}  // namespace
}  // namespace attune::api
