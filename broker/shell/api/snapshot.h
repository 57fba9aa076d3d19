#pragma once
#include <functional>
#include <list>
#include <map>
#include <set>
#include <span>
#include <string>

#include "broker/shell/api/match.h"
#include "broker/shell/api/ports.h"

/// The whole state as of one revision, rendered over as many turns as it takes.
///
/// A device that changes while the others are rendered is rendered again; the snapshot is of the
/// revision at which none is left. Each turn renders at least twice what it brought, so it ends.
/// Nothing is copied and no transaction is held: the image in memory is read.
///
/// Threading: owned by the loop's thread.
namespace attune::api {

/// Frozen. Each device as `{"label":..,"attributes":{..}}`, by its id.
struct Snapshot {
  Revision revision{};
  std::map<std::string, std::string, std::less<>> devices;
};

class Snapshots {
 public:
  /// Attributes that one turn renders beside twice what it brought, and bytes that it joins.
  static constexpr std::size_t kAttributesPerTurn = 1'000;
  static constexpr std::size_t kBytesPerTurn = 512 * 1024;

  explicit Snapshots(Ports& ports) : ports_(ports) {}

  /// `done` is called once, in this call when there is little to render. One after another.
  void take(Match match, std::function<void(Snapshot)> done);
  /// The same as one document: `{"revision":..,"store":..,"devices":{..}}`.
  void write(Match match, std::function<void(std::string)> done);

  /// Once per turn, after the step.
  void turn(std::span<const Change> changes);
  [[nodiscard]] bool idle() const { return taking_.empty() && writing_.empty(); }

 private:
  struct Taking {
    Match match;
    std::function<void(Snapshot)> done;
    bool begun = false;
    Snapshot snapshot;
    std::set<std::string, std::less<>> open;  ///< devices to render (again)
  };
  struct Writing {
    Snapshot snapshot;
    std::string text;
    std::function<void(std::string)> done;
  };
  void begin(Taking& taking) const;
  std::size_t reopen(Taking& taking, std::span<const Change> changes) const;
  void render();
  void render_device(Taking& taking, const std::string& id);
  void join();
  [[nodiscard]] bool join(Writing& writing);
  [[nodiscard]] std::size_t attributes_of(std::string_view device) const;

  Ports& ports_;
  std::list<Taking> taking_;
  std::list<Writing> writing_;
  std::size_t attributes_left_ = kAttributesPerTurn;
  std::size_t bytes_left_ = kBytesPerTurn;
};

}  // namespace attune::api
