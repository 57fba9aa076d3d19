#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/history/block.h"
#include "store/history/rollup.h"

/// One series as far as it is not in the tables yet.
namespace attune::store::history {

/// A clock that is set back by less than this holds history's time still; by more, history goes
/// back with it.
inline constexpr Millis kClockSlack{600'000};
inline constexpr Millis kDayLength = length(Level::day);
[[nodiscard]] constexpr Day day_of(Millis at) {
  return static_cast<Day>(at / kDayLength);
}

/// A block that takes no more samples.
struct Sealed {
  Millis first{};
  std::string payload;
};
/// A period that is over.
struct Rolled {
  Level level = Level::hour;
  Millis start{};
  Rollup rollup;
};

/// Takes samples into an open block and into the hour and the day that run; blocks end at midnight
/// (UTC) at the latest. What is finished waits until it was written. A series that rests is packed
/// into one string, the same that the tables keep of it.
///
/// Threading: the store's thread, reads included: they may unpack.
class Series {
 public:
  /// A packed one. The bytes are believed when they are first needed.
  static Series packed(std::string bytes) { return Series(std::move(bytes)); }
  Series() = default;

  /// A sample at `at`, or a gap. One that says nothing new is dropped. Answers the bytes that
  /// became ready to be written.
  std::size_t record(Millis at, const Value& value);
  /// Finishes what ended before `now`.
  void finish(Millis now);

  /// When finish() has something to do; empty: not before the next sample.
  [[nodiscard]] std::optional<Millis> wakes_at() const;
  [[nodiscard]] const std::vector<Sealed>& sealed() const;
  [[nodiscard]] const std::vector<Rolled>& rolled() const;
  [[nodiscard]] Held held() const;
  [[nodiscard]] const Accumulator& hour() const { return live().hour; }
  [[nodiscard]] const Accumulator& day() const { return live().day; }
  /// When the open block begins; empty: there is none.
  [[nodiscard]] std::optional<Millis> open_since() const;
  /// The payload of the open block; empty: there is none.
  [[nodiscard]] std::string open_payload() const;
  /// What is finished has been written. A series without a sample since the last time is packed.
  void written();

  /// All but what is finished, as bytes.
  [[nodiscard]] std::string pack() const;
  [[nodiscard]] bool is_packed() const { return live_ == nullptr; }

 private:
  struct Live {
    OpenBlock open;
    Held held;
    Accumulator hour;
    Accumulator day;
    std::vector<Sealed> sealed;
    std::vector<Rolled> rolled;
    bool fresh = true;  ///< it had a sample since the last time that it was written
  };
  static constexpr Millis kNeverWakes = Millis::max();
  explicit Series(std::string bytes) : packed_(std::move(bytes)) {}
  [[nodiscard]] Live& live() const;
  static bool unpack(std::string_view bytes, Live& out);
  static void roll(Live& live, Level level, Millis now);
  static void go_back(Live& live, Millis at);
  static void seal(Live& live);

  mutable std::string packed_;
  Millis wake_{};  ///< of a packed one: see wakes_at; 0: not known, kNeverWakes: none
  mutable std::unique_ptr<Live> live_;
};

/// Whether bytes are a packed series, as far as that shows without reading its block: bytes under a
/// right checksum are.
[[nodiscard]] bool is_packed_series(std::string_view bytes);

/// A value with the moment it holds since, and what is known of it, as fields.
void put_held(std::string& out, const Held& held);
[[nodiscard]] Held take_held(class ByteReader& reader);

}  // namespace attune::store::history
