#include <algorithm>

#include "broker/shell/demo/home.h"

/// What the people of the simulated home do.
namespace attune::demo {
namespace {

using namespace std::chrono_literals;

constexpr Millis kSeen = 3s;     ///< a motion sensor clears this long after the last motion
constexpr Millis kPassing = 5s;  ///< from the door through the hall
constexpr Millis kDoorOpen = 2s;

std::size_t place(Room room) {
  return static_cast<std::size_t>(room);
}

}  // namespace

void Home::live(Millis until) {
  while (time_ < until) {
    if (today_.empty() && until - midnight_ >= kDay) {
      midnight_ += kDay;
      const std::vector<Happening> day = plan_day(random_);
      today_.assign(day.begin(), day.end());
    }
    if (today_.empty() || midnight_ + today_.front().at > until) break;
    const Happening next = today_.front();
    today_.pop_front();
    happen(next);
  }
  time_ = until;
}

void Home::happen(const Happening& happening) {
  using What = Happening::What;
  switch (happening.what) {
    case What::move:
      return move(happening.who, happening.to, false);
    case What::sleep:
      return move(happening.who, happening.to, true);
    case What::open:
      return change(happening.who, "contact", false);
    case What::close:
      return change(happening.who, "contact", true);
    case What::wet:
      return change(happening.who, "water_leak", true);
    case What::dry:
      return change(happening.who, "water_leak", false);
    case What::ring:
      return say_momentary(device(happening.who), "press", "single");
    case What::press:
      return say_momentary(device(happening.who), "action", "single");
    case What::flip:
      return flip(device(happening.who));
    case What::unplug:
      return connect(device(happening.who), false);
    case What::plug_in:
      return connect(device(happening.who), true);
    case What::draw:
      if (happening.amount > 50) change(happening.who, "state", "ON");
      return change(happening.who, "power", happening.amount);
  }
}

void Home::move(std::string_view who, Room to, bool asleep) {
  for (Person& person : people_) {
    if (person.fixture != who) continue;
    const bool through_door = (person.room == Room::outside) != (to == Room::outside);
    person.room = to;
    person.asleep = asleep;
    busy_until_[place(Room::hall)] = now_ + kPassing;
    if (!through_door) continue;
    change(who, "home", to != Room::outside);
    change("front_door", "contact", false);
    door_closes_ = now_ + kDoorOpen;
  }
}

void Home::flip(Device& lamp) {
  const bool seen = std::any_of(people_.begin(), people_.end(), [&lamp](const Person& person) {
    return person.room == lamp.appliance.fixture().room && !person.asleep;
  });
  if (!seen) return;  // nobody is there to do it
  lamp.appliance.set("state", lamp.appliance.is("state", "ON") ? "OFF" : "ON");
  lamp.changed = true;
}

void Home::connect(Device& device, bool connected) {
  if (device.connected == connected) return;
  device.connected = connected;
  device.changed = true;
  said_.push_back({state_topic(device.appliance.fixture()) + "/availability",
                   connected ? R"({"state":"online"})" : R"({"state":"offline"})", true});
}

void Home::sense_people() {
  for (const Person& person : people_) {
    if (!person.asleep) busy_until_[place(person.room)] = now_ + kSeen;
  }
  for (Device& device : devices_) {
    const Fixture& fixture = device.appliance.fixture();
    if (fixture.kind != Kind::motion) continue;
    const bool occupied = now_ < busy_until_[place(fixture.room)];
    if (device.appliance.set("occupancy", occupied)) device.changed = true;
  }
  if (now_ >= door_closes_) change("front_door", "contact", true);
}

}  // namespace attune::demo
