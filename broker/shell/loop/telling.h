#pragma once
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "broker/core/event.h"
#include "broker/core/notice.h"
#include "broker/shell/link/link.h"
#include "devices/model/records.h"

/// Notices on their way to whoever tells people. They are kept in the transaction that raised
/// them, and said again after the line or the process went, until the broker has them: at least
/// once, each time with the same `id`, `state` and `count`.
///
/// Threading: owned by the loop.
namespace attune::shell {

/// What else is said of a notice than its message to whom it is for.
struct NoticeEcho {
  std::string topic{};  ///< empty: nothing
  std::string (*payload)(const core::Notice& notice) = nullptr;
};

class Telling {
 public:
  static constexpr std::string_view kSpace = "telling";  ///< of the blobs
  static constexpr std::size_t kWaitingMax = 256;        ///< told later, nobody would read them

  explicit Telling(std::string prefix, NoticeEcho echo = {})
      : prefix_(std::move(prefix)), echo_(std::move(echo)) {}
  /// Rows that cannot be read are left out.
  void restore(const std::vector<Blob>& blobs);

  /// Takes what the step raised and adds its rows; the oldest that are too many go, with a
  /// Rejection each. True: there was something, it wants a commit.
  bool take(core::Outcome& outcome);
  /// What take() took is durable now.
  void committed() { committed_ = waiting_.size(); }
  /// Gives the link what it takes.
  void let_out(link::Link& link);
  /// The broker has them, or refused them for good. Adds the rows' end to `writes`.
  void told(const std::vector<std::uint64_t>& tickets, std::vector<Write>& writes);
  /// What was not reported is said again.
  void link_lost() { sent_ = 0; }

 private:
  struct Waiting {
    std::uint64_t ticket = 0;
    std::string topic, payload;
  };
  void add(std::string topic, std::string payload, core::Outcome& outcome);
  void drop_oldest(core::Outcome& outcome);

  const std::string prefix_;
  const NoticeEcho echo_;
  std::deque<Waiting> waiting_;  // by ticket, ascending
  std::size_t committed_ = 0;    // the first so many may leave
  std::size_t sent_ = 0;         // the first so many are with the link
  std::uint64_t last_ticket_ = 0;
};

}  // namespace attune::shell
