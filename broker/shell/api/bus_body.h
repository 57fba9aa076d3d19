#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/shell/api/body.h"
#include "broker/shell/api/feed.h"

/// Payloads of requests that come over the bus, read as strictly as bodies over HTTP.
namespace attune::api {

/// `attune/set/..`: nothing, a bare value, or
/// the members of a write (body.h) with `reply_to`.
struct SetBody {
  bool release = false;  ///< an empty payload
  WriteBody write;       ///< its id comes back in the answer
  std::string reply_to;  ///< empty: the response topic, if there is one
};
/// What is no JSON is a text, unless it begins like an object, a list or a string in quotes.
/// Error: a reason word of devices/json/reader.h, or "body".
[[nodiscard]] Result<SetBody> parse_set(std::string_view payload);

/// `attune/sync`: `{"since":n,"store":"..","match":["hall_*"],"feed":"state","kind":"claim,rule",
/// "client":"..","id":"..","reply_to":"..","token":".."}`. The token is read and not needed: who
/// may publish is the broker's to say.
struct SyncBody {
  std::optional<Revision> since;  ///< empty: the client has nothing, a snapshot is what it wants
  std::string store;
  Filter filter;
  std::string client;  ///< Clients::is_name(), or empty
  std::string id;
  std::string reply_to;
};
[[nodiscard]] Result<SyncBody> parse_sync(std::string_view payload);

/// Whom to tell that a request is refused, as far as it can be read: an object's `reply_to` and
/// `id`, each empty when it is absent or no text.
struct Asker {
  std::string reply_to;
  std::string id;
};
[[nodiscard]] Asker asker_of(std::string_view payload);

}  // namespace attune::api
