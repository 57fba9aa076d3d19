#pragma once
#include "devices/json/reader.h"
#include "devices/json/writer.h"
#include "devices/model/value.h"

/// Between nodes of a JSON text and values of attributes.
namespace attune::devices::json {

/// A scalar, or a list of numbers. Of kind none: null, an object, or any other list.
[[nodiscard]] Value value_of(const Node& node);

/// Writes the node with everything inside it, as an element or after a key.
void append(Writer& out, const Node& node);

}  // namespace attune::devices::json
