#pragma once
#include <atomic>
#include <list>
#include <memory>
#include <span>
#include <string>

#include "broker/shell/api/feed.h"
#include "broker/shell/http/server.h"
#include "broker/shell/metrics.h"

/// Who follows the line of changes live.
namespace attune::api {

/// A reader that cannot keep up is fed from the log (the coalesced feed loses what was overtaken),
/// and sent away with the token to resume from when it stays behind.
/// Threading: owned by the loop's thread.
class Followers {
 public:
  Followers(Ports& ports, shell::Metrics& metrics) : ports_(ports), metrics_(metrics) {}

  /// Set by any thread when a stream has room again.
  struct Signal {
    std::atomic<bool> drained{true};
  };
  /// `since` has passed check_resume().
  void add(std::shared_ptr<http::Stream> stream, std::shared_ptr<Signal> signal, Filter filter,
           Revision since);
  /// The turn's changes, ascending.
  void changed(std::span<const Change> changes);
  void close_all();
  [[nodiscard]] std::size_t size() const { return followers_.size(); }

  static constexpr std::chrono::seconds kBehindMax{30};
  static constexpr std::uint64_t kBehindRevisionsMax = 65'536;
  /// A filtered stream says how far it is when this many revisions or this time have passed.
  static constexpr std::uint64_t kProgressRevisions = 1'000;
  static constexpr std::chrono::seconds kProgressEvery{5};

 private:
  struct Follower {
    std::shared_ptr<http::Stream> stream;
    std::shared_ptr<Signal> signal;
    Filter filter;
    Revision cursor{};  ///< everything up to here was sent or did not match
    Revision told{};    ///< the last id that the client saw
    Millis told_at{};   ///< steady
    bool behind = true;
    Millis behind_since{};  ///< steady
  };
  struct Rendered {
    const Change& change;
    std::string event;
  };
  void feed(Follower& follower, std::vector<Rendered>& turn);
  void catch_up(Follower& follower);
  [[nodiscard]] bool send(Follower& follower, const Change& change, std::string& event);
  void tell_progress(Follower& follower, bool at_once);
  void send_away(Follower& follower, std::string_view reason);

  Ports& ports_;
  shell::Metrics& metrics_;
  std::list<Follower> followers_;
};

}  // namespace attune::api
