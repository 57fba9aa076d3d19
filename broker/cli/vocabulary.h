#pragma once
#include <string>

/// The words that attune speaks, for people: docs/vocabulary.md is this text.
namespace attune::cli {

/// Markdown: version, attributes, capabilities, bands, influences. Determinism: of the tables
/// alone.
[[nodiscard]] std::string vocabulary_page();

}  // namespace attune::cli
