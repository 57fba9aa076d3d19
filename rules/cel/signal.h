#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "devices/model/device.h"
#include "devices/model/ids.h"
#include "devices/model/instant.h"
#include "rules/cel/expression.h"

/// Functions of an attribute rather than of its value, and of time: each is an attribute of its
/// own, which expressions read, and which somebody else keeps up to date (broker/core/signals.h).
namespace attune::cel {

enum class SignalKind : std::uint8_t {
  true_for = 1,   ///< inner[0] is true since `window` at least
  unchanged_for,  ///< how long `of` has its value; compared: a bool
  seen_ago,       ///< how long nothing was heard of `of`; compared: a bool
  known,          ///< whether `of` has a value
  past,           ///< the value of `of` that was there a `window` ago
  avg,            ///< the mean of inner[0] over the last `window`, weighted by time
  active,         ///< whether the rule `word` is active
  wanted,         ///< what is wanted of `of`
  diverged,       ///< whether `of` does not obey
  online,         ///< whether the device of `of` is there: not known to be offline
  between,        ///< local time lies between inner[0] and inner[1], `HH:MM` both
  weekday,        ///< `mon` .. `sun`
  local,          ///< `word` of the local time: year, month, day, hour, minute
  sun,            ///< `word`: elevation, azimuth (degrees), up; compared with inner[0]: a bool
};

/// A comparison with what moves all the time: whoever keeps it computes when it flips.
enum class Compare : std::uint8_t { none, less, less_equal, greater, greater_equal };

struct Signal {
  SignalKind kind{};
  std::string text;  ///< as an expression; equal ones are one signal
  AttributeId id{};  ///< where its value is read
  ValueType type = ValueType::boolean;
  std::vector<Expression> inner;
  std::optional<AttributeId> of;
  std::string word;
  Millis window{0};  ///< of a comparison of durations: what it is compared with
  Compare compare = Compare::none;
};

/// The longest window of a signal.
inline constexpr Millis kWindowMax = std::chrono::hours(7 * 24);

/// `HH:MM` as minutes since midnight; empty on anything else.
[[nodiscard]] std::optional<int> parse_time_of_day(std::string_view text);

/// Where the signals of all expressions of a rule set are kept.
class SignalBook {
 public:
  SignalBook() = default;
  SignalBook(const SignalBook&) = delete;
  SignalBook& operator=(const SignalBook&) = delete;
  virtual ~SignalBook() = default;
  /// Keeps the signal, unless one of that text is there; answers where its value is read.
  virtual AttributeId take(Signal signal) = 0;
  /// Ids of all rules, for active().
  [[nodiscard]] virtual std::vector<std::string_view> rules() const = 0;
};

/// A condition, or the moment at which one begins or ends to hold: `rises(c)`, `falls(c)`.
struct Edge {
  enum class Direction : std::uint8_t { level, rises, falls } direction = Direction::level;
  Expression condition;  ///< `c`
};
/// As compile() of a condition, which may be wrapped in rises() or falls().
[[nodiscard]] std::optional<Edge> compile_edge(std::string_view source, const Environment& names,
                                               std::vector<Finding>& findings);

}  // namespace attune::cel
