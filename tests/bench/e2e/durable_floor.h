#pragma once
#include <chrono>
#include <memory>
#include <string>
#include <vector>

/// What one durable turn costs at least: bare LMDB, three small puts, one full sync.
namespace attune::bench {

class DurableFloor {
 public:
  /// The environment lives in `folder`.
  explicit DurableFloor(const std::string& folder);
  ~DurableFloor();
  DurableFloor(const DurableFloor&) = delete;
  DurableFloor& operator=(const DurableFloor&) = delete;

  /// Milliseconds of each of `commits`, with `pause` between them as between lone events.
  [[nodiscard]] std::vector<double> measure(std::size_t commits, std::chrono::milliseconds pause);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace attune::bench
