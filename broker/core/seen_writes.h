#pragma once
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "broker/core/event.h"
#include "broker/core/journal.h"

/// The writes that clients gave an id, and what they were answered: a write that comes again with
/// its id is answered as the first time and does nothing.
namespace attune::core {

class SeenWrites {
 public:
  static constexpr std::string_view kSpace = "writes";  ///< of their blobs
  /// An id is known for a day, and as one of the newest kMax.
  static constexpr Millis kWindow{24 * 60 * 60 * 1'000};
  static constexpr std::size_t kMax = 4'096;

  struct Entry {
    std::uint64_t fingerprint = 0;  ///< of what was asked for
    Millis at{};                    ///< Instant::steady
    Reply reply;
  };

  explicit SeenWrites(Journal& journal) : journal_(journal) {}
  /// Rows that cannot be read are left out.
  void restore(const std::vector<Blob>& blobs);

  /// Null when the id is new, or was forgotten.
  [[nodiscard]] const Entry* find(const std::string& key) const;
  void add(const std::string& key, std::uint64_t fingerprint, const Reply& reply);

 private:
  void forget_old();
  Journal& journal_;
  std::map<std::string, Entry> entries_;
  std::deque<std::pair<Millis, std::string>> order_;  // oldest first; every key of entries_ once
};

/// An id belongs to who sends it.
[[nodiscard]] std::string key_of(const WriteRequest& request);
[[nodiscard]] std::uint64_t fingerprint_of(const WriteRequest& request);

}  // namespace attune::core
