#pragma once
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "devices/model/issue.h"
#include "rules/cel/environment.h"
#include "rules/state_view.h"

/// A compiled, typed expression: the facade of rules/cel for everybody outside it.
namespace attune::cel {

/// What is wrong with a source text. The rules loader maps the offset to file:line:col.
struct Finding {
  Severity severity = Severity::error;
  std::string code;  ///< E201 syntax, E203 types, E301 device, E302 attribute, E303 value, ...
  std::size_t offset = 0;  ///< bytes into the source
  std::size_t length = 1;
  std::string message;
  std::string hint;
};

/// The four ends of a condition.
enum class Truth : unsigned char { no, yes, unknown, error };
/// As people read it: false, true, unknown, error.
[[nodiscard]] std::string_view name(Truth truth);

class Program;  // rules/cel/program.h

/// Value type; copies share the immutable program.
class Expression {
 public:
  Expression() = default;
  explicit Expression(std::shared_ptr<const Program> program) : program_(std::move(program)) {}
  [[nodiscard]] bool empty() const { return program_ == nullptr; }
  [[nodiscard]] std::string_view source() const;
  /// Attributes whose change can change the result, ascending, each once.
  [[nodiscard]] std::span<const AttributeId> reads() const;
  /// Allocates nothing for conditions over attributes, numbers and enums. Error: `message`, when
  /// given, says what went wrong (division by zero, ...).
  [[nodiscard]] Truth truth(const rules::StateView& view, std::string* message = nullptr) const;
  /// The value for a `want`; empty while unknown or in error.
  [[nodiscard]] std::optional<Value> value(const rules::StateView& view,
                                           std::string* message = nullptr) const;
  /// For rules/cel alone; null when empty.
  [[nodiscard]] const Program* program() const { return program_.get(); }
  [[nodiscard]] const std::shared_ptr<const Program>& shared() const { return program_; }

 private:
  std::shared_ptr<const Program> program_;
};

/// What the place of an expression wants of it.
enum class Expect { boolean, number, text, any };

/// Parses, checks and compiles. Appends every finding; empty when one of them is an error.
/// Never throws; bounded by limits.h in time, depth and cost whatever the source.
[[nodiscard]] std::optional<Expression> compile(std::string_view source, const Environment& names,
                                                Expect expect, std::vector<Finding>& findings);

}  // namespace attune::cel
