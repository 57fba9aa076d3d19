#pragma once
#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "broker/shell/beside/ha_entities.h"
#include "broker/shell/link/link.h"
#include "devices/model/change.h"
#include "devices/model/records.h"

/// Keeps what Home Assistant is shown on the broker, retained: says what differs, and takes back
/// what is no more.
///
/// A topic is written down before anything retained is left there, and crossed out when the
/// broker has taken it back: also when the process ends in between, or the configuration asks for
/// nothing of it any more.
///
/// Threading: owned by the loop's thread.
namespace attune::beside {

class HaPublisher {
 public:
  static constexpr std::string_view kSpace = "home_assistant";  ///< of the blobs
  /// From here on tickets of parcels are ours.
  static constexpr std::uint64_t kTicketsFrom = std::uint64_t{1} << 62;

  /// Not `wanted`: what is left from before is taken back, and nothing else is said.
  HaPublisher(HaNames names, bool wanted) : names_(std::move(names)), wanted_(wanted) {}
  void restore(const std::vector<Blob>& blobs);

  /// What changed, before it is durable: what is shown of it is looked at in refresh().
  void changed(std::span<const Change> changes);
  /// Other rules are about to run: everything is looked at.
  void rules_change() { look_at_all_ = true; }
  /// After a commit, which made durable what was kept before it. Rows that the next commit is to
  /// keep; while there are any, what they are about waits for it.
  [[nodiscard]] std::vector<Write> refresh(const core::Core& core);
  /// A new connection: the broker may have lost what it kept.
  void linked();
  /// Gives the link what it takes.
  void let_out(link::Link& link);
  /// The broker has these. Rows that are no more needed.
  [[nodiscard]] std::vector<Write> told(const std::vector<std::uint64_t>& tickets);

  /// Whether a message on this topic can only be what was said here.
  [[nodiscard]] bool is_own(std::string_view topic) const { return shown_.contains(topic); }

 private:
  struct Shown {
    std::string payload;       // empty: taken back
    std::string row;           // of the configuration: its components
    std::uint64_t ticket = 0;  // of the parcel that took it back
    bool recorded = false;     // its row is durable
    bool is_new = false;       // its row is on its way
    bool sent = false;         // on this connection
    bool wanted = false;       // by the latest look at everything
  };
  using ShownByTopic = std::map<std::string, Shown, std::less<>>;

  void look_at_all(const core::Core& core, std::vector<Write>& rows);
  void look_at_changed(const core::Core& core, std::vector<Write>& rows);
  void look_at(const SettingView& setting, std::vector<Write>& rows);
  void look_at(const RuleView& rule, std::vector<Write>& rows);
  void look_at(const DeviceView& device, std::vector<Write>& rows);
  void show(const std::string& topic, std::string payload, std::vector<Write>& rows,
            std::string row = {});
  void take_back(Shown& shown);
  void note_removed(const Components& now);

  const HaNames names_;
  const bool wanted_;
  ShownByTopic shown_;
  Components components_;  // as last said, also by the process before
  Components removed_;     // since this process began
  std::set<std::string, std::less<>> settings_, rules_, devices_;  // to be looked at
  std::set<std::string, std::less<>> disobedient_;                 // devices shown so
  std::uint64_t generation_ = 0;                                   // of the catalog, as shown
  std::uint64_t last_ticket_ = kTicketsFrom;
  bool look_at_all_ = true;
  bool unsent_ = true;  // something may be
};

}  // namespace attune::beside
