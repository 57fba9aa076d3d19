#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/core/core.h"
#include "devices/catalog.h"
#include "store/store.h"

/// A story: a text of what happens, line by line, and after each line what the core answers.
///
///   rules                          the indented lines below are a rule file; loads it
///   say lamp.on=true motion.x=1    devices report, live, one message per device
///   retained lamp.on=true          the same, retained; also `late`
///   foreign lamp.on=true           somebody else's command is seen on the bus
///   press button.event double      a momentary event
///   offline lamp / online lamp     availability
///   set lamp.on true [hold 2h] [if 12] [id abc] [base 12] [written 17:59:30]
///                                  a person, through the API; `release lamp.on`, `dismiss lamp.on`
///   disable RULE [for 2h], enable, shadow; `ack RULE`
///   after 3m                       time passes, deadlines fire on the way
///   sent                           the broker has every command that left since the last `sent`
///   obey                           as sent, and the devices report what they were told
///   storm pump 40                  obey, up to 40 times; the last answer is told
///   link down / link up, restart, observe
///   why lamp.on
///
/// Answers are indented by two. Devices are those of story_home().
namespace attune::support {

class Story {
 public:
  Story();
  ~Story();
  /// The script with every answer as it is now. Lines that begin with two spaces are answers of an
  /// earlier run (or a rule file's text) and are replaced.
  [[nodiscard]] std::string run(const std::string& text);

 private:
  void start(bool observe);
  std::string perform(const std::string& line, const std::string& block);
  std::string command(const std::vector<std::string>& words);
  std::string load_rules(const std::string& yaml);
  std::string say(const std::vector<std::string>& words, Arrival arrival, bool foreign);
  std::string press(const std::vector<std::string>& words);
  std::string available(const std::string& device, Availability availability);
  std::string write(const std::vector<std::string>& words);
  std::string switch_rule(const std::vector<std::string>& words);
  std::string pass_time(const std::string& duration);
  std::string sent(bool obey);
  std::string storm(const std::string& device, int times);
  std::string restart(bool observe);
  std::string why(const std::string& path);
  std::string step(decltype(core::Event::what) what);
  std::string narrate(const core::Outcome& outcome);
  std::string send(const core::Dispatch& dispatch);

  devices::Catalog catalog_;
  std::unique_ptr<store::MemoryStore> store_;
  std::unique_ptr<core::Core> core_;
  std::shared_ptr<const rules::RuleSet> set_;
  std::vector<core::Dispatch> left_;
  Instant now_;
  std::uint64_t requests_ = 0;
};

}  // namespace attune::support
