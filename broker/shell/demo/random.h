#pragma once
#include <cstdint>

/// Chance from a seed: the same everywhere, unlike the standard library's distributions.
namespace attune::demo {

/// Determinism: the sequence depends on the seed alone. (SplitMix64, Steele et al. 2014.)
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  [[nodiscard]] std::uint64_t next();
  /// In [low, high).
  [[nodiscard]] double between(double low, double high);
  /// True with this probability.
  [[nodiscard]] bool chance(double probability) { return between(0, 1) < probability; }

 private:
  std::uint64_t state_;
};

}  // namespace attune::demo
