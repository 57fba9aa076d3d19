#pragma once
#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "broker/core/core.h"
#include "broker/shell/api/api.h"
#include "broker/shell/api/ports.h"
#include "broker/shell/beside/ha_publisher.h"
#include "broker/shell/clock.h"
#include "broker/shell/config/startup.h"
#include "broker/shell/embedded/mosquitto.h"
#include "broker/shell/http/server.h"
#include "broker/shell/inbox/ring.h"
#include "broker/shell/link/link.h"
#include "broker/shell/log.h"
#include "broker/shell/loop/loop.h"
#include "broker/shell/mailbox.h"
#include "broker/shell/metrics.h"
#include "broker/shell/rule_folder.h"
#include "broker/shell/rule_keeper.h"
#include "broker/shell/rule_sets.h"
#include "broker/shell/runtime.h"
#include "broker/shell/wake.h"
#include "devices/catalog.h"
#include "devices/normaliser.h"
#include "store/store.h"

/// The inside of Runtime: its parts in the order in which each needs those before it, and the two
/// seams that they meet at. Only runtime*.cpp include it.
namespace attune::shell {

struct Runtime::Parts final : api::Ports, LoopObserver {
  Parts(const config::Startup& with, Log& to);
  ~Parts() override;

  // Start, in this order.
  [[nodiscard]] Status open_store();
  [[nodiscard]] Status open_inbox();
  [[nodiscard]] Status start_broker();
  [[nodiscard]] Status make_link();
  [[nodiscard]] Status load_rules();
  [[nodiscard]] Status serve();

  [[nodiscard]] Status run();
  [[nodiscard]] Status turn();
  void answer_requests();
  void reload_files();
  void answer_reload();
  void say_what_changed(const link::LinkStatus& link);
  void take(RuleKeeper::Change change);
  void look_after_broker(const link::LinkStatus& link);
  void count();
  void count_refusal(int status);
  void count_suppressed(std::string_view standing);
  [[nodiscard]] std::vector<std::string> filters() const;
  void keep_subscriptions();
  [[nodiscard]] std::chrono::milliseconds sleep_time();
  [[nodiscard]] Status stop_cleanly();

  // runtime_beside.cpp
  [[nodiscard]] Status open_beside();
  [[nodiscard]] beside::HaNames beside_names() const;
  [[nodiscard]] bool take_from_beside(const inbox::Record& record, Arrival arrival);
  void show_beside();

  // runtime_rules.cpp
  void edit_rules();
  void answer_edits();
  [[nodiscard]] Result<std::vector<rules::SourceFile>> asked_for(
      const api::RulesEdit& edit, const std::vector<rules::SourceFile>& on_disk) const;
  [[nodiscard]] api::RulesEdited edited(const api::RulesEdit& edit);
  [[nodiscard]] api::RulesEdited refused(Error error) const;
  [[nodiscard]] Revision rules_version() const;

  // api::Ports
  [[nodiscard]] const core::Core& core() const override { return *core_; }
  [[nodiscard]] const api::Identity& identity() const override { return identity_; }
  [[nodiscard]] api::Health health() const override;
  [[nodiscard]] Instant now() const override;
  [[nodiscard]] Result<std::vector<Change>> log_after(Revision after,
                                                      std::size_t max) const override;
  [[nodiscard]] Result<std::optional<Change>> change(Revision revision) const override;
  [[nodiscard]] Result<std::vector<rules::SourceFile>> rules_at(Revision at) const override;
  [[nodiscard]] Revision floor() const override { return store_->floor(); }
  [[nodiscard]] Revision head() const override { return core_->head(); }
  [[nodiscard]] Revision run_start() const override { return run_start_; }
  [[nodiscard]] Result<std::vector<Command>> finished_commands(const std::string& path,
                                                               std::size_t max) const override;
  [[nodiscard]] const store::history::Archive& history() const override {
    return store_->history();
  }
  void submit(api::Submission what, std::function<void(const core::Reply&)> done) override;
  void reload(std::function<void(const api::Reloaded&)> done) override;
  void edit_rules(api::RulesEdit edit, std::function<void(const api::RulesEdited&)> done) override;
  [[nodiscard]] std::vector<Revision> rule_versions() const override {
    return rule_sets_.revisions();
  }
  bool publish(api::BusReply reply) override;
  [[nodiscard]] std::size_t publishing() const override { return link_->status().outbox_parcels; }
  void reject(const devices::Rejection& rejection) override { rejected(rejection); }
  void keep(std::vector<Write> writes) override { loop_->keep(std::move(writes)); }
  [[nodiscard]] const api::RecentRejections& rejections() const override { return rejections_; }
  [[nodiscard]] std::string metrics_text() const override;
  void wake() override { wake_.ring(); }

  // LoopObserver
  [[nodiscard]] bool request(const inbox::Record& record, Arrival arrival) override;
  void changed(std::span<const Change> changes) override;
  void rejected(const devices::Rejection& rejection) override;
  void message(Taken taken) override;
  void committed(std::chrono::nanoseconds took) override;
  void told(const std::vector<std::uint64_t>& tickets) override;
  void topics_learnt() override;
  void commands_left(std::chrono::nanoseconds took) override;

  const config::Startup startup_;
  Log& log_;
  Wake wake_;
  Metrics metrics_;
  std::unique_ptr<store::Store> store_;
  devices::Catalog catalog_;
  devices::Normaliser normaliser_;
  std::optional<core::Core> core_;
  std::optional<Clock> clock_;
  std::optional<store::InboxPosition> committed_inbox_;
  Instant committed_at_;
  std::unique_ptr<inbox::InboxRing> ring_;
  std::optional<embedded::Mosquitto> broker_;
  std::unique_ptr<link::Link> link_;
  std::optional<Loop> loop_;
  std::optional<beside::HaPublisher> beside_;
  bool committed_ = false;  ///< since what is shown beside attune was looked at
  std::optional<RuleKeeper> keeper_;
  RuleSets rule_sets_;
  std::optional<RuleFolder> rule_folder_;
  using EditDone = std::function<void(const api::RulesEdited&)>;
  std::deque<std::pair<api::RulesEdit, EditDone>> edits_;          ///< not looked at yet
  std::vector<std::pair<api::RulesEdited, EditDone>> edits_done_;  ///< of the turn to come
  api::Identity identity_;
  api::RecentRejections rejections_;
  std::optional<api::Api> api_;
  Mailbox<std::pair<http::Request, http::Responder>> requests_;
  std::unique_ptr<http::Server> server_;
  std::vector<std::function<void(const api::Reloaded&)>> reloads_;
  std::optional<bool> reloaded_;  ///< how the reload of this turn went, until it is answered
  bool said_stuck_ = false;
  bool said_lost_ = false;
  bool was_linked_ = false;
  std::string said_problem_;
  std::vector<std::string> subscriptions_;
  std::uint64_t subscribed_for_ = 0;
  std::uint64_t connects_counted_ = 0;
  double reloaded_at_seconds_ = 0;
  core::RuleRunner::Counts counted_;  ///< of the rules, already in the metrics
  Millis clock_offset_{};             ///< wall minus boot, when last looked at
  Revision run_start_{};
  std::atomic<std::uint64_t> head_for_status_{0};  ///< read by the link's thread
  std::atomic<bool> stopping_{false};
};

}  // namespace attune::shell
