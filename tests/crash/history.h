#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "store/store.h"
#include "tests/crash/recorder.h"

/// A random history of a store: what it did to its files, and what must be found after each step.
namespace attune::crash {

/// Everything that a start can ask a store for.
struct Content {
  store::Recovered recovered;
  std::vector<Change> log;
  std::vector<Command> finished;
  std::vector<Blob> blobs;
  Revision floor{};
};
/// Opens nothing, but recovers: part of what it answers is that a start has begun.
[[nodiscard]] Result<Content> read_content(store::Store& store);
/// The first thing in which they differ, in words; empty: none. Names of stores do not count.
[[nodiscard]] std::string difference(const Content& found, const Content& expected);

/// Step 0 makes the store; every other one starts it anew, compacts it, or commits one turn.
struct History {
  std::vector<Event> events;
  std::vector<Content> after;  ///< each step, as a start would find it; from the twin
  std::string store_uuid;
};
/// Lived in `folder`/store, which does not exist yet. Stops the process when the store fails, or
/// when what was recorded does not add up to what stands on the disk.
[[nodiscard]] History live(std::uint64_t seed, std::size_t steps, const std::string& folder);

/// Below the folder of a history.
inline constexpr const char* kStoreFolder = "/store";
inline constexpr std::uint64_t kMapBytes = 64u << 20;

}  // namespace attune::crash
