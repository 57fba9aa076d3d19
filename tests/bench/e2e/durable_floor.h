#pragma once
#include <memory>
#include <string>

/// What one durable turn costs at least: bare LMDB, three small puts, one full sync.
namespace attune::bench {

class DurableFloor {
 public:
  /// The environment is made as `file`.
  explicit DurableFloor(const std::string& file);
  ~DurableFloor();
  DurableFloor(const DurableFloor&) = delete;
  DurableFloor& operator=(const DurableFloor&) = delete;

  /// Milliseconds of one commit.
  [[nodiscard]] double commit();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace attune::bench
