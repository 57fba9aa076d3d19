#pragma once
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "devices/model/records.h"

/// The commands that have no end yet, one per attribute at most.
namespace attune::core {

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
  void give_up(AttributeId attribute, Revision wanted);
  [[nodiscard]] bool gave_up(AttributeId attribute, Revision wanted) const;
  void forgive(AttributeId attribute);

 private:
  std::map<CommandId, Command> open_;
  std::vector<std::optional<CommandId>> by_attribute_;
  std::vector<Revision> given_up_;  // 0: not
  CommandId last_{};
};

}  // namespace attune::core
