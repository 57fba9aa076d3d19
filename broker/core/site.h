#pragma once
#include <optional>

#include "rules/cel/zone.h"

/// Where the house stands: what local time and the sun depend on.
namespace attune::core {

struct Place {
  double latitude = 0;   ///< degrees, north positive
  double longitude = 0;  ///< degrees, east positive
};

struct Site {
  cel::Zone zone;              ///< UTC when nothing is said
  std::optional<Place> place;  ///< empty: everything about the sun is unknown
};

}  // namespace attune::core
