#pragma once
#include <string>

#include "devices/model/attribute_table.h"
#include "devices/model/device.h"
#include "rules/load.h"

/// A house of about twenty devices: what the rules of the tests and of docs/rules.md speak about.
namespace attune::rules {

struct SmallHouse {
  SmallHouse();
  DeviceSet devices;
  AttributeTable table;
  [[nodiscard]] Surroundings surroundings();
  /// One file, `rules.yaml`; `version: 1` stands before the text.
  [[nodiscard]] Loaded load(const std::string& text);
  [[nodiscard]] AttributeId id(const std::string& path) const;
};

/// The first finding as `line:column code message`, or "fine". Lines count without `version: 1`.
[[nodiscard]] std::string first_finding(const std::string& text);

}  // namespace attune::rules
