#include "broker/shell/loop/loop.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <utility>

#include "devices/model/limits.h"

namespace attune::shell {

namespace {

constexpr Millis kRetryCommit{1'000};
constexpr Millis kLookAtStore{60'000};
constexpr double kCrowdedRatio = 0.8;
constexpr Millis kCrowdedFor{3'000};
constexpr int kCrowdedTurns = 2;
constexpr Millis kAbsenceMin{60'000};

std::uint64_t read_count(std::string_view text) {
  std::uint64_t count = 0;
  std::from_chars(text.data(), text.data() + text.size(), count);
  return count;
}

}  // namespace

Loop::Loop(const LoopParts& parts, LoopOptions options)
    : parts_(parts),
      options_(std::move(options)),
      arrival_(options_.marker_topic),
      committer_(parts.store, options_.commit_interval),
      telling_(options_.prefix, options_.notice_echo) {}

Status Loop::begin(const Instant& committed_at) {
  const bool first_start = committed_at == Instant{};
  latest_ = first_start ? parts_.clock.now() : committed_at;
  for (const std::string_view space : {inbox::DuplicateWindow::kSpace, KeptDiscovery::kSpace,
                                       inbox::ArrivalClassifier::kSpace, Telling::kSpace}) {
    const auto blobs = parts_.store.blobs(std::string(space));
    if (!blobs) return blobs.error();
    if (space == inbox::DuplicateWindow::kSpace) duplicates_.restore(*blobs);
    if (space == inbox::ArrivalClassifier::kSpace) arrival_.restore(*blobs);
    if (space == Telling::kSpace) telling_.restore(*blobs);
    if (space == KeptDiscovery::kSpace) kept_.restore(*blobs);
  }
  committer_.add({parts_.clock.write()});
  return commit(false);
}

Status Loop::turn() {
  turn_began_ = std::chrono::steady_clock::now();
  const Instant now = parts_.clock.now();
  if (committer_.stuck()) {
    refuse_submissions();
    return now.steady < retry_at_ ? Status() : commit(false);
  }
  const Instant since = latest_;  // after a start: what is replayed has waited long enough
  if (next_rules_) {
    step(latest_, core::RulesLoaded{std::exchange(next_rules_, nullptr)});
    commit_soon_ = true;  // whoever loaded them is told when they are durable
  }
  if (auto gone = parts_.catalog.take_removed(); !gone.empty()) {
    step(latest_, core::DevicesRemoved{std::move(gone)});
  }
  telling_.let_out(parts_.link);
  // While records wait, time is theirs: a deadline between two of them fires between them.
  const bool taken = take_records();
  note_crowd(taken, now);
  if (taken && !back_) come_back(now);
  const Instant present = taken ? now : latest_;
  take_waiting(present);
  take_reports(present);
  take_submissions(present);
  step(present, core::Tick{});
  commit_soon_ |= telling_.take(outcome_);
  if (std::exchange(topics_learnt_, false)) parts_.observer.topics_learnt();
  if (!replies_.to_commit()) replies_.let_out(parts_.link, parts_.normaliser, present.steady);
  for (const auto& rejection : outcome_.rejections) parts_.observer.rejected(rejection);
  parts_.observer.changed(outcome_.changes);
  committer_.add(outcome_.changes, outcome_.writes, since);
  outcome_.rejections.clear();
  outcome_.changes.clear();
  outcome_.writes.clear();
  return commit_if_due();
}

bool Loop::has_more() {
  if (committer_.stuck()) return false;
  return !submissions_.empty() || next_rules_ != nullptr || !parts_.ring.prepare_sleep();
}

std::optional<Millis> Loop::next_due() const {
  if (committer_.stuck()) return retry_at_;
  std::optional<Millis> due = parts_.core.next_deadline();
  if (const auto commit = committer_.due_at(); commit && (!due || *commit < *due)) due = commit;
  if (const auto ask = replies_.next_due(); ask && (!due || *ask < *due)) due = ask;
  const auto joins = parts_.normaliser.waits_until(latest_.steady);
  if (joins && (!due || *joins < *due)) due = joins;
  return due;
}

void Loop::step(const Instant& at, decltype(core::Event::what) what) {
  latest_ = {at.wall, std::max(latest_.steady, at.steady)};
  parts_.core.step({latest_, std::move(what)}, outcome_);
}

/// The stop before this start, if it was longer than a restart, is a gap in history.
void Loop::come_back(const Instant& now) {
  back_ = true;
  if (now.steady < latest_.steady + kAbsenceMin) return;
  committer_.was_away({latest_, now});
  commit_soon_ = true;
}

void Loop::take_reports(const Instant& now) {
  link::Reports reports = parts_.link.take_reports();
  for (const auto& refusal : reports.refused) {
    const bool is_notice = refusal.notice != 0;
    if (is_notice) reports.told.push_back(refusal.notice);
    outcome_.rejections.push_back({"", is_notice ? "notice" : text(refusal.command), "refused",
                                   "the broker refused it: " + refusal.reason});
  }
  telling_.told(reports.told, outcome_.writes);
  if (!reports.told.empty()) parts_.observer.told(reports.told);
  if (!reports.sent.empty()) step(now, core::CommandsSent{std::move(reports.sent)});
}

bool Loop::take_records() {
  for (std::size_t taken = 0; taken < limits::kTurnEventsMax; ++taken) {
    const auto record = parts_.ring.next();
    if (!record) return true;
    take(*record);
  }
  return false;
}

void Loop::take(const inbox::Record& record) {
  switch (record.kind) {
    case inbox::RecordKind::filler:
      return;
    case inbox::RecordKind::message:
      return take_message(record);
    case inbox::RecordKind::connected:
      duplicates_.connected(record);
      arrival_.connected(record);
      telling_.link_lost();
      // Not when it has ended already, or when it was another process's.
      if (!parts_.link.open_outbox(record.connection)) return;
      return step(parts_.clock.at(record.at), core::LinkChanged{true});
    case inbox::RecordKind::disconnected:
      replies_.link_lost();
      return step(parts_.clock.at(record.at), core::LinkChanged{false});
    case inbox::RecordKind::rejected:
      outcome_.rejections.push_back({std::string(record.topic), "", "size",
                                     std::to_string(record.size_bytes) + " bytes are too many"});
      return;
  }
}

void Loop::take_message(const inbox::Record& record) {
  const bool seen = duplicates_.seen(record);  // asked about markers too: they have packet ids
  const bool was_drained = arrival_.drained();
  const bool is_marker = arrival_.is_marker(record);
  // What is retained has come: what is not has to be asked for.
  if (!was_drained && arrival_.drained()) replies_.ask_all(parts_.catalog);
  if (is_marker || seen) return;
  if (record.topic == kBrokerDropsTopic) return note_broker_drops(read_count(record.payload));
  const Arrival arrival = arrival_.classify(record, parts_.clock.stamp());
  if (parts_.observer.request(record, arrival)) return;
  const Instant at = parts_.clock.at(record.at);
  const devices::Message message{record.topic, record.payload, record.retained, at};
  parts_.normaliser.decode(message, decoded_, at.steady < crowded_until_);
  take_decoded(message, arrival);
  if (const auto device = parts_.normaliser.take_flood()) step(at, core::FloodBegan{*device});
}

/// What the broker kept for us while we were away is no flood.
void Loop::note_crowd(bool taken, const Instant& now) {
  unfinished_turns_ = taken || !back_ || !arrival_.drained() ? 0 : unfinished_turns_ + 1;
  if (unfinished_turns_ >= kCrowdedTurns) crowded_until_ = now.steady + kCrowdedFor;
}

/// What waited until its device may join, or may speak again, comes late.
void Loop::take_waiting(const Instant& now) {
  while (const auto waited = parts_.normaliser.take_waiting(now, decoded_)) {
    take_decoded({waited->topic, waited->payload, false, now}, Arrival::late);
  }
  while (const auto device = parts_.normaliser.take_to_ask(now.steady)) replies_.ask(*device);
}

/// `decoded_` is what the message means.
void Loop::take_decoded(const devices::Message& message, Arrival arrival) {
  keep_discovery(message);
  topics_learnt_ |= decoded_.subscriptions_changed;
  // An answer to what waited for us would come as late as we do.
  if (arrival == Arrival::live || arrival == Arrival::retained) {
    replies_.add(std::move(decoded_.replies));
  }
  const std::size_t before = outcome_.changes.size();
  step(message.at, core::MessageArrived{arrival, message.topic, &decoded_});
  using Taken = LoopObserver::Taken;
  const bool applied = outcome_.changes.size() != before;
  const bool rejected = decoded_.readings.empty() && !decoded_.rejections.empty();
  parts_.observer.message(applied ? Taken::applied : rejected ? Taken::rejected : Taken::unchanged);
}

/// The only trace that Mosquitto leaves of a queue that was full.
void Loop::note_broker_drops(std::uint64_t total) {
  if (broker_drops_ && total > *broker_drops_) {
    outcome_.rejections.push_back(
        {std::string(kBrokerDropsTopic), "", "broker_dropped",
         "the broker dropped " + std::to_string(total - *broker_drops_) +
             " messages, a queue was full: raise its max_queued_messages"});
  }
  broker_drops_ = total;
}

void Loop::keep_discovery(const devices::Message& message) {
  std::vector<Write> rows = kept_.keep(decoded_, message);
  if (!decoded_.removed.empty()) {
    for (Write& row : kept_.forget_unknown(parts_.normaliser)) rows.push_back(std::move(row));
  }
  for (Write& row : KeptDiscovery::keep(parts_.catalog.take_numbered())) {
    rows.push_back(std::move(row));
  }
  commit_soon_ |= !rows.empty() || !decoded_.removed.empty();
  std::move(rows.begin(), rows.end(), std::back_inserter(outcome_.writes));
}

void Loop::submit(Submission what, std::function<void(const core::Reply&)> done) {
  const core::RequestId id{++last_request_};
  std::visit([&](auto& request) { request.id = id; }, what);
  waiting_.emplace(id, std::move(done));
  submissions_.emplace_back(id, std::move(what));
}

void Loop::load(std::shared_ptr<const rules::RuleSet> set) {
  next_rules_ = std::move(set);
}

void Loop::take_submissions(const Instant& now) {
  for (auto& [id, submission] : std::exchange(submissions_, {})) {
    std::visit([&](auto& request) { step(now, std::move(request)); }, submission);
  }
}

Status Loop::commit_if_due() {
  const bool due = outcome_.urgent() || commit_soon_ || replies_.to_commit() ||
                   committer_.due(latest_) || parts_.ring.wants_commit();
  if (!due) return {};
  return commit(false);
}

Status Loop::commit(bool clean) {
  committer_.add(duplicates_.take_dirty());
  committer_.add(arrival_.take_dirty());
  committer_.add(parts_.core.take_rows());
  if (Status there = look_at_store(); !there) return there;
  committer_.retain(retention());
  const auto began = std::chrono::steady_clock::now();
  const store::InboxPosition position = parts_.ring.position();
  const Status status = committer_.commit(latest_, parts_.core.image(), position, clean);
  if (!status.ok()) {
    // Answers to what was stepped wait with it: it takes effect when it is stored.
    retry_at_ = parts_.clock.now().steady + kRetryCommit;
    return status.error().code == "full" ? Status() : status;
  }
  commit_soon_ = false;
  parts_.observer.committed(std::chrono::steady_clock::now() - began);
  parts_.ring.consumed(position);
  let_out();
  return {};
}

Status Loop::look_at_store() {
  if (latest_.steady < looked_at_store_ + kLookAtStore) return {};
  looked_at_store_ = latest_.steady;
  const store::Store::Usage usage = parts_.store.usage();
  crowded_ = usage.map_used_ratio > kCrowdedRatio;
  if (!usage.is_removed) return {};
  return Error{"io",
               "the store's file was deleted or replaced while it was in use: what was "
               "accepted since then is lost with the end of this process"};
}

/// Ages count on the steady line: a wall clock that jumped lets nothing go.
store::Retention Loop::retention() const {
  store::Retention retention;
  if (crowded_) {
    retention.max_bytes = 0;
    return retention;
  }
  if (options_.log_keep) retention.before = latest_.steady - *options_.log_keep;
  if (held_) retention.held = *held_;
  retention.max_bytes = options_.log_max_bytes;
  return retention;
}

/// After the commit, and only then: commands to the sender, answers to who asked.
void Loop::let_out() {
  std::vector<link::Parcel> parcels;
  for (const auto& dispatch : outcome_.dispatches) send(dispatch, parcels);
  if (!parcels.empty()) {
    // Refused when the line went down just now, or with too much before it: the core repeats.
    (void)parts_.link.publish(std::move(parcels));
    parts_.observer.commands_left(std::chrono::steady_clock::now() - turn_began_);
  }
  replies_.committed();
  replies_.let_out(parts_.link, parts_.normaliser, latest_.steady);
  telling_.committed();
  telling_.let_out(parts_.link);
  for (const auto& reply : outcome_.replies) answer(reply);
  outcome_.clear();
}

/// A command that a later event of the same turn has ended stays here. The ids travel with the
/// device's last message: then all of them are on the bus.
void Loop::send(const core::Dispatch& dispatch, std::vector<link::Parcel>& parcels) const {
  std::vector<CommandId> open;
  std::vector<devices::Reading> values;
  devices::Terms terms;
  for (std::size_t i = 0; i < dispatch.commands.size(); ++i) {
    const Command* command = parts_.core.ledger().find(dispatch.commands[i]);
    if (command == nullptr) continue;
    terms.id = text(command->id);
    terms.expires = std::min(terms.expires.value_or(command->expires.wall), command->expires.wall);
    open.push_back(dispatch.commands[i]);
    values.push_back(dispatch.values[i]);
  }
  if (open.empty()) return;
  auto messages = parts_.normaliser.encode(dispatch.device, values, terms);
  for (std::size_t i = 0; i < messages.size(); ++i) {
    const bool last = i + 1 == messages.size();
    parcels.push_back(
        link::parcel(std::move(messages[i]), last ? std::move(open) : std::vector<CommandId>{}));
  }
}

void Loop::answer(const core::Reply& reply) {
  const auto done = waiting_.find(reply.id);
  if (done == waiting_.end()) return;
  auto call = std::move(done->second);
  waiting_.erase(done);
  call(reply);
}

void Loop::refuse_submissions() {
  for (const auto& [id, submission] : std::exchange(submissions_, {})) {
    core::Reply reply;
    reply.id = id;
    reply.result = core::Reply::Result::rejected;
    reply.code = "full";
    reply.message = "the disk (or the store's map) is full; nothing is lost, nothing is accepted";
    answer(reply);
  }
}

Status Loop::finish() {
  return commit(true);
}

}  // namespace attune::shell
