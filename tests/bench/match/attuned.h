#pragma once
#include <memory>
#include <string>
#include <vector>

#include "broker/core/core.h"
#include "tests/bench/match/house.h"

/// A house in attune's core, without link and store: it observes, so that what is measured ends
/// with what is wanted.
namespace attune::bench {

class Attuned {
 public:
  /// Stops the program when the rules do not load.
  explicit Attuned(const House& house);

  /// All of its events, once.
  void live();
  void tell(const Told& told);
  /// `path value rule` of each claim of a rule, ascending.
  [[nodiscard]] std::vector<std::string> claims() const;
  [[nodiscard]] std::uint64_t evaluations() const { return core_->rules().counts().evaluations; }
  [[nodiscard]] std::size_t event_count() const { return events_.size(); }
  [[nodiscard]] double load_ms() const { return load_ms_; }
  /// Of the heap, over loading the rules and their first evaluation.
  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  /// The part of them that is the files' text.
  [[nodiscard]] std::size_t text_bytes() const { return text_bytes_; }

 private:
  [[nodiscard]] devices::Decoded decoded(const Told& told);
  void step(decltype(core::Event::what) what);

  devices::Catalog catalog_;
  std::unique_ptr<core::Core> core_;
  std::vector<devices::Decoded> events_;
  core::Outcome out_;
  Instant now_{Millis(1'768'500'000'000), Millis(1'000)};
  double load_ms_ = 0;
  std::size_t bytes_ = 0;
  std::size_t text_bytes_ = 0;
};

}  // namespace attune::bench
