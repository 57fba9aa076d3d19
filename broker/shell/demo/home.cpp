#include "broker/shell/demo/home.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace attune::demo {
namespace {

using namespace std::chrono_literals;

constexpr Millis kTick = 200ms;
constexpr Millis kCatchUpMax = 60s;   ///< of a longer gap (a suspended machine) the rest is lost
constexpr Millis kMeasureEvery = 5s;  ///< a drifting measurement is said this often at most
constexpr Millis kRepeatEvery = 60s;  ///< every state is said again
constexpr double kBlindPerTick = 3;   ///< %: closed in some seven seconds
constexpr std::size_t kOrdersMax = 1'000;

/// Plain JSON devices keep their last word on the broker; Zigbee2MQTT by default does not.
bool keeps_state(Kind kind) {
  return !is_zigbee(kind) && kind != Kind::doorbell;
}

}  // namespace

Home::Home(const HomeOptions& options, Millis now)
    : random_(options.seed),
      speed_(options.speed),
      guest_random_(~options.seed),
      time_(options.starts_at),
      now_(now) {
  devices_.reserve(fixtures().size());
  for (const Fixture& fixture : fixtures()) {
    Device device{.appliance = Appliance(fixture, random_)};
    device.said = now - kRepeatEvery + 100ms * static_cast<std::int64_t>(devices_.size());
    devices_.push_back(std::move(device));
  }
  temperature_.fill(18.5);
  busy_until_.fill(now);
  door_closes_ = now;
  people_ = {Person{.fixture = "people/anna"}, Person{.fixture = "people/ben"}};
  for (const Happening& happening : plan_day(random_)) {
    if (happening.at >= time_) today_.push_back(happening);
  }
  invite_guests();
}

std::vector<std::string> Home::subscriptions() const {
  std::vector<std::string> all{"zigbee2mqtt/+/set", "zigbee2mqtt/+/get", "water/+/set",
                               "climate/+/set"};
  for (const Visitor& visitor : visitors_) {
    for (std::string& filter : visitor.guest->subscriptions()) all.push_back(std::move(filter));
  }
  return all;
}

std::vector<Publish> Home::announce() const {
  constexpr std::string_view kOnline = R"({"state":"online"})";
  std::vector<Publish> out;
  out.push_back({"zigbee2mqtt/bridge/state", std::string(kOnline), true});
  out.push_back({"zigbee2mqtt/bridge/devices", bridge_devices(), true});
  for (const Device& device : devices_) {
    const Fixture& fixture = device.appliance.fixture();
    const std::string topic = state_topic(fixture);
    if (is_zigbee(fixture.kind)) {
      out.push_back({topic + "/availability",
                     device.connected ? std::string(kOnline) : R"({"state":"offline"})", true});
    }
    if (device.appliance.state().empty()) continue;
    out.push_back({topic, to_json(device.appliance.state()), keeps_state(fixture.kind)});
  }
  announce_guests(out);
  return out;
}

void Home::on_message(std::string_view topic, std::string_view payload, Millis now) {
  if (orders_.size() + guest_orders_.size() >= kOrdersMax) return;
  if (hear_guests(topic, payload, now)) return;
  for (std::size_t i = 0; i < devices_.size(); ++i) {
    const Fixture& fixture = devices_[i].appliance.fixture();
    const bool asked = is_zigbee(fixture.kind) && topic == state_topic(fixture) + "/get";
    const std::string commands = command_topic(fixture);
    if (!asked && (commands.empty() || topic != commands)) continue;
    std::optional<Fields> command = asked ? Fields{} : parse_fields(payload);
    if (!command.has_value()) return;
    const Millis delay(static_cast<std::int64_t>(random_.between(30, 150)));
    orders_.push_back({std::max(now, now_) + delay, i, std::move(*command)});
    return;
  }
}

std::vector<Publish> Home::step(Millis now) {
  now_ = std::max(now_, now - kCatchUpMax);
  while (now_ + kTick <= now) {
    now_ += kTick;
    tick(now_);
  }
  return std::exchange(said_, {});
}

void Home::tick(Millis now) {
  const Millis passed(static_cast<std::int64_t>(static_cast<double>(kTick.count()) * speed_));
  const double hours = static_cast<double>(passed.count()) / 3'600'000;
  obey_orders(now);
  live(time_ + passed);
  sense_people();
  heat_rooms(hours);
  run_ac(hours);
  run_water(hours);
  measure();
  say_states();
  live_guests();
}

void Home::obey_orders(Millis now) {
  for (Order& order : orders_) {
    Device& device = devices_[order.device];
    if (order.at > now || !device.connected) continue;
    if (order.command.empty() || device.appliance.obey(order.command)) device.changed = true;
  }
  std::erase_if(orders_, [now](const Order& order) { return order.at <= now; });
  for (Device& device : devices_) {
    if (device.appliance.travel(kBlindPerTick)) device.drifted = true;
    if (device.drifted && device.appliance.is("moving", "STOP")) device.changed = true;
  }
}

void Home::say_states() {
  for (Device& device : devices_) {
    const Millis silent = now_ - device.said;
    const bool due = device.drifted && silent >= kMeasureEvery;
    if (device.changed || due || silent >= kRepeatEvery) say(device);
  }
}

void Home::say(Device& device) {
  device.said = now_;
  device.changed = device.drifted = false;
  if (!device.connected || device.appliance.state().empty()) return;
  const Fixture& fixture = device.appliance.fixture();
  said_.push_back(
      {state_topic(fixture), to_json(device.appliance.state()), keeps_state(fixture.kind)});
}

void Home::say_momentary(Device& device, std::string_view property, std::string_view word) {
  Fields fields = device.appliance.state();
  fields[std::string(property)] = word;
  said_.push_back({state_topic(device.appliance.fixture()), to_json(fields), false});
}

const Home::Device& Home::device(std::string_view fixture) const {
  const auto found = std::find_if(devices_.begin(), devices_.end(), [fixture](const Device& d) {
    return d.appliance.fixture().name == fixture;
  });
  if (found == devices_.end()) std::abort();  // a name in our own tables
  return *found;
}

Home::Device& Home::device(std::string_view fixture) {
  return const_cast<Device&>(std::as_const(*this).device(fixture));  // NOLINT: we are not const
}

Home::Device* Home::device_of(Room room, Kind kind) {
  const auto found = std::find_if(devices_.begin(), devices_.end(), [=](const Device& d) {
    return d.appliance.fixture().room == room && d.appliance.fixture().kind == kind;
  });
  return found == devices_.end() ? nullptr : &*found;
}

const Appliance& Home::appliance(std::string_view fixture) const {
  return device(fixture).appliance;
}

double Home::temperature(Room room) const {
  return temperature_[static_cast<std::size_t>(room)];
}

void Home::change(std::string_view fixture, std::string_view property, Value value) {
  Device& changed = device(fixture);
  if (changed.appliance.set(property, std::move(value))) changed.changed = true;
}

void Home::measured(Device& device, std::string_view property, double value, double step) {
  const double rounded = std::round(value / step) * step;
  // Written with at most two decimals: 18.6, not 18.600000000000001.
  const double clean = std::round(rounded * 100) / 100;
  if (device.appliance.set(property, clean)) device.drifted = true;
}

}  // namespace attune::demo
