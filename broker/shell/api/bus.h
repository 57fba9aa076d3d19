#pragma once
#include <list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "broker/shell/api/bus_body.h"
#include "broker/shell/api/clients.h"
#include "broker/shell/api/latest.h"
#include "broker/shell/api/ports.h"
#include "broker/shell/api/snapshot.h"

/// What clients ask over the bus: `<prefix>/set/<device>/<attribute>`, `<prefix>/ack/<rule>` and
/// `<prefix>/sync`
/// (docs/api.md, "Over MQTT").
///
/// A request that is retained, late, malformed, or wants its answer anywhere but below
/// `<prefix>/reply/` has no effect and is counted. Answers go out once what they say is committed.
///
/// Threading: owned by the loop's thread.
namespace attune::api {

/// One message below attune's prefix. The views live as long as the call.
struct BusRequest {
  std::string_view topic;
  std::string_view payload;
  std::string_view response_topic;  ///< MQTT 5, may be empty
  std::string_view correlation;
  bool retained = false;
  Arrival arrival = Arrival::live;
};

class Bus {
 public:
  static constexpr std::size_t kSyncsMax = 16;       ///< at once
  static constexpr std::size_t kBatchChanges = 200;  ///< about 64 KiB
  static constexpr std::size_t kPartBytes = 64 * 1024;
  static constexpr std::size_t kWaitingMax = 64;  ///< with more before the sender, syncs pause
  static constexpr Millis kPause{20};

  Bus(Ports& ports, Latest& latest, Snapshots& snapshots, Clients& clients)
      : ports_(ports), latest_(latest), snapshots_(snapshots), clients_(clients) {}

  /// What the link must subscribe to.
  [[nodiscard]] static std::vector<std::string> filters(std::string_view prefix);
  /// False: none of ours, somebody else may read it.
  [[nodiscard]] bool take(const BusRequest& request);
  /// Goes on with the syncs that are under way.
  void turn();
  /// Syncs may wait for the sender, which wakes nobody: another turn is due after kPause.
  [[nodiscard]] bool paused() const;

 private:
  struct Way {  ///< back to who asked; no topic: nobody waits
    std::string topic;
    std::string correlation;
    std::string id;
  };
  struct Sync {
    Way way;
    Filter filter;
    std::string store;
    std::optional<Revision> cursor;                     ///< empty: a snapshot is wanted
    std::shared_ptr<std::optional<Snapshot>> snapshot;  ///< null: not asked for; empty: being taken
    std::size_t part = 0;
  };
  void set(const BusRequest& request, std::string_view path);
  void acknowledge(const BusRequest& request, std::string_view rule);
  void sync(const BusRequest& request);
  [[nodiscard]] std::optional<Way> way_of(const BusRequest& request, const std::string& reply_to,
                                          const std::string& id);
  [[nodiscard]] bool is_reply_topic(std::string_view topic) const;
  void refuse(const BusRequest& request, std::string_view reason, std::string detail);
  enum class Next : std::uint8_t {
    again,  ///< there is more that could be done at once
    wait,   ///< for what wakes the loop itself
    ended,
  };
  [[nodiscard]] Next go_on(Sync& sync);
  [[nodiscard]] Next send_batch(Sync& sync);
  [[nodiscard]] Next send_part(Sync& sync);
  bool send(const Way& way, std::string payload);
  void begin_object(devices::json::Writer& out, const Way& way) const;

  Ports& ports_;
  Latest& latest_;
  Snapshots& snapshots_;
  Clients& clients_;
  std::list<Sync> syncs_;
};

}  // namespace attune::api
