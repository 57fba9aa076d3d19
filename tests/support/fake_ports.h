#pragma once
#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/shell/api/api.h"
#include "broker/shell/api/ports.h"
#include "broker/shell/http/server.h"
#include "store/store.h"

/// A loop without threads, store or broker around a real core, for tests of the API.
namespace attune::support {

/// What a request was answered.
struct Answered : http::Responder::Answer {
  void send(http::Response r) override { response = std::move(r); }
  std::shared_ptr<http::Stream> stream(std::function<void()> drained) override;
  std::optional<http::Response> response;
  std::shared_ptr<struct FakeStream> streamed;
  bool refuse_streams = false;
};

/// A reader that takes `room` bytes until read() makes room again.
struct FakeStream : http::Stream {
  bool send(std::string_view bytes) override;
  void close(std::string_view last) override;
  [[nodiscard]] bool closed() const override { return ended; }
  /// What was sent since the last call.
  std::string read();
  std::size_t room = 1 << 20;
  std::string sent;
  std::function<void()> drained;
  bool ended = false;
};

/// A home of hall_lamp, hall_motion and the setting `house`, with one rule each of comfort, of
/// mode, and in shadow.
class FakePorts final : public api::Ports {
 public:
  FakePorts();
  ~FakePorts() override;

  /// A device reports, live: `hall_motion.occupancy=true`. Returns the changes.
  std::vector<Change> say(std::string_view path, Value value);
  std::vector<Change> step(decltype(core::Event::what) what);
  /// Appends a change that no core made.
  Change invent(std::string_view path, Value value);

  [[nodiscard]] const core::Core& core() const override { return *core_; }
  [[nodiscard]] const api::Identity& identity() const override { return identity_; }
  [[nodiscard]] api::Health health() const override { return health_; }
  [[nodiscard]] Instant now() const override { return now_; }
  [[nodiscard]] Result<std::vector<Change>> log_after(Revision after,
                                                      std::size_t max) const override;
  [[nodiscard]] Result<std::optional<Change>> change(Revision revision) const override;
  [[nodiscard]] Result<std::vector<rules::SourceFile>> rules_at(Revision at) const override;
  [[nodiscard]] Revision floor() const override { return floor_; }
  [[nodiscard]] Revision head() const override;
  [[nodiscard]] Revision run_start() const override { return run_start_; }
  [[nodiscard]] Result<std::vector<Command>> finished_commands(const std::string& path,
                                                               std::size_t max) const override;
  [[nodiscard]] const store::history::Archive& history() const override {
    return store_->history();
  }
  void submit(api::Submission what, std::function<void(const core::Reply&)> done) override;
  void reload(std::function<void(const api::Reloaded&)> done) override { done(reloaded_); }
  void edit_rules(api::RulesEdit edit, std::function<void(const api::RulesEdited&)> done) override {
    edits_.push_back(std::move(edit));
    done(edited_);
  }
  [[nodiscard]] std::vector<Revision> rule_versions() const override { return versions_; }
  bool publish(api::BusReply reply) override {
    published_.push_back(std::move(reply));
    return true;
  }
  [[nodiscard]] std::size_t publishing() const override { return publishing_; }
  void reject(const devices::Rejection& rejection) override {
    rejections_.add(rejection, now_.wall);
  }
  void keep(std::vector<Write> writes) override {
    kept_.insert(kept_.end(), writes.begin(), writes.end());
  }
  [[nodiscard]] const api::RecentRejections& rejections() const override { return rejections_; }
  [[nodiscard]] std::string metrics_text() const override { return "attune_x 1\n"; }
  void wake() override { ++wakes_; }

  std::unique_ptr<store::Store> store_ = store::make_memory_store();  ///< for its history alone
  devices::Catalog catalog_;
  std::unique_ptr<core::Core> core_;
  api::Identity identity_;
  api::Health health_{true, {}};
  Instant now_;
  Revision floor_{};
  Revision run_start_{};
  std::vector<Change> log_;
  std::vector<Command> finished_;
  std::vector<Write> kept_;
  std::vector<api::BusReply> published_;
  std::size_t publishing_ = 0;
  api::Reloaded reloaded_;
  std::vector<api::RulesEdit> edits_;
  api::RulesEdited edited_;
  std::vector<Revision> versions_;
  api::RecentRejections rejections_;
  std::atomic<int> wakes_{0};
  bool full_ = false;  ///< the store has no room: writes are rejected so

 private:
  void describe(std::string_view id, std::string_view capability,
                const std::vector<std::string>& attributes, bool writable);
};

/// `GET /api/v1/state?match=x`, with what a test adds to the request.
[[nodiscard]] http::Request request(std::string_view method, std::string_view target,
                                    std::string body = {});
/// Handles it, and expects an answer at once.
[[nodiscard]] http::Response ask(api::Api& api, const http::Request& request);

}  // namespace attune::support
