#pragma once
#include <cstdint>
#include <optional>

#include "devices/model/instant.h"

/// What bounds history on disk.
namespace attune::store::history {

/// How long and how much is kept, counted back from a flush; empty: for ever. What is left of
/// today is always kept.
struct Bounds {
  std::optional<Millis> raw = Millis(std::int64_t{30} * 86'400'000);
  std::optional<Millis> hourly = Millis(std::int64_t{730} * 86'400'000);
  std::optional<Millis> daily;
  std::uint64_t raw_bytes_max = std::uint64_t{1} << 30;
  std::uint64_t rollup_bytes_max = std::uint64_t{1} << 30;
};

}  // namespace attune::store::history
