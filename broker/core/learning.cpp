#include "broker/core/learning.h"

#include <algorithm>
#include <cmath>

#include "broker/core/arbitration.h"
#include "broker/core/fit.h"
#include "broker/core/packed.h"
#include "broker/core/signal_rows.h"
#include "devices/vocabulary.h"
#include "rules/machine.h"

namespace attune::core {

namespace {

using rules::Learn;

std::string shown(double number) {
  return to_json(Value(number));
}

/// The number that one step towards what people chose leads to; where it is already at a bound,
/// the bound.
double next_step(const Learn& learn, const Learned& row) {
  const double now = effective(learn, &row);
  const double side = row.evidence.back().chosen > now ? learn.step : -learn.step;
  return std::clamp(now + side, learn.min, learn.max);
}

Blob blob_of(const Learned& row, std::string bytes) {
  return {std::string(Learned::kSpace), learned_key(row.id, row.context), std::move(bytes)};
}

std::string corrections(std::size_t count) {
  return std::to_string(count) + (count == 1 ? " correction" : " corrections");
}

bool is_nothing(const Learned& row) {
  return row.evidence.empty() && !row.proposed && row.moves.empty() && row.value == row.literal &&
         row.spent_rule.empty();
}

}  // namespace

double effective(const Learn& learn, const Learned* row) {
  return std::clamp(row == nullptr ? learn.literal : row->value, learn.min, learn.max);
}

std::string learned_key(const std::string& id, const std::string& context) {
  return id + "#" + signal_key(context);
}

void Learning::restore(const std::vector<Blob>& blobs) {
  for (const Blob& blob : blobs) {
    if (auto row = unpack_learned(blob.bytes)) all_.insert_or_assign(blob.key, std::move(*row));
  }
}

const Learn* Learning::find(std::string_view id) const {
  const auto& all = rules_.set().learn;
  const auto at = std::lower_bound(
      all.begin(), all.end(), id,
      [](const Learn& learn, std::string_view wanted) { return learn.id < wanted; });
  return at == all.end() || at->id != id ? nullptr : &*at;
}

void Learning::unload() {
  places_.clear();
  by_setting_.clear();
}

void Learning::load() {
  for (const Learn& learn : rules_.set().learn) {
    for (const Target& target : learn.targets) {
      places_[target.attribute].push_back({&learn, &target});
    }
    for (const AttributeId setting : learn.per) by_setting_.emplace(setting, &learn);
  }
  std::vector<std::string> keys;
  for (const auto& [key, row] : all_) keys.push_back(key);
  for (const std::string& key : keys) {
    const Learned& row = all_.at(key);
    const Learn* learn = find(row.id);
    // A rule that waits for its devices may come back: what it has learned waits too.
    const bool waits =
        learn == nullptr && rules_.set().all_of(row.id.substr(0, row.id.find('.'))).empty();
    if (waits || (learn != nullptr && learn->literal == row.literal)) continue;
    forget(key);
  }
}

/// Its number is another one in the file, or is not learned any more.
void Learning::forget(const std::string& key) {
  const Learned& row = all_.at(key);
  Learn entry;
  entry.id = row.id;
  entry.rule = row.id.substr(0, row.id.find('.'));
  const Because loaded{{CauseKind::system, "rules loaded", {}}, {}};
  (void)announce(entry, row, "forgotten", row.literal, row.value, loaded);
  journal_.erase(blob_of(row, ""));
  all_.erase(key);
}

bool Learning::follow() {
  const auto& changes = journal_.out().changes;
  if (places_.empty()) {
    scanned_ = changes.size();
    return false;
  }
  bool any = false;
  for (; scanned_ < changes.size(); ++scanned_) {
    const Change change = changes[scanned_];  // what follows from it adds to the list
    if (change.kind == ChangeKind::claim) {
      const std::size_t before = changes.size();
      take_claim(change);
      any = any || changes.size() != before;
    } else if (change.kind == ChangeKind::setting) {
      const auto id = catalog_.table().find(change.device, change.attribute);
      if (!id) continue;
      const auto [from, to] = by_setting_.equal_range(*id);
      for (auto at = from; at != to; ++at) {
        look_again(*at->second,
                   {{change.cause.kind, change.cause.id, change.revision}, change.context});
        any = true;
      }
    }
  }
  return any;
}

/// Of a claim by a person that was placed or taken back just now.
void Learning::take_claim(const Change& change) {
  const auto id = catalog_.table().find(change.device, change.attribute);
  const auto places = id ? places_.find(*id) : places_.end();
  if (places == places_.end()) return;
  const Claim* hand = claims_.find(*id, ClaimBy::person, kPersonSource);
  if (hand == nullptr) {
    if (change.status == "ended" && change.cause.kind == CauseKind::person) taken_back(*id);
    return;
  }
  if (hand->revision != change.revision || !hand->value.is_numeric()) return;
  if (hand->reason.starts_with(kAnotherProgram) || is_off(*id)) return;
  for (const Place& place : places->second) {
    if (would_decide(place)) corrected(place, *hand);
  }
}

/// What somebody switches off says nothing about how bright it should be.
bool Learning::is_off(AttributeId attribute) const {
  const AttributePath& path = catalog_.table().path(attribute);
  const std::string_view endpoint = devices::endpoint_part(path.attribute);
  const std::string name = std::string(endpoint).append(endpoint.empty() ? "" : ".").append("on");
  const auto on = catalog_.table().find(path.device.text(), name);
  return on && image_.at(*on).value == Value(false);
}

/// Whether the rule's wish counts, and nobody but the person stands before it.
bool Learning::would_decide(const Place& place) const {
  const auto rule = rules_.set().index_of(place.target->rule.text());
  if (!rule || rules_.mode(*rule) != RuleMode::enabled ||
      !rules::holds_claims(rules_.at(*rule).state.phase)) {
    return false;
  }
  const auto& claims = claims_.on(place.target->attribute);
  const Claim* winner = deciding(claims);
  if (winner == nullptr || winner->by != ClaimBy::person) return false;
  for (const Claim& claim : claims) {
    if (claim.by == ClaimBy::person || !counts(claim) || !is_point(claim)) continue;
    return claim.by == ClaimBy::rule && claim.source == place.target->rule.text();
  }
  return false;
}

void Learning::corrected(const Place& place, const Claim& hand) {
  const Learn& learn = *place.learn;
  const auto rule = rules_.set().index_of(place.target->rule.text());
  const Millis run = rules_.at(*rule).state.active_since.steady;
  const std::string key = learned_key(learn.id, context_of(place));
  Learned& row = row_for(place);
  const Learned before = row;
  drop_run(place, row);
  const bool spent = row.spent_rule == place.target->rule.text() && row.spent_run == run;
  const double by = hand.value.numeric() - effective(learn, &row);
  if (!spent && std::abs(by) >= learn.step / 2) {
    const bool other_side =
        !row.evidence.empty() && (row.evidence.back().chosen > effective(learn, &row)) != (by > 0);
    if (other_side) row.evidence.clear();
    row.evidence.push_back(
        {hand.value.numeric(), journal_.now(), hand.revision, place.target->rule.text(), run});
    if (row.evidence.size() > learn.after) row.evidence.erase(row.evidence.begin());
  }
  consider(learn, row, {{CauseKind::person, hand.reason, hand.revision}, hand.context});
  if (!(row == before)) settle(learn, key);
}

/// A person lets go of the attribute by hand: what they chose was no correction.
void Learning::taken_back(AttributeId attribute) {
  for (const Place& place : places_.at(attribute)) {
    const std::string key = learned_key(place.learn->id, context_of(place));
    const auto at = all_.find(key);
    if (at == all_.end()) continue;
    const Learned before = at->second;
    drop_run(place, at->second);
    consider(*place.learn, at->second, {{CauseKind::person, "released", {}}, {}});
    if (!(at->second == before)) settle(*place.learn, key);
  }
}

/// What this run said before gives way to what it says now.
void Learning::drop_run(const Place& place, Learned& row) {
  const auto rule = rules_.set().index_of(place.target->rule.text());
  if (!rule) return;
  const Millis run = rules_.at(*rule).state.active_since.steady;
  std::erase_if(row.evidence, [&](const Correction& correction) {
    return correction.rule == place.target->rule.text() && correction.run == run;
  });
}

/// Proposes, moves, or withdraws a proposal whose evidence has gone.
void Learning::consider(const Learn& learn, Learned& row, const Because& because) {
  const double now = effective(learn, &row);
  const bool enough = row.evidence.size() >= learn.after;
  const double next = enough ? next_step(learn, row) : now;
  if (next == now) {
    if (!row.proposed) return;
    const double was = *std::exchange(row.proposed, std::nullopt);
    (void)announce(learn, row, "withdrawn", now, was, because);
    return;
  }
  if (learn.applies) return move(learn, row, next, "auto", because);
  if (row.proposed && *row.proposed == next) return;
  row.proposed = next;
  row.proposed_at = announce(learn, row, "proposed", next, now, because).cause.parent;
}

void Learning::move(const Learn& learn, Learned& row, double to, const std::string& who,
                    const Because& because) {
  const double from = effective(learn, &row);
  row.value = to;
  const Because moved = announce(learn, row, "learned", to, from, because);
  row.moves.push_back({from, to, journal_.now(), moved.cause.parent, who});
  if (row.moves.size() > Learned::kMovesMax) row.moves.erase(row.moves.begin());
  row.proposed.reset();
  if (!row.evidence.empty()) {
    row.spent_rule = row.evidence.back().rule;
    row.spent_run = row.evidence.back().run;
  }
  row.evidence.clear();
  look_again(learn, moved);
}

void Learning::look_again(const Learn& learn, const Because& because) {
  for (const Target& target : learn.targets) {
    if (const auto rule = rules_.set().index_of(target.rule.text())) {
      agenda_.evaluate(*rule, {std::nullopt, because});
    }
  }
}

const Learned* Learning::row_of(const Place& place) const {
  const auto at = all_.find(learned_key(place.learn->id, context_of(place)));
  return at == all_.end() ? nullptr : &at->second;
}

Learned& Learning::row_for(const Place& place) {
  const std::string context = context_of(place);
  Learned& row = all_[learned_key(place.learn->id, context)];
  if (!row.id.empty()) return row;
  row.id = place.learn->id;
  row.context = context;
  row.literal = row.value = place.learn->literal;
  return row;
}

std::string Learning::context_of(const Place& place) const {
  std::string context;
  const auto add = [&context](const std::string& part) {
    context += (context.empty() ? "" : ", ") + part;
  };
  for (const AttributeId setting : place.learn->per) {
    const Value& value = image_.at(setting).value;
    add(catalog_.table().path(setting).text() + "=" +
        (value.kind() == ValueKind::text ? value.as_text() : to_json(value)));
  }
  if (place.learn->per_area) add("area=" + place.target->area);
  return context;
}

std::optional<Learning::Place> Learning::place_of(const rules::Rule& rule,
                                                  const rules::Want& want) const {
  const auto places = places_.find(want.attribute);
  if (places == places_.end()) return std::nullopt;
  for (const Place& place : places->second) {
    if (place.target->rule == rule.id) return place;
  }
  return std::nullopt;
}

std::optional<Wish> Learning::wish(const rules::Rule& rule, const rules::Want& want) const {
  const auto place = place_of(rule, want);
  const Learned* row = place ? row_of(*place) : nullptr;
  if (row == nullptr || effective(*place->learn, row) == place->learn->literal) return std::nullopt;
  const AttributeInfo* info = catalog_.attribute(want.attribute);
  if (info == nullptr) return std::nullopt;
  const auto value = fit(*info, Value(effective(*place->learn, row)));
  return value ? std::optional(Wish{*value}) : std::nullopt;
}

std::string Learning::note(const rules::Rule& rule, const rules::Want& want) const {
  if (!wish(rule, want)) return {};
  const Learned& row = *row_of(*place_of(rule, want));
  return " (learned: " + shown(row.value) + " instead of " + shown(row.literal) +
         (row.context.empty() ? "" : ", " + row.context) + ")";
}

void Learning::keep(const Learned& row) {
  journal_.put(blob_of(row, pack(row)));
}

/// Stores the row, or lets go of it when there is nothing in it.
void Learning::settle(const Learn& learn, const std::string& key) {
  const Learned& row = all_.at(key);
  if (!is_nothing(row) || row.literal != learn.literal) return keep(row);
  journal_.erase(blob_of(row, ""));
  all_.erase(key);
}

Because Learning::announce(const Learn& learn, const Learned& row, std::string status, double value,
                           double previous, const Because& because) {
  Change change;
  change.kind = ChangeKind::rule;
  change.device = learn.rule;
  change.attribute = learn.id.substr(learn.rule.size() + 1);
  change.value = value;
  change.previous = previous;
  change.status = std::move(status);
  change.detail = shown(previous) + " -> " + shown(value);
  if (!row.evidence.empty()) change.detail += ", " + corrections(row.evidence.size());
  if (!row.context.empty()) change.detail += " (" + row.context + ")";
  return journal_.write(std::move(change), because);
}

}  // namespace attune::core
