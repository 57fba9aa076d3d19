#pragma once
#include <cstdint>
#include <list>
#include <map>
#include <string>
#include <tuple>

#include "devices/dialect.h"
#include "devices/model/instant.h"

/// What devices said that was not taken, lately: one entry per (topic, attribute, reason).
namespace attune::api {

/// Threading: owned by the loop's thread.
class RecentRejections {
 public:
  struct Entry {
    devices::Rejection rejection;  ///< with the newest detail
    std::uint64_t count = 0;
    Millis first{};  ///< wall
    Millis last{};   ///< wall
  };
  /// The entry heard of longest ago leaves when there are more: a device that invents topics must
  /// not grow the list.
  static constexpr std::size_t kEntriesMax = 256;

  void add(const devices::Rejection& rejection, Millis wall);
  /// Newest first.
  [[nodiscard]] const std::list<Entry>& entries() const { return entries_; }
  [[nodiscard]] std::uint64_t total() const { return total_; }

 private:
  using Key = std::tuple<std::string, std::string, std::string>;
  std::list<Entry> entries_;
  std::map<Key, std::list<Entry>::iterator> by_key_;
  std::uint64_t total_ = 0;
};

}  // namespace attune::api
