#pragma once
#include <list>
#include <span>
#include <string>

#include "broker/shell/api/bus.h"
#include "broker/shell/api/clients.h"
#include "broker/shell/api/feed.h"
#include "broker/shell/api/followers.h"
#include "broker/shell/api/latest.h"
#include "broker/shell/api/routes.h"
#include "broker/shell/api/snapshot.h"

/// Everything that goes on from turn to turn with the line of changes.
namespace attune::api {

/// Pages that wait until the log was read back far enough.
/// Threading: owned by the loop's thread.
class WaitingPages {
 public:
  WaitingPages(Ports& ports, Latest& latest) : ports_(ports), latest_(latest) {}

  struct Asked {
    Answer answer;
    Filter filter;
    Revision since{};
    std::size_t limit = 0;
  };
  /// Answers at once when it can.
  void ask(Asked asked);
  /// Tries again what waits.
  void turn();

 private:
  /// False: it goes on waiting.
  [[nodiscard]] bool answer(const Asked& asked);
  Ports& ports_;
  Latest& latest_;
  std::list<Asked> waiting_;
};

/// Threading: owned by the loop's thread.
struct Feeds {
  Feeds(Ports& ports, shell::Metrics& metrics)
      : latest(ports),
        clients(ports),
        pages(ports, latest),
        followers(ports, metrics, latest, clients),
        snapshots(ports),
        bus(ports, latest, snapshots, clients) {}

  Latest latest;
  Clients clients;
  WaitingPages pages;
  Followers followers;
  Snapshots snapshots;
  Bus bus;

  /// Once per turn, after the step, also without changes.
  void turn(std::span<const Change> changes);
};

}  // namespace attune::api
