#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "devices/model/device.h"
#include "devices/model/ids.h"

/// The names that an expression may use, and what they are.
namespace attune::cel {

/// One attribute of a device as expressions see it.
struct Attribute {
  AttributeId id{};
  ValueType type = ValueType::boolean;
  std::vector<std::string> values;  ///< of a closed enumeration: comparing with another is E303
};

/// A device (or `settings`), also as the member of a group: there with id, label, area, tags.
struct Device {
  std::string id, label, area;
  std::vector<std::string> tags;
  std::map<std::string, Attribute, std::less<>> attributes;  ///< `on`, `l2.on`
};

/// A name for an expression or a constant, from `vars`. `tree` is checked where it is used.
struct Var {
  std::string source;  ///< CEL text; literals of YAML are written as CEL by the loader
};

class Conditions;   // rules/cel/condition.h
class Memory;       // rules/cel/memory.h
class SharedNodes;  // rules/cel/shared_nodes.h
class SignalBook;   // rules/cel/signal.h

struct Environment {
  std::map<std::string, Device, std::less<>> devices;
  std::map<std::string, std::vector<std::string>, std::less<>> groups;  ///< device ids, ascending
  std::map<std::string, Var, std::less<>> vars;
  /// Attributes of the vocabulary with their types: naming one that a device has not shown yet is
  /// a warning (W301, unknown at run time); naming a word of neither is the error E302.
  std::map<std::string, ValueType, std::less<>> vocabulary;
  /// attune's extension 1 (rules.md 1): an int literal beside or for a double is a double.
  bool integer_literals_fit_doubles = true;
  /// attune's extensions 2 and 3 (rules.md 1): true_for, between, .... Null: there are none.
  SignalBook* signals = nullptr;
  /// Where programs are made that live and end together. Null: each in its own.
  std::shared_ptr<Memory> memory{};
  /// What those have in common, of the same memory. Null: each has its own.
  SharedNodes* nodes = nullptr;
  /// Where conditions are kept. Null: nobody will reason about them.
  Conditions* conditions = nullptr;
};

}  // namespace attune::cel
