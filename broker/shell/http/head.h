#pragma once
#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

/// The head of a request, read strictly: what two programs could read differently is refused
/// before anything else looks at it (request smuggling).
namespace attune::http {

/// Views into the bytes that were scanned.
struct Head {
  std::string_view method, target;
  std::vector<std::pair<std::string_view, std::string_view>> fields;  ///< name, trimmed value

  /// The first value of a field, by name without regard to case; empty: absent.
  [[nodiscard]] std::string_view field(std::string_view name) const;
  [[nodiscard]] std::size_t count(std::string_view name) const;
};

struct HeadScan {
  enum class State : unsigned char { more, complete, bad } state = State::more;
  std::size_t bytes = 0;  ///< complete: length of the head with its empty line
  int status = 400;       ///< bad: what to answer before closing
  std::string_view code, message;
};

inline constexpr std::size_t kHeadFieldsMax = 64;

/// Looks at everything received so far of one request. `out` is filled when complete. Refuses
/// bare CR or LF, control characters, obs-fold, HTTP/0.9, CONNECT, absolute-form, two lengths,
/// length with transfer coding, codings other than chunked: 400; too long or too many fields: 431;
/// methods that no route has: 405.
[[nodiscard]] HeadScan scan_head(std::string_view received, Head& out);

/// Compares ASCII text without regard to case.
[[nodiscard]] bool same_text(std::string_view a, std::string_view b);

}  // namespace attune::http
