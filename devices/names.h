#pragma once
#include <string>
#include <string_view>

/// Device ids out of the names that people and bridges give.
namespace attune::devices {

inline constexpr std::size_t kIdBytesMax = 64;

/// `name` as an id `[a-z][a-z0-9_]{0,63}`: letters of Latin script lose their marks, everything
/// else becomes `_`, a leading digit gets `d_`, a word that rules need for themselves a trailing
/// `_`. An id folds to itself. Different names may fold alike.
[[nodiscard]] std::string fold_name(std::string_view name);

/// The `n`th id that folds alike: `lamp`, `lamp_2`, `lamp_3`; never longer than an id may be.
[[nodiscard]] std::string numbered(std::string_view id, int n);

/// A name of an endpoint or a raw path, safe in attributes: `[A-Za-z0-9_-]`, the rest `_`.
[[nodiscard]] std::string plain_name(std::string_view name);

}  // namespace attune::devices
