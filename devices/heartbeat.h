#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "devices/model/instant.h"

/// How often a device should say that it is there, and how long its silence means nothing.
///
///   unrest   = greater of variation / (rtt + 50 ms) and 4 * loss, at most 1
///   interval = longest - unrest * (longest - shortest)       bounds by the kind of link, below
///   missed   = 3 + round(3 * unrest)                         heartbeats in a row that may be lost
///   patience = missed * interval + rtt + 4 * variation
///
/// A quiet link is asked seldom, a restless one often and forgiven more. rtt and variation are
/// smoothed as TCP does it (RFC 6298: 1/8 and 1/4 of the new), loss by 1/16.
///
///   link      shortest  longest  patience at most (without rtt)
///   unknown       30 s     40 s      3 min 12 s
///   wired         30 s     60 s      3 min 45 s
///   wifi          30 s     45 s      3 min 12 s
///   mesh          30 s     60 s      3 min 45 s
///   cellular      60 s    120 s      7 min 30 s
///   radio        300 s    900 s     53 min 20 s
///
/// Threading: values, no state of their own. Determinism: pure.
namespace attune::devices {

enum class LinkKind : std::uint8_t { unknown, wired, wifi, mesh, cellular, radio };
/// `ethernet` is wired, `thread` and `zigbee` are a mesh, `lte` and `nbiot` cellular, `lora` a
/// radio. Empty for any other word.
[[nodiscard]] std::optional<LinkKind> link_kind(std::string_view word);

/// What heartbeats showed of a link.
struct LinkQuality {
  double rtt_ms = 0;        ///< smoothed; 0: never measured
  double variation_ms = 0;  ///< smoothed distance from it
  double loss = 0;          ///< smoothed share of heartbeats that did not arrive, 0 to 1
};

/// A heartbeat came, after `lost` that did not. `rtt_ms` is what its device measured; empty: it
/// says none. Values that cannot be (negative, above an hour, not a number) count as none.
void note_heartbeat(LinkQuality& quality, std::optional<double> rtt_ms, std::uint64_t lost);

struct Heartbeat {
  Millis interval{};  ///< until the next one, whole seconds
  Millis patience{};  ///< of silence after one; longer than that, and something is wrong
};
[[nodiscard]] Heartbeat next_heartbeat(const LinkQuality& quality, LinkKind kind);

}  // namespace attune::devices
