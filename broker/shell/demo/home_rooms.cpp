#include <algorithm>
#include <cmath>
#include <numbers>

#include "broker/shell/demo/home.h"

/// Heat, light and water of the simulated home. Rates are by the hour of the home's day.
namespace attune::demo {
namespace {

constexpr double kHeating = 3.5;         ///< K/h of a warm radiator
constexpr double kCooling = 7;           ///< K/h of the air conditioner
constexpr double kSunGain = 2.2;         ///< K/h behind glass at noon
constexpr double kDaylightMax = 60'000;  ///< lx
constexpr double kClosedHours = 18;      ///< in which 63 % of the difference to outside is lost
constexpr double kOpenHours = 0.7;
constexpr double kTankUse = 12;  ///< %/h by day
constexpr double kTankUseAtNight = 3;
constexpr double kPumpFlow = 120;  ///< %/h

double hour_of_day(Millis time) {
  return static_cast<double>((time % kDay).count()) / 3'600'000;
}

/// A mild day: 6 °C at four, 26 °C at four in the afternoon.
double outdoor_temperature(double hour) {
  return 16 - 10 * std::cos((hour - 4) / 12 * std::numbers::pi);
}

/// From sunrise at six to sunset at eight, lx.
double daylight(double hour) {
  if (hour <= 6 || hour >= 20) return 0;
  return kDaylightMax * std::sin((hour - 6) / 14 * std::numbers::pi);
}

double approach(double from, double to, double hours, double time_constant) {
  return from + (to - from) * (1 - std::exp(-hours / time_constant));
}

/// How much of the daylight a motion sensor in a room sees.
double window_share(Room room) {
  return room == Room::hall ? 0.002 : room == Room::living ? 0.006 : 0.004;
}

}  // namespace

void Home::heat_rooms(double hours) {
  for (const Room room : {Room::living, Room::kitchen, Room::bedroom, Room::bath, Room::office}) {
    heat_room(room, hours);
  }
}

void Home::heat_room(Room room, double hours) {
  double& inside = temperature_[static_cast<std::size_t>(room)];
  const double hour = hour_of_day(time_);
  const Device* window = device_of(room, Kind::contact);
  const bool open = window != nullptr && window->appliance.is("contact", false);
  inside = approach(inside, outdoor_temperature(hour), hours, open ? kOpenHours : kClosedHours);
  if (room == Room::living) {
    const double shade = 0.3 + 0.7 * device("living_blind").appliance.number("position") / 100;
    inside += hours * kSunGain * shade * daylight(hour) / kDaylightMax;
  }
  Device& thermostat = *device_of(room, Kind::thermostat);
  const double target = thermostat.appliance.number("occupied_heating_setpoint");
  const bool heats = thermostat.appliance.is("running_state", "heat");
  const bool wanted =
      thermostat.appliance.is("system_mode", "heat") && inside < target + (heats ? 0.2 : -0.2);
  if (thermostat.appliance.set("running_state", wanted ? "heat" : "idle")) {
    thermostat.changed = true;
  }
  if (wanted) inside += hours * kHeating;
  measured(thermostat, "local_temperature", inside, 0.1);
}

void Home::run_ac(double hours) {
  Device& ac = device("climate/ac");
  if (!ac.appliance.is("mode", "cool")) return;
  double& inside = temperature_[static_cast<std::size_t>(Room::living)];
  const bool cools = ac.appliance.is("action", "cooling");
  const bool wanted = inside > ac.appliance.number("target") + (cools ? -0.3 : 0.3);
  if (ac.appliance.set("action", wanted ? "cooling" : "idle")) ac.changed = true;
  if (wanted) inside -= hours * kCooling;
}

void Home::run_water(double hours) {
  const double hour = hour_of_day(time_);
  Device& tank = device("water/tank");
  level_ -= hours * (hour > 6 && hour < 22 ? kTankUse : kTankUseAtNight);
  if (device("water/pump").appliance.is("pump", "RUN")) level_ += hours * kPumpFlow;
  level_ = std::clamp(level_, 0.0, 100.0);
  measured(tank, "level", level_, 0.5);

  Device& bath = device("bath_climate");
  const bool shower = device("bath_motion").appliance.is("occupancy", true);
  humidity_ = approach(humidity_, shower ? 88 : 50, hours, shower ? 0.3 : 0.8);
  measured(bath, "humidity", humidity_, 1);
  measured(bath, "temperature", temperature(Room::bath), 0.1);
}

void Home::measure() {
  const double hour = hour_of_day(time_);
  Device& weather = device("garden/weather");
  measured(weather, "temp", outdoor_temperature(hour), 0.1);
  measured(weather, "lux", daylight(hour), 100);
  for (Device& sensor : devices_) {
    const Fixture& fixture = sensor.appliance.fixture();
    if (fixture.kind != Kind::motion) continue;
    double light = daylight(hour) * window_share(fixture.room);
    const Device* lamp = device_of(fixture.room, Kind::lamp);
    if (lamp == nullptr) lamp = device_of(fixture.room, Kind::dimmer);
    if (lamp != nullptr && lamp->appliance.is("state", "ON")) {
      light += 80 * lamp->appliance.number("brightness") / 254;
    }
    measured(sensor, "illuminance", light, 2);
  }
}

}  // namespace attune::demo
