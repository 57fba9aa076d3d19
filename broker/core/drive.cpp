#include "broker/core/drive.h"

#include <algorithm>
#include <array>
#include <utility>

#include "devices/vocabulary.h"

namespace attune::core {

namespace {

/// Driven only while `on` is wanted, and in one message with it: many bulbs turn on when dimmed.
constexpr std::array<std::string_view, 6> kDependsOnOn = {"brightness", "color_temp", "color_xy",
                                                          "color_hs",   "color_rgb",  "effect"};

bool depends_on_on(std::string_view name) {
  return std::find(kDependsOnOn.begin(), kDependsOnOn.end(), name) != kDependsOnOn.end();
}

bool is_target_temperature(std::string_view name) {
  return name.starts_with("target_temperature");
}

bool is_true(const Value& value) {
  return value.kind() == ValueKind::boolean && value.as_bool();
}
bool is_word(const Value& value, std::string_view word) {
  return value.kind() == ValueKind::text && value.as_text() == word;
}

/// What is wanted, or where nobody wants anything, what is reported.
const Value& intended(const AttributeState& state) {
  return state.desired.has_value() ? state.desired : state.value;
}

}  // namespace

void Drive::settle() {
  for (const DeviceIndex device : agenda_.take_devices()) drive(device);
  for (auto& [device, dispatch] : leaving_) {
    for (const CommandId id : dispatch.commands) company_[id] = dispatch.commands.back();
    journal_.out().dispatches.push_back(std::move(dispatch));
  }
  leaving_.clear();
}

void Drive::drive(DeviceIndex device) {
  if (catalog_.device(device) == nullptr) return;
  const AttributeTable& table = catalog_.table();
  std::vector<AttributeId> relevant;
  for (const AttributeId id : table.attributes_of(device)) {
    if (image_.at(id).desired.has_value() || ledger_.on(id) != nullptr) relevant.push_back(id);
  }
  std::sort(relevant.begin(), relevant.end(),
            [&](AttributeId a, AttributeId b) { return table.path(a) < table.path(b); });
  for (const AttributeId id : relevant) drive(id);
}

void Drive::drive(AttributeId attribute) {
  const AttributeState& state = image_.at(attribute);
  const AttributeInfo* info = catalog_.attribute(attribute);
  const Command* open = ledger_.on(attribute);
  if (!state.desired.has_value()) {
    wait_no_more(attribute);
    if (open != nullptr) finish(attribute, CommandState::superseded, "nobody wants it any more");
    std::erase_if(would_have_sent_, [&](const auto& said) { return said.first == attribute; });
    return;
  }
  if (info == nullptr) return;
  if (open != nullptr) {
    const bool drivable = may_be_driven(attribute);
    if (drivable && still_leads(attribute, *open)) return;
    finish(attribute, CommandState::superseded,
           drivable ? "something else is wanted" : "it cannot be driven now");
  } else if (!differs(attribute) && !switching_on(attribute)) {
    wait_no_more(attribute);
    go_on_in_order(attribute);
    return forgive(attribute, GaveUp::for_good);
  } else if (ledger_.gave_up(attribute, state.desired_revision)) {
    return;
  } else if (rests_on_a_failure(attribute)) {
    return arbitration_.rest_is_over(attribute, {{CauseKind::system, "wanted in vain", {}}, {}});
  }
  forgive(attribute, GaveUp::for_good);
  if (!may_be_driven(attribute)) {
    // What would follow the last claim is moot here: a lamp that is off is not dimmed back, and
    // must not be when somebody turns it on tomorrow.
    return arbitration_.rest_is_over(attribute,
                                     {{CauseKind::system, "cannot be driven now", {}}, {}});
  }
  if (must_wait(attribute)) return;
  if (observe_) return would_send(attribute);
  Command& command = queue(attribute);
  dispatch(command, attribute);
  journal_.put(command);
}

bool Drive::differs(AttributeId attribute) const {
  const AttributeState& state = image_.at(attribute);
  const AttributeInfo* info = catalog_.attribute(attribute);
  return info == nullptr || !same_on_wire(*info, state.value, state.desired);
}

std::optional<AttributeId> Drive::sibling(AttributeId attribute, std::string_view name) const {
  const AttributePath& path = catalog_.table().path(attribute);
  const std::string_view endpoint = devices::endpoint_part(path.attribute);
  const std::string wanted = std::string(endpoint).append(endpoint.empty() ? "" : ".").append(name);
  return catalog_.table().find(path.device.text(), wanted);
}

/// The `on` that the attribute depends on, while that is off and wanted on: both travel together.
std::optional<AttributeId> Drive::switching_on(AttributeId attribute) const {
  const auto name = devices::canonical_part(catalog_.table().path(attribute).attribute);
  if (!depends_on_on(name)) return std::nullopt;
  const auto on = sibling(attribute, "on");
  if (!on || !is_true(image_.at(*on).desired) || is_true(image_.at(*on).value)) return std::nullopt;
  return on;
}

bool Drive::may_be_driven(AttributeId attribute) const {
  const AttributeInfo* info = catalog_.attribute(attribute);
  if (info == nullptr || !info->writable) return false;
  const auto name = devices::canonical_part(info->name);
  if (depends_on_on(name)) {
    const auto on = sibling(attribute, "on");
    return !on || is_true(intended(image_.at(*on)));
  }
  if (is_target_temperature(name)) {
    const auto mode = sibling(attribute, "hvac_mode");
    return !mode || !is_word(intended(image_.at(*mode)), "off");
  }
  return true;
}

bool Drive::reachable(DeviceIndex device) const {
  // Silence is no proof: one that only speaks when it is spoken to would never come back.
  const DeviceState& state = image_.device(device);
  return link_up_ && (state.availability != Availability::offline || state.silent);
}

Because Drive::note(Command& command, const Because& because) {
  Change change = about(ChangeKind::command, command.path);
  change.value = command.value;
  change.status = name(command.state);
  change.detail = text(command.id) + (command.reason.empty() ? "" : ": " + command.reason);
  const Because consequence = journal_.write(std::move(change), because);
  command.revision = consequence.cause.parent;
  return consequence;
}

Command& Drive::queue(AttributeId attribute) {
  const AttributeState& state = image_.at(attribute);
  const Claim* winner = claims_.winner(attribute);
  Command command;
  command.id = ledger_.next_id();
  command.path = catalog_.table().path(attribute);
  command.value = limits_.step(attribute, state.desired);
  command.created = journal_.now();
  command.expires = {journal_.now().wall + kCommandLife, journal_.now().steady + kCommandLife};
  command.cause.kind = winner == nullptr ? CauseKind::system : winner->cause.kind;
  if (winner != nullptr) command.cause.id = winner->cause.id;
  command.cause.parent = state.desired_revision;
  command.context = state.desired_context;
  note(command, {command.cause, command.context});
  timers_.arm(TimerKind::command_expiry, std::to_string(number(command.id)), command.expires.steady,
              journal_.out());
  return ledger_.add(attribute, std::move(command));
}

void Drive::would_send(AttributeId attribute) {
  const Value& wanted = image_.at(attribute).desired;
  auto known = std::find_if(would_have_sent_.begin(), would_have_sent_.end(),
                            [&](const auto& said) { return said.first == attribute; });
  if (known != would_have_sent_.end() && known->second == wanted) return;
  if (known == would_have_sent_.end()) {
    would_have_sent_.emplace_back(attribute, wanted);
  } else {
    known->second = wanted;
  }
  queue(attribute);
  finish(attribute, CommandState::rejected, "observe: would have been sent");
}

void Drive::dispatch(Command& command, AttributeId attribute) {
  const DeviceIndex device = catalog_.table().device_of(attribute);
  if (!reachable(device) || put_off_impulse(command, attribute)) return;
  ++command.attempts;
  const Millis shown_by = journal_.present().steady + time_to_show(attribute, command.attempts);
  timers_.arm(TimerKind::command_retry, std::to_string(number(command.id)), shown_by,
              journal_.out());
  if (impulse(attribute)) {
    timers_.arm(TimerKind::impulse, command.path.text(), shown_by, journal_.out());
  }
  remember(attribute, {command.value,
                       {{command.cause.kind, command.cause.id, command.revision}, command.context},
                       journal_.present().steady + kSettleWindow});
  Dispatch& dispatch = leaving_[device];
  dispatch.device = device;
  dispatch.commands.push_back(command.id);
  dispatch.values.push_back({attribute, command.value, transition_of(attribute)});
}

void Drive::finish(AttributeId attribute, CommandState state, std::string reason) {
  Command& command = *ledger_.on(attribute);
  command.state = state;
  command.reason = std::move(reason);
  note(command, {{command.cause.kind, command.cause.id, command.revision}, command.context});
  const std::string subject = std::to_string(number(command.id));
  timers_.cancel(TimerKind::command_retry, subject, journal_.out());
  timers_.cancel(TimerKind::command_expiry, subject, journal_.out());
  journal_.put(command);
  keep_back(attribute, command.id);
  company_.erase(command.id);
  ledger_.remove(attribute);
}

/// It was about to leave in this very step.
void Drive::keep_back(AttributeId attribute, CommandId id) {
  const auto leaving = leaving_.find(catalog_.table().device_of(attribute));
  if (leaving == leaving_.end()) return;
  Dispatch& dispatch = leaving->second;
  const auto place = std::find(dispatch.commands.begin(), dispatch.commands.end(), id);
  if (place == dispatch.commands.end()) return;
  dispatch.values.erase(dispatch.values.begin() + (place - dispatch.commands.begin()));
  dispatch.commands.erase(place);
  if (dispatch.commands.empty()) leaving_.erase(leaving);
}

std::optional<Because> Drive::explain(AttributeId attribute, const Value& value) {
  const AttributeInfo* info = catalog_.attribute(attribute);
  if (info == nullptr) return std::nullopt;
  // What moves while a command is open is that command's doing, also halfway there.
  if (const Command* open = ledger_.on(attribute); open != nullptr && open->attempts != 0) {
    return Because{{open->cause.kind, open->cause.id, open->revision}, open->context};
  }
  const Millis now = journal_.now().steady;
  for (const Recent& recent : recent_of(attribute)) {
    if (!recent.over && recent.until > now && same_on_wire(*info, recent.value, value)) {
      const Because because = recent.because;
      forget_older(attribute, value);
      return because;
    }
  }
  return std::nullopt;
}

void Drive::overruled(AttributeId attribute) {
  for (Recent& recent : recent_of(attribute)) recent.over = true;
}

std::optional<Because> Drive::recently_commanded(DeviceIndex device) const {
  if (index(device) >= last_sent_.size()) return std::nullopt;
  const Recent& last = last_sent_[index(device)];
  if (last.until <= journal_.now().steady) return std::nullopt;
  return last.because;
}

bool Drive::has_just_obeyed(AttributeId attribute) const {
  if (index(attribute) >= recent_.size() || ledger_.on(attribute) != nullptr) return false;
  const auto& known = recent_[index(attribute)];
  return std::any_of(known.begin(), known.end(),
                     [&](const Recent& recent) { return recent.until > journal_.now().steady; });
}

std::vector<Drive::Recent>& Drive::recent_of(AttributeId attribute) {
  if (index(attribute) >= recent_.size()) recent_.resize(index(attribute) + 1);
  return recent_[index(attribute)];
}

void Drive::remember(AttributeId attribute, Recent recent) {
  const DeviceIndex device = catalog_.table().device_of(attribute);
  if (index(device) >= last_sent_.size()) last_sent_.resize(index(device) + 1);
  last_sent_[index(device)] = recent;
  auto& known = recent_of(attribute);
  std::erase_if(known, [&](const Recent& r) { return r.until <= journal_.present().steady; });
  known.push_back(std::move(recent));
}

void Drive::confirm(AttributeId attribute, const Value& value, const Because& because) {
  const AttributeInfo* info = catalog_.attribute(attribute);
  if (info == nullptr) return;
  if (info->impulse && heard_.insert(attribute).second) {
    agenda_.drive(catalog_.table().device_of(attribute));
  }
  const Command* open = ledger_.on(attribute);
  if (open == nullptr || open->attempts == 0) return;
  if (!same_on_wire(*info, open->value, value)) return;
  forget_older(attribute, open->value);
  Command& command = *ledger_.on(attribute);
  if (because.cause.parent != Revision{}) command.revision = because.cause.parent;
  finish(attribute, CommandState::confirmed, "");
  if (differs(attribute)) return;  // a step on the way
  arbitration_.rest_is_over(attribute, because);
  go_on_in_order(attribute);
}

/// The bus keeps the order of echoes: what was sent before the oldest command that `shown` can echo
/// explains nothing any more. Before the oldest, not the newest: of on, off, on, off the first
/// `off` shows that the first `on` is over, and the second is still to come.
void Drive::forget_older(AttributeId attribute, const Value& shown) {
  const AttributeInfo* info = catalog_.attribute(attribute);
  if (info == nullptr) return;
  auto& known = recent_of(attribute);
  const auto echoed = std::find_if(known.begin(), known.end(), [&](const Recent& recent) {
    return same_on_wire(*info, recent.value, shown);
  });
  if (echoed != known.end()) known.erase(known.begin(), echoed);
}

void Drive::sent(const std::vector<CommandId>& ids) {
  for (const CommandId id : ids) {
    Command* command = ledger_.find(id);
    if (command == nullptr || command->state != CommandState::queued) continue;
    command->state = CommandState::sent;
    command->sent = journal_.now();
    note(*command, {{command->cause.kind, command->cause.id, command->revision}, command->context});
    journal_.put(*command);
  }
}

void Drive::link_changed(bool up) {
  link_up_ = up;
  if (!up) return;
  heard_.clear();
  for (const auto& [id, open] : ledger_.open()) {
    const auto attribute = attribute_of(open);
    Command& command = *ledger_.find(id);
    if (!impulse_delay(*attribute)) command.attempts = 0;
    dispatch(command, *attribute);
    journal_.put(command);
  }
  for (const auto& [id, device] : catalog_.devices()) {
    if (const auto known = catalog_.table().find_device(id.text()))
      try_again(*known, GaveUp::for_now);
  }
}

void Drive::try_again(DeviceIndex device, GaveUp upto) {
  for (const AttributeId id : catalog_.table().attributes_of(device)) {
    forgive(id, upto);
    Command* open = ledger_.on(id);
    if (open == nullptr || retry_is_armed(*open)) continue;
    dispatch(*open, id);  // it was waiting for the device
    journal_.put(*open);
  }
  agenda_.drive(device);
}

bool Drive::retry_is_armed(const Command& command) const {
  return timers_.due(TimerKind::command_retry, std::to_string(number(command.id))).has_value();
}

std::optional<AttributeId> Drive::attribute_of(const Command& command) const {
  return catalog_.table().find(command.path.device.text(), command.path.attribute);
}

void Drive::restore(Command command) {
  ledger_.restore_last_id(command.id);
  const auto attribute = attribute_of(command);
  if (!attribute) return;
  timers_.restore(
      {TimerKind::command_expiry, std::to_string(number(command.id)), command.expires.steady});
  ledger_.add(*attribute, std::move(command));
}

void Drive::remember(const Change& change) {
  const bool by_hand = change.kind == ChangeKind::state &&
                       (change.origin == Origin::person || change.origin == Origin::other);
  if (change.kind != ChangeKind::command && !by_hand) return;
  const auto attribute = catalog_.table().find(change.device, change.attribute);
  if (!attribute) return;
  if (by_hand) return overruled(*attribute);
  if (change.status == name(CommandState::queued)) {
    remember(*attribute, {change.value,
                          {{change.cause.kind, change.cause.id, change.revision}, change.context},
                          change.at.steady + kSettleWindow});
  } else if (change.status == name(CommandState::confirmed)) {
    forget_older(*attribute, change.value);
  }
}

}  // namespace attune::core
