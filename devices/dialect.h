#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "devices/catalog.h"
#include "devices/model/change.h"
#include "devices/model/device.h"
#include "devices/model/ids.h"

/// The seam between a convention on the wire and the model: bytes <-> readings, commands -> bytes.
namespace attune::devices {

/// One message as it came. The views live as long as the call.
struct Message {
  std::string_view topic;
  std::string_view payload;
  bool retained = false;
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
  std::string reason;     ///< stable word: json, duplicate, depth, members, string, size, utf8,
                          ///< type, range, topic, retained_command, unknown_attribute, device_limit
  std::string detail;     ///< for people, with offset or value
};

struct AvailabilityReport {
  DeviceIndex device{};
  Availability availability = Availability::unknown;
};

/// What one message means. Reused between messages: clear() keeps the memory.
struct Decoded {
  std::vector<Reading> readings;  ///< checked against vocabulary and ranges
  std::vector<Reading> events;    ///< momentary: `button.event` = "single"; never stored
  std::vector<Reading> foreign;   ///< seen on a device's command topic: somebody else commands
  std::vector<AvailabilityReport> availability;
  std::vector<Rejection> rejections;
  bool devices_changed = false;  ///< the catalog's generation moved
  /// Set for a discovery message: kept by the shell under this key, and fed again (restored) at
  /// the next start, before the link is up. An empty payload erases it.
  std::string keep_as;
  void clear();
};

/// A message to publish. Never retained.
struct Outgoing {
  std::string topic;
  std::string payload;
  int qos = 1;
};

/// One convention. Threading: owned by the loop's thread.
class Dialect {
 public:
  virtual ~Dialect() = default;
  [[nodiscard]] virtual std::string_view name() const = 0;
  /// Topic filters to subscribe, none overlapping another of the same dialect.
  [[nodiscard]] virtual std::vector<std::string> subscriptions() const = 0;
  /// Whether a topic is this dialect's: at most one dialect may say yes to a topic.
  [[nodiscard]] virtual bool owns(std::string_view topic) const = 0;
  /// Takes up the devices that a devices file assigns to this dialect, replacing earlier ones.
  virtual void declare(std::span<const DeviceEntry> entries);
  /// Appends what the message means. Never throws; a bad message becomes Rejections.
  virtual void decode(const Message& message, Decoded& out) = 0;
  /// The messages that make the device take these values, as few as the convention can: all of
  /// one device in one where it can. Only attributes of `device`, all writable.
  [[nodiscard]] virtual std::vector<Outgoing> encode(DeviceIndex device,
                                                     std::span<const Reading> values) const = 0;
  /// Messages that ask a device to say its state again; may be empty.
  [[nodiscard]] virtual std::vector<Outgoing> ask(DeviceIndex device) const = 0;
};

}  // namespace attune::devices
