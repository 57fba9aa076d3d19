#include "broker/core/notices.h"

#include <charconv>
#include <set>
#include <utility>

#include "broker/core/packed.h"
#include "rules/machine.h"

namespace attune::core {

namespace {

std::string key_of(const RuleId& rule, std::size_t level) {
  return rule.text() + "#" + std::to_string(level);
}

Blob row_of(const std::string& key, std::string bytes) {
  return {std::string(Notices::kSpace), key, std::move(bytes)};
}

}  // namespace

std::string_view name(NoticeState state) {
  switch (state) {
    case NoticeState::raised:
      return "raised";
    case NoticeState::repeated:
      return "repeated";
    case NoticeState::cleared:
      return "cleared";
  }
  return "";
}

void Notices::restore(const std::vector<Blob>& blobs) {
  for (const Blob& blob : blobs) {
    if (auto notice = unpack_notice(blob.bytes)) all_.emplace(blob.key, std::move(*notice));
  }
}

void Notices::load() {
  for (std::uint32_t rule = 0; rule < rules_.set().rules.size(); ++rule) {
    if (!rules::holds_claims(rules_.at(rule).state.phase) || is_silent(rule)) continue;
    const auto& plans = rules_.set().rules[rule].extras->notify;
    for (std::uint32_t level = 0; level < plans.size(); ++level) arm(rule, level);
  }
}

/// A shadow only thinks, and so does a house that is watched.
bool Notices::is_silent(std::uint32_t rule) const {
  return observe_ || rules_.mode(rule) == RuleMode::shadow || rules_.at(rule).memory->acknowledged;
}

/// Its first telling, or the next one.
void Notices::arm(std::uint32_t index, std::uint32_t level) {
  const rules::Rule& rule = rules_.set().rules[index];
  const rules::NoticePlan& plan = rule.extras->notify[level];
  const std::string key = key_of(rule.id, level);
  const auto told = all_.find(key);
  if (told == all_.end()) {
    const Millis due = rules_.at(index).state.active_since.steady + plan.after;
    return timers_.arm(TimerKind::notice, key, due, journal_.out());
  }
  if (!plan.repeat) return;
  Millis due = told->second.told.steady + *plan.repeat;
  timers_.arm(TimerKind::notice, key, due, journal_.out());
}

void Notices::begin(std::uint32_t index, const Because& because) {
  if (is_silent(index)) return;
  const auto& plans = rules_.set().rules[index].extras->notify;
  for (std::uint32_t level = 0; level < plans.size(); ++level) {
    plans[level].after == Millis(0) ? raise(index, level, because) : arm(index, level);
  }
}

void Notices::raise(std::uint32_t index, std::uint32_t level, const Because& because) {
  const rules::Rule& rule = rules_.set().rules[index];
  const rules::NoticePlan& plan = rule.extras->notify[level];
  Notice notice{"",
                rule.id,
                plan.to,
                plan.topic,
                plan.severity,
                plan.message.render(image_),
                1,
                NoticeState::raised,
                journal_.now(),
                journal_.now(),
                plan.wants_ack,
                false,
                {}};
  notice.revision = static_cast<Revision>(number(journal_.head()) + 1);  // of the entry below
  const std::string key = key_of(rule.id, level);
  notice.id = key + "@" + std::to_string(number(notice.revision));
  say(notice, because);
  keep(key, notice);
  arm(index, level);
}

/// What was missed while attune was away is told once, not as often as it was due.
void Notices::repeat(const rules::NoticePlan& plan, const std::string& key,
                     const Because& because) {
  Notice& notice = all_.at(key);
  const Millis passed = journal_.present().steady - notice.told.steady;
  notice.told.steady += *plan.repeat * (passed / *plan.repeat);
  notice.told.wall = journal_.now().wall;
  notice.message = plan.message.render(image_);
  notice.state = NoticeState::repeated;
  ++notice.count;
  say(notice, because);
  keep(key, notice);
}

void Notices::tell(std::uint32_t index, const rules::NoticePlan& plan, const Because& because) {
  if (observe_ || rules_.mode(index) == RuleMode::shadow) return;
  const rules::Rule& rule = rules_.set().rules[index];
  Notice notice;
  notice.revision = static_cast<Revision>(number(journal_.head()) + 1);
  notice.id = rule.id.text() + "@" + std::to_string(number(notice.revision));
  notice.rule = rule.id;
  notice.to = plan.to;
  notice.topic = plan.topic;
  notice.severity = plan.severity;
  notice.message = plan.message.render(image_);
  notice.count = 1;
  say(notice, because);
}

void Notices::end(const RuleId& rule, const rules::Rule* meaning, const Because& because) {
  std::set<std::string> told;
  for (std::size_t level = 0; meaning != nullptr && level < meaning->extras->notify.size();
       ++level) {
    timers_.cancel(TimerKind::notice, key_of(rule, level), journal_.out());
  }
  const std::string first = rule.text() + "#";
  for (auto at = all_.lower_bound(first); at != all_.end() && at->first.starts_with(first);) {
    Notice notice = std::move(at->second);
    timers_.cancel(TimerKind::notice, at->first, journal_.out());
    journal_.erase(row_of(at->first, ""));
    at = all_.erase(at);
    if (meaning == nullptr || !meaning->extras->cleared || !told.insert(notice.to).second) continue;
    notice.message = meaning->extras->cleared->render(image_);
    notice.state = NoticeState::cleared;
    say(notice, because);
  }
}

bool Notices::acknowledge(std::uint32_t index, const Because& because) {
  const rules::Rule& rule = rules_.set().rules[index];
  if (rule.extras->notify.empty() || !rules::holds_claims(rules_.at(index).state.phase))
    return false;
  if (rules_.at(index).memory->acknowledged) return false;
  for (std::uint32_t level = 0; level < rule.extras->notify.size(); ++level) {
    const std::string key = key_of(rule.id, level);
    timers_.cancel(TimerKind::notice, key, journal_.out());
    const auto known = all_.find(key);
    if (known == all_.end()) continue;
    known->second.acknowledged = true;
    keep(key, Notice(known->second));
  }
  Change change;
  change.kind = ChangeKind::rule;
  change.device = rule.id.text();
  change.status = "acknowledged";
  change.detail = because.cause.id;
  journal_.write(std::move(change), because);
  return true;
}

void Notices::fire(const Timer& timer) {
  const std::size_t mark = timer.subject.rfind('#');
  const auto index = rules_.set().index_of(timer.subject.substr(0, mark));
  std::uint32_t level = 0;
  const char* end = timer.subject.data() + timer.subject.size();
  std::from_chars(timer.subject.data() + mark + 1, end, level);
  if (!index || is_silent(*index) || !rules::holds_claims(rules_.at(*index).state.phase)) return;
  const rules::Rule& rule = rules_.set().rules[*index];
  if (level >= rule.extras->notify.size()) return;
  const RuleState& state = rules_.at(*index).state;
  const Because due{{CauseKind::timer, rule.id.text(), state.revision}, state.context};
  if (!all_.contains(timer.subject)) return raise(*index, level, due);
  repeat(rule.extras->notify[level], timer.subject, due);
  arm(*index, level);
}

void Notices::keep(const std::string& key, const Notice& notice) {
  all_[key] = notice;
  journal_.put(row_of(key, pack(notice)));
}

Because Notices::say(const Notice& notice, const Because& because) {
  Change change;
  change.kind = ChangeKind::rule;
  change.device = notice.rule.text();
  change.status = "notice " + std::string(name(notice.state));
  change.detail = notice.to + ": " + notice.message;
  Because consequence = journal_.write(std::move(change), because);
  journal_.out().notices.push_back(notice);
  return consequence;
}

}  // namespace attune::core
