#pragma once
#include <cstdint>
#include <string>

/// What `attune demo` tells its user: where the page is, and what to try.
namespace attune::demo {

struct GuideFacts {
  std::string program;  ///< how to call attune from another terminal
  std::size_t devices = 0;
  double speed = 1;
  std::uint64_t seed = 1;
  std::uint16_t http_port = 0;
  std::string socket;  ///< of the API
  std::uint16_t mqtt_port = 0;
  std::string username;
  std::string password;
};

/// Complete: every command in it can be copied as it stands.
[[nodiscard]] std::string guide(const GuideFacts& facts);

/// `text` as one word of a POSIX shell.
[[nodiscard]] std::string shell_word(const std::string& text);

}  // namespace attune::demo
