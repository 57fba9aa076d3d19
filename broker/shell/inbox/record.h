#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "broker/shell/inbox/stamp.h"

/// One thing that the link told the loop, in the order in which it happened.
namespace attune::inbox {

/// Written to the ring's file as its number: append only.
enum class RecordKind : std::uint8_t {
  filler = 0,    ///< the unused end of the ring; the reader never sees it
  message,       ///< a message as it came
  connected,     ///< the link is up; what follows belongs to this connection
  disconnected,  ///< it is down; `payload` says why
  rejected,      ///< a message that was not taken for its size: `topic` (cut), `size_bytes`
};

/// Fields that a kind does not name are empty. The views live as the ring says (ring.h).
struct Record {
  RecordKind kind = RecordKind::message;
  Stamp at;
  std::uint64_t connection = 0;  ///< differs between any two connections of one boot
  std::string_view topic;        ///< message, rejected
  std::string_view payload;      ///< message; connected: broker's incarnation (dedup.h);
                                 ///< disconnected: why
  std::uint16_t packet_id = 0;   ///< message; 0 at QoS 0
  std::uint8_t qos = 0;
  bool duplicate = false;           ///< the DUP flag: alone it proves nothing (dedup.h)
  bool retained = false;            ///< from the broker's memory, sent because we subscribed
  bool session_present = false;     ///< connected: the broker kept our session
  std::optional<Millis> absence;    ///< connected: since we were last connected; empty: unknown
  std::uint64_t size_bytes = 0;     ///< rejected: the payload's size
  std::string_view response_topic;  ///< MQTT 5 properties of a message
  std::string_view correlation;
  std::string_view traceparent;  ///< user property of that name
  friend bool operator==(const Record&, const Record&) = default;
};

/// Bytes that `record` needs in the ring, without the ring's own header.
[[nodiscard]] std::size_t encoded_bytes(const Record& record) noexcept;
/// Writes exactly encoded_bytes(record) bytes to `out`.
void encode(const Record& record, std::byte* out) noexcept;
/// Views into `bytes`; empty when they are no record. Reads hostile bytes safely.
[[nodiscard]] std::optional<Record> decode(std::string_view bytes) noexcept;

}  // namespace attune::inbox
