#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "devices/model/device.h"
#include "devices/model/value.h"
#include "rules/rule_set.h"

/// Houses that are told twice: as files of attune, and as constructs of CLIPS.
namespace attune::bench {

/// An attribute comes to be this.
struct Told {
  std::string path;  ///< `device.attribute`
  Value value;
};

struct House {
  DeviceSet devices;
  std::vector<rules::SourceFile> files;
  std::string clips;         ///< the same rules; empty: not told in CLIPS
  std::vector<Told> first;   ///< of every attribute that a rule reads
  std::vector<Told> events;  ///< again and again
};

/// Rooms with ten rules each, at thresholds a degree apart; an event moves one room's temperature
/// over four of them. Events go round `told` of the rooms.
[[nodiscard]] House house_of_rooms(std::size_t rooms, std::size_t told);

/// Rules that read one outdoor temperature, each at a threshold of its own; no event meets one.
[[nodiscard]] House house_of_one_attribute(std::size_t rules);

/// Rules that all read one motion sensor, and of which none can start.
[[nodiscard]] House house_of_one_motion(std::size_t rules);

/// Rules as people write them: latches with two comparisons, a delay and two wants.
[[nodiscard]] House house_of_latches(std::size_t rules);

/// Rooms with four rules each: motion and light, one mode for all, and one outdoor temperature.
/// `outdoors`: of that many events one is the outdoor temperature's; 0: none is.
[[nodiscard]] House house_of_claims(std::size_t rooms, std::size_t outdoors);

/// Random conditions over a few attributes, and random events.
[[nodiscard]] House random_house(std::uint64_t seed, std::size_t rules, std::size_t events);

/// `lamp_3.on` as a symbol of CLIPS.
[[nodiscard]] std::string symbol_of(const std::string& path);

}  // namespace attune::bench
