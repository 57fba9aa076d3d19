#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "devices/model/ids.h"

/// Who reads what: so that a change wakes its readers and nobody else.
namespace attune::rules {

struct Rule;

/// The rules that read an attribute, of all attributes of a table.
///
/// Threading: immutable when built. Determinism: a function of the rules and their order.
class Readers {
 public:
  Readers() = default;
  Readers(const std::vector<Rule>& rules, std::size_t attributes);

  /// Indices of the rules, ascending; none of an attribute that the table did not have.
  [[nodiscard]] std::span<const std::uint32_t> of(AttributeId attribute) const;
  /// How many attributes the table had.
  [[nodiscard]] std::size_t attributes() const { return begin_.empty() ? 0 : begin_.size() - 1; }

 private:
  std::vector<std::uint32_t> begin_;  // by AttributeId, in rules_; and where the last one ends
  std::vector<std::uint32_t> rules_;
};

}  // namespace attune::rules
