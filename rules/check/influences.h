#pragma once
#include <string_view>
#include <vector>

#include "rules/check/facts.h"

/// What driving one device changes at the sensors around it: a lamp, the light.
namespace attune::rules {

/// A device with the capability, driven by the attribute, changes the other attribute in its area.
struct Influence {
  std::string_view capability;
  std::string_view drives;
  std::string_view changes;
};
[[nodiscard]] const std::vector<Influence>& influences();

/// The attributes of a set's devices by what may influence them.
class Influenced {
 public:
  explicit Influenced(const Facts& facts);
  /// What changes when the attribute is driven: of devices in the same area, and of itself.
  [[nodiscard]] std::vector<AttributeId> by(AttributeId driven) const;

 private:
  const Facts& facts_;
  std::map<std::pair<std::string, std::string>, std::vector<AttributeId>> sensors_;  ///< area, word
};

}  // namespace attune::rules
