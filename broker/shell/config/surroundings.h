#pragma once
#include "broker/core/site.h"
#include "broker/shell/config/config.h"
#include "devices/catalog.h"
#include "rules/load.h"

/// What rules are checked against: the known devices and the vocabulary's words and defaults.
namespace attune::config {

/// Refers to `catalog`, which must outlive it.
[[nodiscard]] rules::Surroundings surroundings(devices::Catalog& catalog);

/// Where the house stands, as the configuration says it; a zone that is not known is UTC.
[[nodiscard]] core::Site site_of(const Config& config);

}  // namespace attune::config
