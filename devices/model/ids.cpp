#include "devices/model/ids.h"

#include <charconv>

namespace attune {

namespace {

constexpr std::string_view kCommand = "cmd-";

}  // namespace

std::string text(CommandId id) {
  return std::string(kCommand) + std::to_string(number(id));
}

std::optional<CommandId> parse_command_id(std::string_view text) {
  if (!text.starts_with(kCommand)) return std::nullopt;
  text.remove_prefix(kCommand.size());
  std::uint64_t count = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), count);
  const bool whole = read.ec == std::errc() && read.ptr == text.data() + text.size();
  if (!whole || attune::text(static_cast<CommandId>(count)).substr(kCommand.size()) != text) {
    return std::nullopt;
  }
  return static_cast<CommandId>(count);
}

}  // namespace attune
