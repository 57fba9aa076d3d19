#pragma once
#include <string_view>

/// Home Assistant's device classes in canonical words.
namespace attune::devices {

/// What a sensor of the class measures; empty: nothing that the vocabulary names. Its unit says the
/// scale, and has to be one of the attribute's kind.
[[nodiscard]] std::string_view measured_by(std::string_view device_class);

/// What a binary sensor of the class tells: `on` there means true here. Empty: nothing.
[[nodiscard]] std::string_view told_by(std::string_view device_class);

}  // namespace attune::devices
