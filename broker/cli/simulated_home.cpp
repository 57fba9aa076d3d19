#include "broker/cli/simulated_home.h"

#include <algorithm>
#include <utility>

#include "broker/core/attendance.h"
#include "broker/shell/loop/restore.h"

namespace attune::cli {
namespace {

/// Far above what a home of obedient devices needs for one event.
constexpr int kExchangesMax = 10'000;

store::Turn settings_turn(const SimulatedHome::Values& settings, Instant at) {
  store::Turn turn;
  turn.at = at;
  turn.folded_through = Revision{0};
  for (const auto& [path, value] : settings) {
    StateRow row;
    row.path = path;
    row.value = value;
    row.at = at;
    turn.writes.push_back({row, false});
  }
  return turn;
}

}  // namespace

SimulatedHome::SimulatedHome(devices::Catalog& catalog, std::shared_ptr<const rules::RuleSet> set,
                             core::Site site, const Begin& begin)
    : catalog_(catalog),
      set_(std::move(set)),
      site_(std::move(site)),
      store_(store::make_memory_store()) {
  now_ = {begin.wall, Millis{1}};
  if (Status kept = store_->commit(settings_turn(begin.settings, now_)); !kept) {
    broken_ = kept.error().message;
  }
  start();
  step(core::LinkChanged{true});
  report(begin.state);
  step(core::RulesLoaded{set_});
  settle();
}

SimulatedHome::~SimulatedHome() = default;

void SimulatedHome::start() {
  core_ = std::make_unique<core::Core>(catalog_, core::Options{.observe = false, .site = site_});
  auto recovered = store_->recover();
  if (recovered.ok()) {
    core_->restore(std::move(*shell::restored(*store_, std::move(*recovered))));
  } else {
    broken_ = recovered.error().message;
  }
}

void SimulatedHome::report(const Values& values) {
  std::map<DeviceIndex, std::pair<std::vector<devices::Reading>, std::vector<devices::Reading>>> by;
  for (const auto& [path, value] : values) {
    if (path.device.text() == kSettingsDevice) {
      write_setting(path, value);
      continue;
    }
    const AttributeId id = catalog_.table().intern(path);
    const AttributeInfo* info = catalog_.attribute(id);
    auto& [readings, events] = by[catalog_.table().device_of(id)];
    const bool momentary = info != nullptr && info->type == ValueType::event;
    (momentary ? events : readings).push_back({id, value});
  }
  for (auto& [device, said] : by) say(device, std::move(said.first), std::move(said.second));
  settle();
}

void SimulatedHome::write_setting(const AttributePath& path, const Value& value) {
  core::WriteRequest request;
  request.id = core::RequestId{++requests_};
  request.path = path;
  request.value = value;
  request.who = "test";
  step(std::move(request));
}

void SimulatedHome::say(DeviceIndex device, std::vector<devices::Reading> readings,
                        std::vector<devices::Reading> events) {
  for (const auto& reading : readings) shown_[device][reading.attribute] = reading.value;
  offline_.erase(device);
  devices::Decoded decoded;
  decoded.readings = std::move(readings);
  decoded.events = std::move(events);
  decoded.availability.push_back({device, Availability::online});
  const std::string topic = "test/" + catalog_.table().device(device).text();
  step(core::MessageArrived{Arrival::live, topic, &decoded});
}

void SimulatedHome::advance(Millis duration) {
  const Millis end = now_.steady + duration;
  while (broken_.empty()) {
    const auto due = core_->next_deadline();
    if (!due || *due > end) break;
    show_life(*due);
    const Millis wait = std::max(*due - now_.steady, Millis{0});
    now_ = {now_.wall + wait, now_.steady + wait};
    step(core::Tick{});
    settle();
    if (core_->next_deadline() == due) broken_ = "a deadline that has passed stays armed";
  }
  now_ = {now_.wall + (end - now_.steady), end};
  step(core::Tick{});
  settle();
}

/// Whoever is neither silent nor offline is there, and is heard just before it is missed at `due`.
void SimulatedHome::show_life(Millis due) {
  for (const auto& [device, values] : shown_) {
    if (offline_.contains(device) || silent_.contains(device)) continue;
    const devices::Liveness* known = core_->attendance().find(device);
    if (known == nullptr) continue;
    const auto missed = known->deadline(core_->attendance().nature(device));
    if (!missed || *missed > due) continue;
    const Millis wait = std::max(due - Millis{1} - now_.steady, Millis{0});
    now_ = {now_.wall + wait, now_.steady + wait};
    // Something that no rule reads: a word that it is there would bind it to tell when it goes.
    const AttributePath alive{catalog_.table().device(device), "raw.alive"};
    say(device, {{catalog_.table().intern(alive), Value(true)}}, {});
  }
}

void SimulatedHome::restart() {
  pending_.clear();
  store_ = store_->reopen();
  start();
  step(core::RulesLoaded{set_});
  step(core::LinkChanged{true});
  const auto shown = shown_;
  for (const auto& [device, values] : shown) {
    if (!offline_.contains(device) && !silent_.contains(device)) come_back(device);
  }
  settle();
}

/// A device says all that it shows, as after a power cut.
void SimulatedHome::come_back(DeviceIndex device) {
  std::vector<devices::Reading> readings;
  for (const auto& [attribute, value] : shown_[device]) readings.push_back({attribute, value});
  say(device, std::move(readings), {});
}

std::set<DeviceIndex> SimulatedHome::indices(const std::vector<DeviceId>& devices) {
  std::set<DeviceIndex> indices;
  for (const DeviceId& device : devices) indices.insert(catalog_.table().intern_device(device));
  return indices;
}

void SimulatedHome::set_offline(const std::vector<DeviceId>& devices) {
  const std::set<DeviceIndex> before = offline_;
  offline_ = indices(devices);
  for (const DeviceIndex device : before) {
    if (!offline_.contains(device)) come_back(device);
  }
  for (const DeviceIndex device : offline_) {
    if (before.contains(device)) continue;
    devices::Decoded decoded;
    decoded.availability.push_back({device, Availability::offline});
    const std::string topic = "test/" + catalog_.table().device(device).text();
    step(core::MessageArrived{Arrival::live, topic, &decoded});
  }
  settle();
}

void SimulatedHome::set_silent(const std::vector<DeviceId>& devices) {
  silent_ = indices(devices);
}

std::optional<Change> SimulatedHome::change(Revision revision) const {
  auto entry = store_->change(revision);
  return entry ? std::move(*entry) : std::nullopt;
}

void SimulatedHome::step(decltype(core::Event::what) what) {
  if (!broken_.empty()) return;
  core::Outcome outcome;
  core_->step({now_, std::move(what)}, outcome);
  commit(outcome);
  pending_.insert(pending_.end(), outcome.dispatches.begin(), outcome.dispatches.end());
  if (after_step_) after_step_();
}

void SimulatedHome::commit(const core::Outcome& outcome) {
  store::Turn turn;
  turn.changes = outcome.changes;
  turn.writes = outcome.writes;
  for (Write& row : core_->take_rows()) turn.writes.push_back(std::move(row));
  if (turn.changes.empty() && turn.writes.empty()) return;
  turn.at = now_;
  if (Status kept = store_->commit(turn); !kept) broken_ = kept.error().message;
}

void SimulatedHome::settle() {
  for (int exchanges = 0; !pending_.empty() && broken_.empty(); ++exchanges) {
    if (exchanges == kExchangesMax) {
      broken_ = "commands and reports go on for ever";
      return;
    }
    const core::Dispatch next = std::move(pending_.front());
    pending_.erase(pending_.begin());
    obey(next);
  }
}

/// A repeated command keeps its number, and of several devices none need come first.
void SimulatedHome::note_sent(const core::Dispatch& dispatch) {
  for (std::size_t i = 0; i < dispatch.commands.size(); ++i) {
    if (seen_.insert(dispatch.commands[i]).second) {
      sent_.push_back({now_.wall, dispatch.values[i]});
    }
  }
}

void SimulatedHome::obey(const core::Dispatch& dispatch) {
  note_sent(dispatch);
  step(core::CommandsSent{dispatch.commands});
  if (offline_.contains(dispatch.device) || silent_.contains(dispatch.device)) return;
  say(dispatch.device, dispatch.values, {});
}

}  // namespace attune::cli
