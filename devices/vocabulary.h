#pragma once
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "devices/model/device.h"

/// The canonical words: what attributes there are, in which unit, within which bounds.
namespace attune::devices {

/// Rises with every word that changes its meaning, unit, range or values, and with every new one:
/// docs/vocabulary.md is the table of this version.
inline constexpr int kVocabularyVersion = 1;

/// One canonical attribute.
struct Word {
  std::string_view name;
  ValueType type = ValueType::boolean;
  std::string_view unit{};       ///< UCUM code, or empty
  std::optional<Range> range{};  ///< plausible; a value outside it is a fault code, never stored
  std::string_view values{};     ///< of an enumeration, divided by '|'
  bool open = false;             ///< whether an enumeration may hold other words too
  bool writable = false;         ///< whether a device may offer to change it
};

/// All of them, ascending by name.
[[nodiscard]] std::span<const Word> vocabulary();

/// What a device can do, by the attributes that it then may have.
struct Capability {
  std::string_view name;
  std::string_view attributes;  ///< divided by '|'
};
/// In the order in which a device lists them.
[[nodiscard]] std::span<const Capability> capabilities();

/// Whether a name, without an endpoint, is one of a user's own: `x_` and then lower-case letters,
/// digits and _. What it is is declared where it is mapped, in a devices file.
[[nodiscard]] bool is_user_attribute(std::string_view name);

/// Null for anything that is not canonical: `raw.x`, `on_off`. `name` is without an endpoint.
[[nodiscard]] const Word* find_word(std::string_view name);
/// The canonical name within an attribute: `on` of `l2.on`; empty for raw.*, config.*, diag.*.
[[nodiscard]] std::string_view canonical_part(std::string_view attribute);
/// The endpoint of an attribute: `l2` of `l2.on`; empty when it has none.
[[nodiscard]] std::string_view endpoint_part(std::string_view attribute);
/// The words of `a|b|c`.
[[nodiscard]] std::vector<std::string> split_words(std::string_view words);
/// Whether `word` is one of `words`, which are divided by '|'.
[[nodiscard]] bool has_word(std::string_view words, std::string_view word);

[[nodiscard]] const std::map<std::string, ValueType, std::less<>>& vocabulary_types();

/// An attribute as the vocabulary describes it; `name` may have an endpoint. `name` is canonical.
[[nodiscard]] AttributeInfo canonical_attribute(std::string_view name, bool writable);
/// The same of a word that somebody declared.
[[nodiscard]] AttributeInfo attribute_of(const Word& word, std::string_view name, bool writable);

/// What a capability brings, all that may be writable writable, ascending by name.
[[nodiscard]] std::vector<AttributeInfo> attributes_of_capability(std::string_view capability);
[[nodiscard]] bool is_capability(std::string_view word);
/// `known` and what a device with these attributes can evidently do besides: `on` and `brightness`
/// are a light, `on` alone is a switch until it proves to be one.
[[nodiscard]] std::vector<std::string> capabilities_of(const std::vector<AttributeInfo>& attributes,
                                                       std::vector<std::string> known = {});

/// What follows when the last claim on an attribute ends and no file says it.
enum class EndOfClaims { restore, leave, off };
/// Empty: nothing does, and a rule that wants the attribute needs a default in a file.
/// `off` means false, and 0 for a number.
[[nodiscard]] std::optional<EndOfClaims> end_of_claims(const DeviceInfo& device,
                                                       std::string_view attribute);

}  // namespace attune::devices
