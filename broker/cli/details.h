#pragma once
#include <ostream>

#include "broker/cli/json.h"
#include "devices/model/instant.h"

/// One thing in full, for `attune get KIND NAME`.
namespace attune::cli {

/// A device: what it is, its attributes with who wants what, what was not understood.
void print_device(std::ostream& out, const Json& device, Millis now);

/// Any flat object: one line per member that says something.
void print_members(std::ostream& out, const Json& object);

}  // namespace attune::cli
