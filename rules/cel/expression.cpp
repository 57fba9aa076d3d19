#include "rules/cel/expression.h"

#include <algorithm>
#include <cmath>

#include "devices/model/instant.h"
#include "rules/cel/program.h"
#include "rules/cel/time.h"

namespace attune::cel {

std::string_view name(Truth truth) {
  switch (truth) {
    case Truth::no:
      return "false";
    case Truth::yes:
      return "true";
    case Truth::unknown:
      return "unknown";
    case Truth::error:
      return "error";
  }
  return "";
}

namespace {

void explain(std::string_view why, std::string* message) {
  if (message != nullptr) *message = why;
}

std::optional<Value> refuse(std::string_view why, std::string* message) {
  explain(why, message);
  return std::nullopt;
}

std::optional<Value> number(double v, std::string* message) {
  if (!std::isfinite(v)) return refuse("the number is not finite", message);
  return Value(v);
}

double as_double(const Datum& d) {
  if (d.is(Kind::number)) return d.number;
  return d.is(Kind::integer) ? static_cast<double>(d.integer)
                             : static_cast<double>(d.unsigned_integer);
}

std::optional<Value> numbers(const Datum& list, std::string* message) {
  std::vector<double> values;
  for (const Datum& d : list) {
    if (!d.numeric()) return refuse("a list of other things than numbers", message);
    if (!std::isfinite(as_double(d))) return refuse("a number in the list is not finite", message);
    values.push_back(as_double(d));
  }
  return Value(std::move(values));
}

std::optional<Value> to_value(const Datum& d, std::string* message) {
  switch (d.kind) {
    case Kind::boolean:
      return Value(d.boolean);
    case Kind::integer:
      return Value(d.integer);
    case Kind::unsigned_integer:
      return number(as_double(d), message);
    case Kind::number:
      return number(d.number, message);
    case Kind::text:
      return Value(d.view());
    case Kind::timestamp:
      return Value(format_timestamp(d));
    case Kind::duration:
      return Value(format_duration(Millis(std::max<std::int64_t>(0, d.integer / 1'000'000))));
    case Kind::list:
      return numbers(d, message);
    case Kind::unknown:
      return std::nullopt;
    case Kind::error:
      return refuse(d.view(), message);
    default:
      return refuse("an attribute cannot have such a value", message);
  }
}

}  // namespace

std::string_view Expression::source() const {
  return program_ ? program_->source() : std::string_view();
}

std::span<const AttributeId> Expression::reads() const {
  return program_ ? program_->reads() : std::span<const AttributeId>();
}

Truth Expression::truth(const rules::StateView& view, std::string* message) const {
  if (!program_) return Truth::unknown;
  Arena arena;
  const Datum d = program_->evaluate(view, arena);
  if (d.is(Kind::boolean)) return d.boolean ? Truth::yes : Truth::no;
  if (d.is(Kind::unknown)) return Truth::unknown;
  explain(d.is(Kind::error) ? d.view() : "the result is neither true nor false", message);
  return Truth::error;
}

std::optional<Value> Expression::value(const rules::StateView& view, std::string* message) const {
  if (!program_) return std::nullopt;
  Arena arena;
  return to_value(program_->evaluate(view, arena), message);
}

std::optional<Expression> compile(std::string_view source, const Environment& names, Expect expect,
                                  std::vector<Finding>& findings) {
  const Declarations none;
  auto program = compile_program(source, {names, none, expect}, findings);
  if (!program) return std::nullopt;
  return Expression(std::move(program));
}

}  // namespace attune::cel
