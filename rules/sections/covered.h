#pragma once
#include <map>
#include <string>

#include "devices/model/ids.h"
#include "devices/model/issue.h"
#include "rules/yaml/yaml.h"

/// Which key of a section speaks for an attribute: one that names its device before one that
/// names a group of it.
namespace attune::rules {

class Reader;
struct Target;
struct Targets;

class Covered {
 public:
  /// Whether `key` speaks for `target` from now on. Two keys with the same right to it: E106.
  [[nodiscard]] bool take(Reader& reader, const yaml::Node& key, const Targets& named,
                          const Target& target);

 private:
  struct Key {
    std::string text;
    SourcePlace place;
    bool group = false;
  };
  std::map<AttributeId, Key> keys_;
};

}  // namespace attune::rules
