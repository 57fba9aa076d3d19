#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "broker/core/journal.h"
#include "broker/core/notice.h"
#include "broker/core/rule_runner.h"
#include "broker/core/timers.h"

/// What people are told: raised when a rule starts, again while nobody sees to it, cleared at its
/// end. Kept over a restart.
namespace attune::core {

class Notices {
 public:
  static constexpr std::string_view kSpace = "notices";  ///< of their blobs

  Notices(const Image& image, RuleRunner& rules, Timers& timers, Journal& journal, bool observe)
      : image_(image), rules_(rules), timers_(timers), journal_(journal), observe_(observe) {}
  /// Rows that cannot be read are left out.
  void restore(const std::vector<Blob>& blobs);
  /// Arms what follows from the rows and the rules that are active.
  void load();

  /// The rule has started: tells, and plans what comes later.
  void begin(std::uint32_t rule, const Because& because);
  /// Tells once, and keeps nothing: of a rule that acts once, or a step of a sequence.
  void tell(std::uint32_t rule, const rules::NoticePlan& plan, const Because& because);
  void end(const RuleId& rule, const rules::Rule* meaning, const Because& because);
  /// False: nothing of the rule waits for somebody.
  bool acknowledge(std::uint32_t rule, const Because& because);
  void fire(const Timer& timer);

  /// Those that were raised and not yet cleared, ascending by key.
  [[nodiscard]] const std::map<std::string, Notice>& all() const { return all_; }

 private:
  [[nodiscard]] bool is_silent(std::uint32_t rule) const;
  void arm(std::uint32_t rule, std::uint32_t level);
  void raise(std::uint32_t rule, std::uint32_t level, const Because& because);
  void repeat(const rules::NoticePlan& plan, const std::string& key, const Because& because);
  void keep(const std::string& key, const Notice& notice);
  Because say(const Notice& notice, const Because& because);

  const Image& image_;
  RuleRunner& rules_;
  Timers& timers_;
  Journal& journal_;
  const bool observe_;
  std::map<std::string, Notice> all_;
};

}  // namespace attune::core
