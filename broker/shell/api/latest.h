#pragma once
#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "broker/shell/api/ports.h"

/// Of each subject the revision of its newest change, in order: what the coalesced feed reads.
///
/// A device that leaves takes what it was with it: its older state, wishes, claims and liveness are
/// told no more, its removal is.
///
/// It begins at the head and grows backwards only as far as somebody asks to resume from, out of
/// the log: so nothing of it is stored, and a start costs nothing. Above the floor the log holds
/// every change, ends and releases too, so what was deleted is in it like everything else.
///
/// Threading: owned by the loop's thread.
/// Cost: 8 bytes a subject, at most 24 an entry of the line, and two entries a subject.
namespace attune::api {

class Latest {
 public:
  explicit Latest(const Ports& ports) : ports_(ports) {}

  /// The turn's changes, ascending; begins a turn's budget of reading back.
  void turn(std::span<const Change> changes);

  /// True: everything after `since` is here. False: a piece of the log was read, the rest is for
  /// the next turns. `since` is not below the floor. Errors: the store's.
  [[nodiscard]] Result<bool> reach(Revision since);

  /// A subject's newest change.
  struct Newest {
    Revision revision{};
    ChangeKind kind{};
    std::optional<AttributeId> attribute;  ///< empty: look at the change itself
  };
  struct Run {
    std::vector<Newest> newest;  ///< ascending
    Revision to{};               ///< up to here nothing else is to be told
    bool at_end = false;
  };
  /// What comes after `after`, at most `max`. Reached before.
  [[nodiscard]] Run after(Revision after, std::size_t max) const;

  /// Log entries that reading back may take in one turn: about 4 ms.
  static constexpr std::size_t kEntriesPerTurn = 1'024;

 private:
  static constexpr std::size_t kClasses = 5;  ///< state, setting, desired, command; all others
  static constexpr std::size_t kNamed = 4;
  struct Slot {
    std::uint32_t id = 0;
    std::uint8_t of = 0;  ///< class
  };
  struct Entry {
    Revision revision{};
    Slot slot;
    ChangeKind kind{};
  };
  [[nodiscard]] Slot slot(const Change& change);
  [[nodiscard]] Slot named(const Change& change);
  void adopt(const Change& change, const Slot& slot);
  [[nodiscard]] Revision& newest(const Slot& slot);
  [[nodiscard]] bool is_newest(const Entry& entry) const;
  void forget_device(const Change& removal);
  void forget(const Slot& slot);
  [[nodiscard]] bool is_forgotten(const Change& change) const;
  void add_newer(const Change& change);
  void add_older(const Change& change);
  [[nodiscard]] Status read_forward();
  [[nodiscard]] Status read_back(Revision since);
  void drop_overtaken();

  const Ports& ports_;
  bool begun_ = false;
  Revision from_{};  ///< every subject that changed in (from_, to_] is in the line
  Revision to_{};
  std::uint64_t window_ = 512;  ///< revisions that the next piece back spans
  std::size_t budget_ = kEntriesPerTurn;
  std::deque<Entry> line_;  ///< ascending; an entry that is not its subject's newest is passed over
  std::size_t subjects_ = 0;
  std::array<std::vector<Revision>, kClasses> newest_;  ///< 0: not in the line
  std::map<std::string, std::uint32_t, std::less<>> names_;
  std::map<std::string, Revision, std::less<>> removed_;  ///< by device: its newest removal
};

}  // namespace attune::api
