#pragma once
#include "broker/shell/config/fields.h"
#include "devices/bands.h"

/// How a devices file cuts the scales of one device.
namespace attune::config {

/// Reads `bands: {percent: {off: 0, dim: 30, bright: 100}, temperature: {cold: 18, fine: above}}`
/// of a device: each band with what it reaches, ascending. Errors: Issues, at their places.
void read_bands(Fields& device, devices::Cuts& out);

}  // namespace attune::config
