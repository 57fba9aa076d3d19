#pragma once
#include <map>
#include <memory>
#include <string>

#include "broker/core/core.h"
#include "devices/catalog.h"
#include "rules/rule_set.h"
#include "store/store.h"

/// A core on a store in memory, on simulated time, among devices that obey at once.
namespace attune::cli {

/// Threading: one thread. Determinism: the same calls give the same home.
class SimulatedHome {
 public:
  using Values = rules::TestStep::Values;

  /// Starts at `wall` with these settings and reported values, then loads the rules.
  SimulatedHome(devices::Catalog& catalog, std::shared_ptr<const rules::RuleSet> set, Millis wall,
                const Values& settings, const Values& state);
  ~SimulatedHome();

  /// The devices say these values, live. Settings among them are written by a person.
  void report(const Values& values);
  /// Time passes; every deadline on the way fires at its moment.
  void advance(Millis duration);
  /// As `kill -9` and a start: everything committed is there, nothing else.
  void restart();

  [[nodiscard]] const core::Core& core() const { return *core_; }
  [[nodiscard]] Instant now() const { return now_; }
  /// Why the home stopped working: an endless exchange of commands, or a store that refused.
  /// Empty: all is well.
  [[nodiscard]] const std::string& broken() const { return broken_; }

 private:
  void start();
  void step(decltype(core::Event::what) what);
  void settle();
  void say(DeviceIndex device, std::vector<devices::Reading> readings,
           std::vector<devices::Reading> events);
  void obey(const core::Dispatch& dispatch);
  void commit(const core::Outcome& outcome);
  void write_setting(const AttributePath& path, const Value& value);

  devices::Catalog& catalog_;
  std::shared_ptr<const rules::RuleSet> set_;
  std::unique_ptr<store::MemoryStore> store_;
  std::unique_ptr<core::Core> core_;
  Instant now_;
  std::uint64_t requests_ = 0;
  std::vector<core::Dispatch> pending_;
  /// What each device shows, ascending by device: said again after a restart.
  std::map<DeviceIndex, std::map<AttributeId, Value>> shown_;
  std::string broken_;
};

}  // namespace attune::cli
