#include "broker/shell/runtime.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "broker/shell/config/surroundings.h"
#include "broker/shell/last_word.h"
#include "broker/shell/loop/kept_discovery.h"
#include "broker/shell/loop/restore.h"
#include "broker/shell/runtime_parts.h"

namespace attune::shell {

namespace {

constexpr std::chrono::milliseconds kBrokerPatience{5'000};
constexpr std::chrono::milliseconds kStopPatience{2'000};
constexpr Millis kLookAround{1'000};  ///< how often the loop turns when nothing happens
constexpr std::uint64_t kRingBytes = 32u << 20;

Result<std::string> password(const config::Config& config) {
  if (config.mqtt.password_file.empty()) return std::string();
  return config::read_secret(config.mqtt.password_file);
}

}  // namespace

Runtime::Runtime(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Runtime::~Runtime() = default;

Result<std::unique_ptr<Runtime>> Runtime::start(const config::Startup& startup, Log& log) {
  auto parts = std::make_unique<Parts>(startup, log);
  using Stage = Status (Parts::*)();
  for (const Stage stage :
       {&Parts::open_store, &Parts::open_inbox, &Parts::start_broker, &Parts::open_beside,
        &Parts::make_link, &Parts::load_rules, &Parts::serve}) {
    if (Status status = (*parts.*stage)(); !status.ok()) return status.error();
  }
  return std::unique_ptr<Runtime>(new Runtime(std::move(parts)));
}

Status Runtime::run() {
  return parts_->run();
}

void Runtime::stop() noexcept {
  parts_->stopping_ = true;
  parts_->wake_.ring();
}

std::uint16_t Runtime::http_port() const {
  return parts_->server_->port();
}

const embedded::Mosquitto* Runtime::broker() const {
  return parts_->broker_ ? &*parts_->broker_ : nullptr;
}

Runtime::Parts::Parts(const config::Startup& with, Log& to)
    : startup_(with),
      log_(to),
      metrics_(ATTUNE_VERSION, ""),
      normaliser_(catalog_, with.config.dialects) {}

Runtime::Parts::~Parts() {
  server_.reset();  // its thread hands requests to parts that go before it would
}

Status Runtime::Parts::open_store() {
  auto opened = store::open_lmdb({startup_.config.store.dir});
  if (!opened) return opened.error();
  store_ = std::move(*opened);
  auto recovered = store_->recover();
  if (!recovered) return recovered.error();
  const config::Store::History& history = startup_.config.store.history;
  store_->bound_history({history.raw, history.hourly, history.daily});
  identity_ = {
      recovered->store_uuid, startup_.config.node, ATTUNE_VERSION, {}, startup_.config.mqtt.prefix};
  run_start_ = static_cast<Revision>(number(recovered->next) - 1);
  const auto clock_blobs = store_->blobs(std::string(Clock::kSpace));
  if (!clock_blobs) return clock_blobs.error();
  clock_.emplace(Clock::this_boot(), recovered->at, *clock_blobs, inbox::stamp_now);
  identity_.started = clock_->now();
  for (const Tombstone& gone : recovered->tombstones) catalog_.mark_gone(gone.device);
  if (Status known = KeptDiscovery::feed(*store_, normaliser_); !known) return known;
  committed_inbox_ = recovered->inbox;
  committed_at_ = recovered->at;
  core_.emplace(catalog_, core::Options{startup_.observe, config::site_of(startup_.config)});
  auto restored = shell::restored(*store_, std::move(*recovered));
  if (!restored) return restored.error();
  core_->restore(std::move(*restored));
  return {};
}

Status Runtime::Parts::open_inbox() {
  auto ring = inbox::InboxRing::open({startup_.folders.run + "/inbox.ring", kRingBytes, wake_.fd()},
                                     committed_inbox_);
  if (!ring) return ring.error();
  ring_ = std::move(*ring);
  install_last_word(startup_.config.store.dir + "/data.mdb", startup_.folders.run + "/inbox.ring");
  if (ring_->recovered_records() != 0) {
    log_.info("taking what had arrived before the stop",
              {{"messages", std::to_string(ring_->recovered_records())}});
  }
  return {};
}

Status Runtime::Parts::start_broker() {
  const auto& mqtt = startup_.config.mqtt;
  if (!mqtt.url.empty()) return {};
  embedded::MosquittoOptions options;
  options.listen = mqtt.embedded.listen;
  options.port = mqtt.embedded.port;
  options.run_dir = startup_.folders.run;
  options.state_dir = startup_.folders.state;
  broker_.emplace(std::move(options));
  return broker_->start(kBrokerPatience);
}

Status Runtime::Parts::make_link() {
  const auto& config = startup_.config;
  link::LinkOptions options;
  options.url = config.mqtt.url;
  options.username = config.mqtt.username;
  auto secret = password(config);
  if (!secret) return secret.error();
  options.password = std::move(*secret);
  if (broker_) {
    options.url = broker_->url();
    options.username = broker_->own().username;
    options.password = broker_->own().password;
    options.incarnation = [this] { return broker_->incarnation(); };
  }
  options.node = config.node;
  options.prefix = config.mqtt.prefix;
  options.subscriptions = subscriptions_ = filters();
  options.online = [this] {
    return fmt::format(
        R"({{"state":"online","version":"{}","node":"{}","revision":{},"store":"{}"}})",
        identity_.version, identity_.node, head_for_status_.load(), identity_.store_uuid);
  };
  link_ = link::make_paho_link(std::move(options), *ring_, wake_.fd());
  LoopOptions loop{config.store.commit_interval,
                   inbox::marker_topic(config.mqtt.prefix, config.node), config.store.log.keep,
                   config.store.log.max_bytes, config.mqtt.prefix};
  if (config.mqtt.homeassistant.publish) {
    loop.notice_echo = {beside::notice_topic(beside_names()), beside::state_of};
  }
  loop_.emplace(LoopParts{catalog_, normaliser_, *core_, *store_, *ring_, *link_, *clock_, *this},
                std::move(loop));
  return loop_->begin(committed_at_);
}

Status Runtime::Parts::load_rules() {
  rule_folder_.emplace(startup_.config.rules, startup_.folders.state);
  if (Status whole = rule_folder_->recover(); !whole.ok()) return whole;
  keeper_.emplace(startup_.config, catalog_, normaliser_, *store_);
  if (Status kept = rule_sets_.restore(*store_); !kept.ok()) return kept;
  auto loaded = keeper_->start();
  const std::string findings = render(keeper_->issues());
  if (!findings.empty()) std::fputs(findings.c_str(), stderr);
  if (!loaded) return loaded.error();
  take(std::move(*loaded));
  keep_subscriptions();
  return {};
}

Status Runtime::Parts::serve() {
  api_.emplace(*this, metrics_);
  const auto clients = store_->blobs(std::string(api::Clients::kSpace));
  if (!clients) return clients.error();
  api_->restore_clients(*clients);
  http::ServerOptions options;
  options.listen = startup_.config.http.listen;
  options.port = startup_.config.http.port;
  options.socket = startup_.config.http.socket;
  const auto handle = [this](http::Request request, http::Responder to) {
    requests_.put({std::move(request), std::move(to)});
    wake_.ring();
  };
  auto started = http::Server::start(options, handle, [this](int code) { count_refusal(code); });
  if (!started) return started.error();
  server_ = std::move(*started);
  head_for_status_ = number(core_->head());
  return link_->start();
}

Status Runtime::Parts::run() {
  while (!stopping_) {
    const auto woken = wake_.wait(sleep_time(), broker_ ? broker_->pid_fd() : -1);
    if (woken.stop) break;
    if (woken.reload) reloads_.push_back([](const api::Reloaded&) {});
    if (Status status = turn(); !status.ok()) {
      log_.error("the store failed, stopping", {{"reason", status.error().message}});
      return status;
    }
  }
  return stop_cleanly();
}

Status Runtime::Parts::turn() {
  answer_requests();
  reload_files();
  if (auto change = keeper_->refresh(clock_->now())) take(std::move(*change));
  keep_subscriptions();
  loop_->hold_log(api_->held());
  if (!edits_.empty()) loop_->commit_soon();  // what they are compared with is the store's
  const Status status = loop_->turn();
  show_beside();
  answer_reload();
  answer_edits();
  edit_rules();
  const link::LinkStatus link = link_->status();  // after it: no command waits for this
  look_after_broker(link);
  say_what_changed(link);
  count();
  head_for_status_ = number(core_->head());
  return status;
}

std::chrono::milliseconds Runtime::Parts::sleep_time() {
  if (loop_->has_more()) return std::chrono::milliseconds(0);
  const Millis now = clock_->now().steady;
  Millis until = now + kLookAround;
  if (const auto due = loop_->next_due()) until = std::min(until, *due);
  if (const auto patience = api_->patience()) until = std::min(until, now + *patience);
  return std::max(until - now, Millis(0));
}

void Runtime::Parts::answer_requests() {
  for (auto& [request, responder] : requests_.take()) api_->handle(request, std::move(responder));
}

void Runtime::Parts::reload_files() {
  if (reloads_.empty() || loop_->stuck()) return;
  auto change = keeper_->reload();
  reloaded_ = change.has_value();
  if (change) {
    take(std::move(*change));
  } else {
    std::fputs(render(keeper_->issues()).c_str(), stderr);
    log_.error("reload refused, everything stays as it was", {{"reason", keeper_->problem()}});
  }
}

/// After the turn: what was loaded is durable, or it waits with everything else.
void Runtime::Parts::answer_reload() {
  if (!reloaded_ || loop_->stuck()) return;
  if (*reloaded_)
    log_.info("reloaded", {{"rules", std::to_string(core_->rule_set().rules.size())}});
  const api::Reloaded answer{*reloaded_, core_->head(), keeper_->issues()};
  reloaded_.reset();
  for (const auto& done : std::exchange(reloads_, {})) done(answer);
}

void Runtime::Parts::take(RuleKeeper::Change change) {
  loop_->keep(std::move(change.writes));
  beside_->rules_change();
  // The next turn swaps before it does anything else: what it gives out first is this set's.
  const Revision from{number(core_->head()) + 1};
  loop_->keep(rule_sets_.add(from, change.set->files, store_->floor()));
  loop_->load(std::move(change.set));
  reloaded_at_seconds_ = static_cast<double>(clock_->now().wall.count()) / 1000;
}

void Runtime::Parts::look_after_broker(const link::LinkStatus& link) {
  if (broker_) broker_->poll();
  for (; connects_counted_ < link.connects; ++connects_counted_) {
    if (connects_counted_ != 0) metrics_.mqtt_reconnect();
    beside_->linked();
    log_.info("linked to the broker", {{"connects", std::to_string(connects_counted_ + 1)}});
  }
}

/// One line when a trouble begins, another when it is over.
void Runtime::Parts::say_what_changed(const link::LinkStatus& link) {
  const auto tell = [this](bool now, bool& before, const char* begins, const char* ends,
                           const auto& reason) {
    if (now == before) return;
    before = now;
    now ? log_.error(begins, {{"reason", reason()}}) : log_.info(ends);
  };
  tell(loop_->stuck(), said_stuck_, "the store is full, nothing is accepted",
       "the store has room again", [&] { return "free space on " + startup_.config.store.dir; });
  const bool linked = link.state == link::LinkState::connected;
  was_linked_ = was_linked_ || linked;
  tell(was_linked_ && !linked, said_lost_, "the broker is lost", "the broker is back",
       [&] { return link.reason; });
  if (keeper_->problem() == said_problem_) return;
  said_problem_ = keeper_->problem();
  if (!said_problem_.empty()) return log_.warning("rules", {{"reason", said_problem_}});
  log_.info("the rules are complete");
}

/// What nobody tells the metrics as it happens.
void Runtime::Parts::count() {
  const auto now = core_->rules().counts();
  metrics_.rules(now.evaluations - counted_.evaluations, now.fired - counted_.fired,
                 now.errors - counted_.errors);
  counted_ = now;
  const inbox::Stamp stamp = clock_->stamp();
  const Millis offset = stamp.wall - stamp.boot;
  const bool jumped = clock_offset_ != Millis(0) &&
                      std::chrono::abs(offset - clock_offset_) > std::chrono::seconds(2);
  if (jumped) metrics_.clock_jump();
  clock_offset_ = offset;
}

std::vector<std::string> Runtime::Parts::filters() const {
  std::vector<std::string> all = normaliser_.subscriptions();
  all.emplace_back(kBrokerDropsTopic);
  for (auto& own : api::Bus::filters(startup_.config.mqtt.prefix)) all.push_back(std::move(own));
  if (startup_.config.mqtt.homeassistant.publish) {
    all.push_back(beside::command_root(beside_names()) + "/#");
  }
  return all;
}

void Runtime::Parts::topics_learnt() {
  subscribed_for_ = 0;
  keep_subscriptions();
}

void Runtime::Parts::keep_subscriptions() {
  if (catalog_.generation() == subscribed_for_) return;
  subscribed_for_ = catalog_.generation();
  auto wanted = filters();
  if (wanted == subscriptions_) return;
  subscriptions_ = wanted;
  link_->set_subscriptions(std::move(wanted));
}

Status Runtime::Parts::stop_cleanly() {
  log_.info("stopping");
  api_->close_streams();
  link_->stop(kStopPatience);
  Status last = loop_->turn();  // what arrived meanwhile
  if (last.ok()) last = loop_->finish();
  if (broker_) broker_->stop(kBrokerPatience);
  return last;
}

}  // namespace attune::shell
