#pragma once
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "rules/cel/lexer.h"
#include "rules/cel/types.h"

/// An expression as a tree: what the parser made of it, and what the checker found out.
namespace attune::cel {

struct Overload;  // rules/cel/functions.h

/// Bytes of the source.
struct Span {
  std::size_t offset = 0;
  std::size_t length = 1;
};

enum class Macro : std::uint8_t {
  all,
  exists,
  exists_one,
  map,
  filter,
  transform_list,
  transform_map,
  transform_map_entry,
  bind,
  opt_map,
  opt_flat_map,
};

struct Expr;
using ExprPtr = std::unique_ptr<Expr>;

/// What a name or a call turned out to be.
namespace found {
struct Nothing {};
struct Local {  ///< a macro's variable
  std::uint32_t slot;
};
struct Variable {  ///< a declared variable, by its place among the declarations
  std::uint32_t index;
};
struct Read {  ///< an attribute of a device
  AttributeId id;
};
struct Unknown {};  ///< an attribute of the vocabulary that the device has not shown
struct DeviceName {
  const Device* device;
};
struct Group {
  std::vector<const Device*> members;
};
struct Var {  ///< an entry of `vars`, checked
  const Expr* value;
};
struct TypeName {
  Kind kind;
};
struct Member {  ///< an attribute of a device that is known only while evaluating
  std::string attribute;
};
struct Field {  ///< `id`, `label`, `area` or `tags` of a device
  std::string name;
};
struct HasMember {  ///< whether a device has the attribute
  std::string attribute;
};
struct Functions {  ///< a call's overloads, in the order in which they are tried
  std::vector<const Overload*> candidates;
};
struct Signal {  ///< a synthetic attribute; of a group's member: which one, by the member
  AttributeId id{};
  std::string text;                     ///< as an expression
  std::uint64_t cost = 0;               ///< of what it is made of
  std::optional<std::uint32_t> member;  ///< the slot of the member
  std::vector<std::pair<const Device*, AttributeId>> of_members;
};
struct Failure {  ///< without checking only: the error that stands here
  std::string message;
};
}  // namespace found

using Found =
    std::variant<found::Nothing, found::Local, found::Variable, found::Read, found::Unknown,
                 found::DeviceName, found::Group, found::Var, found::TypeName, found::Member,
                 found::Field, found::HasMember, found::Functions, found::Signal, found::Failure>;

struct Expr {
  enum class Kind : std::uint8_t {
    literal,  ///< `value`
    name,     ///< `text`; `absolute` with a leading dot
    select,   ///< children[0] . `text`; `test`: has(); `optional`: `.?`
    call,     ///< `text` of children; the first is the receiver when `receiver`
    list,     ///< children
    map,      ///< key, value, key, value, ...
    macro,    ///< `macro` with its variables; children: range, [filter,] body
  };
  Kind kind = Kind::literal;
  Macro macro = Macro::all;
  bool absolute = false;
  bool test = false;
  bool optional = false;
  bool receiver = false;
  Span at;  ///< of what it is named by: the word, the operator, the literal
  std::size_t depth = 1;
  std::string text;
  Literal value;
  std::string variable;
  std::string variable2;  ///< of a macro over index and value, or key and value
  std::vector<ExprPtr> children;
  std::vector<bool> optional_entries;  ///< of a list or map: `?` before the entry

  // Set by the checker.
  Type type;
  Found found;
  std::uint32_t slot = 0;      ///< of a macro's variable; variable2 has the next one
  std::uint64_t cost = 1;      ///< bound on the work of one evaluation
  std::uint64_t size = 1;      ///< bound on the result's bytes, nested parts included
  std::uint64_t elements = 1;  ///< bound on the elements of a list or map
};

}  // namespace attune::cel
