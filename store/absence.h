#pragma once
#include "devices/model/instant.h"

/// A time in which nobody listened.
namespace attune::store {

struct Absence {
  Instant from;  ///< the last moment that was lived
  Instant to;    ///< the first one again
};

}  // namespace attune::store
