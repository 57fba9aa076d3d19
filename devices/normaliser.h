#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "devices/catalog.h"
#include "devices/dialect.h"
#include "devices/dialect_config.h"
#include "devices/message_rates.h"
#include "devices/model/issue.h"
#include "devices/model/result.h"
#include "devices/waiting_messages.h"

/// All dialects behind one door: a message goes in, canonical readings come out.
namespace attune::devices {

/// One attribute of a `json` device, from the devices file. The unit of one's own attribute is
/// that of the wire and of attune alike, and any text.
struct JsonAttribute {
  std::string name;  ///< canonical, raw.<anything>, or x_<one's own>
  std::string topic;
  std::string path;                           ///< JSON pointer; empty: the whole payload
  std::string unit;                           ///< UCUM on the wire; empty: canonical
  std::optional<ValueType> type;              ///< of an attribute `x_..` of one's own, and no other
  std::optional<Range> range;                 ///< the same
  std::map<std::string, std::string> values;  ///< canonical -> word on the wire
  std::string command_topic;                  ///< empty: read only
  std::string command_payload;                ///< template with ${value}; empty: the bare value
  std::optional<Millis> impulse{};            ///< AttributeInfo::impulse; the payload is the pulse
};
struct JsonDevice {
  DeviceId id;
  std::vector<JsonAttribute> attributes;
};

/// What the devices files say, parsed (broker/shell/config/devices_file.h).
struct DevicesFile {
  std::vector<DeviceEntry> entries;
  std::vector<JsonDevice> json;
};

/// What a devices file maps, and cannot be.
struct Misfit {
  DeviceId device;
  std::string attribute;
  std::string what;  ///< names both; says what to do after a semicolon
};

class JsonMapped;

/// Threading: owned by the loop's thread. Errors: none; what is wrong with a message is in
/// Decoded::rejections. Determinism: depends only on configuration and the messages so far.
class Normaliser {
 public:
  Normaliser(Catalog& catalog, const DialectConfig& config);
  ~Normaliser();
  Normaliser(const Normaliser&) = delete;
  Normaliser& operator=(const Normaliser&) = delete;

  /// Names that the vocabulary does not know, units that do not convert, topics that somebody else
  /// reads: the first of each attribute, in the file's order. Empty: configure() takes the file.
  [[nodiscard]] std::vector<Misfit> misfits(const DevicesFile& file) const;
  /// Replaces what the devices files say, at start and on reload. Errors: the first misfit.
  [[nodiscard]] Status configure(const DevicesFile& file);

  /// Before the first message: see Catalog::take_numbered.
  void restore_numbered(const Catalog::Numbered& known) { catalog_.restore_numbered(known); }

  /// Filters of all dialects, no two overlapping (a filter below another is dropped).
  [[nodiscard]] std::vector<std::string> subscriptions() const;

  /// Checks topic and size limits, finds the dialect, decodes. `out` is cleared first. Where
  /// Decoded::subscriptions_changed is set, subscriptions() has changed. A device that says too
  /// much is told so ("rate"), and waits while others do; one that is new while too many join
  /// ("new_devices") waits too.
  void decode(const Message& message, Decoded& out, bool others_wait = true);

  /// The next message that waited and may be taken by `now`: as one that comes late.
  [[nodiscard]] std::optional<WaitingMessage> take_waiting(const Instant& now, Decoded& out);
  /// Asked after each decode(): a device of which the first message was held back just now.
  [[nodiscard]] std::optional<DeviceIndex> take_flood() { return rates_.take_began(); }
  /// A device of whose flood something was lost: it is to be asked, now that it is calm.
  [[nodiscard]] std::optional<DeviceIndex> take_to_ask(Millis now);
  /// Steady, when one of the two has something; empty: nothing waits.
  [[nodiscard]] std::optional<Millis> waits_until(Millis now) const;

  /// Whether the topic is a known device's, or one that tells of devices.
  [[nodiscard]] bool knows(std::string_view topic) const;

  /// See Dialect. A device of an unknown dialect encodes to nothing.
  [[nodiscard]] std::vector<Outgoing> encode(DeviceIndex device, std::span<const Reading> values,
                                             const Terms& terms = {}) const;
  [[nodiscard]] std::vector<Outgoing> ask(DeviceIndex device) const;

 private:
  [[nodiscard]] const Dialect* of(DeviceIndex device) const;
  void decode_by_owner(const Message& message, Decoded& out);
  [[nodiscard]] std::string_view owner_before_json(std::string_view topic) const;
  [[nodiscard]] std::string_view owner_among(std::size_t count, std::string_view topic) const;

  Catalog& catalog_;
  std::vector<std::unique_ptr<Dialect>> dialects_;  // in the table's order
  JsonMapped* json_ = nullptr;                      // of dialects_; always there
  MessageRates rates_;
  WaitingRoom newcomers_room_;
  WaitingMessages newcomers_{newcomers_room_};
};

}  // namespace attune::devices
