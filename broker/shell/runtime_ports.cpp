#include <algorithm>
#include <utility>

#include "broker/shell/api/documents.h"
#include "broker/shell/rule_sets.h"
#include "broker/shell/runtime_parts.h"

/// What the API and the loop see of the runtime.
namespace attune::shell {

api::Health Runtime::Parts::health() const {
  api::Health health;
  const link::LinkStatus link = link_->status();
  if (link.state != link::LinkState::connected) {
    health.reasons.push_back("broker not linked: " +
                             (link.reason.empty() ? std::string(name(link.state)) : link.reason));
  }
  if (broker_ && broker_->status().state != embedded::ChildState::ready) {
    health.reasons.push_back("embedded broker: " + broker_->status().reason);
  }
  for (const auto& filter : link.refused_subscriptions) {
    if (filter == kBrokerDropsTopic) continue;  // many brokers keep that to themselves
    health.reasons.push_back("the broker refuses the subscription " + filter);
  }
  if (!keeper_->problem().empty()) health.reasons.push_back(keeper_->problem());
  if (loop_->crowded()) {
    health.reasons.push_back("the store uses over 80 % of its map: the log is kept short");
  }
  if (loop_->stuck()) health.reasons.push_back("the store is full: nothing is accepted");
  health.ready = health.reasons.empty();
  return health;
}

Instant Runtime::Parts::now() const {
  return clock_->now();
}

Result<std::vector<Change>> Runtime::Parts::log_after(Revision after, std::size_t max) const {
  auto entries = store_->log_after(after, max);
  if (!entries) return entries;
  for (const Change& change : loop_->uncommitted()) {
    if (entries->size() >= max) break;
    if (change.revision > after) entries->push_back(change);
  }
  return entries;
}

Result<std::vector<rules::SourceFile>> Runtime::Parts::rules_at(Revision at) const {
  return RuleSets::files_at(*store_, at);
}

Result<std::optional<Change>> Runtime::Parts::change(Revision revision) const {
  const auto& fresh = loop_->uncommitted();
  const auto it =
      std::lower_bound(fresh.begin(), fresh.end(), revision,
                       [](const Change& change, Revision r) { return change.revision < r; });
  if (it != fresh.end() && it->revision == revision) return std::optional<Change>(*it);
  return store_->change(revision);
}

Result<std::vector<Command>> Runtime::Parts::finished_commands(const std::string& path,
                                                               std::size_t max) const {
  std::vector<Command> newest = loop_->uncommitted_ends(path);
  auto committed = store_->finished_commands(path, max);
  if (!committed) return committed;
  newest.insert(newest.end(), committed->begin(), committed->end());
  if (newest.size() > max) newest.resize(max);
  return newest;
}

void Runtime::Parts::submit(api::Submission what, std::function<void(const core::Reply&)> done) {
  loop_->submit(std::move(what), std::move(done));
}

bool Runtime::Parts::publish(api::BusReply reply) {
  std::vector<link::Parcel> parcels(1);
  parcels[0].topic = std::move(reply.topic);
  parcels[0].payload = std::move(reply.payload);
  parcels[0].correlation = std::move(reply.correlation);
  return link_->publish(std::move(parcels));
}

bool Runtime::Parts::request(const inbox::Record& record, Arrival arrival) {
  if (take_from_beside(record, arrival)) return true;
  return api_->take({record.topic, record.payload, record.response_topic, record.correlation,
                     record.retained, arrival});
}

void Runtime::Parts::reload(std::function<void(const api::Reloaded&)> done) {
  reloads_.push_back(std::move(done));
}

std::string Runtime::Parts::metrics_text() const {
  Gauges gauges;
  gauges.revision = core_->head();
  for (const auto& [id, device] : catalog_.devices()) {
    const auto index = catalog_.table().find_device(id.text());
    if (!index) continue;
    ++gauges.devices[static_cast<std::size_t>(core_->image().device(*index).availability)];
  }
  gauges.commands_in_flight = core_->ledger().open().size();
  gauges.claims = core_->claims().size();
  gauges.conflicts = core_->conflicts().all().size();
  for (const AttributeId id : core_->claims().claimed(catalog_.table())) {
    gauges.conflicts += api::in_conflict(core_->claims().on(id));
  }
  gauges.stream_clients = api_->streams();
  const link::LinkStatus link = link_->status();
  gauges.mqtt_connected = link.state == link::LinkState::connected;
  gauges.inbox_bytes = ring_->used_bytes();
  gauges.outbox_parcels = link.outbox_parcels;
  gauges.in_flight = link.in_flight;
  gauges.uncommitted = loop_->uncommitted().size();
  gauges.log_lines_suppressed = log_.suppressed();
  gauges.last_reload_ok = keeper_->problem().empty();
  gauges.last_reload_seconds = reloaded_at_seconds_;
  const store::Store::Usage usage = store_->usage();
  gauges.store_bytes_written = usage.bytes_written;
  gauges.store_file_bytes = usage.file_bytes;
  gauges.store_map_used_ratio = usage.map_used_ratio;
  gauges.store_reader_seconds = usage.oldest_reader_seconds;
  return metrics_.text(gauges);
}

/// What the HTTP door refused by itself. Threading: the server's.
void Runtime::Parts::count_refusal(int status) {
  metrics_.http("refused", status, {});
  if (status == 413) metrics_.limit_hit("http_body");
  if (status == 431) metrics_.limit_hit("http_header");
  if (status == 503) metrics_.limit_hit("http_connections");
  if (status == 401 || status == 403) metrics_.auth_failure(std::to_string(status));
}

/// A claim that stands and does not decide.
void Runtime::Parts::count_suppressed(std::string_view standing) {
  if (standing == "shadow" || standing == "blocked") metrics_.rule_suppressed(standing);
  if (standing == "waiting") metrics_.rule_suppressed("outranked");
}

void Runtime::Parts::changed(std::span<const Change> changes) {
  for (const Change& change : changes) {
    if (change.kind == ChangeKind::claim) count_suppressed(change.status);
    if (change.kind != ChangeKind::command) continue;
    if (change.status != name(CommandState::queued) && change.status != name(CommandState::sent)) {
      metrics_.command_ended(change.status);
    }
  }
  beside_->changed(changes);
  api_->changed(changes);
}

void Runtime::Parts::rejected(const devices::Rejection& rejection) {
  metrics_.rejected(rejection.reason);
  if (rejection.reason == "storm") metrics_.rule_suppressed("storm");
  if (rejection.reason == "rate") metrics_.limit_hit("device_messages");
  if (rejection.reason == "new_devices") metrics_.limit_hit("new_devices");
  if (rejection.reason == "device_limit") metrics_.limit_hit("devices");
  rejections_.add(rejection, now().wall);
}

void Runtime::Parts::message(Taken taken) {
  switch (taken) {
    case Taken::applied:
      return metrics_.message(Metrics::Message::applied);
    case Taken::unchanged:
      return metrics_.message(Metrics::Message::unchanged);
    case Taken::rejected:
      return metrics_.message(Metrics::Message::rejected);
  }
}

void Runtime::Parts::committed(std::chrono::nanoseconds took) {
  committed_ = true;
  metrics_.store_commit(took);
  metrics_.store_sync(store_->last_sync());
}

void Runtime::Parts::commands_left(std::chrono::nanoseconds took) {
  metrics_.ingest_to_command(took);
}

}  // namespace attune::shell
