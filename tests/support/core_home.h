#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "broker/core/core.h"
#include "store/store.h"

/// A core on a store in memory and on simulated time: what the homes of its tests are built on.
namespace attune::support {

/// A test derives its home from it: describes devices, then calls start().
class CoreHome {
 public:
  /// A device reports `meter.power`.
  void say(const std::string& path, Value value, Arrival arrival = Arrival::live);
  void link(bool up) { step(core::LinkChanged{up}); }
  /// A person writes.
  void write(const std::string& path, Value value);
  /// Takes every deadline on the way at its moment.
  void pass(Millis duration);
  [[nodiscard]] Instant now() const { return now_; }

  int wakes = 0;  ///< deadlines that pass() met

 protected:
  explicit CoreHome(std::string_view start = "2026-01-15T12:00:00");
  virtual ~CoreHome() = default;
  CoreHome(const CoreHome&) = delete;
  CoreHome& operator=(const CoreHome&) = delete;

  /// A new core, from what is committed: at first, and as after `kill -9`.
  void start(std::shared_ptr<const rules::RuleSet> rules, core::Site site = {});
  /// The rules of one text over the devices so far. Nothing: the text has errors.
  [[nodiscard]] std::shared_ptr<const rules::RuleSet> rules_of(const std::string& text);
  void move(Millis by) { now_ = {now_.wall + by, now_.steady + by}; }
  void step(decltype(core::Event::what) what);
  /// What a step gave and what it commits beside, before it is committed.
  virtual void see(const core::Outcome& /*out*/, const std::vector<Write>& /*rows*/) {}

  devices::Catalog catalog_;
  std::unique_ptr<store::MemoryStore> store_;
  std::unique_ptr<core::Core> core_;
  Instant now_;
};

}  // namespace attune::support
