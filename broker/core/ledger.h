#pragma once
#include <map>
#include <optional>
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

  /// Attributes whose last command failed: wanted and reported stay apart (`diverged`).
  [[nodiscard]] bool diverged(AttributeId attribute) const;
  void set_diverged(AttributeId attribute, bool diverged);

 private:
  std::map<CommandId, Command> open_;
  std::vector<std::optional<CommandId>> by_attribute_;
  std::vector<bool> diverged_;
  CommandId last_{};
};

}  // namespace attune::core
