#include "broker/cli/program.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <sstream>

#include "broker/shell/http/server.h"
#include "broker/shell/http/sse.h"

namespace attune::cli {
namespace {

namespace fs = std::filesystem;

/// A folder, a terminal, and a daemon that answers from a list.
class Cli : public testing::Test {
 protected:
  Cli() {
    std::string pattern = testing::TempDir() + "attune-cli-XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
    environment_["RUNTIME_DIRECTORY"] = folder_;
  }
  ~Cli() override {
    server_.reset();
    fs::remove_all(folder_);
  }

  ExitCode run(const std::vector<std::string>& args) {
    out_.str("");
    err_.str("");
    Terminal terminal{out_, err_,
                      [this](const char* name) -> std::optional<std::string> {
                        const auto found = environment_.find(name);
                        if (found == environment_.end()) return std::nullopt;
                        return found->second;
                      },
                      [] { return Millis{1'768'478'400'000}; }};
    return run_program(args, terminal);
  }

  void write(const std::string& name, const std::string& text) {
    fs::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name) << text;
  }
  [[nodiscard]] std::string path(const std::string& name) const { return folder_ / name; }

  /// Answers with `status` and `body`, and keeps what it was asked.
  void serve(int status, std::string body) {
    serve([status, body](const http::Request&, const http::Responder& responder) {
      http::Response response;
      response.status = status;
      response.body = body;
      responder.send(std::move(response));
    });
  }
  void serve(std::function<void(const http::Request&, const http::Responder&)> answer) {
    server_.reset();
    http::ServerOptions options;
    options.listen = "";
    options.socket = path("api.sock");
    auto started = http::Server::start(
        options, [this, answer](http::Request request, http::Responder responder) {
          {
            const std::lock_guard lock(mutex_);
            asked_ = request;
          }
          answer(request, responder);
        });
    ASSERT_TRUE(started.ok()) << started.error().message;
    server_ = std::move(*started);
  }
  http::Request asked() {
    const std::lock_guard lock(mutex_);
    return asked_;
  }

  fs::path folder_;
  std::map<std::string, std::string> environment_;
  std::ostringstream out_, err_;
  std::unique_ptr<http::Server> server_;
  std::mutex mutex_;
  http::Request asked_;
};

std::string joined(const std::vector<std::string>& segments) {
  std::string text;
  for (const auto& segment : segments) text += "/" + segment;
  return text;
}

TEST_F(Cli, AloneItPrintsItsHelp) {
  EXPECT_EQ(run({}), ExitCode::yes);
  EXPECT_NE(out_.str().find("get"), std::string::npos);
  EXPECT_EQ(err_.str(), "");
}

TEST_F(Cli, HelpOfACommandIsDataAndAYes) {
  EXPECT_EQ(run({"set", "--help"}), ExitCode::yes);
  EXPECT_NE(out_.str().find("--if-revision"), std::string::npos);
}

TEST_F(Cli, WhatItDoesNotKnowIsUsage) {
  for (const std::vector<std::string>& args : {std::vector<std::string>{"fly"},
                                               {"get"},
                                               {"get", "dragons"},
                                               {"set", "a.b"},
                                               {"set", "ab", "1"},
                                               {"why", "ab"},
                                               {"set", "a.b", "1", "--hold", "soon"},
                                               {"disable", "r", "--for", "-1"},
                                               {"set", "a.b", "1", "--hold", "0s"},
                                               {"set", "a.b", "1", "--if-revision", "-1"},
                                               {"disable", "r", "--for", "0s"},
                                               {"release", "settings.house"},
                                               {"watch", "--since", "-1"},
                                               {"watch", "--since", "18446744073709551616"},
                                               {"demo", "--seed", "-1"},
                                               {"demo", "--port", "70000"},
                                               {"get", "rules", "-o", "xml"},
                                               {"get", "rules", "-o", "1"},
                                               {"run", "--no-such-flag"},
                                               {"test", "--run", "("}}) {
    EXPECT_EQ(run(args), ExitCode::usage) << testing::PrintToString(args);
    EXPECT_NE(err_.str(), "");
    EXPECT_EQ(out_.str(), "");
  }
}

TEST_F(Cli, VersionNeedsNoDaemonAndIsAFlagToo) {
  for (const char* word : {"version", "--version"}) {
    EXPECT_EQ(run({word}), ExitCode::yes);
    EXPECT_EQ(out_.str(), "attune " ATTUNE_VERSION "\n");
    EXPECT_EQ(err_.str(), "");
  }
}

TEST_F(Cli, UsagesNameTheProgram) {
  EXPECT_EQ(run({"demo", "--help"}), ExitCode::yes);
  EXPECT_NE(out_.str().find("Usage: attune demo"), std::string::npos) << out_.str();
}

TEST_F(Cli, AFormatIsOneOfThreeWords) {
  EXPECT_EQ(run({"get", "rules", "-o", "xml"}), ExitCode::usage);
  EXPECT_EQ(err_.str(),
            "attune: -o takes table, json or jsonl, not 'xml'\ntry: attune get --help\n");
}

TEST_F(Cli, ANumberIsSaidToBeWhole) {
  EXPECT_EQ(run({"watch", "--since", "-1"}), ExitCode::usage);
  EXPECT_EQ(err_.str(),
            "attune: --since: write a whole number, not negative, not '-1'\n"
            "try: attune watch --help\n");
}

TEST_F(Cli, ANumberIsDecimalWhateverItBeginsWith) {
  serve(202, R"({"command":null,"revision":5})");
  EXPECT_EQ(run({"set", "a.b", "1", "--if-revision", "010"}), ExitCode::yes) << err_.str();
  EXPECT_EQ(asked().body, R"({"value":1,"if_revision":10})");
}

TEST_F(Cli, ASettingIsNotReleased) {
  EXPECT_EQ(run({"release", "settings.house"}), ExitCode::usage);
  EXPECT_NE(err_.str().find("settings.house is a setting: it has no hold"), std::string::npos)
      << err_.str();
}

TEST_F(Cli, WithoutADaemonItSaysSo) {
  for (const std::vector<std::string>& args : {std::vector<std::string>{"get", "devices"},
                                               {"status"},
                                               {"watch"},
                                               {"reload"},
                                               {"set", "a.b", "1"},
                                               {"release", "a.b"},
                                               {"enable", "r"},
                                               {"why", "a.b"}}) {
    EXPECT_EQ(run(args), ExitCode::unreachable) << testing::PrintToString(args);
    EXPECT_EQ(out_.str(), "");
  }
}

TEST_F(Cli, HttpStatusesBecomeExitCodes) {
  const std::map<int, ExitCode> expected = {
      {401, ExitCode::unauthorised}, {403, ExitCode::unauthorised}, {404, ExitCode::no},
      {409, ExitCode::conflict},     {412, ExitCode::conflict},     {422, ExitCode::no},
      {504, ExitCode::timeout},      {507, ExitCode::no},           {500, ExitCode::internal}};
  for (const auto& [status, code] : expected) {
    serve(status, R"({"error":"x","message":"because\u001b"})");
    EXPECT_EQ(run({"set", "a.b", "1"}), code) << status;
    EXPECT_EQ(err_.str(), "attune: because\\u{1b}\n");
  }
}

TEST_F(Cli, AnAnswerThatIsNoJsonIsInternal) {
  serve(200, "<html>");
  EXPECT_EQ(run({"get", "rules"}), ExitCode::internal);
}

TEST_F(Cli, AUrlComesBeforeTheEnvironmentAndThatBeforeTheSocket) {
  serve(200, R"({"ready":true})");
  environment_["ATTUNE_URL"] = "unix:/nowhere/api.sock";
  EXPECT_EQ(run({"status"}), ExitCode::unreachable);
  EXPECT_EQ(run({"status", "--url", "unix:" + path("api.sock")}), ExitCode::yes);
  EXPECT_EQ(run({"status", "--url", "gopher://x"}), ExitCode::usage);
}

TEST_F(Cli, ATokensFileThatCannotBeReadIsUnauthorised) {
  serve(200, R"({"ready":true})");
  environment_["ATTUNE_TOKEN_FILE"] = path("none");
  EXPECT_EQ(run({"status"}), ExitCode::unauthorised);
}

TEST_F(Cli, StatusIsTheHealth) {
  serve(200, R"({"ready":true,"reasons":[],"version":"1","uptime_seconds":61})");
  EXPECT_EQ(run({"status"}), ExitCode::yes);
  serve(200, R"({"ready":false,"reasons":["broker not linked"],"version":"1"})");
  EXPECT_EQ(run({"status"}), ExitCode::no);
  EXPECT_NE(out_.str().find("broker not linked"), std::string::npos);
}

TEST_F(Cli, SetSendsJsonOrElseAText) {
  const std::map<std::string, std::string> expected = {
      {"true", "true"},     {"21.5", "21.5"},       {"-5", "-5"},       {"[0.3,0.4]", "[0.3,0.4]"},
      {"heat", "\"heat\""}, {"22:00", "\"22:00\""}, {"\"x\"", "\"x\""}, {"", "\"\""}};
  serve(202, R"({"command":"cmd-12","revision":4711})");
  for (const auto& [value, json] : expected) {
    EXPECT_EQ(run({"set", "wall.l2.on", value}), ExitCode::yes) << value << err_.str();
    EXPECT_EQ(asked().body, "{\"value\":" + json + "}");
    EXPECT_EQ(asked().method, "PUT");
    EXPECT_EQ(joined(asked().segments), "/api/v1/devices/wall/l2.on");
    EXPECT_EQ(out_.str(), "cmd-12  revision 4711\n");
  }
}

TEST_F(Cli, SetSendsItsConditionHoldAndReason) {
  serve(202, R"({"command":null,"revision":5})");
  EXPECT_EQ(run({"set", "settings.house", "away", "--if-revision", "4", "--hold", "2h", "--reason",
                 "a \"b\""}),
            ExitCode::yes);
  EXPECT_EQ(asked().body, R"({"value":"away","if_revision":4,"hold":"2h","reason":"a \"b\""})");
  EXPECT_EQ(joined(asked().segments), "/api/v1/settings/house");
  EXPECT_EQ(out_.str(), "revision 5\n");
}

TEST_F(Cli, AConflictSaysWhatIsThereNow) {
  serve(409, R"({"error":"conflict","revision":9,"value":false})");
  EXPECT_EQ(run({"set", "a.on", "true", "--if-revision", "4"}), ExitCode::conflict);
  EXPECT_EQ(err_.str(), "attune: it has changed: revision 9, value false\n");
}

TEST_F(Cli, ReleaseDeletes) {
  serve(202, R"({"command":null,"revision":5})");
  EXPECT_EQ(run({"release", "lamp.on"}), ExitCode::yes);
  EXPECT_EQ(asked().method, "DELETE");
  EXPECT_EQ(joined(asked().segments), "/api/v1/devices/lamp/on");
}

TEST_F(Cli, RuleModesAreSent) {
  serve(202, R"({"command":null,"revision":5})");
  EXPECT_EQ(run({"disable", "hall_light", "--for", "2h"}), ExitCode::yes);
  EXPECT_EQ(asked().body, R"({"mode":"disabled","for":"2h"})");
  EXPECT_EQ(joined(asked().segments), "/api/v1/rules/hall_light/enabled");
  EXPECT_EQ(run({"enable", "x"}), ExitCode::yes);
  EXPECT_EQ(asked().body, R"({"mode":"enabled"})");
  EXPECT_EQ(run({"shadow", "x"}), ExitCode::yes);
  EXPECT_EQ(asked().body, R"({"mode":"shadow"})");
}

TEST_F(Cli, GetPrintsTheDocumentAsItIsOnRequest) {
  serve(200, R"({"revision":1,"settings":[{"id":"house","value":"home"},{"id":"b","value":1}]})");
  EXPECT_EQ(run({"get", "settings", "-o", "json"}), ExitCode::yes);
  EXPECT_EQ(out_.str(),
            R"({"revision":1,"settings":[{"id":"house","value":"home"},{"id":"b","value":1}]})"
            "\n");
  EXPECT_EQ(run({"-o", "jsonl", "get", "settings"}), ExitCode::yes);
  EXPECT_EQ(out_.str(), "{\"id\":\"house\",\"value\":\"home\"}\n{\"id\":\"b\",\"value\":1}\n");
}

TEST_F(Cli, GetWithANameAsksForThatAlone) {
  serve(200, R"({"id":"hall_light","phase":"active","tags":["a","b"],"label":null})");
  EXPECT_EQ(run({"get", "rules", "hall_light"}), ExitCode::yes);
  EXPECT_EQ(joined(asked().segments), "/api/v1/rules/hall_light");
  EXPECT_EQ(out_.str(), "id     hall_light\nphase  active\ntags   a, b\n");
}

TEST_F(Cli, AnEmptyListIsAYesAndSaidOnStderr) {
  serve(200, R"({"revision":1,"claims":[]})");
  EXPECT_EQ(run({"get", "claims"}), ExitCode::yes);
  EXPECT_EQ(out_.str(), "");
  EXPECT_EQ(err_.str(), "attune: no claims\n");
  EXPECT_EQ(run({"get", "claims", "lamp"}), ExitCode::no);
}

TEST_F(Cli, WhyPrintsTheDaemonsText) {
  serve(200, R"({"device":"a","attribute":"on","text":"a.on is true\n  because \u001b\n"})");
  EXPECT_EQ(run({"why", "a.on"}), ExitCode::yes);
  EXPECT_EQ(out_.str(), "a.on is true\n  because \\u{1b}\n");
  EXPECT_EQ(asked().query.at("device"), "a");
  EXPECT_EQ(asked().query.at("attribute"), "on");
}

TEST_F(Cli, AReloadThatFailsShowsTheFindings) {
  serve(
      422,
      R"({"error":"reload","message":"nothing was changed","issues":[{"code":"E203"}],"text":"a.yaml:1:1: error[E203]: x\n"})");
  EXPECT_EQ(run({"reload"}), ExitCode::no);
  EXPECT_EQ(out_.str(), "a.yaml:1:1: error[E203]: x\n");
  EXPECT_EQ(err_.str(), "attune: nothing was changed\n");
}

TEST_F(Cli, WatchPrintsOneChangeALineAndResumesAfterTheLastOne) {
  std::vector<std::string> since;
  serve([&since](const http::Request& request, const http::Responder& responder) {
    const auto asked = request.query.find("since");
    since.push_back(asked == request.query.end() ? "" : asked->second);
    if (since.size() == 3) {
      http::Response gone;
      gone.status = 410;
      gone.body = R"({"error":"compacted","message":"gone","floor":50,"head":60})";
      return responder.send(std::move(gone));
    }
    auto stream = responder.stream([] {});
    ASSERT_NE(stream, nullptr);
    std::string text;
    http::append_event(text, 10 * since.size(), "progress", R"({"revision":10,"store":"u"})");
    http::append_event(text, 10 * since.size() + 1, "change", R"({"revision":11,"kind":"state"})");
    stream->close(text);
  });
  EXPECT_EQ(run({"watch", "--since", "7", "--match", "hall_*"}), ExitCode::no);
  EXPECT_EQ(since, (std::vector<std::string>{"7", "11", "21"}));
  EXPECT_EQ(out_.str(),
            "{\"revision\":11,\"kind\":\"state\"}\n{\"revision\":11,\"kind\":\"state\"}\n");
  EXPECT_NE(err_.str().find("compacted"), std::string::npos);
  EXPECT_NE(err_.str().find("50"), std::string::npos);
  EXPECT_EQ(asked().query.at("match"), "hall_*");
  EXPECT_EQ(asked().query.at("store"), "u");
}

TEST_F(Cli, RunRefusesAConfigurationThatIsWrong) {
  write("attune.yaml", "version: 1\nhttp: {listen: 0.0.0.0}\n");
  EXPECT_EQ(run({"run", "-c", path("attune.yaml"), "--state-dir", path("state")}),
            ExitCode::configuration);
  EXPECT_NE(err_.str().find("attune.yaml:2:16: error[E305]"), std::string::npos) << err_.str();
  EXPECT_FALSE(fs::exists(path("state")));
}

TEST_F(Cli, RunRefusesAConfigurationThatIsNotThere) {
  EXPECT_EQ(run({"run", "-c", path("none.yaml")}), ExitCode::configuration);
}

}  // namespace
}  // namespace attune::cli
