#pragma once
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "broker/core/core.h"
#include "devices/catalog.h"
#include "rules/rule_set.h"
#include "store/store.h"

/// A core on a store in memory, on simulated time, among devices that obey at once unless a test
/// silences them.
namespace attune::cli {

/// Threading: one thread. Determinism: the same calls give the same home.
class SimulatedHome {
 public:
  using Values = rules::TestStep::Values;

  struct Begin {
    Millis wall{};
    Values settings;
    Values state;  ///< as it was reported
  };
  /// Starts so, in a house that stands at `site`, then loads the rules.
  SimulatedHome(devices::Catalog& catalog, std::shared_ptr<const rules::RuleSet> set,
                core::Site site, const Begin& begin);
  ~SimulatedHome();

  /// The devices say these values, live. Settings among them are written by a person.
  void report(const Values& values);
  /// Time passes; every deadline on the way fires at its moment, and nothing lies between them.
  void advance(Millis duration);
  /// These devices cannot be reached from here on, and those that could not are back. One that
  /// reports is back too.
  void set_offline(const std::vector<DeviceId>& devices);
  /// These devices take no notice of commands from here on, nor say anything by themselves; those
  /// before do again.
  void set_silent(const std::vector<DeviceId>& devices);
  /// As `kill -9` and a start: everything committed is there, nothing else.
  void restart();

  [[nodiscard]] const core::Core& core() const { return *core_; }
  [[nodiscard]] Instant now() const { return now_; }
  /// Why the home stopped working: an endless exchange of commands, or a store that refused.
  /// Empty: all is well.
  [[nodiscard]] const std::string& broken() const { return broken_; }
  /// Called after every step of the core.
  void watch(std::function<void()> after_step) { after_step_ = std::move(after_step); }

  /// What was sent since the last forget_sent(), in order; a command that is repeated counts once.
  struct Sent {
    Millis wall{};
    devices::Reading reading;
  };
  [[nodiscard]] const std::vector<Sent>& sent() const { return sent_; }
  void forget_sent() { sent_.clear(); }
  /// The entry of the log; empty: there is none.
  [[nodiscard]] std::optional<Change> change(Revision revision) const;

 private:
  void start();
  void step(decltype(core::Event::what) what);
  void settle();
  void say(DeviceIndex device, std::vector<devices::Reading> readings,
           std::vector<devices::Reading> events);
  void obey(const core::Dispatch& dispatch);
  void note_sent(const core::Dispatch& dispatch);
  void come_back(DeviceIndex device);
  void show_life(Millis due);
  [[nodiscard]] std::set<DeviceIndex> indices(const std::vector<DeviceId>& devices);
  void commit(const core::Outcome& outcome);
  void write_setting(const AttributePath& path, const Value& value);

  devices::Catalog& catalog_;
  std::shared_ptr<const rules::RuleSet> set_;
  core::Site site_;
  std::unique_ptr<store::MemoryStore> store_;
  std::unique_ptr<core::Core> core_;
  Instant now_;
  std::uint64_t requests_ = 0;
  std::vector<core::Dispatch> pending_;
  /// What each device shows, ascending by device: said again after a restart.
  std::map<DeviceIndex, std::map<AttributeId, Value>> shown_;
  std::set<DeviceIndex> offline_;
  std::set<DeviceIndex> silent_;
  std::vector<Sent> sent_;
  std::set<CommandId> seen_;  ///< commands that were sent before
  std::function<void()> after_step_;
  std::string broken_;
};

}  // namespace attune::cli
