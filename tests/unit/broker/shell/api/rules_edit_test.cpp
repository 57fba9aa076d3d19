#include <gtest/gtest.h>

#include "broker/shell/api/api.h"
#include "broker/shell/api/rules_body.h"
#include "broker/shell/config/surroundings.h"
#include "tests/support/fake_ports.h"

/// Requests that change rules, and those that answer for a person: what they take and refuse.
namespace attune::api {
namespace {

using support::ask;
using support::request;

class RulesEditTest : public testing::Test {
 protected:
  http::Response send(std::string_view method, std::string_view target, std::string body = {}) {
    return ask(api, request(method, target, std::move(body)));
  }
  void run(const std::string& rules) {
    auto loaded =
        rules::load({{"more.yaml", "version: 1\n" + rules}}, config::surroundings(ports.catalog_));
    ASSERT_TRUE(loaded.set) << render(loaded.issues);
    ports.step(core::RulesLoaded{loaded.set});
  }
  static bool has(const http::Response& response, std::string_view part) {
    return response.body.find(part) != std::string::npos;
  }

  support::FakePorts ports;
  shell::Metrics metrics{"0.1.0", ""};
  Api api{ports, metrics};
};

TEST_F(RulesEditTest, ASetIsHandedOverAsItIs) {
  EXPECT_EQ(send("PUT", "/api/v1/rules",
                 R"({"files":{"a.yaml":"version: 1\n"},"remove":["b.yaml"],"if_version":7})")
                .status,
            200);
  ASSERT_EQ(ports.edits_.size(), 1u);
  const RulesEdit& edit = ports.edits_.front();
  ASSERT_EQ(edit.put.size(), 1u);
  EXPECT_EQ(edit.put.front().path, "a.yaml");
  EXPECT_EQ(edit.put.front().text, "version: 1\n");
  EXPECT_EQ(edit.remove, std::vector<std::string>{"b.yaml"});
  EXPECT_EQ(edit.if_version, Revision{7});
  EXPECT_FALSE(edit.whole);
  EXPECT_FALSE(edit.dry);
}

TEST_F(RulesEditTest, CheckNeverChangesAnythingAndAnswersWhatIsWrong) {
  ports.edited_.refused = Error{"rules", "nothing was changed"};
  const auto checked = send("POST", "/api/v1/rules/check", R"({"whole":true,"dry_run":false})");
  EXPECT_EQ(checked.status, 200);
  EXPECT_TRUE(has(checked, R"("ok":false)")) << checked.body;
  EXPECT_TRUE(ports.edits_.front().dry);
  EXPECT_EQ(send("PUT", "/api/v1/rules", R"({"whole":true})").status, 422);
}

TEST_F(RulesEditTest, EachRefusalHasItsStatus) {
  const std::pair<const char*, int> known[] = {{"full", 507},      {"version", 409},
                                               {"compacted", 410}, {"folder", 500},
                                               {"file", 422},      {"future", 416}};
  for (const auto& [code, status] : known) {
    ports.edited_.refused = Error{code, "because"};
    const auto refused = send("POST", "/api/v1/rules/rollback");
    EXPECT_EQ(refused.status, status) << code;
    EXPECT_TRUE(has(refused, std::string(R"("error":")") + code)) << refused.body;
  }
}

TEST_F(RulesEditTest, BodiesAreReadStrictly) {
  for (const char* body :
       {"[]", "{", R"({"file":{}})", R"({"files":[]})", R"({"files":{"a.yaml":1}})",
        R"({"whole":1})", R"({"dry_run":"yes"})", R"({"if_version":-1})", R"({"remove":"a.yaml"})",
        R"({"remove":[1]})", R"({"files":{"a.yaml":"x","a.yaml":"y"}})"}) {
    EXPECT_EQ(send("PUT", "/api/v1/rules", body).status, 422) << body;
  }
  for (const char* body : {"", "{}", R"({"text":""})", R"({"text":1})", R"({"txt":"a"})"}) {
    EXPECT_EQ(send("PUT", "/api/v1/rules/a.yaml", body).status, 422) << body;
  }
  EXPECT_EQ(send("POST", "/api/v1/rules/rollback", R"({"revision":"7"})").status, 422);
  EXPECT_TRUE(ports.edits_.empty());
}

TEST_F(RulesEditTest, AFileOfAMebibyteIsReadAndMoreIsNot) {
  const std::string large(limits::kHttpRulesBodyBytesMax - 100, 'x');
  EXPECT_TRUE(parse_rule_file("a.yaml", "{\"text\":\"" + large + "\"}"));
  EXPECT_FALSE(parse_rule_file("a.yaml", "{\"text\":\"" + large + large + "\"}"));
}

TEST_F(RulesEditTest, TheDifferenceIsSaidWhole) {
  RulesDifference& difference = ports.edited_.difference;
  difference.files.changed = {"hall.yaml"};
  difference.rules.added = {"new"};
  difference.effects.push_back({{DeviceId("hall_lamp"), "on"}, {Value(true), "rule:a"}, {}});
  difference.commands.push_back({{DeviceId("hall_lamp"), "on"}, Value(false)});
  const auto answer = send("PUT", "/api/v1/rules", "{}");
  EXPECT_TRUE(has(answer, R"("files":{"added":[],"changed":["hall.yaml"],"removed":[]})"));
  EXPECT_TRUE(has(answer, R"("effects":[{"device":"hall_lamp","attribute":"on","before":{"value":)"
                          R"(true,"by":"rule:a"},"after":{"value":null,"by":null}}])"))
      << answer.body;
  EXPECT_TRUE(has(answer, R"("commands":[{"device":"hall_lamp","attribute":"on","value":false}])"));
}

TEST_F(RulesEditTest, ATextThatRunsCanBeRead) {
  EXPECT_TRUE(has(send("GET", "/api/v1/rules/files"), R"("name":"hall.yaml")"));
  EXPECT_TRUE(has(send("GET", "/api/v1/rules/files/hall.yaml"), "hall_light"));
  EXPECT_EQ(send("GET", "/api/v1/rules/files/no.yaml").status, 404);
  ports.versions_ = {Revision{3}, Revision{9}};
  EXPECT_TRUE(has(send("GET", "/api/v1/rules/versions"), R"("versions":[3,9])"));
}

TEST_F(RulesEditTest, AnAcknowledgementIsTakenWhereSomethingWaitsForIt) {
  EXPECT_EQ(send("POST", "/api/v1/rules/no_rule/ack").status, 404);
  const auto nothing = send("POST", "/api/v1/rules/hall_light/ack");
  EXPECT_EQ(nothing.status, 422);
  EXPECT_TRUE(has(nothing, R"("error":"nothing_to_ack")")) << nothing.body;
  run("rules: {wet: {when: hall_motion.occupancy, reset: ack, want: {hall_lamp.on: true}}}\n");
  ports.say("hall_motion.occupancy", true);
  EXPECT_EQ(send("POST", "/api/v1/rules/wet/ack").status, 422) << "what began it still holds";
  ports.say("hall_motion.occupancy", false);
  EXPECT_EQ(send("POST", "/api/v1/rules/wet/ack").status, 202);
  EXPECT_TRUE(has(send("GET", "/api/v1/rules/wet"), R"("phase":"idle")"));
  EXPECT_EQ(send("POST", "/api/v1/rules/wet/ack").status, 422) << "it is seen to";
  EXPECT_EQ(send("GET", "/api/v1/rules/wet/ack").status, 405);
}

TEST_F(RulesEditTest, WhatIsLearnedIsListedAcceptedAndTakenBack) {
  run("rules: {lit: {when: hall_motion.occupancy, want: {hall_lamp.brightness: 80}}}\n"
      "learn: {lit.brightness: {min: 10, max: 90, step: 10, after: 1}}\n");
  EXPECT_TRUE(has(send("GET", "/api/v1/learned"), R"("value":80.0,"proposed":null)") ||
              has(send("GET", "/api/v1/learned"), R"("value":80,"proposed":null)"))
      << send("GET", "/api/v1/learned").body;
  EXPECT_EQ(send("POST", "/api/v1/learned/lit.brightness/accept").status, 422);
  EXPECT_EQ(send("POST", "/api/v1/learned/no.brightness/accept").status, 404);
  ports.say("hall_motion.occupancy", true);
  EXPECT_EQ(send("PUT", "/api/v1/devices/hall_lamp/brightness", R"({"value":30})").status, 202);
  EXPECT_TRUE(has(send("GET", "/api/v1/learned"), R"("proposed":70)"))
      << send("GET", "/api/v1/learned").body;
  EXPECT_EQ(send("POST", "/api/v1/learned/lit.brightness/accept", R"({"context":"x"})").status,
            422);
  EXPECT_EQ(send("POST", "/api/v1/learned/lit.brightness/accept", R"({"contxt":""})").status, 422);
  EXPECT_EQ(send("POST", "/api/v1/learned/lit.brightness/accept").status, 202);
  EXPECT_TRUE(has(send("GET", "/api/v1/learned"), R"("value":70)"));
  EXPECT_EQ(send("POST", "/api/v1/learned/lit.brightness/undo").status, 202);
  EXPECT_EQ(send("POST", "/api/v1/learned/lit.brightness/undo").status, 422);
}

}  // namespace
}  // namespace attune::api
