#include "rules/cel/functions.h"

#include <map>

namespace attune::cel {

namespace {

using Registry = std::map<std::string_view, std::vector<Overload>, std::less<>>;

/// Reads `string.(int) string`.
Overload read(const Signature& row) {
  Overload result;
  result.name = row.name;
  result.run = row.run;
  result.growth = row.growth;
  const auto open = row.form.find(".(");
  auto rest = row.form;
  if (open != std::string_view::npos) {
    result.receiver = true;
    result.parameters.push_back(parse_type(rest.substr(0, open)));
    rest.remove_prefix(open + 1);
  }
  const auto close = rest.rfind(") ");
  const Type parameters = parse_type("f" + std::string(rest.substr(0, close + 1)));
  if (close > 1) {
    result.parameters.insert(result.parameters.end(), parameters.of.begin(), parameters.of.end());
  }
  result.result = parse_type(rest.substr(close + 2));
  return result;
}

Registry build() {
  Registry registry;
  for (const auto table :
       {arithmetic_functions(), collection_functions(), conversion_functions(), string_functions(),
        format_functions(), math_functions(), time_functions()}) {
    for (const Signature& row : table) registry[row.name].push_back(read(row));
  }
  return registry;
}

const Registry& registry() {
  static const Registry all = build();
  return all;
}

}  // namespace

std::span<const Overload> overloads(std::string_view name) {
  const auto at = registry().find(name);
  return at == registry().end() ? std::span<const Overload>() : at->second;
}

std::vector<std::string_view> function_names() {
  std::vector<std::string_view> names;
  for (const auto& entry : registry()) {
    if (entry.first[0] >= 'a' && entry.first[0] <= 'z') names.push_back(entry.first);
  }
  return names;
}

}  // namespace attune::cel
