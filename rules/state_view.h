#pragma once
#include "devices/model/ids.h"
#include "devices/model/value.h"

/// The only way in which rules see state.
namespace attune::rules {

class StateView {
 public:
  virtual ~StateView() = default;
  /// The value as rules read it; kind `none` while it is unknown (never reported, or the device
  /// is offline). Settings are attributes of the device `settings`.
  [[nodiscard]] virtual const Value& value(AttributeId attribute) const = 0;
};

}  // namespace attune::rules
