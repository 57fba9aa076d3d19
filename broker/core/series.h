#pragma once
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "devices/model/instant.h"
#include "devices/model/value.h"

/// The recent past of one value, in at most about 300 pieces however often it changes.
///
/// Determinism: pieces depend only on what was pushed. Times are Instant::steady.
namespace attune::core {

class Series {
 public:
  /// What becomes of changes that come faster than pieces are long.
  enum class Merge : std::uint8_t {
    last,  ///< the last one of a piece stands
    mean,  ///< numbers: their mean, weighted by time
  };
  struct Piece {
    std::uint64_t serial = 0;
    Millis start{};
    Value value;       ///< none: unknown; lasts until the next piece starts
    double share = 1;  ///< of its time in which the value was known
    friend bool operator==(const Piece&, const Piece&) = default;
  };
  /// What a call did to the pieces: who keeps them keeps these.
  struct Moved {
    std::vector<std::uint64_t> changed;  ///< serials; may repeat, and may be gone by now
    std::vector<std::uint64_t> gone;     ///< serials; may be given again by now
  };
  /// Serials of pieces that are there together differ by less.
  static constexpr std::uint64_t kSerials = 512;

  Series(Millis window, Merge merge);
  /// Pieces as they were kept, in any order.
  void restore(std::vector<Piece> pieces);
  /// From `at` on the value is this one; `at` never runs back.
  void push(Millis at, Value value, Moved& moved);

  [[nodiscard]] bool empty() const { return pieces_.empty(); }
  [[nodiscard]] const std::deque<Piece>& pieces() const { return pieces_; }
  [[nodiscard]] const Piece* find(std::uint64_t serial) const;
  /// The value that stood a window before `now`; none when that is not known.
  [[nodiscard]] const Value& past(Millis now) const;
  /// When past() changes next if nothing is pushed.
  [[nodiscard]] std::optional<Millis> next_past(Millis now) const;
  /// The mean of the window before `now`; the last value when there is no more; empty: unknown.
  [[nodiscard]] std::optional<double> mean(Millis now) const;

 private:
  void trim(Millis now, Moved& moved);
  void merge_last(Millis at, Moved& moved);
  void drop_last(Moved& moved);
  [[nodiscard]] std::int64_t bucket(Millis at) const { return at / width_; }

  Millis window_;
  Millis width_;
  Merge merge_;
  std::uint64_t next_ = 0;
  std::deque<Piece> pieces_;
};

}  // namespace attune::core
