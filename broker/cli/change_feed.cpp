#include "broker/cli/change_feed.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "broker/cli/daemon.h"
#include "devices/model/issue.h"

namespace attune::cli {
namespace {

constexpr std::chrono::milliseconds kBackoffMin{250};
constexpr std::chrono::milliseconds kBackoffMax{5'000};

using OnChange = std::function<bool(const Json&, const std::string&)>;

/// One stream after another, from the last revision that was seen.
class Feed {
 public:
  Feed(const Program& program, const FeedOptions& options, const OnChange& on_change)
      : terminal_(program.terminal), daemon_(program), options_(options), on_change_(on_change) {
    if (options.since) last_ = std::to_string(*options.since);
  }

  ExitCode run() {
    auto backoff = kBackoffMin;
    while (true) {
      connected_ = false;
      const Answer answer =
          daemon_.follow(target(), [this](const http::SseEvent& event) { return take(event); });
      if (stopped_) return ExitCode::yes;
      if (answer.status != 0 && !answer.ok()) return refused(answer);
      if (!ever_connected_) return answer.ok() ? ExitCode::no : answer.code;
      backoff = connected_ ? kBackoffMin : std::min(backoff * 2, kBackoffMax);
      terminal_.err << "attune: the stream ended, resuming after revision " << last_ << "\n";
      std::this_thread::sleep_for(backoff);
    }
  }

 private:
  [[nodiscard]] std::string target() const {
    std::string text = "/api/v1/changes?feed=log";
    if (!last_.empty()) text += "&since=" + last_;
    if (!store_.empty()) text += "&store=" + http::encode(store_);
    if (!options_.match.empty()) text += "&match=" + http::encode(options_.match);
    if (!options_.kinds.empty()) text += "&kind=" + http::encode(options_.kinds);
    return text;
  }

  bool take(const http::SseEvent& event) {
    connected_ = ever_connected_ = true;
    if (!event.id.empty() && std::all_of(event.id.begin(), event.id.end(), is_digit)) {
      last_ = event.id;
    }
    const auto document = parse_json(event.data);
    if (!document.ok()) return true;
    if (event.event == "downgraded") {
      terminal_.err << "attune: too slow: from revision " << last_
                    << " on only the newest of each subject is shown\n";
    }
    if (event.event != "change") {
      store_ = document->root->text_of("store");
      return true;
    }
    stopped_ = !on_change_(*document->root, event.data);
    return !stopped_;
  }
  static bool is_digit(char c) { return c >= '0' && c <= '9'; }

  ExitCode refused(const Answer& answer) {
    const std::string word = words(answer.root(), "error");
    terminal_.err << "attune: cannot resume after revision " << (last_.empty() ? "0" : last_)
                  << ": " << printable(word);
    const Json& floor = at(answer.root(), "floor");
    if (floor.kind != JsonKind::null) {
      terminal_.err << "; what is left begins after revision " << printable(words(floor))
                    << ": read the state anew with `attune get devices`, then watch again";
    }
    terminal_.err << "\n";
    return answer.code == ExitCode::unauthorised ? answer.code : ExitCode::no;
  }

  Terminal& terminal_;
  Daemon daemon_;
  const FeedOptions& options_;
  const OnChange& on_change_;
  std::string last_;   ///< revision; empty: from now on
  std::string store_;  ///< revisions of another store mean nothing here
  bool connected_ = false;
  bool ever_connected_ = false;
  bool stopped_ = false;
};

}  // namespace

ExitCode follow_changes(const Program& program, const FeedOptions& options,
                        const OnChange& on_change) {
  return Feed(program, options, on_change).run();
}

}  // namespace attune::cli
