#include "broker/shell/config/surroundings.h"

#include <utility>

#include "broker/core/defaults.h"
#include "devices/vocabulary.h"

namespace attune::config {

rules::Surroundings surroundings(devices::Catalog& catalog) {
  return {catalog.devices(), catalog.table(), devices::vocabulary_types(), core::vocabulary_default};
}

core::Site site_of(const Config& config) {
  core::Site site;
  if (auto zone = cel::Zone::find(config.site.timezone)) site.zone = std::move(*zone);
  if (config.site.latitude && config.site.longitude) {
    site.place = core::Place{*config.site.latitude, *config.site.longitude};
  }
  return site;
}

}  // namespace attune::config
