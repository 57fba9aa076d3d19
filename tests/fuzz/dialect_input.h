#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

/// What every target of a dialect does with its input, and what has to hold whatever comes.
namespace attune::fuzz {

/// Plays the input to a home in which only `dialect` listens: one message a line, `topic NUL
/// payload`; a line that begins with `!` is retained. Values are within the vocabulary's bounds,
/// names are names, and nothing that would leave has a wildcard or an empty level in its topic.
void play(std::string_view dialect, const std::uint8_t* data, std::size_t size);

}  // namespace attune::fuzz
