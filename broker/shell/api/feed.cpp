#include "broker/shell/api/feed.h"

#include <algorithm>
#include <set>
#include <tuple>

namespace attune::api {
namespace {

constexpr std::size_t kReadEntries = 512;

/// What a change is about: several claims stand on one attribute, told apart by who claims.
using Subject = std::tuple<ChangeKind, std::string_view, std::string_view, std::string_view>;
Subject subject(const Change& change) {
  return {
      change.kind, change.device, change.attribute,
      change.kind == ChangeKind::claim ? std::string_view(change.cause.id) : std::string_view()};
}

}  // namespace

bool Filter::takes(const Change& change) const {
  if (((kinds >> static_cast<unsigned>(change.kind)) & 1u) == 0) return false;
  return change.attribute.empty() ? match.device(change.device)
                                  : match.attribute(change.device, change.attribute);
}

void coalesce(std::vector<Change>& changes) {
  std::set<Subject> seen;
  std::vector<bool> keep(changes.size());
  for (std::size_t i = changes.size(); i-- > 0;) keep[i] = seen.insert(subject(changes[i])).second;
  seen.clear();  // its views end here
  std::size_t kept = 0;
  for (std::size_t i = 0; i < changes.size(); ++i) {
    if (keep[i] && kept != i) changes[kept] = std::move(changes[i]);
    if (keep[i]) ++kept;
  }
  changes.resize(kept);
}

Result<Page> read_page(const Ports& ports, const Filter& filter, Revision since,
                       std::size_t limit) {
  Page page{since, since, {}, false};
  std::size_t scanned = 0;
  bool full = false;
  while (!full && !page.up_to_date && scanned < kPageScanMax) {
    auto entries = ports.log_after(page.to, kReadEntries);
    if (!entries) return entries.error();
    for (auto& entry : *entries) {
      full = page.changes.size() == limit;
      if (full) break;
      page.to = entry.revision;
      ++scanned;
      if (filter.takes(entry)) page.changes.push_back(std::move(entry));
    }
    page.up_to_date = !full && entries->size() < kReadEntries;
  }
  if (page.up_to_date) page.to = std::max(page.to, ports.head());
  if (filter.coalesced) coalesce(page.changes);
  return page;
}

std::optional<Refused> check_resume(const Ports& ports, Revision since, std::string_view store) {
  if (!store.empty() && store != ports.identity().store_uuid) {
    return Refused{Refused::Why::wrong_store};
  }
  if (since > ports.head()) return Refused{Refused::Why::future};
  if (since < ports.floor()) return Refused{Refused::Why::compacted};
  if (since == ports.floor() || since >= ports.run_start()) return std::nullopt;
  // Below this run's beginning: a revision that was shown but lost in an unclean stop has no entry.
  const auto entry = ports.change(since);
  if (entry && entry->has_value()) return std::nullopt;
  return Refused{Refused::Why::compacted};
}

}  // namespace attune::api
