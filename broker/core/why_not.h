#pragma once
#include <optional>
#include <string>
#include <vector>

#include "broker/core/why.h"
#include "rules/cel/explain.h"

/// Why a rule did not act: what stands in its way, with its value and since when.
///
/// Determinism: a function of the rule and the moment.
namespace attune::core {

/// The state at some moment as conditions read it, and since when it was so.
class Moment : public rules::StateView {
 public:
  struct Read {
    AttributePath path;
    std::string text;              ///< how the rules write it: a path, or `true_for(..)`
    Value value;                   ///< none: unknown
    std::optional<Instant> since;  ///< of the value; empty: never reported, or not kept
    bool offline = false;          ///< its device could not be reached: that is why it is unknown
  };
  [[nodiscard]] virtual Read read(AttributeId attribute) const = 0;
  /// What a signal (`true_for(..)`, `avg(..)`) is worked out from; nothing of another attribute.
  [[nodiscard]] virtual std::vector<AttributeId> behind(AttributeId attribute) const = 0;
};

/// The present of a core.
class Present final : public Moment {
 public:
  explicit Present(const Core& core) : core_(core) {}
  [[nodiscard]] const Value& value(AttributeId attribute) const override {
    return core_.image().value(attribute);
  }
  [[nodiscard]] Read read(AttributeId attribute) const override;
  [[nodiscard]] std::vector<AttributeId> behind(AttributeId attribute) const override;

 private:
  const Core& core_;
};

enum class Clause : std::uint8_t { when, while_, until };
[[nodiscard]] std::string_view name(Clause clause);

/// A part of a condition that keeps a rule from starting.
struct Obstacle {
  Clause clause = Clause::when;
  std::string text;
  cel::Truth truth = cel::Truth::unknown;
  std::string error;                ///< of a part that failed
  std::vector<Moment::Read> reads;  ///< what it was worked out from, at most kReadsMax
  std::size_t reads_more = 0;       ///< how many more there were
};
inline constexpr std::size_t kReadsMax = 8;

/// The set's signal that is read there; null: another attribute.
[[nodiscard]] const cel::Signal* signal_of(const rules::RuleSet& set, AttributeId attribute);
/// What a signal is worked out from, ascending, each once.
[[nodiscard]] std::vector<AttributeId> reads_of(const cel::Signal& signal);

/// What keeps the rule from starting on that state: of a condition the first false part, else the
/// first unknown, of an `||` all. Empty: nothing does.
[[nodiscard]] std::vector<Obstacle> obstacles(const rules::Rule& rule, const Moment& moment);

/// How a rule stands towards acting.
enum class RuleStanding : std::uint8_t {
  active,     ///< it acts; `wants` say with what success
  disabled,   ///< a person or the file switched it off
  inhibited,  ///< `obstacles` stand in its way
  waiting,    ///< its condition holds, `for` has not yet passed
  resting,    ///< it has had its time, and needs its condition to be false first, or a pause
  triggered,  ///< nothing stands in its way but that its trigger has not come
};
[[nodiscard]] std::string_view name(RuleStanding standing);

/// One attribute that an active rule wants.
struct WantOutcome {
  AttributePath path;
  std::optional<Claim> own;     ///< empty: it claims nothing there (a setting, an unknown value)
  std::optional<Claim> winner;  ///< who holds it
};

struct WhyNot {
  RuleNote rule;
  RuleStanding standing = RuleStanding::inhibited;
  std::optional<Instant> since;  ///< of its phase; empty: not known
  std::optional<Millis> due;     ///< wall time at which it starts, while it waits
  std::vector<Obstacle> obstacles;
  std::vector<WantOutcome> wants;
};

/// Those with the fewest obstacles first; else they stay in order.
void sort_by_obstacles(std::vector<WhyNot>& rules);
/// Whether the rule, while it is active, wants something of the attribute.
[[nodiscard]] bool wants(const rules::Rule& rule, AttributeId attribute);

/// Of the set that runs; `rule` is its index there.
[[nodiscard]] WhyNot why_not(const Core& core, std::uint32_t rule, const Instant& now);

/// The rules that want the attribute and hold no claim on it, those with the fewest obstacles
/// first; ascending by id among equals.
[[nodiscard]] std::vector<WhyNot> inhibited_rules(const Core& core, AttributeId attribute,
                                                  const Instant& now);

/// A few lines of plain text, ending with a newline. Texts of devices and files are printable.
[[nodiscard]] std::string why_not_text(const WhyNot& why);
/// ``when: `door.open` is false (door.open = false since 18:00:00.000)``, without a newline.
[[nodiscard]] std::string obstacle_text(const Obstacle& obstacle);

}  // namespace attune::core
