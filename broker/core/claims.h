#pragma once
#include <string>
#include <vector>

#include "broker/core/combine.h"
#include "broker/core/event.h"
#include "devices/model/records.h"

/// The priority arrays: who wants what of each attribute, and who wins.
namespace attune::core {

class Claims {
 public:
  /// All claims on an attribute, the winner first, then who waits behind, in order; shadow claims
  /// last. Highest priority wins; a tie goes to who became active last, then to the source's name.
  [[nodiscard]] const std::vector<Claim>& on(AttributeId attribute) const;
  /// Who decides, see deciding().
  [[nodiscard]] const Claim* winner(AttributeId attribute) const;
  [[nodiscard]] const Claim* find(AttributeId attribute, ClaimBy by, std::string_view source) const;
  /// Attributes with at least one claim, ascending by path.
  [[nodiscard]] std::vector<AttributeId> claimed(const AttributeTable& table) const;
  [[nodiscard]] std::size_t size() const { return size_; }

  /// Adds, or replaces the claim of the same source. The reference lives until the next put or
  /// take of the attribute; key, value, priority and since must not be changed through it.
  Claim& put(AttributeId attribute, Claim claim);
  /// Takes it away and returns it; empty when there was none.
  std::optional<Claim> take(AttributeId attribute, ClaimBy by, std::string_view source);

  /// Sets what keeps a claim from counting; empty: nothing any more.
  void block(AttributeId attribute, ClaimBy by, std::string_view source, std::string blocked);

  /// What stood on the attribute before the first claim; null: unknown or nothing claimed.
  [[nodiscard]] const Value* base(AttributeId attribute) const;
  void set_base(AttributeId attribute, std::optional<Value> base);

 private:
  struct Slot {
    std::vector<Claim> claims;
    std::optional<Value> base;
  };
  Slot& slot(AttributeId attribute);
  std::vector<Slot> slots_;
  std::size_t size_ = 0;
};

}  // namespace attune::core
