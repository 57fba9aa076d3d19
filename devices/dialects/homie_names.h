#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "devices/dialects/device_book.h"

/// What a property of Homie is: its names are free, so unit, datatype, format and the words of its
/// name decide together, and what they leave open stays raw.
namespace attune::devices::homie {

/// As its device describes it; empty fields were not said.
struct Property {
  std::string label, datatype, format, unit;
  bool settable = false;
  bool retained = true;
  /// Nothing describes it: the datatype was guessed by a payload, and only names that leave no
  /// doubt without a unit count.
  bool guessed = false;
};

struct Node {
  std::string label, type;
  std::map<std::string, Property, std::less<>> properties;
};
using Nodes = std::map<std::string, Node, std::less<>>;

/// What one property reports and takes, by `<node>/<property>`; empty: nothing that is certain.
/// The endpoint is the node. A colour may be told in several forms, each has its attribute.
[[nodiscard]] std::vector<Bound> bind_property(std::string_view node_id, const Node& node,
                                               std::string_view property_id,
                                               const Property& property);
/// What the node is beyond doubt, by its words and attributes: light, fan, cover, climate, or
/// switch for what is only on or off; empty: its attributes show it.
[[nodiscard]] std::string_view capability_of(std::string_view node_id, const Node& node,
                                             const Bound& bound);

/// What a payload shows of a property that nothing describes.
[[nodiscard]] Property guess(std::string_view payload);

}  // namespace attune::devices::homie
