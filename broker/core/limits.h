#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/core/combine.h"
#include "broker/core/image.h"
#include "broker/core/journal.h"
#include "broker/core/rule_runner.h"
#include "broker/core/timers.h"
#include "devices/catalog.h"

/// What devices can bear: how long they have been on, how often they started, and what that leaves
/// of a command.
namespace attune::core {

/// Why a command waits.
struct Delay {
  Millis until{};  ///< Instant::steady
  std::string reason;
  friend bool operator==(const Delay&, const Delay&) = default;
};

class Limits {
 public:
  static constexpr std::string_view kSpace = "limits";  ///< of the blobs; their key is the path

  Limits(const devices::Catalog& catalog, const RuleRunner& rules, const Image& image,
         Timers& timers, Journal& journal)
      : catalog_(catalog), rules_(rules), image_(image), timers_(timers), journal_(journal) {}
  /// Rows that cannot be read are left out.
  void restore(const std::vector<Blob>& blobs, AttributeTable& table);

  /// The bounds on a number, for every command.
  [[nodiscard]] Band band(AttributeId attribute) const;
  /// Why `value` may not be commanded yet.
  [[nodiscard]] std::optional<Delay> delay(AttributeId attribute, const Value& value) const;
  /// The next step towards `value`; it, where nothing bounds how fast it moves.
  [[nodiscard]] Value step(AttributeId attribute, const Value& value) const;
  /// `open` leads from what is reported towards `value`, and is not there yet.
  [[nodiscard]] bool leads_to(AttributeId attribute, const Value& open, const Value& value) const;

  /// The attribute was reported anew, or the limits are: counts starts, and the time on.
  void touched(AttributeId attribute);
  /// Puts right what a new set of rules limits, and what none does any more.
  void rules_loaded();
  /// It has been on for `max_on`: claims that stand now are spent.
  void spend(AttributeId attribute);
  /// A claim that wants it on, and has had its time.
  [[nodiscard]] bool is_spent(AttributeId attribute, const Claim& claim) const;
  /// What off is, in the type of the attribute.
  [[nodiscard]] Value off_value(AttributeId attribute) const;

 private:
  struct Memory {
    std::optional<Millis> on_since;  // Instant::steady, as the others
    std::optional<Millis> spent;
    std::vector<Millis> starts;  // within the time of max_starts, ascending
    friend bool operator==(const Memory&, const Memory&) = default;
  };
  [[nodiscard]] const rules::Limit* of(AttributeId attribute) const;
  [[nodiscard]] const Memory* memory(AttributeId attribute) const;
  void keep(AttributeId attribute, const Memory& before);
  void note_start(const rules::Limit& limit, Memory& memory) const;
  void arm(AttributeId attribute, const rules::Limit& limit, const Memory& memory);
  static std::string pack(const Memory& memory);
  static std::optional<Memory> unpack(std::string_view bytes);

  const devices::Catalog& catalog_;
  const RuleRunner& rules_;
  const Image& image_;
  Timers& timers_;
  Journal& journal_;
  std::map<AttributeId, Memory> memory_;
};

/// On is true, a number that is not 0, or a word that is not `off`.
[[nodiscard]] bool is_on(const Value& value);

}  // namespace attune::core
