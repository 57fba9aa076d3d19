#pragma once
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "broker/shell/api/match.h"
#include "broker/shell/api/ports.h"

/// Reading the line of changes from a revision on.
namespace attune::api {

struct Filter {
  Match match;
  std::uint32_t kinds = ~0u;  ///< bit n: ChangeKind n
  bool coalesced = true;      ///< feed=state: of each subject only the newest
  [[nodiscard]] bool takes(const Change& change) const;
};

/// `to` moves on although nothing matched: the next page begins there.
struct Page {
  Revision from{};
  Revision to{};
  std::vector<Change> changes;
  bool up_to_date = false;
};

inline constexpr std::size_t kPageChangesMax = 1'000;
/// Log entries that one page reads at most: what a request may cost the loop.
inline constexpr std::size_t kPageScanMax = 4'096;

/// Of each subject only its newest change, in order of revisions.
void coalesce(std::vector<Change>& changes);

/// At most `limit` changes after `since`. Errors: the store's.
[[nodiscard]] Result<Page> read_page(const Ports& ports, const Filter& filter, Revision since,
                                     std::size_t limit);

/// Why a resume is refused.
struct Refused {
  enum class Why : std::uint8_t { compacted, future, wrong_store } why{};
};
/// Empty: every change after `since` can be had. `store` empty: the client did not say.
[[nodiscard]] std::optional<Refused> check_resume(const Ports& ports, Revision since,
                                                  std::string_view store);

}  // namespace attune::api
