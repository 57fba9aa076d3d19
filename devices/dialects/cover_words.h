#pragma once
#include <string>
#include <utility>
#include <vector>

/// A cover or valve that says in one word where it is and where it goes: open, closed, opening,
/// closing, stopped.
namespace attune::devices {

using WordPairs = std::vector<std::pair<std::string, std::string>>;  ///< wire -> canonical

/// Of `open`. While it moves, and where it stopped, it may be either: those words say nothing.
[[nodiscard]] const WordPairs& cover_open_words();
/// Of `movement`. At an end it stands still.
[[nodiscard]] const WordPairs& cover_movement_words();

}  // namespace attune::devices
