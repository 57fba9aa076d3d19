#pragma once
#include <chrono>
#include <cstdint>
#include <random>

/// How long to wait before the next attempt: doubling from `min` to `max`, each time somewhere in
/// the upper half, so that many gateways do not come back at the same moment.
namespace attune::link {

class Backoff {
 public:
  Backoff(std::chrono::milliseconds min, std::chrono::milliseconds max, std::uint64_t seed)
      : min_(min), max_(max), next_(min), random_(seed) {}
  [[nodiscard]] std::chrono::milliseconds next();
  void reset() { next_ = min_; }

 private:
  std::chrono::milliseconds min_;
  std::chrono::milliseconds max_;
  std::chrono::milliseconds next_;
  std::mt19937_64 random_;
};

}  // namespace attune::link
