#include "broker/cli/daemon.h"

#include <unistd.h>

#include <algorithm>

#include "broker/shell/config/config.h"
#include "broker/shell/config/folders.h"
#include "devices/model/issue.h"

namespace attune::cli {
namespace {

/// The server's heartbeats come every 15 s.
constexpr std::chrono::seconds kStreamSilenceMax{45};

std::string usual_socket(const Terminal& terminal) {
  const config::Process around{::geteuid() == 0, terminal.variable};
  return config::find_socket(around);
}

}  // namespace

const Json& Answer::root() const {
  static const Json nothing;
  return document.root == nullptr ? nothing : *document.root;
}

ExitCode show_text(const Program& program, const Answer& answer) {
  if (!answer.ok()) return answer.code;
  std::ostream& out = program.terminal.out;
  if (program.output != Output::table) {
    out << to_text(answer.root()) << "\n";
    return ExitCode::yes;
  }
  const std::string text = words(answer.root(), "text");
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    out << printable(std::string_view(text).substr(begin, end - begin)) << "\n";
    begin = end + 1;
  }
  return ExitCode::yes;
}

ExitCode exit_code_of(int status) {
  if (status >= 200 && status < 300) return ExitCode::yes;
  if (status == 401 || status == 403) return ExitCode::unauthorised;
  if (status == 409 || status == 412) return ExitCode::conflict;
  if (status == 408 || status == 504) return ExitCode::timeout;
  if (status == 500) return ExitCode::internal;
  return ExitCode::no;
}

Daemon::Daemon(const Program& program) : terminal_(program.terminal) {
  where_ = program.url;
  if (where_.empty()) where_ = terminal_.variable("ATTUNE_URL").value_or("");
  if (where_.empty()) where_ = "unix:" + usual_socket(terminal_);
  auto endpoint = http::Endpoint::parse(where_);
  if (endpoint.ok()) {
    endpoint_ = std::move(*endpoint);
  } else {
    terminal_.err << "attune: " << printable(endpoint.error().message) << "\n";
    broken_ = ExitCode::usage;
  }
  const auto file = terminal_.variable("ATTUNE_TOKEN_FILE");
  if (!file) return;
  auto token = config::read_secret(*file);
  if (token.ok()) {
    token_ = std::move(*token);
  } else {
    terminal_.err << "attune: " << printable(token.error().message) << "\n";
    broken_ = ExitCode::unauthorised;
  }
}

http::ClientRequest Daemon::request(const std::string& method, const std::string& target,
                                    const std::string& body) const {
  http::ClientRequest what;
  what.method = method;
  what.target = target;
  what.body = body;
  if (!token_.empty()) what.headers.emplace_back("Authorization", "Bearer " + token_);
  return what;
}

Answer Daemon::read(const Result<http::ClientResponse>& response) {
  Answer answer;
  if (!response.ok()) {
    const Error& error = response.error();
    terminal_.err << "attune: no answer from " << printable(where_) << ": "
                  << printable(error.message) << "\n";
    answer.code = error.code == "unreachable" ? ExitCode::unreachable
                  : error.code == "timeout"   ? ExitCode::timeout
                                              : ExitCode::internal;
    return answer;
  }
  answer.status = response->status;
  answer.code = exit_code_of(response->status);
  auto document = parse_json(response->body);
  if (document.ok()) {
    answer.document = std::move(*document);
  } else if (answer.ok() && !response->body.empty()) {
    terminal_.err << "attune: the answer is not JSON: " << document.error().message << "\n";
    answer.code = ExitCode::internal;
  }
  return answer;
}

Answer Daemon::refuse(Answer answer) {
  if (answer.ok() || answer.status == 0) return answer;
  const Json& message = at(answer.root(), "message");
  terminal_.err << "attune: ";
  if (message.kind == JsonKind::text) {
    terminal_.err << printable(words(message)) << "\n";
  } else if (answer.code == ExitCode::conflict) {
    terminal_.err << "it has changed: revision " << printable(words(answer.root(), "revision"))
                  << ", value " << printable(words(answer.root(), "value")) << "\n";
  } else {
    terminal_.err << "refused with status " << answer.status << "\n";
  }
  return answer;
}

Answer Daemon::get(const std::string& target) {
  return send("GET", target);
}

Answer Daemon::send(const std::string& method, const std::string& target, const std::string& body) {
  return refuse(ask_with(request(method, target, body)));
}

Answer Daemon::ask(const std::string& target) {
  return ask_with(request("GET", target, {}));
}

Answer Daemon::ask_with(const http::ClientRequest& what) {
  if (broken_ == ExitCode::yes) return read(http::request(endpoint_, what));
  Answer answer;
  answer.code = broken_;
  return answer;
}

Answer Daemon::follow(const std::string& target,
                      const std::function<bool(const http::SseEvent&)>& on_event) {
  Answer answer;
  answer.code = broken_;
  if (broken_ != ExitCode::yes) return answer;
  http::ClientRequest what = request("GET", target, {});
  what.headers.emplace_back("Accept", "text/event-stream");
  what.timeout = kStreamSilenceMax;
  return read(http::follow(endpoint_, what, on_event));
}

}  // namespace attune::cli
