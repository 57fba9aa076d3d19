#include "rules/sections/covered.h"

#include "rules/sections/reader.h"

namespace attune::rules {

bool Covered::take(Reader& reader, const yaml::Node& key, const Targets& named,
                   const Target& target) {
  const Key mine{key.text, key.place, named.group};
  const auto [found, fresh] = keys_.emplace(target.id, mine);
  if (fresh) return true;
  const Key& other = found->second;
  if (other.group == named.group) {
    reader.error("E106", key,
                 target.path.text() + " is already set by '" + printable(other.text) + "' at " +
                     printable(other.place.file) + ":" + std::to_string(other.place.line),
                 "name the device itself: that comes before its groups");
    return false;
  }
  if (named.group) return false;
  found->second = mine;
  return true;
}

}  // namespace attune::rules
