#include "broker/core/why_then.h"

#include <algorithm>
#include <set>
#include <utility>

namespace attune::core {

namespace {

constexpr std::size_t kHops = 64;  ///< along the changes of one attribute, before a page is read
constexpr std::uint64_t kPage = 256;
constexpr std::size_t kClaimsMax = 10'000;  ///< entries about the claims of one attribute

/// The clock of an entry that was kept before there were clocks is its time.
Millis moment(const Change& change) {
  return change.clock == HybridTime{} ? change.at.wall : change.clock.wall;
}

Error compacted(const Past& past) {
  const auto first = past.page(past.floor, 1);
  const std::string since = first.empty() ? "now" : format_utc(moment(first.front()));
  return {"compacted", "what was before " + since + " is not kept"};
}

enum class Told : std::uint8_t { value, desired, availability, rule };

/// What is looked for: the last entry of a kind about one attribute, device or rule.
struct Wanted {
  const AttributePath& path;  ///< of a device or a rule only its id
  Told what = Told::value;
  [[nodiscard]] bool fits(ChangeKind kind) const {
    if (kind == ChangeKind::removed) return what != Told::rule;
    switch (what) {
      case Told::value:
        return kind == ChangeKind::state || kind == ChangeKind::setting;
      case Told::desired:
        return kind == ChangeKind::desired;
      case Told::availability:
        return kind == ChangeKind::liveness;
      case Told::rule:
        return kind == ChangeKind::rule;
    }
    return false;
  }
  [[nodiscard]] bool matches(const Change& change) const {
    const bool of_attribute =
        (what == Told::value || what == Told::desired) && change.kind != ChangeKind::removed;
    const bool life = change.status == "active" || change.status == "ended";
    if (what == Told::rule && !life) return false;
    return fits(change.kind) && change.status != kEventStatus &&
           (!of_attribute || change.attribute == path.attribute) &&
           change.device == path.device.text();
  }
};

/// From a known later entry back along the changes of the same attribute.
class Hopper {
 public:
  Hopper(const Past& past, Revision from, Revision at) : past_(past), hop_(from), at_(at) {}
  /// Empty: not there yet, or lost().
  [[nodiscard]] std::optional<Change> advance();

 private:
  const Past& past_;
  Revision hop_;
  Revision at_;
};

std::optional<Change> Hopper::advance() {
  for (std::size_t i = 0; i < kHops && number(hop_) != 0; ++i) {
    auto change = past_.entry(hop_);
    if (hop_ <= at_ && change) return change;
    hop_ = change && hop_ > at_ ? change->prior : Revision{};
  }
  return std::nullopt;
}

/// Two ways at once, as one of them is always short: from the present along the changes of the
/// attribute, and from the moment back along all changes.
Result<std::optional<Change>> last_before(const Past& past, Revision latest, Revision at,
                                          const Wanted& wanted) {
  Hopper hopper(past, latest, at);
  std::size_t scanned = 0;
  for (std::uint64_t top = number(at); top > number(past.floor);) {
    if (auto found = hopper.advance()) return found;
    if (scanned > kScanMax) {
      return Error{"too_far", "more changes lie between than are read for one question"};
    }
    const std::uint64_t below = std::max(number(past.floor), top > kPage ? top - kPage : 0);
    auto page = past.page(Revision{below}, kPage);
    std::erase_if(page, [top](const Change& change) { return number(change.revision) > top; });
    scanned += page.size();
    const auto found = std::find_if(page.rbegin(), page.rend(),
                                    [&](const Change& change) { return wanted.matches(change); });
    if (found != page.rend() && found->kind == ChangeKind::removed) break;  // nothing was left
    if (found != page.rend()) return std::optional(std::move(*found));
    top = below;
  }
  return std::optional<Change>();
}

/// `rule:hall` of `rule:hall at comfort: somebody is there`; see Arbitration::claim.
std::string claimant_of(const Change& claim) {
  const std::string& detail = claim.detail;
  return detail.substr(0, std::min(detail.find(" at "), detail.find(": ")));
}

/// Whether the changes that lead back from `latest` end above `at`: the device is new since, or had
/// left in between, which cuts them off.
bool begins_after(const Past& past, Revision latest, Revision at) {
  for (std::size_t i = 0; i < kHops && latest > at; ++i) {
    const auto change = past.entry(latest);
    if (!change) return false;
    if (number(change->prior) == 0) return true;
    latest = change->prior;
  }
  return false;
}

/// What the log says next of an attribute whose device has left since, or came back.
struct Later {
  std::optional<Revision> prior;  ///< of its next claim: where its claims stood
  bool removed = false;
  bool complete = true;  ///< all was read, or as much as was needed
};
Later look_ahead(const Past& past, const AttributePath& path, Revision at) {
  Later later;
  std::size_t scanned = 0;
  for (Revision from = at;;) {
    const auto page = past.page(from, kPage);
    for (const Change& change : page) {
      if (change.device != path.device.text()) continue;
      const bool claim = change.kind == ChangeKind::claim && change.attribute == path.attribute;
      if (claim && !later.prior) later.prior = change.prior;
      later.removed = change.kind == ChangeKind::removed;
      if (later.removed) return later;
    }
    scanned += page.size();
    later.complete = page.size() < kPage;
    if (later.complete || scanned > kScanMax) return later;
    from = page.back().revision;
  }
}

void find_claims(const Past& past, Revision latest, WhyThen& out) {
  std::set<std::string> seen;
  const std::string holder = out.desired ? out.desired->status : std::string();
  std::size_t hops = 0;
  for (Revision hop = latest; number(hop) != 0; ++hops) {
    auto change = past.entry(hop);
    if (!change || hop <= past.floor || hops == kClaimsMax) {
      out.claims_complete = false;
      return;
    }
    const Revision prior = change->prior;
    const bool tells = change->status != "conflict" && change->status != "settled";
    if (hop <= out.revision && tells && seen.insert(claimant_of(*change)).second &&
        change->status != "ended") {
      const auto standing = change->status == "shadow"       ? ClaimStanding::shadow
                            : claimant_of(*change) == holder ? ClaimStanding::held
                                                             : ClaimStanding::waiting;
      out.claims.push_back({std::move(*change), standing});
    }
    hop = prior;
  }
}

bool holds(const Chain& chain, Revision revision) {
  return std::any_of(chain.steps.begin(), chain.steps.end(),
                     [&](const WhyStep& step) { return step.change.revision == revision; });
}

Status find_chains(const Core& core, const Past& past, const AttributeState& now,
                   const Later& later, WhyThen& out) {
  auto value = last_before(past, now.revision, out.revision, {out.path, Told::value});
  if (!value) return value.error();
  auto desired = last_before(past, now.desired_revision, out.revision, {out.path, Told::desired});
  if (!desired) return desired.error();
  out.value = std::move(*value);
  out.desired = std::move(*desired);
  // Nothing above the floor: what never was in any revision was not below it either.
  const bool cut = number(past.floor) != 0;
  const auto was_there = [&](Revision last) { return number(last) != 0 || later.removed; };
  if (!out.value && cut && was_there(now.revision)) out.reported.end = ChainEnd::compacted;
  if (!out.desired && cut && was_there(now.desired_revision)) {
    out.wanted.end = ChainEnd::compacted;
    out.claims_complete = false;  // who held it is not known
  }
  if (out.value) out.reported = chain_of(core, past.entry, out.value->revision);
  if (out.desired && out.desired->value.has_value() &&
      !holds(out.reported, out.desired->revision)) {
    out.wanted = chain_of(core, past.entry, out.desired->revision);
  }
  return {};
}

}  // namespace

Result<Revision> revision_at(const Past& past, Millis wall) {
  // Invariant: `low` is the floor or had been given out by then; nothing above `high` had.
  std::uint64_t low = number(past.floor);
  std::uint64_t high = number(past.head);
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    const auto next = past.page(Revision{middle}, 1);
    if (next.empty() || moment(next.front()) > wall) {
      high = middle;
    } else {
      low = number(next.front().revision);
    }
  }
  if (low == number(past.floor)) return compacted(past);
  return Revision{low};
}

Result<std::optional<Change>> value_then(const Core& core, const Past& past, AttributeId attribute,
                                         Revision at) {
  const AttributePath& path = core.catalog().table().path(attribute);
  return last_before(past, core.image().at(attribute).revision, at, {path, Told::value});
}

Result<std::optional<Change>> availability_then(const Core& core, const Past& past,
                                                DeviceIndex device, Revision at) {
  const AttributePath path{core.catalog().table().device(device), {}};
  const Revision latest = core.image().device(device).revision;
  if (number(latest) == 0) return std::optional<Change>();
  return last_before(past, latest, at, {path, Told::availability});
}

Result<std::optional<Change>> rule_then(const Past& past, const RuleId& rule, Revision at) {
  const AttributePath path{DeviceId(rule.text()), {}};
  return last_before(past, Revision{}, at, {path, Told::rule});
}

Result<WhyThen> why_then(const Core& core, const Past& past, AttributeId attribute, Revision at) {
  if (at <= past.floor) return compacted(past);
  if (at > past.head) {
    return Error{"future", "revision " + std::to_string(number(at)) + " was not given out"};
  }
  WhyThen out;
  out.path = core.catalog().table().path(attribute);
  out.revision = at;
  if (const auto* device = core.catalog().find(out.path.device.text())) out.label = device->label;
  if (const auto* info = core.catalog().attribute(attribute)) out.unit = info->unit;
  const AttributeState& now = core.image().at(attribute);
  const bool cut = core.catalog().is_gone(out.path.device) || begins_after(past, now.revision, at);
  const Later later = cut ? look_ahead(past, out.path, at) : Later{};
  if (Status found = find_chains(core, past, now, later, out); !found.ok()) return found.error();
  find_claims(past, later.removed ? later.prior.value_or(Revision{}) : now.claimed, out);
  out.claims_complete = out.claims_complete && later.complete;
  return out;
}

}  // namespace attune::core
