#pragma once
#include <map>
#include <string>
#include <string_view>

#include "rules/cel/environment.h"
#include "rules/state_view.h"

/// A small house that the tests of expressions share.
namespace attune::cel::testing_house {

class House : public rules::StateView {
 public:
  House();
  [[nodiscard]] const Value& value(AttributeId attribute) const override;
  [[nodiscard]] AttributeId id(std::string_view device, std::string_view attribute) const;
  void set(std::string_view device, std::string_view attribute, Value value);
  /// A group of `count` lamps with `on`.
  void add_large_group(const std::string& name, int count);

  Environment names;

 private:
  void add(const std::string& device, const std::string& attribute, ValueType type, Value value,
           std::vector<std::string> values = {});

  std::vector<Value> values_;
};

}  // namespace attune::cel::testing_house
