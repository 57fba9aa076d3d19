#include "broker/shell/beside/ha_publisher.h"

#include <algorithm>
#include <sstream>

namespace attune::beside {

namespace {

constexpr std::string_view kNothingMore = "-";  ///< a row of a topic alone

/// A line for each component: its name and its platform.
std::string row_of(const Components& components) {
  std::string row;
  for (const auto& [name, platform] : components) {
    row.append(name).append(" ").append(platform).append("\n");
  }
  return row;
}

Components read_row(const std::string& row) {
  Components components;
  std::istringstream lines(row);
  for (std::string name, platform; lines >> name >> platform;) components.emplace(name, platform);
  return components;
}

std::string_view declared(std::string_view rule) {
  return rule.substr(0, rule.find('['));
}

bool is_mode(std::string_view status) {
  return status == name(RuleMode::enabled) || status == name(RuleMode::disabled) ||
         status == name(RuleMode::shadow);
}

}  // namespace

void HaPublisher::restore(const std::vector<Blob>& blobs) {
  for (const Blob& blob : blobs) {
    Shown shown;
    shown.row = blob.bytes;
    shown.recorded = true;
    if (blob.key == config_topic(names_)) components_ = read_row(blob.bytes);
    shown_.insert_or_assign(blob.key, std::move(shown));
  }
}

void HaPublisher::changed(std::span<const Change> changes) {
  if (!wanted_) return;
  for (const Change& change : changes) {
    switch (change.kind) {
      case ChangeKind::setting:
        settings_.insert(change.attribute);
        break;
      case ChangeKind::rule:
        if (is_mode(change.status)) rules_.emplace(declared(change.device));
        break;
      case ChangeKind::desired:
      case ChangeKind::claim:
      case ChangeKind::command:
        devices_.insert(change.device);
        break;
      case ChangeKind::state:
        if (disobedient_.contains(change.device)) devices_.insert(change.device);
        break;
      case ChangeKind::liveness:
      case ChangeKind::removed:
        break;
    }
  }
}

std::vector<Write> HaPublisher::refresh(const core::Core& core) {
  std::vector<Write> rows;
  for (auto& [topic, shown] : shown_) {
    if (!std::exchange(shown.is_new, false)) continue;
    shown.recorded = true;
  }
  if (!wanted_) return rows;
  const std::uint64_t generation = core.catalog().generation();
  if (std::exchange(look_at_all_, false) || generation != generation_) {
    generation_ = generation;
    look_at_all(core, rows);
  } else {
    look_at_changed(core, rows);
  }
  settings_.clear();
  rules_.clear();
  devices_.clear();
  return rows;
}

void HaPublisher::look_at_all(const core::Core& core, std::vector<Write>& rows) {
  const HaView view = view_of(core);
  for (auto& [topic, shown] : shown_) shown.wanted = false;
  for (const SettingView& setting : view.settings) look_at(setting, rows);
  for (const RuleView& rule : view.rules) look_at(rule, rows);
  for (const DeviceView& device : view.devices) look_at(device, rows);
  const Components now = components_of(view);
  note_removed(now);
  show(config_topic(names_), configuration(view, names_, removed_), rows, row_of(now));
  for (auto& [topic, shown] : shown_) {
    if (!shown.wanted) take_back(shown);
  }
}

/// Home Assistant lets an entity go when it is told so, and not when it is told nothing.
void HaPublisher::note_removed(const Components& now) {
  for (const auto& [name, platform] : components_) {
    if (!now.contains(name)) removed_.insert_or_assign(name, platform);
  }
  std::erase_if(removed_, [&now](const auto& gone) { return now.contains(gone.first); });
  components_ = now;
}

void HaPublisher::look_at_changed(const core::Core& core, std::vector<Write>& rows) {
  for (const rules::Setting& setting : core.rule_set().settings) {
    if (settings_.contains(setting.id)) look_at(view_of(core, setting), rows);
  }
  for (const std::string& id : rules_) {
    if (const auto rule = rule_view(core, id)) look_at(*rule, rows);
  }
  for (const std::string& id : devices_) {
    if (const auto device = device_view(core, id)) look_at(*device, rows);
  }
}

void HaPublisher::look_at(const SettingView& setting, std::vector<Write>& rows) {
  show(setting_topic(names_, setting.id), state_of(setting), rows);
  if (setting.is_schedule) show(plan_topic(names_, setting.id), plan_of(setting), rows);
}

void HaPublisher::look_at(const RuleView& rule, std::vector<Write>& rows) {
  show(rule_topic(names_, rule.id), state_of(rule), rows);
}

void HaPublisher::look_at(const DeviceView& device, std::vector<Write>& rows) {
  if (device.diverged.empty()) {
    disobedient_.erase(device.id);
  } else {
    disobedient_.insert(device.id);
  }
  show(device_topic(names_, device.id), state_of(device), rows);
}

void HaPublisher::show(const std::string& topic, std::string payload, std::vector<Write>& rows,
                       std::string row) {
  if (row.empty()) row = kNothingMore;
  Shown& shown = shown_[topic];
  shown.wanted = true;
  if (shown.row != row) {
    shown.row = std::move(row);
    shown.is_new = true;
    shown.recorded = false;
    rows.push_back({Blob{std::string(kSpace), topic, shown.row}});
  }
  if (shown.payload == payload) return;
  shown.payload = std::move(payload);
  shown.ticket = 0;
  shown.sent = false;
  unsent_ = true;
}

void HaPublisher::take_back(Shown& shown) {
  if (shown.payload.empty()) return;
  shown.payload.clear();
  shown.ticket = 0;
  shown.sent = false;
  unsent_ = true;
}

void HaPublisher::linked() {
  for (auto& [topic, shown] : shown_) shown.sent = false;
  unsent_ = true;
}

void HaPublisher::let_out(link::Link& link) {
  // Before the first look nobody knows what of the last process is still wanted.
  if (!unsent_ || (wanted_ && look_at_all_)) return;
  std::vector<link::Parcel> parcels;
  std::vector<Shown*> leaving;
  bool waits = false;
  for (auto& [topic, shown] : shown_) {
    if (shown.sent) continue;
    waits = waits || !shown.recorded;
    if (!shown.recorded) continue;
    link::Parcel& parcel = parcels.emplace_back();
    parcel.topic = topic;
    parcel.payload = shown.payload;
    parcel.retain = true;
    parcel.notice = shown.ticket = ++last_ticket_;
    leaving.push_back(&shown);
  }
  if (!parcels.empty() && !link.publish(std::move(parcels))) return;
  for (Shown* shown : leaving) shown->sent = true;
  unsent_ = waits;
}

std::vector<Write> HaPublisher::told(const std::vector<std::uint64_t>& tickets) {
  std::vector<Write> rows;
  const bool ours = std::ranges::any_of(tickets, [](auto ticket) { return ticket > kTicketsFrom; });
  if (!ours) return rows;
  std::erase_if(shown_, [&](const auto& entry) {
    const auto& [topic, shown] = entry;
    if (!shown.payload.empty() || std::ranges::find(tickets, shown.ticket) == tickets.end()) {
      return false;
    }
    rows.push_back({Blob{std::string(kSpace), topic, ""}, true});
    return true;
  });
  return rows;
}

}  // namespace attune::beside
