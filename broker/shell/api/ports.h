#pragma once
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "broker/core/core.h"
#include "broker/shell/api/rejections.h"
#include "broker/shell/api/rules_edit.h"
#include "devices/model/issue.h"
#include "devices/model/result.h"
#include "store/history/archive.h"

/// What the API needs of the loop; the runtime implements it.
namespace attune::api {

/// The same for the life of the process.
struct Identity {
  std::string store_uuid;
  std::string node;
  std::string version;
  Instant started;
  std::string prefix = "attune";  ///< of attune's own topics
};

/// An answer that leaves over the bus, QoS 1.
struct BusReply {
  std::string topic;
  std::string payload;
  std::string correlation;  ///< MQTT 5 correlation data of the request
};

/// Whether attune can do its work; each reason is a sentence for people ("broker not linked: ..").
struct Health {
  bool ready = false;
  std::vector<std::string> reasons;
};

/// The end of a reload: the new set runs, or the old one stays and `issues` say why.
struct Reloaded {
  bool ok = false;
  Revision revision{};
  Issues issues;
};

/// What a client may ask of the core. The runtime gives the RequestId.
using Submission = std::variant<core::WriteRequest, core::ReleaseRequest, core::RuleModeRequest,
                                core::DismissRequest, core::AckRequest, core::LearnRequest>;

/// Threading: every call on the loop's thread, except wake(); callbacks come on the loop's thread.
class Ports {
 public:
  virtual ~Ports() = default;

  [[nodiscard]] virtual const core::Core& core() const = 0;
  [[nodiscard]] virtual const Identity& identity() const = 0;
  [[nodiscard]] virtual Health health() const = 0;
  [[nodiscard]] virtual Instant now() const = 0;

  /// Log entries with `after < revision`, ascending, at most `max`; what is stepped but not yet
  /// committed is included.
  [[nodiscard]] virtual Result<std::vector<Change>> log_after(Revision after,
                                                              std::size_t max) const = 0;
  /// The entry with exactly this revision; empty when there is none.
  [[nodiscard]] virtual Result<std::optional<Change>> change(Revision revision) const = 0;
  /// The files of the rules that ran at a revision. Errors: "compacted", "corrupt", the store's.
  [[nodiscard]] virtual Result<std::vector<rules::SourceFile>> rules_at(Revision at) const = 0;
  /// Nothing at or below it can be asked for; resuming at it is valid.
  [[nodiscard]] virtual Revision floor() const = 0;
  /// The last revision given out.
  [[nodiscard]] virtual Revision head() const = 0;
  /// The last revision before this process gave out its first one: from here on the line has no
  /// gap (an unclean stop leaves one below, and a resume inside it is refused).
  [[nodiscard]] virtual Revision run_start() const = 0;

  /// The newest final commands of an attribute ("" = all), newest first.
  [[nodiscard]] virtual Result<std::vector<Command>> finished_commands(const std::string& path,
                                                                       std::size_t max) const = 0;

  /// What was, and when; what is stepped and not yet committed is not in it.
  [[nodiscard]] virtual const store::history::Archive& history() const = 0;

  /// Steps the request in the next turn; `done` comes after its commit. A turn that cannot be
  /// committed for want of space answers rejected with code "full".
  virtual void submit(Submission what, std::function<void(const core::Reply&)> done) = 0;
  /// Reads configuration, devices and rules again.
  virtual void reload(std::function<void(const Reloaded&)> done) = 0;

  /// Changes the folder of rules and what runs, whole or not at all; `done` comes after the commit.
  virtual void edit_rules(RulesEdit edit, std::function<void(const RulesEdited&)> done) = 0;
  /// Since when each kept set of rules ran, ascending; the last one runs now.
  [[nodiscard]] virtual std::vector<Revision> rule_versions() const = 0;

  /// Rows of the API's own, made durable with the next commit.
  virtual void keep(std::vector<Write> writes) = 0;

  /// Hands it to the sender. False: the line is down or too much waits, it does not leave.
  virtual bool publish(BusReply reply) = 0;
  /// Messages that wait for the sender.
  [[nodiscard]] virtual std::size_t publishing() const = 0;
  /// Counts a message that was not taken.
  virtual void reject(const devices::Rejection& rejection) = 0;

  [[nodiscard]] virtual const RecentRejections& rejections() const = 0;
  /// Prometheus text.
  [[nodiscard]] virtual std::string metrics_text() const = 0;

  /// Makes the loop turn soon, so that Api::changed is called. Threading: any.
  virtual void wake() = 0;
};

}  // namespace attune::api
