#pragma once
#include <optional>
#include <string_view>

#include "broker/shell/http/head.h"
#include "broker/shell/http/message.h"

/// Who may ask what, before any route is looked at (docs/api.md, "Who may").
namespace attune::http {

/// The refusal of a request with this head, if it is refused. Over TCP: Host must be an IP literal
/// or localhost, once (421: DNS rebinding); a write from another site's page is 403; any other
/// write is 401. Over the UNIX socket only the content type of a body is checked (415).
[[nodiscard]] std::optional<Response> guard(const Head& head, bool local_socket);

/// `127.0.0.1`, `[::1]`, `localhost`, each with an optional port.
[[nodiscard]] bool host_allowed(std::string_view host);

}  // namespace attune::http
