#include <cstdint>
#include <string>
#include <string_view>

#include "devices/model/value.h"
#include "rules/cel/program.h"

/// Sources from the lexer to a result, typed against a small house and without types.
namespace {

using namespace attune;

/// Some attributes have a value, some are unknown, some are of a kind that was not declared.
class View final : public rules::StateView {
 public:
  [[nodiscard]] const Value& value(AttributeId attribute) const override {
    return values_[index(attribute) % values_.size()];
  }

 private:
  std::vector<Value> values_ = {Value(true),
                                Value(21.5),
                                Value("heat"),
                                Value(),
                                Value(7),
                                Value(std::vector<double>{0.25, 0.5}),
                                Value("\xE2\x82\xAC")};
};

cel::Environment house() {
  cel::Environment names;
  cel::Device& a = names.devices["a"];
  a.id = "a";
  a.tags = {"x", "y"};
  a.attributes["on"] = {AttributeId{0}, ValueType::boolean, {}};
  a.attributes["t"] = {AttributeId{1}, ValueType::number, {}};
  a.attributes["mode"] = {AttributeId{2}, ValueType::enumeration, {"off", "heat"}};
  a.attributes["l2.on"] = {AttributeId{3}, ValueType::boolean, {}};
  cel::Device& b = names.devices["b"];
  b.id = "b";
  b.attributes["n"] = {AttributeId{4}, ValueType::integer, {}};
  b.attributes["c"] = {AttributeId{5}, ValueType::numbers, {}};
  b.attributes["s"] = {AttributeId{6}, ValueType::text, {}};
  b.attributes["on"] = {AttributeId{2}, ValueType::boolean, {}};
  names.groups["g"] = {"a", "b"};
  names.groups["e"] = {};
  names.vars["v"].source = "{'p': 20, 'q': [1, 2]}";
  names.vars["w"].source = "w || g.all(x, x.on)";
  names.vocabulary["home"] = ValueType::boolean;
  return names;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const cel::Environment names = house();
  static const cel::Declarations none;
  const std::string_view source(reinterpret_cast<const char*>(data), size);
  for (const auto checking : {cel::Checking::typed, cel::Checking::dynamic}) {
    std::vector<cel::Finding> findings;
    const auto program =
        cel::compile_program(source, {names, none, cel::Expect::any, checking, true}, findings);
    if (!program) continue;
    cel::Arena arena;
    (void)program->evaluate(View(), arena);
  }
  std::vector<cel::Finding> findings;
  const auto expression = cel::compile(source, names, cel::Expect::any, findings);
  if (!expression) return 0;
  (void)expression->truth(View());
  (void)expression->value(View());
  return 0;
}
