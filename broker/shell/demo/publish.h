#pragma once
#include <string>

namespace attune::demo {

/// A message of a simulated device.
struct Publish {
  std::string topic;
  std::string payload;
  bool retained = false;
  friend bool operator==(const Publish&, const Publish&) = default;
};

}  // namespace attune::demo
