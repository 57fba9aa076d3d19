#include "broker/shell/api/latest.h"

#include <algorithm>
#include <array>
#include <utility>

namespace attune::api {
namespace {

constexpr std::uint64_t kWindowMin = 512;

/// Several claims stand on one attribute, told apart by who claims.
std::string name_of(const Change& change) {
  std::string text(1, static_cast<char>(change.kind));
  text.append(change.device).append(1, '\0').append(change.attribute);
  if (change.kind == ChangeKind::claim) text.append(1, '\0').append(change.cause.id);
  return text;
}

/// What a device's removal ends; what became of its commands is still to be told.
constexpr std::array kOfDevice{ChangeKind::state, ChangeKind::desired, ChangeKind::claim,
                               ChangeKind::liveness};

std::optional<std::uint8_t> class_of(ChangeKind kind) {
  switch (kind) {
    case ChangeKind::state:
      return std::uint8_t{0};
    case ChangeKind::setting:
      return std::uint8_t{1};
    case ChangeKind::desired:
      return std::uint8_t{2};
    case ChangeKind::command:
      return std::uint8_t{3};
    case ChangeKind::claim:
    case ChangeKind::rule:
    case ChangeKind::liveness:
    case ChangeKind::removed:
      break;
  }
  return std::nullopt;
}

}  // namespace

void Latest::turn(std::span<const Change> changes) {
  budget_ = kEntriesPerTurn;
  if (changes.empty()) return;
  if (!begun_) {
    from_ = to_ = Revision{number(changes.front().revision) - 1};
    begun_ = true;
  }
  for (const Change& change : changes) {
    if (number(change.revision) == number(to_) + 1) add_newer(change);
  }
}

Result<bool> Latest::reach(Revision since) {
  since = std::max(since, ports_.floor());
  if (!begun_) {
    from_ = to_ = ports_.head();
    begun_ = true;
  }
  if (to_ < ports_.head()) {
    if (Status read = read_forward(); !read) return read.error();
  }
  while (since < from_ && budget_ != 0) {
    if (Status read = read_back(since); !read) return read.error();
  }
  return since >= from_;
}

/// Only when it was not told of a turn.
Status Latest::read_forward() {
  while (to_ < ports_.head()) {
    const auto entries = ports_.log_after(to_, kEntriesPerTurn);
    if (!entries) return entries.error();
    if (entries->empty()) {
      to_ = ports_.head();
      break;
    }
    for (const Change& change : *entries) add_newer(change);
  }
  return {};
}

/// One window of revisions. Most hold an entry each; the gap of an unclean stop holds none, and
/// is crossed in growing steps.
Status Latest::read_back(Revision since) {
  const auto low =
      Revision{std::max(number(since), number(from_) - std::min(number(from_), window_))};
  const auto first = ports_.log_after(low, 1);
  if (!first) return first.error();
  budget_ -= 1;
  if (first->empty() || first->front().revision > from_) {
    window_ *= 2;
    from_ = low;
    return {};
  }
  window_ = kWindowMin;
  const auto entries = ports_.log_after(low, number(from_) - number(low));
  if (!entries) return entries.error();
  for (auto entry = entries->rbegin(); entry != entries->rend(); ++entry) {
    if (entry->revision <= from_) add_older(*entry);
  }
  budget_ -= std::min(budget_, entries->size());
  from_ = low;
  return {};
}

Latest::Run Latest::after(Revision after, std::size_t max) const {
  Run run;
  run.to = after;
  const auto past = [](Revision revision, const Entry& entry) { return revision < entry.revision; };
  auto entry = std::upper_bound(line_.begin(), line_.end(), after, past);
  for (; entry != line_.end() && run.newest.size() < max; ++entry) {
    run.to = entry->revision;
    if (!is_newest(*entry)) continue;
    const bool named = entry->slot.of == kNamed;
    run.newest.push_back({entry->revision, entry->kind,
                          named ? std::nullopt : std::optional(AttributeId{entry->slot.id})});
  }
  run.at_end = entry == line_.end();
  if (run.at_end) run.to = std::max(run.to, to_);
  return run;
}

Latest::Slot Latest::named(const Change& change) {
  const auto next = static_cast<std::uint32_t>(names_.size());
  return {names_.emplace(name_of(change), next).first->second, kNamed};
}

Latest::Slot Latest::slot(const Change& change) {
  const auto of = class_of(change.kind);
  if (!of) return named(change);
  const auto id = ports_.core().catalog().table().find(change.device, change.attribute);
  if (!id) return named(change);
  const Slot found{static_cast<std::uint32_t>(index(*id)), *of};
  if (number(newest(found)) == 0) adopt(change, found);
  return found;
}

/// An attribute that had no number when its older change was read: its entry is its own from now.
void Latest::adopt(const Change& change, const Slot& slot) {
  const auto name = names_.find(name_of(change));
  if (name == names_.end()) return;
  Revision& before = newest({name->second, kNamed});
  if (number(before) == 0) return;
  const auto at =
      std::lower_bound(line_.begin(), line_.end(), before,
                       [](const Entry& entry, Revision wanted) { return entry.revision < wanted; });
  at->slot = slot;
  newest(slot) = std::exchange(before, Revision{});
}

Revision& Latest::newest(const Slot& slot) {
  auto& all = newest_[slot.of];
  if (all.size() <= slot.id) all.resize(slot.id + 1);
  return all[slot.id];
}

bool Latest::is_newest(const Entry& entry) const {
  return newest_[entry.slot.of][entry.slot.id] == entry.revision;
}

void Latest::forget(const Slot& slot) {
  if (std::exchange(newest(slot), Revision{}) != Revision{}) --subjects_;
}

void Latest::forget_device(const Change& removal) {
  Revision& newest_removal = removed_[removal.device];
  newest_removal = std::max(newest_removal, removal.revision);
  const auto& table = ports_.core().catalog().table();
  const auto device = table.find_device(removal.device);
  for (const ChangeKind kind : kOfDevice) {
    const std::string prefix = std::string(1, static_cast<char>(kind)) + removal.device + '\0';
    for (auto at = names_.lower_bound(prefix); at != names_.end(); ++at) {
      if (!at->first.starts_with(prefix)) break;
      forget({at->second, kNamed});
    }
    const auto of = class_of(kind);
    if (!of || !device) continue;
    for (const AttributeId id : table.attributes_of(*device)) {
      forget({static_cast<std::uint32_t>(index(id)), *of});
    }
  }
}

bool Latest::is_forgotten(const Change& change) const {
  if (removed_.empty() || std::ranges::find(kOfDevice, change.kind) == kOfDevice.end())
    return false;
  const auto removed = removed_.find(change.device);
  return removed != removed_.end() && change.revision < removed->second;
}

void Latest::add_newer(const Change& change) {
  if (change.kind == ChangeKind::removed) forget_device(change);
  const Slot at = slot(change);
  Revision& revision = newest(at);
  if (number(revision) == 0) ++subjects_;
  revision = change.revision;
  to_ = change.revision;
  line_.push_back({change.revision, at, change.kind});
  if (line_.size() > 2 * subjects_ + kWindowMin) drop_overtaken();
}

void Latest::add_older(const Change& change) {
  if (is_forgotten(change)) return;
  if (change.kind == ChangeKind::removed) {
    removed_.try_emplace(change.device, change.revision);  // what is newer came after it
  }
  const Slot at = slot(change);
  Revision& revision = newest(at);
  if (number(revision) != 0) return;
  ++subjects_;
  revision = change.revision;
  line_.push_front({change.revision, at, change.kind});
}

void Latest::drop_overtaken() {
  const Revision floor = ports_.floor();
  std::erase_if(line_, [&](const Entry& entry) {
    if (!is_newest(entry)) return true;
    if (entry.revision > floor) return false;
    newest(entry.slot) = Revision{};
    --subjects_;
    return true;
  });
  std::erase_if(removed_, [&](const auto& each) { return each.second <= floor; });
  from_ = std::max(from_, std::min(floor, to_));
}

}  // namespace attune::api
