#pragma once
#include "rules/state_view.h"

namespace attune::rules {

/// A state in which nothing is known: constants have their values all the same.
class NothingKnown final : public StateView {
 public:
  [[nodiscard]] const Value& value(AttributeId) const override { return none_; }

 private:
  Value none_;
};

}  // namespace attune::rules
