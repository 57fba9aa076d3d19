#pragma once
#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "broker/shell/demo/appliance.h"
#include "broker/shell/demo/day.h"
#include "broker/shell/demo/guest.h"
#include "broker/shell/demo/publish.h"
#include "broker/shell/demo/random.h"
#include "devices/model/instant.h"

/// A simulated home: people live a day in it, rooms warm and cool, devices speak and obey.
///
/// Threading: one thread. Determinism: seed, speed, and the times and contents of the messages
/// that it gets decide every message that it gives. It reads no clock.
namespace attune::demo {

struct HomeOptions {
  std::uint64_t seed = 1;
  double speed = 60;  ///< seconds of the home's day in a real one; people and rooms follow it,
                      ///< devices answer and blinds travel in real time
  Millis starts_at = std::chrono::hours(6) + std::chrono::minutes(30);  ///< since midnight
};

class Home {
 public:
  /// `now` and all later times are of one clock that never runs back; its origin is free.
  Home(const HomeOptions& options, Millis now);

  /// Filters of the topics on which its devices take commands; none matches what they say.
  [[nodiscard]] std::vector<std::string> subscriptions() const;
  /// What a bridge says when it has connected: its documents (retained), then every state.
  [[nodiscard]] std::vector<Publish> announce() const;
  /// A message on a command topic; what it leads to is said by a later step.
  void on_message(std::string_view topic, std::string_view payload, Millis now);
  /// Lives on until `now` and returns what its devices said meanwhile, in order.
  [[nodiscard]] std::vector<Publish> step(Millis now);

  /// Since midnight of its first day.
  [[nodiscard]] Millis time() const { return time_; }
  [[nodiscard]] const Appliance& appliance(std::string_view fixture) const;
  [[nodiscard]] double temperature(Room room) const;

 private:
  struct Device {
    Appliance appliance;
    bool changed = false;  ///< to be said at the next tick
    bool drifted = false;  ///< a measurement moved: said when kMeasureEvery has passed
    bool connected = true;
    Millis said{};  ///< when it last said its state, on the caller's clock
  };
  struct Order {
    Millis at{};
    std::size_t device = 0;
    Fields command;  ///< empty: it was asked for its state
  };
  /// A device that speaks for itself.
  struct Visitor {
    const GuestFixture* fixture = nullptr;
    std::unique_ptr<Guest> guest;
    bool there = true;   ///< else it neither speaks nor hears
    bool moved = false;  ///< a measurement: said when kGuestMeasureEvery has passed
    Millis said{};       ///< when it last said its state, on the caller's clock
    Millis turns{};      ///< when it next comes or goes
  };
  struct GuestOrder {
    Millis at{};
    std::size_t visitor = 0;
    std::string topic, payload;
  };
  struct Person {
    std::string_view fixture;
    Room room = Room::bedroom;
    bool asleep = true;
  };

  void tick(Millis now);
  void obey_orders(Millis now);
  void live(Millis until);
  void happen(const Happening& happening);
  void move(std::string_view who, Room to, bool asleep);
  void flip(Device& lamp);
  void connect(Device& device, bool connected);
  void sense_people();
  void heat_rooms(double hours);
  void heat_room(Room room, double hours);
  void run_ac(double hours);
  void run_water(double hours);
  void measure();
  void say_states();
  void say(Device& device);
  void say_momentary(Device& device, std::string_view property, std::string_view word);

  // home_guests.cpp
  void invite_guests();
  void announce_guests(std::vector<Publish>& out) const;
  bool hear_guests(std::string_view topic, std::string_view payload, Millis now);
  void live_guests();
  void turn_guest(Visitor& visitor);
  void say_all(const Visitor& visitor, std::vector<Publish> messages);

  Device& device(std::string_view fixture);
  const Device& device(std::string_view fixture) const;
  Device* device_of(Room room, Kind kind);
  void change(std::string_view fixture, std::string_view property, Value value);
  void measured(Device& device, std::string_view property, double value, double step);

  Random random_;
  double speed_;
  std::vector<Device> devices_;    ///< as fixtures()
  std::vector<Order> orders_;      ///< in the order of arrival
  Random guest_random_;            ///< of its own: guests change nothing in the day of the others
  std::vector<Visitor> visitors_;  ///< as guests()
  std::vector<GuestOrder> guest_orders_;
  std::array<double, kRooms> temperature_{};
  double level_ = 38;                        ///< of the tank, %
  double humidity_ = 52;                     ///< in the bath, %
  std::array<Millis, kRooms> busy_until_{};  ///< somebody was just seen there
  std::array<Person, 2> people_{};
  Millis door_closes_{};
  std::deque<Happening> today_;
  Millis midnight_{};  ///< of today_
  Millis time_{};
  Millis now_{};  ///< the tick that runs
  std::vector<Publish> said_;
};

}  // namespace attune::demo
