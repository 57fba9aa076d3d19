#pragma once
#include <set>
#include <span>
#include <string>
#include <string_view>

/// What the names that people give to properties in Homie say, word by word.
namespace attune::devices::homie {

using Words = std::set<std::string, std::less<>>;

/// All of `words`, divided by '|', in a name make it `attribute`. The first row that also fits by
/// type and unit has it, so the special stands before the general.
struct NameRow {
  std::string_view words;
  std::string_view attribute;
};
[[nodiscard]] std::span<const NameRow> number_rows();
[[nodiscard]] std::span<const NameRow> truth_rows();

/// `Door-Open` is door and open, in lower case.
[[nodiscard]] Words words_of(std::string_view name);
/// Whether all of `wanted`, divided by '|', are there.
[[nodiscard]] bool holds_all(const Words& words, std::string_view wanted);
/// Whether nothing else is there but numbers and what changes no meaning.
[[nodiscard]] bool holds_only(const Words& words, std::string_view wanted);
/// Whether a number of this name says something about a value, and is not the value.
[[nodiscard]] bool is_about(const Words& words);

}  // namespace attune::devices::homie
