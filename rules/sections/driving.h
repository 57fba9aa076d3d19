#pragma once
#include "rules/sections/reader.h"

/// How a rule's wishes are driven: how finely, in which order, how slowly.
namespace attune::rules {

/// The keys of a rule that speak of its wants: read when those are known. Null: not there.
struct Driving {
  const yaml::Node* deadband = nullptr;  ///< {device.attribute: number}
  const yaml::Node* order = nullptr;     ///< [device.attribute, ..]
};

void read_transition(Reader& reader, const yaml::Node& node, Rule& rule);
void read_driving(Reader& reader, const Driving& driving, Rule& rule);

}  // namespace attune::rules
