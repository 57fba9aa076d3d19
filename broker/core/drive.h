#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "broker/core/agenda.h"
#include "broker/core/arbitration.h"
#include "broker/core/journal.h"
#include "broker/core/ledger.h"
#include "broker/core/limits.h"
#include "broker/core/timers.h"
#include "devices/catalog.h"

/// Wanted against reported: commands where they differ, followed until the device shows it.
namespace attune::core {

inline constexpr Millis kSettleWindow{2'000};     ///< a device's time to show a command's effect
inline constexpr std::uint32_t kAttemptsMax = 6;  ///< the first and five repeats, each doubling
inline constexpr std::uint32_t kImpulses = 1;     ///< of one that is turned around: never again
inline constexpr Millis kCommandLife{120'000};    ///< then it has expired, whatever the link does

class Drive {
 public:
  static constexpr std::string_view kFailureSpace =
      "given_up";  ///< of blobs; their key is the path

  Drive(const devices::Catalog& catalog, const Image& image, const Claims& claims,
        const RuleRunner& rules, const Limits& limits, Ledger& ledger, Arbitration& arbitration,
        Timers& timers, Journal& journal, Agenda& agenda, bool observe)
      : catalog_(catalog),
        image_(image),
        claims_(claims),
        rules_(rules),
        limits_(limits),
        ledger_(ledger),
        arbitration_(arbitration),
        timers_(timers),
        journal_(journal),
        agenda_(agenda),
        observe_(observe) {}

  /// Compares wanted and reported for every device on the agenda.
  void settle();

  /// The device reported `value` for the attribute: ends a command that wanted it. Answers what
  /// the report cites when it is attune's own doing, else nothing.
  std::optional<Because> explain(AttributeId attribute, const Value& value);
  /// Whether a command was sent to the device within the settle window; what its reports cite.
  [[nodiscard]] std::optional<Because> recently_commanded(DeviceIndex device) const;
  /// The attribute itself was commanded within the settle window and has shown what it was told.
  [[nodiscard]] bool has_just_obeyed(AttributeId attribute) const;
  /// Somebody else changed it: the bus keeps the order, so what comes from now on is no echo.
  void overruled(AttributeId attribute);
  /// Ends the open command of `attribute` as confirmed, when `value` is what it wanted.
  void confirm(AttributeId attribute, const Value& value, const Because& because);

  void sent(const std::vector<CommandId>& ids);
  void link_changed(bool up);
  /// The device is back: what was given up for no longer than `upto` is tried again.
  void try_again(DeviceIndex device, GaveUp upto);
  void fire_retry(CommandId id);
  void fire_expiry(CommandId id);
  /// The device will not do it: the command ends, and those that travelled with it.
  void refused(const devices::CommandRefusal& refusal);
  /// The device protects itself from what is wanted: it is not told again until something else is
  /// wanted, or it was away.
  void protected_itself(AttributeId attribute);

  /// A command for it is under way, and it is not where that wants it.
  [[nodiscard]] bool is_short_of(AttributeId attribute) const;

  /// Ends the open command of `attribute` as superseded; it must have one.
  void abandon(AttributeId attribute, std::string reason);

  /// Why what is wanted is not commanded yet; null: nothing delays it.
  [[nodiscard]] const Delay* delay(AttributeId attribute) const;

  void restore(Command command);
  /// Rows that cannot be read are left out.
  void restore_failures(const std::vector<Blob>& blobs, AttributeTable& table);
  /// Feed the log's last entries, in order: what was sent just before the stop still explains
  /// reports.
  void remember(const Change& change);

 private:
  struct Recent {  ///< a value that was sent, inside the settle window
    Value value;
    Because because;
    Millis until{};
    bool over = false;  ///< somebody changed it since: what comes now is no echo
  };

  void drive(DeviceIndex device);
  void drive(AttributeId attribute);
  [[nodiscard]] bool may_be_driven(AttributeId attribute) const;
  [[nodiscard]] bool differs(AttributeId attribute) const;
  [[nodiscard]] std::optional<AttributeId> switching_on(AttributeId attribute) const;
  [[nodiscard]] std::optional<AttributeId> sibling(AttributeId attribute,
                                                   std::string_view name) const;
  [[nodiscard]] std::optional<Delay> delay_of(AttributeId attribute) const;
  [[nodiscard]] std::optional<Delay> order_of(AttributeId attribute) const;
  bool must_wait(AttributeId attribute);
  void wait_no_more(AttributeId attribute);
  [[nodiscard]] Millis transition_of(AttributeId attribute) const;
  [[nodiscard]] bool still_leads(AttributeId attribute, const Command& open) const;
  void go_on_in_order(AttributeId attribute);
  [[nodiscard]] std::optional<AttributeId> attribute_of(const Command& command) const;
  Command& queue(AttributeId attribute);
  void would_send(AttributeId attribute);
  void dispatch(Command& command, AttributeId attribute);
  [[nodiscard]] std::vector<Recent>& recent_of(AttributeId attribute);
  void remember(AttributeId attribute, Recent recent);
  void forget_older(AttributeId attribute, const Value& confirmed);
  void keep_back(AttributeId attribute, CommandId id);
  void give_up(AttributeId attribute, GaveUp how);
  void forgive(AttributeId attribute, GaveUp upto);
  [[nodiscard]] bool rests_on_a_failure(AttributeId attribute) const;
  [[nodiscard]] std::optional<Millis> impulse(AttributeId attribute) const;
  [[nodiscard]] std::optional<Delay> impulse_delay(AttributeId attribute) const;
  bool put_off_impulse(const Command& command, AttributeId attribute);
  [[nodiscard]] std::uint32_t attempts_max(AttributeId attribute) const;
  [[nodiscard]] Millis time_to_show(AttributeId attribute, std::uint32_t attempt) const;
  void finish(AttributeId attribute, CommandState state, std::string reason);
  [[nodiscard]] bool retry_is_armed(const Command& command) const;
  Because note(Command& command, const Because& because);
  [[nodiscard]] bool reachable(DeviceIndex device) const;

  const devices::Catalog& catalog_;
  const Image& image_;
  const Claims& claims_;
  const RuleRunner& rules_;
  const Limits& limits_;
  Ledger& ledger_;
  Arbitration& arbitration_;
  Timers& timers_;
  Journal& journal_;
  Agenda& agenda_;
  const bool observe_;
  bool link_up_ = false;
  std::set<AttributeId> heard_;              // contacts of impulses, since the connect
  std::set<AttributeId> kept_failures_;      // those of which there is a row
  std::map<DeviceIndex, Dispatch> leaving_;  // of this step, by device
  std::map<CommandId, CommandId> company_;   // open commands: the last of those it travelled with
  std::vector<std::vector<Recent>> recent_;  // by AttributeId, in the order of sending
  std::vector<Recent> last_sent_;            // by DeviceIndex
  std::map<AttributeId, Delay> delays_;
  std::vector<std::pair<AttributeId, Value>> would_have_sent_;  // observe: said once per value
};

}  // namespace attune::core
