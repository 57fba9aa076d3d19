#include "rules/flip_index.h"

#include <algorithm>
#include <string_view>
#include <tuple>
#include <variant>

#include "rules/cel/atoms.h"
#include "rules/rule_set.h"

namespace attune::rules {

namespace {

using Rules = std::vector<std::uint32_t>;

}  // namespace

/// One question of one rule.
struct FlipIndex::Asked {
  AttributeId attribute{};
  Group group = Group::change;
  double number = 0;
  bool is_lower = false;
  std::string_view word{};
  std::uint32_t rule = 0;

  [[nodiscard]] auto question() const { return std::tie(attribute, group, number, is_lower, word); }
  [[nodiscard]] auto all() const { return std::tuple_cat(question(), std::tie(rule)); }
};

/// One walk over the rules.
class FlipIndex::Gathering {
 public:
  void add(const Rule& rule, std::uint32_t index) {
    rule_ = index;
    const std::size_t first = asked_.size();
    add(rule.when);
    if (rule.extras->while_) add(*rule.extras->while_);
    if (!rule.until.empty()) add(rule.until);
    const auto* edge = rule.triggered<ByEdge>();
    if (edge != nullptr) add(edge->condition);
    for (const Want& want : rule.want) add_live(want);
    for (const Step& step : rule.extras->sequence) add(step.until.reads());
    add_others(rule.reads(), first);
  }
  [[nodiscard]] std::vector<Asked> take() { return std::move(asked_); }

 private:
  void add(const cel::Expression& condition) {
    for (const cel::Atom& atom : cel::atoms_of(condition)) add(atom);
  }
  void add(const cel::Atom& atom) {
    const bool lower = atom.kind == cel::Atom::Kind::up_to;
    asked_.push_back({atom.attribute, group_of(atom.kind), atom.number, lower, atom.word, rule_});
  }
  void add(std::span<const AttributeId> changing) {
    for (const AttributeId id : changing) add(cel::Atom{id, cel::Atom::Kind::change, 0, {}});
  }
  /// A live value follows every change of what it reads.
  void add_live(const Want& want) {
    const auto add_reads = [&](const Wanted& wanted) {
      if (const auto* live = std::get_if<cel::Expression>(&wanted)) add(live->reads());
    };
    add_reads(want.value);
    if (want.leeway->min) add_reads(*want.leeway->min);
    if (want.leeway->max) add_reads(*want.leeway->max);
  }
  /// What else it reads: the setting that says when, and whatever comes to be read one day.
  void add_others(const std::vector<AttributeId>& reads, std::size_t first) {
    const auto begin = asked_.begin() + static_cast<std::ptrdiff_t>(first);
    std::vector<AttributeId> known;
    std::for_each(begin, asked_.end(), [&](const Asked& a) { known.push_back(a.attribute); });
    for (const AttributeId read : reads) {
      if (std::find(known.begin(), known.end(), read) == known.end()) add(std::span(&read, 1));
    }
  }
  static Group group_of(cel::Atom::Kind kind) {
    switch (kind) {
      case cel::Atom::Kind::change:
        return Group::change;
      case cel::Atom::Kind::below:
      case cel::Atom::Kind::up_to:
        return Group::threshold;
      case cel::Atom::Kind::same:
        return Group::number;
      case cel::Atom::Kind::word:
        return Group::word;
    }
    return Group::change;
  }

  std::vector<Asked> asked_;
  std::uint32_t rule_ = 0;
};

FlipIndex::FlipIndex(const std::vector<Rule>& rules, const Readers& readers) {
  Gathering gathering;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    gathering.add(rules[i], static_cast<std::uint32_t>(i));
  }
  build(gathering.take(), readers);
}

void FlipIndex::build(std::vector<Asked> asked, const Readers& readers) {
  std::sort(asked.begin(), asked.end(),
            [](const Asked& a, const Asked& b) { return a.all() < b.all(); });
  const auto same = [](const Asked& a, const Asked& b) { return a.all() == b.all(); };
  asked.erase(std::unique(asked.begin(), asked.end(), same), asked.end());
  take_words(asked);
  place_.resize(readers.attributes());
  for (auto at = asked.begin(); at != asked.end();) {
    const auto end = std::find_if(
        at, asked.end(), [&](const Asked& other) { return other.attribute != at->attribute; });
    const auto asks =
        std::find_if(at, end, [](const Asked& a) { return a.group != Group::change; });
    const auto always = static_cast<std::size_t>(asks - at);
    if (always < readers.of(at->attribute).size()) take(std::span(at, end));
    at = end;  // else nobody could be spared
  }
  (void)end_here();
  questions_.push_back(static_cast<std::uint32_t>(all_.size() - 1));
  for (auto* numbers : {&questions_, &rules_}) numbers->shrink_to_fit();
  attributes_.shrink_to_fit();
  all_.shrink_to_fit();
}

void FlipIndex::take_words(const std::vector<Asked>& asked) {
  std::vector<std::string_view> words;
  for (const Asked& one : asked) {
    if (one.group == Group::word) words.push_back(one.word);
  }
  std::sort(words.begin(), words.end());
  words.erase(std::unique(words.begin(), words.end()), words.end());
  words_.assign(words.begin(), words.end());
}

FlipIndex::Question& FlipIndex::end_here() {
  Question& next = all_.emplace_back();
  next.first = rules_.size() & kRulesMax;
  return next;
}

void FlipIndex::take(std::span<const Asked> of_one_attribute) {
  attributes_.push_back(of_one_attribute.front().attribute);
  place_[index(attributes_.back())] = static_cast<std::uint32_t>(attributes_.size());
  questions_.push_back(static_cast<std::uint32_t>(all_.size()));
  const Asked* before = nullptr;
  for (const Asked& one : of_one_attribute) {
    if (before == nullptr || before->question() != one.question()) {
      const auto word = std::lower_bound(words_.begin(), words_.end(), one.word);
      Question& question = end_here();
      question.number = one.number;
      question.word = static_cast<std::uint32_t>(word - words_.begin());
      question.group = one.group;
      question.is_lower = one.is_lower;
    }
    rules_.push_back(one.rule);
    before = &one;
  }
}

std::optional<std::uint32_t> FlipIndex::place_of(AttributeId attribute) const {
  if (index(attribute) >= place_.size() || place_[index(attribute)] == 0) return std::nullopt;
  return place_[index(attribute)] - 1;
}

FlipIndex::Questions FlipIndex::group_of(std::uint32_t place, Group group) const {
  const Questions own =
      Questions(all_).subspan(questions_[place], questions_[place + 1] - questions_[place]);
  const auto begin = std::partition_point(own.begin(), own.end(),
                                          [&](const Question& q) { return q.group < group; });
  const auto end =
      std::partition_point(begin, own.end(), [&](const Question& q) { return q.group == group; });
  return {begin, end};
}

void FlipIndex::add(const Question& question, Rules& rules) const {
  const Question& next = *(&question + 1);
  rules.insert(rules.end(), rules_.begin() + question.first, rules_.begin() + next.first);
}

/// A threshold flips when the two ends lie in different halves.
void FlipIndex::add_between(Questions thresholds, double a, double b, Rules& rules) const {
  const double low = std::min(a, b);
  const double high = std::max(a, b);
  const auto begin = std::partition_point(thresholds.begin(), thresholds.end(),
                                          [&](const Question& q) { return q.number < low; });
  for (auto at = begin; at != thresholds.end() && at->number <= high; ++at) {
    if (at->is_lower ? at->number < high : at->number > low) add(*at, rules);
  }
}

void FlipIndex::add_number(Questions numbers, double number, Rules& rules) const {
  const auto at = std::partition_point(numbers.begin(), numbers.end(),
                                       [&](const Question& q) { return q.number < number; });
  if (at != numbers.end() && at->number == number) add(*at, rules);
}

void FlipIndex::add_word(Questions words, const std::string& word, Rules& rules) const {
  const auto at = std::partition_point(words.begin(), words.end(),
                                       [&](const Question& q) { return words_[q.word] < word; });
  if (at != words.end() && words_[at->word] == word) add(*at, rules);
}

bool FlipIndex::flipped(std::uint32_t place, const Value& before, const Value& now,
                        Rules& rules) const {
  if (before == now) return true;
  const bool words = before.kind() == ValueKind::text && now.kind() == ValueKind::text;
  const bool numbers = before.is_numeric() && now.is_numeric();
  if (!words && !numbers) return false;
  const std::size_t from = rules.size();
  for (const Question& any : group_of(place, Group::change)) add(any, rules);
  if (words) {
    const Questions asked = group_of(place, Group::word);
    add_word(asked, before.as_text(), rules);
    add_word(asked, now.as_text(), rules);
  } else {
    add_between(group_of(place, Group::threshold), before.numeric(), now.numeric(), rules);
    const Questions asked = group_of(place, Group::number);
    add_number(asked, before.numeric(), rules);
    add_number(asked, now.numeric(), rules);
  }
  const auto begin = rules.begin() + static_cast<std::ptrdiff_t>(from);
  std::sort(begin, rules.end());
  rules.erase(std::unique(begin, rules.end()), rules.end());
  return true;
}

}  // namespace attune::rules
