#include "broker/shell/demo/day.h"

#include <algorithm>
#include <array>

namespace attune::demo {
namespace {

using What = Happening::What;
using namespace std::chrono_literals;

constexpr std::string_view kAnna = "people/anna";
constexpr std::string_view kBen = "people/ben";

/// A day as it stands in the diary; `give` is by how much each entry moves, either way.
struct Entry {
  Millis at;
  Millis give;
  What what;
  std::string_view who;
  Room to = Room::outside;
  double amount = 0;
};

constexpr std::array kDiary = {
    Entry{6h + 35min, 2min, What::move, kAnna, Room::bath},
    Entry{6h + 55min, 5min, What::draw, "kettle_plug", Room::kitchen, 1900},
    Entry{7h + 1min, 1min, What::draw, "kettle_plug", Room::kitchen, 0},
    Entry{7h + 5min, 5min, What::move, kAnna, Room::kitchen},
    Entry{7h + 10min, 5min, What::move, kBen, Room::bath},
    Entry{7h + 20min, 5min, What::open, "bedroom_window"},
    Entry{7h + 35min, 5min, What::move, kBen, Room::kitchen},
    Entry{7h + 50min, 5min, What::close, "bedroom_window"},
    Entry{8h, 8min, What::move, kAnna, Room::outside},
    Entry{8h + 20min, 8min, What::move, kBen, Room::office},
    Entry{8h + 25min, 4min, What::plug_in, "desk_plug"},
    Entry{8h + 30min, 0min, What::draw, "desk_plug", Room::office, 85},
    Entry{9h + 40min, 25min, What::ring, "door/bell"},
    Entry{10h + 40min, 8min, What::move, kBen, Room::outside},
    Entry{11h + 45min, 8min, What::move, kBen, Room::kitchen},
    Entry{12h + 5min, 5min, What::open, "kitchen_window"},
    Entry{12h + 35min, 5min, What::close, "kitchen_window"},
    Entry{12h + 50min, 5min, What::move, kBen, Room::laundry},
    Entry{12h + 58min, 2min, What::draw, "washer_plug", Room::laundry, 620},
    Entry{13h + 5min, 4min, What::move, kBen, Room::office},
    Entry{14h + 40min, 10min, What::draw, "washer_plug", Room::laundry, 1.5},
    Entry{15h + 30min, 10min, What::open, "office_window"},
    Entry{15h + 55min, 5min, What::close, "office_window"},
    Entry{16h + 40min, 10min, What::press, "hall_button"},
    Entry{17h + 10min, 8min, What::move, kAnna, Room::living},
    Entry{17h + 25min, 5min, What::draw, "desk_plug", Room::office, 2},
    Entry{17h + 30min, 4min, What::move, kBen, Room::kitchen},
    Entry{17h + 45min, 5min, What::open, "living_window"},
    Entry{18h + 15min, 5min, What::close, "living_window"},
    Entry{18h + 30min, 5min, What::move, kAnna, Room::kitchen},
    Entry{19h + 10min, 5min, What::move, kAnna, Room::living},
    Entry{19h + 20min, 4min, What::move, kBen, Room::living},
    Entry{19h + 30min, 5min, What::draw, "tv_plug", Room::living, 110},
    Entry{20h + 15min, 15min, What::ring, "door/bell"},
    Entry{22h + 10min, 5min, What::draw, "tv_plug", Room::living, 0.4},
    Entry{22h + 20min, 4min, What::unplug, "desk_plug"},
    Entry{22h + 30min, 5min, What::move, kAnna, Room::bath},
    Entry{22h + 45min, 5min, What::sleep, kAnna, Room::bedroom},
    Entry{22h + 55min, 4min, What::move, kBen, Room::bath},
    Entry{23h + 10min, 5min, What::press, "bed_button"},
    Entry{23h + 20min, 4min, What::sleep, kBen, Room::bedroom},
};

Millis minutes(double count) {
  return Millis(static_cast<std::int64_t>(count * 60'000));
}

/// A leak while the washing machine runs, on most days.
void add_leak(std::vector<Happening>& day, Random& random) {
  const Millis at = 13h + minutes(random.between(20, 60));
  if (!random.chance(0.7)) return;
  day.push_back({at, What::wet, "laundry_leak", Room::laundry, 0});
  day.push_back({at + 25min, What::dry, "laundry_leak", Room::laundry, 0});
}

/// People reach for a switch now and then. Never in the hall: there the visitor's hand shows.
void add_hands(std::vector<Happening>& day, Random& random) {
  constexpr std::array<std::string_view, 4> kLamps = {"living_lamp", "kitchen_lamp", "office_lamp",
                                                      "bath_lamp"};
  for (Millis at = 7h; at < 22h; at += minutes(random.between(60, 180))) {
    const auto lamp = static_cast<std::size_t>(random.next() % kLamps.size());
    day.push_back({at, What::flip, kLamps[lamp], Room::outside, 0});
  }
}

}  // namespace

std::vector<Happening> plan_day(Random& random) {
  std::vector<Happening> day;
  for (const Entry& entry : kDiary) {
    const double give = static_cast<double>(entry.give.count()) / 60'000;
    day.push_back({entry.at + minutes(random.between(-give, give)), entry.what, entry.who, entry.to,
                   entry.amount});
  }
  add_leak(day, random);
  add_hands(day, random);
  std::stable_sort(day.begin(), day.end(),
                   [](const Happening& a, const Happening& b) { return a.at < b.at; });
  return day;
}

}  // namespace attune::demo
