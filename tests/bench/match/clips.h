#pragma once
#include <map>
#include <string>
#include <vector>

#include "tests/bench/match/house.h"

/// A house in CLIPS 6.30, the door to its library: each attribute is a fact, and a rule's claim a
/// fact that logically depends on those that it matched.
namespace attune::bench {

class Clips {
 public:
  /// Stops the program when CLIPS does not take the house's constructs.
  explicit Clips(const House& house);
  ~Clips();
  Clips(const Clips&) = delete;
  Clips& operator=(const Clips&) = delete;

  /// All of the house's events, once; each is followed until nothing moves.
  void live();
  void tell(const Told& told);
  /// `path value rule` of each claim, ascending.
  [[nodiscard]] std::vector<std::string> claims() const;

 private:
  struct Slot {
    void* relation = nullptr;
    void* fact = nullptr;  ///< what it is now
  };
  struct Event {
    Slot* slot = nullptr;
    Value value;
  };
  void tell(Slot& slot, const Value& value);
  [[nodiscard]] Slot& slot(const std::string& path);

  void* environment_;
  std::map<std::string, Slot> slots_;
  std::vector<Event> events_;
};

}  // namespace attune::bench
