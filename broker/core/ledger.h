#pragma once
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "devices/model/records.h"

/// The commands that have no end yet, one per attribute at most.
namespace attune::core {

/// How long a command that came to nothing is not repeated, while the same is wanted.
enum class GaveUp : std::uint8_t {
  for_now,     ///< until the line or the device was away
  until_back,  ///< until the device was away: it protects itself
  for_good,    ///< a pulse, which may have worked: only what is wanted anew is tried
};

/// What was wanted in vain.
struct Failure {
  Revision wanted{};  ///< AttributeState::desired_revision
  Value value;
  GaveUp how = GaveUp::for_now;
};

class Ledger {
 public:
  /// The unfinished command of an attribute, or null.
  [[nodiscard]] const Command* on(AttributeId attribute) const;
  [[nodiscard]] Command* on(AttributeId attribute);
  [[nodiscard]] const Command* find(CommandId id) const;
  [[nodiscard]] Command* find(CommandId id);
  /// Unfinished commands, ascending id.
  [[nodiscard]] const std::map<CommandId, Command>& open() const { return open_; }

  Command& add(AttributeId attribute, Command command);
  void remove(AttributeId attribute);

  /// The next id; never given twice, also over restarts.
  CommandId next_id();
  void restore_last_id(CommandId last);

  /// Wanted and reported stay apart although attune did what it could (`diverged`).
  [[nodiscard]] bool diverged(AttributeId attribute) const;
  /// Gives up on what is wanted since revision `wanted`; something newer is tried again.
  void give_up(AttributeId attribute, Failure failure);
  [[nodiscard]] bool gave_up(AttributeId attribute, Revision wanted) const;
  /// Null: nothing was wanted in vain.
  [[nodiscard]] const Failure* failure(AttributeId attribute) const;
  /// Forgets the failure, unless it is one for longer than `upto`: then false.
  bool forgive(AttributeId attribute, GaveUp upto = GaveUp::for_good);

 private:
  std::map<CommandId, Command> open_;
  std::vector<std::optional<CommandId>> by_attribute_;
  std::map<AttributeId, Failure> failures_;
  CommandId last_{};
};

}  // namespace attune::core
