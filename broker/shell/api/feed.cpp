#include "broker/shell/api/feed.h"

#include <algorithm>

#include "broker/shell/api/documents.h"

namespace attune::api {
namespace {

constexpr std::size_t kReadEntries = 512;

Result<Page> read_log(const Ports& ports, const Filter& filter, Revision since, std::size_t limit) {
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
  return page;
}

/// Whether the change itself need be read to know.
bool may_match(const Filter& filter, const Latest::Newest& newest, const Ports& ports) {
  if (((filter.kinds >> static_cast<unsigned>(newest.kind)) & 1u) == 0) return false;
  if (!newest.attribute) return true;
  const auto& path = ports.core().catalog().table().path(*newest.attribute);
  return filter.match.attribute(path.device.text(), path.attribute);
}

Result<Page> read_newest(const Ports& ports, const Latest& latest, const Filter& filter,
                         Revision since, std::size_t limit) {
  Page page{since, since, {}, false};
  const auto run = latest.after(since, kPageScanMax);
  for (const auto& newest : run.newest) {
    if (page.changes.size() == limit) return page;
    if (may_match(filter, newest, ports)) {
      auto change = ports.change(newest.revision);
      if (!change) return change.error();
      if (*change && filter.takes(**change)) page.changes.push_back(std::move(**change));
    }
    page.to = newest.revision;
  }
  page.to = run.to;
  page.up_to_date = run.at_end;
  return page;
}

}  // namespace

bool Filter::takes(const Change& change) const {
  if (((kinds >> static_cast<unsigned>(change.kind)) & 1u) == 0) return false;
  return change.attribute.empty() ? match.device(change.device)
                                  : match.attribute(change.device, change.attribute);
}

std::optional<std::uint32_t> kinds_of(std::string_view words) {
  std::uint32_t kinds = 0;
  while (!words.empty()) {
    const auto word = words.substr(0, words.find(','));
    words.remove_prefix(std::min(words.size(), word.size() + 1));
    const auto before = kinds;
    for (auto kind = ChangeKind::state; kind <= kLastChangeKind;
         kind = static_cast<ChangeKind>(static_cast<unsigned>(kind) + 1)) {
      if (word == name(kind)) kinds |= 1u << static_cast<unsigned>(kind);
    }
    if (kinds == before) return std::nullopt;
  }
  return kinds;
}

Result<std::optional<Page>> read_page(const Ports& ports, Latest& latest, const Filter& filter,
                                      Revision since, std::size_t limit) {
  if (filter.coalesced) {
    const auto reached = latest.reach(since);
    if (!reached) return reached.error();
    if (!*reached) return std::optional<Page>();
  }
  auto page = filter.coalesced ? read_newest(ports, latest, filter, since, limit)
                               : read_log(ports, filter, since, limit);
  if (!page) return page.error();
  return std::optional<Page>(std::move(*page));
}

void append_page(Writer& out, const Page& page, const Identity& identity) {
  out.member("from", integer(page.from)).member("to", integer(page.to));
  out.key("changes").begin_array();
  for (const auto& change : page.changes) append_change(out, change, identity.node);
  out.end_array().member("up_to_date", page.up_to_date).member("store", identity.store_uuid);
}

int status_of(Refused::Why why) {
  switch (why) {
    case Refused::Why::compacted:
      return 410;
    case Refused::Why::future:
      return 416;
    case Refused::Why::wrong_store:
      break;
  }
  return 409;
}

std::optional<Refused> check_resume(const Ports& ports, Revision since, std::string_view store) {
  if (!store.empty() && store != ports.identity().store_uuid) {
    return Refused{Refused::Why::wrong_store, ports.floor()};
  }
  if (since > ports.head()) return Refused{Refused::Why::future, ports.floor()};
  if (since < ports.floor()) return Refused{Refused::Why::compacted, ports.floor()};
  if (since == ports.floor() || since >= ports.run_start()) return std::nullopt;
  // Below this run's beginning: a revision that was shown but lost in an unclean stop has no entry.
  const auto entry = ports.change(since);
  if (entry && entry->has_value()) return std::nullopt;
  // What this run begins with follows everything that was ever shown before it.
  return Refused{Refused::Why::compacted, ports.run_start()};
}

void append_refused(Writer& out, const Refused& refused, const Ports& ports) {
  switch (refused.why) {
    case Refused::Why::compacted:
      out.member("error", "compacted");
      out.member("message", "the changes after that revision are not kept: read the state again");
      break;
    case Refused::Why::future:
      out.member("error", "future").member("message", "that revision has not been given out");
      break;
    case Refused::Why::wrong_store:
      out.member("error", "wrong_store").member("message", "that revision is of another store");
      break;
  }
  out.member("floor", integer(refused.floor)).member("head", integer(ports.head()));
  out.member("store", ports.identity().store_uuid);
}

}  // namespace attune::api
