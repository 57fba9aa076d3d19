#pragma once
#include <functional>
#include <string>

#include "broker/cli/json.h"
#include "broker/cli/program.h"
#include "broker/shell/http/client.h"

/// The running daemon as the subcommands see it: requests in, documents and exit codes out.
///
/// Errors: each call says on Terminal::err what went wrong, in people's words, and answers the
/// exit code.
namespace attune::cli {

/// A document, or the exit code of what stood in its way.
struct Answer {
  ExitCode code = ExitCode::yes;
  int status = 0;  ///< of HTTP; 0: none came
  JsonDocument document;
  [[nodiscard]] bool ok() const { return code == ExitCode::yes; }
  /// A null node when the answer had no document.
  [[nodiscard]] const Json& root() const;
};

class Daemon {
 public:
  /// By --url, else ATTUNE_URL, else the socket api.sock in the run folder; a token by
  /// ATTUNE_TOKEN_FILE.
  explicit Daemon(const Program& program);

  [[nodiscard]] Answer get(const std::string& target);
  [[nodiscard]] Answer send(const std::string& method, const std::string& target,
                            const std::string& body = {});
  /// The answer whatever its status, without a word about a refusal: for `status`.
  [[nodiscard]] Answer ask(const std::string& target);

  /// Follows a stream of events; see http::follow. The exit code of a refusal, or yes when the
  /// server closed it or `on_event` said so.
  [[nodiscard]] Answer follow(const std::string& target,
                              const std::function<bool(const http::SseEvent&)>& on_event);

 private:
  [[nodiscard]] http::ClientRequest request(const std::string& method, const std::string& target,
                                            const std::string& body) const;
  [[nodiscard]] Answer ask_with(const http::ClientRequest& what);
  [[nodiscard]] Answer read(const Result<http::ClientResponse>& response);
  [[nodiscard]] Answer refuse(Answer answer);

  Terminal& terminal_;
  http::Endpoint endpoint_;
  std::string where_;  ///< for people
  std::string token_;
  ExitCode broken_ = ExitCode::yes;  ///< not yes: the endpoint or the token's file is unusable
};

/// Prints an answer that has a text for people, each line made safe for a terminal, or with `-o
/// json` all of it. Its exit code.
ExitCode show_text(const Program& program, const Answer& answer);

/// The exit code that an HTTP status means.
[[nodiscard]] ExitCode exit_code_of(int status);

}  // namespace attune::cli
