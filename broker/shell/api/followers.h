#pragma once
#include <atomic>
#include <list>
#include <memory>
#include <span>
#include <string>

#include "broker/shell/api/clients.h"
#include "broker/shell/api/feed.h"
#include "broker/shell/http/server.h"
#include "broker/shell/metrics.h"

/// Who follows the line of changes live.
namespace attune::api {

/// A reader that falls behind is fed from where it is, on the coalesced feed with the newest of
/// each subject alone. One that cannot keep up with the log is downgraded to the coalesced feed,
/// and told; whoever still stays behind is sent away with the token to resume from.
/// Threading: owned by the loop's thread.
class Followers {
 public:
  Followers(Ports& ports, shell::Metrics& metrics, Latest& latest, Clients& clients)
      : ports_(ports), metrics_(metrics), latest_(latest), clients_(clients) {}

  /// Set by any thread when a stream has room again.
  struct Signal {
    std::atomic<bool> drained{true};
  };
  /// `since` has passed check_resume(). `client` has a name or is empty (clients.h): it is heard
  /// while its stream lasts. What was sent is not had: that is the client's to say when it resumes.
  void add(std::shared_ptr<http::Stream> stream, std::shared_ptr<Signal> signal, Filter filter,
           Revision since, std::string client = {});
  /// The turn's changes, ascending.
  void changed(std::span<const Change> changes);
  void close_all();
  [[nodiscard]] std::size_t size() const { return followers_.size(); }

  static constexpr std::chrono::seconds kBehindMax{30};
  static constexpr std::chrono::seconds kDowngradeAfter{10};
  static constexpr std::uint64_t kDowngradeRevisions = 16'384;
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
    std::string client;
    bool tell_downgrade = false;
  };
  struct Rendered {
    const Change& change;
    std::string event;
  };
  void feed(Follower& follower, std::vector<Rendered>& turn);
  void catch_up(Follower& follower);
  void wait_for_room(Follower& follower);
  [[nodiscard]] bool send_page(Follower& follower, const Page& page);
  [[nodiscard]] bool send(Follower& follower, const Change& change, std::string& event);
  void tell_progress(Follower& follower, bool at_once);
  void send_away(Follower& follower, std::string_view reason);

  Ports& ports_;
  shell::Metrics& metrics_;
  Latest& latest_;
  Clients& clients_;
  std::list<Follower> followers_;
};

}  // namespace attune::api
