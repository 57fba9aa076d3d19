#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "devices/catalog.h"
#include "devices/model/change.h"
#include "devices/model/device.h"
#include "devices/model/ids.h"
#include "devices/model/instant.h"

/// The seam between a convention on the wire and the model: bytes <-> readings, commands -> bytes.
namespace attune::devices {

/// One message as it came. The views live as long as the call.
struct Message {
  std::string_view topic;
  std::string_view payload;
  bool retained = false;
  Instant at{};  ///< when it came; what a dialect paces its own messages by
};

/// One attribute and its canonical value.
struct Reading {
  AttributeId attribute{};
  Value value;
  Millis transition{0};  ///< of a command: how long it may take to come about; 0: at once
};

/// Why a message, or one attribute of it, was not taken. Counted by reason, shown to people.
struct Rejection {
  std::string topic;
  std::string attribute;  ///< device.attribute when it is known, else empty
  /// Stable word: json, duplicate, depth, members, string, size, utf8, type, range, topic,
  /// retained_command, unknown_attribute, device_limit, unit, old_boot, command_rejected,
  /// command_expired, template, name, alias, protobuf, version, retained_data, rate, new_devices.
  std::string reason;
  std::string detail;  ///< for people, with offset or value
};

struct AvailabilityReport {
  DeviceIndex device{};
  Availability availability = Availability::unknown;
  /// It promised to be heard again before such a silence is over; empty: it promised nothing.
  std::optional<Millis> patience{};
};

/// A device says that it will not do what it was told.
struct CommandRefusal {
  DeviceIndex device{};
  std::string id;        ///< as it was sent: Terms::id
  bool expired = false;  ///< it came too late; else the device would not
  std::string reason;    ///< in its words; may be empty
};

/// The device says that it changed an attribute by itself: nobody's hand.
struct OwnDoing {
  AttributeId attribute{};
  bool protection = false;  ///< against overload or heat: it would do the same again
};

/// A message to publish. Never retained.
struct Outgoing {
  std::string topic;
  std::string payload;
  int qos = 1;
};

/// Where a message stands in its stream, in the conventions that count.
struct StreamPlace {
  std::optional<std::uint64_t> seq;      ///< of the message
  std::optional<std::uint64_t> birth;    ///< of the connection that it belongs to
  std::optional<std::uint64_t> version;  ///< of the document
  bool gap = false;                      ///< messages are missing before this one
};

/// What one message means. Reused between messages: clear() keeps the memory.
struct Decoded {
  std::vector<Reading> readings;     ///< checked against vocabulary and ranges; the present state
  std::vector<Reading> desired;      ///< what the device says is wanted of it; never its state
  std::vector<Reading> historical;   ///< of the past, sent late; never its state
  std::vector<Reading> events;       ///< momentary: `button.event` = "single"; never stored
  std::vector<Reading> foreign;      ///< seen on a device's command topic: somebody else commands
  std::vector<AttributeId> unknown;  ///< the device says that it does not know them (any more)
  std::vector<OwnDoing> by_itself;   ///< of `readings`: those that the device itself caused
  std::vector<CommandRefusal> refusals;
  std::vector<AvailabilityReport> availability;
  std::vector<Rejection> rejections;
  std::vector<DeviceId> removed;       ///< devices that left: nothing names them any more
  bool devices_changed = false;        ///< the catalog's generation moved
  bool subscriptions_changed = false;  ///< Dialect::subscriptions() says something else now
  /// The message is not this dialect's after all: the next one that owns its topic is asked.
  /// Nothing else of Decoded may be set then.
  bool pass_on = false;
  bool too_many_devices = false;  ///< a new device had to wait: decode it again later
  /// What the dialect wants to say by itself: a request to describe, an answer to a heartbeat, a
  /// question for state. They leave after what the message changed is committed, and after new
  /// filters are subscribed; never for a message that is restored. The dialect paces them.
  std::vector<Outgoing> replies;
  StreamPlace place;
  /// Set for a discovery message: kept by the shell under this key, and fed again (restored) at
  /// the next start, before the link is up. An empty payload erases it.
  std::string keep_as;
  void clear();
};

/// What belongs to a command beside its values.
struct Terms {
  std::string id;  ///< `cmd-12`: the last of those that travel together; may be empty
  std::optional<Millis> expires;  ///< wall time from which on the device must not obey it
};

/// One convention. Threading: owned by the loop's thread.
class Dialect {
 public:
  virtual ~Dialect() = default;
  [[nodiscard]] virtual std::string_view name() const = 0;
  /// Topic filters to subscribe, none overlapping another of the same dialect. They may change
  /// with a message (Decoded::subscriptions_changed).
  [[nodiscard]] virtual std::vector<std::string> subscriptions() const = 0;
  /// Whether a topic is this dialect's, by its form or by what was learnt. Where several say yes
  /// the first of the table has it (dialects/registry.h).
  [[nodiscard]] virtual bool owns(std::string_view topic) const = 0;
  /// Of a topic that it owns: whether a device that is known, or the bridge, says it.
  [[nodiscard]] virtual bool knows(std::string_view topic) const { return owns(topic); }
  /// Takes up the devices that a devices file assigns to this dialect, replacing earlier ones.
  virtual void declare(std::span<const DeviceEntry> entries);
  /// An earlier dialect owns other topics than before: a later one gives up what it took for its
  /// own. `out` is that of the message that changed it.
  virtual void reconsider(Decoded& out);
  /// Appends what the message means. Never throws; a bad message becomes Rejections.
  virtual void decode(const Message& message, Decoded& out) = 0;
  /// The messages that make the device take these values, as few as the convention can: all of
  /// one device in one where it can. Only attributes of `device`, all writable.
  [[nodiscard]] virtual std::vector<Outgoing> encode(DeviceIndex device,
                                                     std::span<const Reading> values) const = 0;
  /// The same with its terms. What a convention has no words for stays out.
  [[nodiscard]] virtual std::vector<Outgoing> command(DeviceIndex device,
                                                      std::span<const Reading> values,
                                                      const Terms& terms) const;
  /// Messages that ask a device to say its state again; may be empty.
  [[nodiscard]] virtual std::vector<Outgoing> ask(DeviceIndex device) const = 0;
};

}  // namespace attune::devices
