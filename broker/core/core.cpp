#include "broker/core/core.h"

#include <utility>

#include "broker/core/agenda.h"
#include "broker/core/ages.h"
#include "broker/core/arbitration.h"
#include "broker/core/attendance.h"
#include "broker/core/departures.h"
#include "broker/core/drive.h"
#include "broker/core/inference.h"
#include "broker/core/journal.h"
#include "broker/core/learning.h"
#include "broker/core/reports.h"
#include "broker/core/requests.h"
#include "broker/core/schedules.h"
#include "broker/core/signals.h"
#include "devices/model/limits.h"

namespace attune::core {

namespace {

template <class... Handlers>
struct Overloaded : Handlers... {
  using Handlers::operator()...;
};
template <class... Handlers>
Overloaded(Handlers...) -> Overloaded<Handlers...>;

/// The moment at which a deadline was due, seen from a later event.
Instant at_due(const Timer& timer, const Instant& present) {
  return {present.wall - (present.steady - timer.due), timer.due};
}

/// Only what is new can be an edge (architecture: late, retained and restored set state).
bool can_be_edge(const Event& event) {
  if (std::holds_alternative<RulesLoaded>(event.what)) return false;
  const auto* message = std::get_if<MessageArrived>(&event.what);
  return message == nullptr || message->arrival == Arrival::live;
}

}  // namespace

/// The parts, in the order in which each needs those before it.
struct Core::Parts {
  Parts(devices::Catalog& known, Options options)
      : catalog(known),
        image(known),
        journal(image, known.table()),
        interlocks(known, rules, image, journal),
        limits(known, rules, image, timers, journal),
        arbitration(known, rules, image, claims, interlocks, limits, timers, journal, agenda),
        signals(known, image, rules, ledger, timers, journal, agenda, options.site),
        notices(image, rules, timers, journal, options.observe),
        learning(known, image, rules, claims, journal, agenda),
        inference(known, image, rules, signals, notices, learning, arbitration, claims, timers,
                  journal, agenda, options.site),
        schedules(image, rules, inference, known.table(), timers, journal, options.site),
        drive(known, image, claims, rules, limits, ledger, arbitration, timers, journal, agenda,
              options.observe),
        conflicts(journal),
        seen(journal),
        departures(known, image, claims, ledger, arbitration, drive, conflicts, journal, agenda),
        attendance(known, image, drive, timers, journal, agenda, options.habits_kept_every),
        ages(known, image, timers, journal, agenda),
        reports(known, image, arbitration, drive, conflicts, journal, agenda),
        requests(known, image, rules, claims, ledger, arbitration, inference, schedules, conflicts,
                 seen, journal) {
    if (options.every_reader) inference.wake_every_reader();
  }

  void derive_all();
  void begin(const Event& event);
  void take(const MessageArrived& message);
  void take_departures(const MessageArrived& message);
  void depart(const std::vector<DeviceId>& devices, CauseKind kind, std::string_view who);

  void fire_due(const Instant& present, Outcome& out);
  void fire(const Timer& timer);
  void wake_rule(const Timer& timer);
  void settle();

  devices::Catalog& catalog;
  Image image;
  Claims claims;
  Ledger ledger;
  Timers timers;
  RuleRunner rules;
  Agenda agenda;
  Journal journal;
  Interlocks interlocks;
  Limits limits;
  Arbitration arbitration;
  Signals signals;
  Notices notices;
  Learning learning;
  Inference inference;
  Schedules schedules;
  Drive drive;
  Conflicts conflicts;
  SeenWrites seen;
  Departures departures;
  Attendance attendance;
  Ages ages;
  Reports reports;
  Requests requests;
  std::optional<Instant> last;  ///< of the last step
};

Core::Core(devices::Catalog& catalog, Options options)
    : parts_(std::make_unique<Parts>(catalog, options)) {}
Core::~Core() = default;

void Core::restore(Restored restored) {
  Parts& p = *parts_;
  AttributeTable& table = p.catalog.table();
  p.journal.restore(restored.next, restored.clock);
  p.ledger.restore_last_id(restored.last_command);
  for (const StateRow& row : restored.state) p.image.restore(row, table);
  for (const Change& change : restored.tail) p.image.apply(change, table);
  for (const Change& change : restored.tail) {
    if (change.kind == ChangeKind::state) {
      p.image.mark_fresh(*table.find_device(change.device), true);
    }
  }
  for (const Change& change : restored.recent) p.drive.remember(change);
  for (Claim& claim : restored.claims) {
    const AttributeId id = table.intern(claim.path);
    p.claims.put(id, std::move(claim));
  }
  for (Base& base : restored.bases)
    p.claims.set_base(table.intern(base.path), std::move(base.value));
  for (RuleState& state : restored.rules) p.rules.restore(std::move(state));
  p.rules.restore(restored.lives);
  for (const Timer& timer : restored.timers) p.timers.restore(timer);
  p.departures.restore(restored.tombstones);
  p.interlocks.restore(restored.interlocks);
  p.limits.restore(restored.limits, table);
  p.conflicts.restore(restored.conflicts);
  p.seen.restore(restored.seen_writes);
  p.signals.restore(restored.signals);
  p.notices.restore(restored.notices);
  p.learning.restore(restored.learned);
  p.attendance.restore(restored.attendance, restored.at);
  p.ages.restore(restored.ages);
  p.drive.restore_failures(restored.failures, table);
  for (Command& command : restored.commands) {
    table.intern(command.path);
    p.drive.restore(std::move(command));
  }
  p.derive_all();
}

/// What a device is may be known better than when its values came.
void Core::Parts::derive_all() {
  for (std::size_t i = 0; i < catalog.table().device_count(); ++i) {
    image.derive(static_cast<DeviceIndex>(i));
  }
}

void Core::step(const Event& event, Outcome& out) {
  Parts& p = *parts_;
  p.signals.begin(out, event.at);
  p.learning.begin(out);
  p.journal.begin(event.at, event.at, out);
  p.begin(event);
  p.fire_due(event.at, out);
  p.journal.begin(event.at, event.at, out);
  p.inference.allow_edges(can_be_edge(event));
  std::visit(Overloaded{
                 [](const Tick&) {},
                 [&](const MessageArrived& message) { p.take(message); },
                 [&](const WriteRequest& request) { p.requests.take(request); },
                 [&](const ReleaseRequest& request) { p.requests.take(request); },
                 [&](const RuleModeRequest& request) { p.requests.take(request); },
                 [&](const DismissRequest& request) { p.requests.take(request); },
                 [&](const AckRequest& request) { p.requests.take(request); },
                 [&](const LearnRequest& request) { p.learning.take(request); },
                 [&](const CommandsSent& sent) { p.drive.sent(sent.ids); },
                 [&](const LinkChanged& link) {
                   p.attendance.link_changed(link.up);
                   p.drive.link_changed(link.up);
                 },
                 [&](const FloodBegan& flood) { p.reports.disown(flood.device); },
                 [&](const DevicesRemoved& removed) {
                   p.depart(removed.devices, CauseKind::system, "devices file");
                 },
                 [&](const RulesLoaded& loaded) {
                   p.learning.unload();
                   p.derive_all();
                   p.departures.look_for_returned();
                   p.attendance.look_again();
                   p.ages.look_again();
                   p.inference.load(loaded.set);
                   p.learning.load();
                   p.schedules.load();
                   p.notices.load();
                 },
             },
             event.what);
  p.settle();
  p.requests.finish();
}

/// The clock on the wall may have been set since the last step. Deadlines that are due are edges.
void Core::Parts::begin(const Event& event) {
  constexpr Millis kSlack{1'000};
  const auto before = std::exchange(last, event.at);
  inference.allow_edges(true);
  if (!before) return;
  const Millis moved = (event.at.wall - event.at.steady) - (before->wall - before->steady);
  if (std::chrono::abs(moved) <= kSlack) return;
  inference.clock_was_set();
  schedules.clock_was_set(event.at.wall - moved);
}

void Core::Parts::take_departures(const MessageArrived& message) {
  if (!message.decoded->devices_changed) return;
  departures.look_for_returned();
  depart(message.decoded->removed, CauseKind::message, message.topic);
}

void Core::Parts::depart(const std::vector<DeviceId>& devices, CauseKind kind,
                         std::string_view who) {
  departures.take(devices, kind, who);
  attendance.forget(devices);
  ages.forget(devices);
}

void Core::Parts::take(const MessageArrived& message) {
  signals.seen(message);
  take_departures(message);
  attendance.take(message);
  if (message.arrival == Arrival::live || message.arrival == Arrival::late) {
    for (const auto& refusal : message.decoded->refusals) drive.refused(refusal);
  }
  reports.take(message);
  ages.take(message);
}

/// Deadlines fire at the moment they were due, those of one moment together, with all that follows
/// from them before the next: so a restart changes when they happen, and nothing else.
void Core::Parts::fire_due(const Instant& present, Outcome& out) {
  while (auto timer = timers.pop(present.steady, out)) {
    const Millis due = timer->due;
    journal.begin(at_due(*timer, present), present, out);
    std::vector<Timer> to_tell;
    for (; timer; timer = timers.pop(due, out)) {
      if (timer->kind == TimerKind::notice) {
        to_tell.push_back(std::move(*timer));
      } else {
        fire(*timer);
      }
    }
    settle();
    if (to_tell.empty()) continue;
    // Now that this moment has its values: what is said says them. What began anew waits anew.
    for (const Timer& notice : to_tell) {
      if (!timers.due(notice.kind, notice.subject)) fire(notice);
    }
    settle();
  }
}

void Core::Parts::fire(const Timer& timer) {
  switch (timer.kind) {
    case TimerKind::rule_for:
    case TimerKind::rule_off_delay:
    case TimerKind::rule_max_time:
    case TimerKind::rule_unknown:
    case TimerKind::rule_mode:
    case TimerKind::rule_cooldown:
    case TimerKind::rule_step:
      return wake_rule(timer);
    case TimerKind::signal:
      return signals.fire(timer);
    case TimerKind::rule_trigger:
      if (const auto rule = rules.set().index_of(timer.subject)) inference.moment_has_come(*rule);
      return;
    case TimerKind::notice:
      return notices.fire(timer);
    case TimerKind::schedule:
      return schedules.fire(timer);
    case TimerKind::hold: {
      const auto path = parse_path(timer.subject);
      arbitration.release(catalog.table().intern(*path),
                          {{CauseKind::timer, "hold is over", {}}, {}}, "hold is over");
      return;
    }
    case TimerKind::limit:
    case TimerKind::impulse: {
      const auto path = parse_path(timer.subject);
      return agenda.drive(catalog.table().intern_device(path->device));
    }
    case TimerKind::hold_check: {
      const auto path = parse_path(timer.subject);
      return arbitration.check_hold(catalog.table().intern(*path),
                                    {{CauseKind::timer, "until", {}}, {}});
    }
    case TimerKind::max_on: {
      const auto path = parse_path(timer.subject);
      return arbitration.max_on_reached(catalog.table().intern(*path),
                                        {{CauseKind::timer, "max_on", {}}, {}});
    }
    case TimerKind::liveness:
      return attendance.fire(timer);
    case TimerKind::max_age:
      return ages.fire(timer);
    case TimerKind::command_retry:
      return drive.fire_retry(static_cast<CommandId>(std::stoull(timer.subject)));
    case TimerKind::command_expiry:
      return drive.fire_expiry(static_cast<CommandId>(std::stoull(timer.subject)));
  }
}

void Core::Parts::wake_rule(const Timer& timer) {
  const auto index = rules.set().index_of(timer.subject);
  if (!index) return;
  const RuleState& state = rules.at(*index).state;
  const Because due{{CauseKind::timer, timer.subject, state.revision}, state.context};
  if (timer.kind == TimerKind::rule_mode) {
    inference.set_mode(*index, std::nullopt, std::nullopt, due);
  } else {
    agenda.evaluate(*index, {std::nullopt, due});
  }
}

/// Rules, then who wins, then what is sent. A command that ends can move claims once more; and
/// rules may read what is wanted, and what does not obey.
void Core::Parts::settle() {
  for (int depth = 0; depth <= limits::kCauseDepthMax; ++depth) {
    (void)learning.follow();
    inference.settle();
    arbitration.settle();
    drive.settle();
    arbitration.settle();
    drive.settle();
    const bool learned = learning.follow();
    if (!signals.waiting() && !learned) return;
  }
}

std::optional<Millis> Core::next_deadline() const {
  return parts_->timers.next();
}
Revision Core::head() const {
  return parts_->journal.head();
}
const Image& Core::image() const {
  return parts_->image;
}
Image& Core::image() {
  return parts_->image;
}
const Claims& Core::claims() const {
  return parts_->claims;
}
const Conflicts& Core::conflicts() const {
  return parts_->conflicts;
}
const Ledger& Core::ledger() const {
  return parts_->ledger;
}
const RuleRunner& Core::rules() const {
  return parts_->rules;
}
const Timers& Core::timers() const {
  return parts_->timers;
}
const Attendance& Core::attendance() const {
  return parts_->attendance;
}
std::vector<Write> Core::take_rows() {
  std::vector<Write> rows = parts_->attendance.take_rows();
  for (Write& row : parts_->ages.take_rows()) rows.push_back(std::move(row));
  return rows;
}
const Learning& Core::learning() const {
  return parts_->learning;
}
const Delay* Core::delay(AttributeId attribute) const {
  return parts_->drive.delay(attribute);
}
const rules::RuleSet& Core::rule_set() const {
  return parts_->rules.set();
}
const devices::Catalog& Core::catalog() const {
  return parts_->catalog;
}

const Notices& Core::notices() const {
  return parts_->notices;
}
const Schedules& Core::schedules() const {
  return parts_->schedules;
}

}  // namespace attune::core
