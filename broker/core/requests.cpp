#include "broker/core/requests.h"

#include <utility>

#include "broker/core/fit.h"

namespace attune::core {

namespace {

Because by_person(const std::string& who) {
  return {{CauseKind::person, who, {}}, {}};
}

/// Who is behind a reported value, or a setting.
std::string author_of(const AttributeState& state, bool is_setting) {
  if (state.cause.kind == CauseKind::rule) return "rule:" + state.cause.id;
  if (is_setting) return state.cause.kind == CauseKind::person ? "person" : "default";
  if (state.origin == Origin::attune && !state.desired_by.empty()) return state.desired_by;
  return std::string(name(state.origin));
}

}  // namespace

void Requests::reject(RequestId id, std::string code, std::string message) {
  Reply reply;
  reply.id = id;
  reply.result = Reply::Result::rejected;
  reply.code = std::move(code);
  reply.message = std::move(message);
  journal_.out().replies.push_back(std::move(reply));
}

void Requests::accept(RequestId id, Revision revision) {
  Reply reply;
  reply.id = id;
  reply.revision = revision;
  journal_.out().replies.push_back(std::move(reply));
}

void Requests::take(const WriteRequest& request) {
  if (answered_before(request)) return;
  const auto target = target_of(request);
  if (!target || conflicts(request.id, request.if_revision, target->id)) return;
  if (is_plan(request, *target)) return;
  const auto value = fit(*target->info, request.value);
  if (!value) return reject(request.id, value.error().code, value.error().message);
  if (!is_timely(request) || is_forbidden(request, *target, *value)) return;
  write(request, *target, *value);
  if (request.client_id.empty()) return;
  to_remember_.push_back(
      {journal_.out().replies.size() - 1, key_of(request), fingerprint_of(request)});
}

/// Only what had an effect is remembered: what was refused is judged anew.
bool Requests::answered_before(const WriteRequest& request) {
  if (request.client_id.empty()) return false;
  const SeenWrites::Entry* seen = seen_.find(key_of(request));
  if (seen == nullptr) return false;
  if (seen->fingerprint != fingerprint_of(request)) {
    reject(request.id, "id_reused", "another write had the id " + request.client_id);
    return true;
  }
  Reply reply = seen->reply;
  reply.id = request.id;
  journal_.out().replies.push_back(std::move(reply));
  return true;
}

/// A clock that is far ahead would win against everybody until its time has come.
bool Requests::is_timely(const WriteRequest& request) {
  if (request.base_revision && *request.base_revision > journal_.head()) {
    reject(request.id, "future",
           "revision " + std::to_string(number(*request.base_revision)) + " was not given out");
    return false;
  }
  if (!request.written) return true;
  const Status timely = journal_.receive(*request.written);
  if (timely.ok()) return true;
  journal_.out().rejections.push_back(
      {"", request.path.text(), timely.error().code, request.who + ": " + timely.error().message});
  reject(request.id, timely.error().code, timely.error().message);
  return false;
}

void Requests::write(const WriteRequest& request, const Target& target, const Value& value) {
  if (request.base_revision) {
    auto stands = changed_since(target, *request.base_revision);
    if (stands && !same_on_wire(*target.info, stands->value, value)) {
      return meet(request, target, value, std::move(*stands));
    }
  }
  conflicts_.end(request.path, by_person(request.who), "written again");
  do_write(request, target, value, by_person(request.who));
}

/// A write that an interlock keeps from coming true leaves no claim behind.
bool Requests::is_forbidden(const WriteRequest& request, const Target& target, const Value& value) {
  if (target.is_setting) return false;
  const rules::Interlock* lock = arbitration_.forbids(target.id, value);
  if (lock == nullptr) return false;
  reject(request.id, "interlock",
         "interlock " + lock->id + " keeps " + request.path.text() + " from becoming " +
             to_json(value) + ": never " + std::string(lock->never.source()));
  return true;
}

void Requests::do_write(const WriteRequest& request, const Target& target, const Value& value,
                        const Because& because) {
  if (target.is_setting) {
    inference_.set_setting(target.id, value, because);
    return accept(request.id, image_.at(target.id).revision);
  }
  ledger_.forgive(target.id);  // who asks once more has it tried once more
  const Because held =
      arbitration_.hold(target.id, value, request.who, request.hold, request.reason, because);
  unnamed_.emplace_back(journal_.out().replies.size(), target.id);
  accept(request.id, held.cause.parent);
}

void Requests::meet(const WriteRequest& request, const Target& target, const Value& value,
                    ConflictSide stands) {
  const HybridTime written = request.written ? *request.written : journal_.moment();
  const Revision stands_at = stands.revision;
  Conflict conflict = decide(std::move(stands), {value, "person", written, {}});
  conflict.path = request.path;
  conflict.base = *request.base_revision;
  Because because = by_person(request.who);
  because.cause.parent = stands_at;
  because = conflicts_.begin(conflict, because);
  if (number(conflict.kept.revision) == 0) {
    do_write(request, target, value, because);
    conflict.kept.revision = last_reply().revision;
    conflicts_.made(conflict.path, conflict.kept.revision);
  } else {
    Reply lost;
    lost.id = request.id;
    lost.result = Reply::Result::conflict;
    lost.revision = image_.at(target.id).revision;
    lost.current = image_.at(target.id).value;
    journal_.out().replies.push_back(std::move(lost));
  }
  last_reply().conflict = std::move(conflict);
}

/// What somebody else made of the attribute after `base`: what is wanted, else what is reported.
std::optional<ConflictSide> Requests::changed_since(const Target& target, Revision base) const {
  const AttributeState& state = image_.at(target.id);
  const Claim* held = claims_.winner(target.id);
  // Who stands above people stays there whatever is written; the write waits behind.
  if (held != nullptr && held->priority > static_cast<Priority>(Level::person)) return {};
  if (state.desired.has_value() && state.desired_revision > base) {
    return ConflictSide{state.desired, state.desired_by, state.desired_clock,
                        state.desired_revision};
  }
  if (!state.value.has_value() || state.revision <= base) return {};
  return ConflictSide{state.value, author_of(state, target.is_setting), state.clock,
                      state.revision};
}

std::optional<Requests::Target> Requests::setting_of(const WriteRequest& request) {
  const auto id = catalog_.table().find(kSettingsDevice, request.path.attribute);
  for (const rules::Setting& setting : rules_.set().settings) {
    if (id && setting.id == request.path.attribute) return Target{*id, &setting.info, true};
  }
  reject(request.id, "unknown_attribute", "no setting " + request.path.attribute);
  return std::nullopt;
}

std::optional<Requests::Target> Requests::target_of(const WriteRequest& request) {
  if (request.path.device.text() == kSettingsDevice) return setting_of(request);
  const DeviceInfo* device = catalog_.find(request.path.device.text());
  if (device == nullptr) {
    reject(request.id, "unknown_device", "no device " + request.path.device.text());
    return std::nullopt;
  }
  const AttributeInfo* info = device->find(request.path.attribute);
  const auto id = catalog_.table().find(request.path.device.text(), request.path.attribute);
  if (info == nullptr || !id) {
    reject(request.id, "unknown_attribute",
           request.path.device.text() + " has no " + request.path.attribute);
    return std::nullopt;
  }
  if (!info->writable) {
    reject(request.id, "read_only",
           request.path.text() + " is only reported, it takes no commands");
    return std::nullopt;
  }
  return Target{*id, info, false};
}

bool Requests::conflicts(RequestId id, std::optional<Revision> wanted, AttributeId attribute) {
  const AttributeState& state = image_.at(attribute);
  if (!wanted || *wanted == state.revision) return false;
  Reply reply;
  reply.id = id;
  reply.result = Reply::Result::conflict;
  reply.revision = state.revision;
  reply.current = state.value;
  journal_.out().replies.push_back(std::move(reply));
  return true;
}

void Requests::take(const ReleaseRequest& request) {
  const auto id = catalog_.table().find(request.path.device.text(), request.path.attribute);
  if (!id) {
    return reject(request.id, "unknown_attribute", "no attribute " + request.path.text());
  }
  if (conflicts(request.id, request.if_revision, *id)) return;
  if (!arbitration_.release(*id, by_person(request.who), "released")) {
    return reject(request.id, "not_held", "nobody holds " + request.path.text() + " by hand");
  }
  const Revision released = journal_.head();
  conflicts_.end(request.path, by_person(request.who), "released");
  unnamed_.emplace_back(journal_.out().replies.size(), *id);
  accept(request.id, released);
}

void Requests::take(const RuleModeRequest& request) {
  const auto rules = rules_.set().all_of(request.rule.text());
  if (rules.empty()) return reject(request.id, "unknown_rule", "no rule " + request.rule.text());
  Because done;
  for (const std::uint32_t rule : rules) {
    done = inference_.set_mode(rule, request.mode, request.duration, by_person(request.who));
  }
  accept(request.id, done.cause.parent);
}

void Requests::take(const DismissRequest& request) {
  if (!conflicts_.end(request.path, by_person(request.who), "dismissed by " + request.who)) {
    return reject(request.id, "no_conflict", "there is no conflict on " + request.path.text());
  }
  accept(request.id, journal_.head());
}

void Requests::take(const AckRequest& request) {
  const auto rules = rules_.set().all_of(request.rule.text());
  if (rules.empty()) return reject(request.id, "unknown_rule", "no rule " + request.rule.text());
  bool any = false;
  for (const std::uint32_t rule : rules) {
    any = inference_.acknowledge(rule, by_person(request.who)) || any;
  }
  if (any) return accept(request.id, journal_.head());
  reject(request.id, "nothing_to_ack",
         "rule " + request.rule.text() + " waits for nobody: " + why_not_to_ack(rules.front()));
}

std::string Requests::why_not_to_ack(std::uint32_t rule) const {
  const RulePhase phase = rules_.at(rule).state.phase;
  if (!rules_.set().rules[rule].reset_by_ack) return "nobody was told of it, or it is seen to";
  if (phase == RulePhase::active) return "what began it still holds";
  return phase == RulePhase::ending ? "its end has not held for `off_delay` yet" : "it has ended";
}

/// A schedule takes a plan too, as the text of its JSON; a value stands until the next flip.
bool Requests::is_plan(const WriteRequest& request, const Target& target) {
  const bool is_json =
      request.value.kind() == ValueKind::text && request.value.as_text().starts_with('{');
  if (!target.is_setting || !is_json) return false;
  for (const rules::Setting& setting : rules_.set().settings) {
    if (setting.id != request.path.attribute || !setting.schedule) continue;
    const Status written =
        schedules_.write(setting, request.value.as_text(), by_person(request.who));
    if (written.ok()) {
      accept(request.id, journal_.head());
    } else {
      reject(request.id, written.error().code, written.error().message);
    }
    return true;
  }
  return false;
}

void Requests::finish() {
  for (const auto& [place, attribute] : unnamed_) {
    const Command* command = ledger_.on(attribute);
    if (command != nullptr) journal_.out().replies[place].command = command->id;
  }
  for (const Remembered& write : to_remember_) {
    seen_.add(write.key, write.fingerprint, journal_.out().replies[write.reply]);
  }
  unnamed_.clear();
  to_remember_.clear();
}

}  // namespace attune::core
