#pragma once
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "broker/shell/api/latest.h"
#include "broker/shell/api/match.h"
#include "broker/shell/api/ports.h"
#include "devices/json/writer.h"

/// Reading the line of changes from a revision on.
namespace attune::api {

struct Filter {
  Match match;
  std::uint32_t kinds = ~0u;  ///< bit n: ChangeKind n
  bool coalesced = true;      ///< feed=state: of each subject only the newest
  [[nodiscard]] bool takes(const Change& change) const;
};

/// The names of kinds with commas, as bits for Filter::kinds; empty: one of them is no kind.
[[nodiscard]] std::optional<std::uint32_t> kinds_of(std::string_view words);

/// `to` moves on although nothing matched: the next page begins there.
struct Page {
  Revision from{};
  Revision to{};
  std::vector<Change> changes;
  bool up_to_date = false;
};

inline constexpr std::size_t kPageChangesMax = 1'000;
/// Log entries that one page reads at most: what a request may cost the loop.
inline constexpr std::size_t kPageScanMax = 1'024;

/// At most `limit` changes after `since`: of the log each, of the coalesced feed the newest of each
/// subject. Empty: `latest` does not reach that far back yet, ask again in the next turn. Errors:
/// the store's.
[[nodiscard]] Result<std::optional<Page>> read_page(const Ports& ports, Latest& latest,
                                                    const Filter& filter, Revision since,
                                                    std::size_t limit);

/// Members of an open object: from, to, changes, up_to_date, store.
void append_page(devices::json::Writer& out, const Page& page, const Identity& identity);

/// Why a resume is refused.
struct Refused {
  enum class Why : std::uint8_t { compacted, future, wrong_store } why{};
  Revision floor{};  ///< the first revision that can be resumed from, of those not below the asked
};
/// As HTTP says it: 410, 416, 409.
[[nodiscard]] int status_of(Refused::Why why);
/// Empty: every change after `since` can be had. `store` empty: the client did not say.
[[nodiscard]] std::optional<Refused> check_resume(const Ports& ports, Revision since,
                                                  std::string_view store);
/// Members of an open object: error, message, floor, head, store.
void append_refused(devices::json::Writer& out, const Refused& refused, const Ports& ports);

}  // namespace attune::api
