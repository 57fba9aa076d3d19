#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "devices/model/instant.h"
#include "devices/model/value.h"

/// What questions about the past are answered with.
namespace attune::store::history {

/// What a series was from `at` on. A value of kind none is a gap: not known from here on.
struct Sample {
  Millis at{};
  Value value;
  friend bool operator==(const Sample&, const Sample&) = default;
};

/// What a series is at some moment.
struct Held {
  Sample sample;               ///< the last known value and since when; kind none: there was none
  std::optional<Millis> lost;  ///< not known any more since then
  friend bool operator==(const Held&, const Held&) = default;
};

/// Samples of one series, ascending.
struct Range {
  std::optional<Held> before;  ///< what held when the range began; empty: nothing is known of it
  std::vector<Sample> samples;
  bool more = false;  ///< the range holds later ones too: ask again from the last one's time on
};

/// What a series did in [start, start + width).
struct Bucket {
  Millis start{};
  double min = 0;
  double max = 0;
  double mean = 0;  ///< by time
  double last = 0;
  std::uint64_t count = 0;     ///< samples
  std::uint64_t known_ms = 0;  ///< how long any value held
  friend bool operator==(const Bucket&, const Bucket&) = default;
};

/// What the buckets were made from.
enum class Source : std::uint8_t { samples, hours, days };

struct Buckets {
  Source source = Source::samples;
  Millis width{};
  std::vector<Bucket> buckets;  ///< ascending; none where nothing was known
};

/// One series of a whole home at some moment.
struct HomeValue {
  std::string path;  ///< device.attribute
  Held held;
  friend bool operator==(const HomeValue&, const HomeValue&) = default;
};

/// A part of a whole home; `next` continues with the rest, 0: that was all.
struct HomePage {
  std::vector<HomeValue> values;
  std::uint32_t next = 0;
};

}  // namespace attune::store::history
