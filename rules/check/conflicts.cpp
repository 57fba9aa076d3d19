#include <algorithm>
#include <map>
#include <set>

#include "rules/check/checks.h"
#include "rules/check/claimant.h"

// C401, C402, C403: two rules or interlocks that want different values of one attribute at one
// priority and can hold together.
namespace attune::rules {

namespace {

/// Pairs of rules that one check looks at: above, a set is too large to compare all with all. The
/// attributes with the fewest claims come first, so that a crowd costs nobody else.
constexpr std::size_t kPairsMax = 100'000;

struct Claim {
  Claimant who;
  const Want* want;
};

/// State of a finding, with something usual for everything else.
class Assumed final : public StateView {
 public:
  Assumed(Facts& facts, const State& state) : facts_(facts), state_(state) {}
  [[nodiscard]] const Value& value(AttributeId id) const override {
    if (const Value* const known = state_.find(id)) return *known;
    const auto [kept, fresh] = usual_.try_emplace(id);
    const AttributeInfo* const info = fresh ? facts_.info(id) : nullptr;
    if (info == nullptr) return kept->second;
    if (info->type == ValueType::boolean) kept->second = Value(false);
    if (info->type == ValueType::number) kept->second = Value(info->range ? info->range->min : 20);
    if (!info->values.empty()) kept->second = Value(info->values.front());
    return kept->second;
  }

 private:
  Facts& facts_;
  const State& state_;
  mutable std::map<AttributeId, Value> usual_;
};

std::optional<Value> at(const Wanted& wanted, const StateView& view) {
  if (const Value* const literal = std::get_if<Value>(&wanted)) return *literal;
  return std::get<cel::Expression>(wanted).value(view);
}

bool same_text(const Wanted& a, const Wanted& b) {
  const auto* const one = std::get_if<cel::Expression>(&a);
  const auto* const other = std::get_if<cel::Expression>(&b);
  return one != nullptr && other != nullptr && one->source() == other->source();
}

/// Minutes of the day in which a rule that starts by the clock lives; empty: that is not fixed.
std::optional<std::pair<int, int>> hours_of(const Claimant& who) {
  if (who.rule() == nullptr) return std::nullopt;
  const Rule& rule = *who.rule();
  const auto* const clock = rule.triggered<ByClock>();
  const int* const begin = clock == nullptr ? nullptr : std::get_if<int>(&clock->at);
  const auto& extras = *rule.extras;
  if (begin == nullptr || !extras.max_time || !extras.sequence.empty()) return std::nullopt;
  const Millis longest = *extras.max_time + extras.trigger->late;
  return std::pair(*begin, static_cast<int>(longest / std::chrono::minutes(1)) + 1);
}

/// Neither begins while the other lives, whatever the day.
bool are_apart(const Claimant& a, const Claimant& b) {
  const auto one = hours_of(a);
  const auto other = hours_of(b);
  if (!one || !other) return false;
  constexpr int kDay = 24 * 60;
  const int to_other = (other->first - one->first + kDay) % kDay;
  const int to_one = (one->first - other->first + kDay) % kDay;
  return to_other != 0 && one->second <= to_other && other->second <= to_one;
}

/// What the live values of a claim read.
std::vector<AttributeId> reads_of(const Want& want) {
  std::vector<AttributeId> reads;
  const auto add = [&](const Wanted& wanted) {
    const auto* const live = std::get_if<cel::Expression>(&wanted);
    if (live != nullptr) reads.insert(reads.end(), live->reads().begin(), live->reads().end());
  };
  add(want.value);
  if (want.leeway->min) add(*want.leeway->min);
  if (want.leeway->max) add(*want.leeway->max);
  return reads;
}

/// A few values that an attribute may well have, so that what is made of them differs.
std::vector<Value> samples(const AttributeInfo& info) {
  if (info.type == ValueType::boolean) return {Value(false), Value(true)};
  if (!info.values.empty()) return {info.values.begin(), info.values.end()};
  if (info.type != ValueType::number && info.type != ValueType::integer) return {};
  const Range range = info.range.value_or(Range{0, 100});
  return {Value(range.min), Value((range.min + range.max) / 2), Value(range.max)};
}

class Conflicts {
 public:
  explicit Conflicts(Checking& checking) : checking_(checking) {}
  void run();

 private:
  void compare(const std::vector<Claim>& claims);
  void compare(const Claim& a, const Claim& b);
  [[nodiscard]] bool differ(const Claim& a, const Claim& b, const StateView& view) const;
  [[nodiscard]] bool find_difference(const Claim& a, const Claim& b, State& state) const;
  [[nodiscard]] bool could_differ(const Claim& a, const Claim& b) const;
  [[nodiscard]] bool exclude(const Want& a, const Want& b, const StateView& view) const;
  [[nodiscard]] bool is_doubtful(const State& state) const;
  [[nodiscard]] Answer meet(const Claim& a, const Claim& b, bool lingering);
  [[nodiscard]] SourcePlace place_of_later(const Claim& a, const Claim& b);
  void report(const Claim& a, const Claim& b, const Answer& answer, bool lingering);

  Checking& checking_;
  std::set<std::pair<std::string_view, std::string_view>> told_;
  std::size_t pairs_ = 0;
};

void Conflicts::run() {
  std::map<std::pair<AttributeId, Priority>, std::vector<Claim>> claims;
  const auto add = [&](const Claimant& who, const std::vector<Want>& wants) {
    for (const Want& want : wants) {
      if (checking_.facts.is_setting(want.attribute)) continue;
      claims[{want.attribute, who.priority()}].push_back({who, &want});
    }
  };
  for (const Rule& rule : checking_.facts.set.rules) {
    if (rule.mode != RuleMode::enabled || !rule.lives_on()) continue;
    add(Claimant(rule), rule.want);
    for (const Step& step : rule.extras->sequence) add(Claimant(rule), step.want);
  }
  for (const Interlock& lock : checking_.facts.set.interlocks) add(Claimant(lock), lock.want);
  std::vector<const std::vector<Claim>*> groups;
  for (const auto& [place, rivals] : claims) groups.push_back(&rivals);
  std::stable_sort(groups.begin(), groups.end(),
                   [](const auto* a, const auto* b) { return a->size() < b->size(); });
  for (const auto* rivals : groups) compare(*rivals);
}

void Conflicts::compare(const std::vector<Claim>& claims) {
  for (std::size_t i = 0; i < claims.size(); ++i) {
    for (std::size_t j = i + 1; j < claims.size(); ++j) {
      if (claims[i].who == claims[j].who || !could_differ(claims[i], claims[j])) continue;
      if (are_apart(claims[i].who, claims[j].who)) continue;
      if (++pairs_ > kPairsMax || checking_.search.is_spent()) {
        return checking_.findings.left_out("pairs of the " + std::to_string(claims.size()) +
                                           " claims on " +
                                           checking_.facts.name(claims[i].want->attribute));
      }
      compare(claims[i], claims[j]);
    }
  }
}

/// Ranges with no point in common.
bool Conflicts::exclude(const Want& a, const Want& b, const StateView& view) const {
  const auto below = [&](const Want& low, const Want& high) {
    if (!low.leeway->max || !high.leeway->min) return false;
    const auto most = at(*low.leeway->max, view);
    const auto least = at(*high.leeway->min, view);
    return most && least && most->is_numeric() && least->is_numeric() &&
           most->numeric() < least->numeric();
  };
  return below(a, b) || below(b, a);
}

bool Conflicts::differ(const Claim& a, const Claim& b, const StateView& view) const {
  if (a.want->is_range() || b.want->is_range()) {
    return a.want->is_range() && b.want->is_range() && exclude(*a.want, *b.want, view);
  }
  const auto one = at(a.want->value, view);
  const auto other = at(b.want->value, view);
  if (!one || !other) return false;
  const AttributeInfo* const info = checking_.facts.info(a.want->attribute);
  return info == nullptr ? *one != *other : !same_on_wire(*info, *one, *other);
}

/// Both hold in `state`: values of what else live claims read are added to it until they differ.
bool Conflicts::find_difference(const Claim& a, const Claim& b, State& state) const {
  std::vector<AttributeId> reads = reads_of(*a.want);
  const std::vector<AttributeId> more = reads_of(*b.want);
  reads.insert(reads.end(), more.begin(), more.end());
  std::sort(reads.begin(), reads.end());
  reads.erase(std::unique(reads.begin(), reads.end()), reads.end());
  std::erase_if(reads, [&](AttributeId read) {
    return state.find(read) != nullptr || checking_.facts.info(read) == nullptr;
  });
  if (reads.empty()) return differ(a, b, Assumed(checking_.facts, state));
  const Assumed usual(checking_.facts, state);
  for (const AttributeId read : reads) {
    for (const Value& sample : samples(*checking_.facts.info(read))) {
      State tried = state;
      for (const AttributeId other : reads) {
        tried.values.emplace_back(other, other == read ? sample : usual.value(other));
      }
      if (!differ(a, b, Assumed(checking_.facts, tried))) continue;
      state = std::move(tried);
      return true;
    }
  }
  return differ(a, b, usual);
}

bool Conflicts::could_differ(const Claim& a, const Claim& b) const {
  if (a.want->is_range() != b.want->is_range()) return false;
  if (a.want->is_range()) return true;
  if (same_text(a.want->value, b.want->value)) return false;
  const bool literals =
      std::holds_alternative<Value>(a.want->value) && std::holds_alternative<Value>(b.want->value);
  const State nothing;
  return !literals || differ(a, b, Assumed(checking_.facts, nothing));
}

/// Two questions of clock and sun may exclude each other in ways that are not seen into, and so may
/// whether something is known and its value.
bool Conflicts::is_doubtful(const State& state) const {
  using cel::SignalKind;
  int clocks = 0;
  for (const auto& entry : state.values) {
    const cel::Signal* const signal = checking_.facts.signal(entry.first);
    if (signal == nullptr) continue;
    if (signal->kind == SignalKind::known || signal->kind == SignalKind::online) return true;
    clocks += signal->kind >= SignalKind::between ? 1 : 0;
  }
  return clocks > 1;
}

/// Both can be active when one can start while the other is.
Answer Conflicts::meet(const Claim& a, const Claim& b, bool lingering) {
  Answer maybe;
  const Regions& regions = checking_.regions;
  const auto active = [&](const Claim& claim) {
    return lingering ? claim.who.linger(regions) : claim.who.hold(regions);
  };
  // A state in which both start is the plainest to show.
  for (const auto& [a_starts, b_starts] :
       {std::pair(true, true), std::pair(true, false), std::pair(false, true)}) {
    Demands demands = a_starts ? a.who.start(regions) : active(a);
    const Demands other = b_starts ? b.who.start(regions) : active(b);
    demands.insert(demands.end(), other.begin(), other.end());
    Answer answer = checking_.search.together(demands);
    if (answer.is == Answer::Is::yes && is_doubtful(answer.state)) answer.is = Answer::Is::maybe;
    if (answer.is == Answer::Is::yes) return answer;
    if (answer.is == Answer::Is::maybe) maybe = std::move(answer);
  }
  return maybe;
}

void Conflicts::compare(const Claim& a, const Claim& b) {
  const std::pair<std::string_view, std::string_view> pair =
      std::minmax({a.who.declared(), b.who.declared()});
  if (told_.contains(pair)) return;
  for (const bool lingering : {false, true}) {
    Answer answer = meet(a, b, lingering);
    if (answer.is == Answer::Is::no) continue;
    if (!find_difference(a, b, answer.state)) return;
    told_.insert(pair);
    return report(a, b, answer, lingering);
  }
}

/// Of two claims the one further down: it is the one that was added.
SourcePlace Conflicts::place_of_later(const Claim& a, const Claim& b) {
  const auto place = [&](const Claim& claim) { return claim.who.place(checking_.facts.set); };
  const SourcePlace one = place(a);
  const SourcePlace other = place(b);
  const Claim& last = std::tie(one.file, one.line) < std::tie(other.file, other.line) ? b : a;
  const Rule* const rule = last.who.rule();
  return rule == nullptr ? place(last) : checking_.findings.of_want(*rule, last.want->attribute);
}

void Conflicts::report(const Claim& a, const Claim& b, const Answer& answer, bool lingering) {
  const std::string state = text(checking_.facts, answer.state);
  const bool sure = answer.is == Answer::Is::yes;
  std::string message = a.who.shown() + " and " + b.who.shown() + " both claim " +
                        checking_.facts.name(a.want->attribute) + " at " +
                        priority_text(a.who.priority()) + "; ";
  if (lingering) {
    message += "one goes on while its end is delayed, and the other holds";
  } else {
    message += sure ? "both hold" : "both may hold";
  }
  message += state.empty() ? (sure ? " at any time" : "") : " when " + state;
  const SourcePlace place = place_of_later(a, b);
  const std::string code = !sure ? "C402" : lingering ? "C403" : "C401";
  Findings::Text text = {code, std::move(message),
                         "give one of them another priority, or make their conditions exclude "
                         "each other"};
  if (code == "C401") return checking_.findings.error(place, std::move(text));
  checking_.findings.warning(place, std::move(text));
}

}  // namespace

void check_conflicts(Checking& checking) {
  Conflicts(checking).run();
}

}  // namespace attune::rules
