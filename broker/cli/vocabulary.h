#pragma once
#include <string>

/// The words that attune speaks, for people and for programs.
namespace attune::cli {

/// docs/vocabulary.md: version, attributes, capabilities, bands, influences. Determinism: of the
/// tables alone.
[[nodiscard]] std::string vocabulary_page();
/// The same for programs: one JSON object, docs/vocabulary.md says of what.
[[nodiscard]] std::string vocabulary_json();

}  // namespace attune::cli
