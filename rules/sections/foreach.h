#pragma once
#include <optional>
#include <string>
#include <vector>

#include "rules/sections/reader.h"

/// `foreach: {v: group}`: a rule for each member of a group, in which `v` is that member.
namespace attune::rules {

struct Foreach {
  std::string name;               ///< `v`
  std::vector<DeviceId> members;  ///< ascending
};

/// Empty, and reported: no such group, or the name means something else already.
[[nodiscard]] std::optional<Foreach> read_foreach(Reader& reader, const yaml::Node& node);

/// While it lives, `v` is the member: in expressions, and in the keys of wants.
class Bound {
 public:
  Bound(Reader& reader, const std::string& name, const DeviceId& member);
  ~Bound();
  Bound(const Bound&) = delete;
  Bound& operator=(const Bound&) = delete;

 private:
  Loading& loading_;
  std::string name_;
};

}  // namespace attune::rules
