#include "broker/shell/config/surroundings.h"

#include "broker/core/defaults.h"
#include "devices/vocabulary.h"

namespace attune::config {

rules::Surroundings surroundings(devices::Catalog& catalog) {
  return {catalog.devices(), catalog.table(), devices::vocabulary_types(), core::vocabulary_default};
}

}  // namespace attune::config
