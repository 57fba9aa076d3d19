#pragma once
#include "devices/catalog.h"
#include "rules/load.h"

/// What rules are checked against: the known devices and the vocabulary's words and defaults.
namespace attune::config {

/// Refers to `catalog`, which must outlive it.
[[nodiscard]] rules::Surroundings surroundings(devices::Catalog& catalog);

}  // namespace attune::config
