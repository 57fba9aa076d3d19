#pragma once
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

/// The names of things, as types, so that a rule's id is never passed for a device's.
namespace attune {

/// A text that names one kind of thing. Compares and hashes as its text.
template <class Tag>
class Name {
 public:
  Name() = default;
  explicit Name(std::string text) : text_(std::move(text)) {}
  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] bool empty() const { return text_.empty(); }
  friend auto operator<=>(const Name&, const Name&) = default;
  friend bool operator==(const Name&, const Name&) = default;

 private:
  std::string text_;
};

/// `[a-z][a-z0-9_]{0,63}`; other names are folded by devices/names.h.
using DeviceId = Name<struct DeviceTag>;
using RuleId = Name<struct RuleTag>;

/// A place on the one line of everything that ever changed. 0 is before the first change.
enum class Revision : std::uint64_t {};
constexpr std::uint64_t number(Revision r) { return static_cast<std::uint64_t>(r); }

/// Identity of a command, unique for the life of a store; written `cmd-<n>` on the outside.
enum class CommandId : std::uint64_t {};
constexpr std::uint64_t number(CommandId id) { return static_cast<std::uint64_t>(id); }
[[nodiscard]] std::string text(CommandId id);
/// What text() writes. Empty on anything else.
[[nodiscard]] std::optional<CommandId> parse_command_id(std::string_view text);

/// Dense numbers of one process, from AttributeTable. They index arrays; nothing durable or
/// ordered may depend on them.
enum class AttributeId : std::uint32_t {};
enum class DeviceIndex : std::uint32_t {};
constexpr std::size_t index(AttributeId id) { return static_cast<std::size_t>(id); }
constexpr std::size_t index(DeviceIndex id) { return static_cast<std::size_t>(id); }

}  // namespace attune

template <class Tag>
struct std::hash<attune::Name<Tag>> {
  std::size_t operator()(const attune::Name<Tag>& name) const noexcept {
    return std::hash<std::string>{}(name.text());
  }
};
