#include <algorithm>
#include <utility>

#include "broker/shell/demo/home.h"

/// The devices that speak for themselves, and what is wrong with some of them.
namespace attune::demo {

namespace {

using namespace std::chrono_literals;

constexpr Millis kGuestMeasureEvery = 10s;
constexpr Millis kGuestRepeatEvery = 60s;
constexpr Millis kAwake = 2s;  ///< of a sleeper
constexpr Millis kAsleep = 20s;

Millis seconds(double count) {
  return Millis(static_cast<std::int64_t>(count * 1'000));
}

/// Whether a filter with `+` alone matches.
bool matches(std::string_view filter, std::string_view topic) {
  while (!filter.empty() && !topic.empty()) {
    const std::string_view wanted = filter.substr(0, filter.find('/'));
    const std::string_view level = topic.substr(0, topic.find('/'));
    if (wanted != "+" && wanted != level) return false;
    filter.remove_prefix(std::min(wanted.size() + 1, filter.size()));
    topic.remove_prefix(std::min(level.size() + 1, topic.size()));
  }
  return filter.empty() && topic.empty();
}

}  // namespace

void Home::invite_guests() {
  for (const GuestFixture& fixture : guests()) {
    Visitor visitor{&fixture, fixture.make(fixture.name)};
    visitor.said = now_ - kGuestRepeatEvery + seconds(guest_random_.between(0.5, 5));
    visitor.there = fixture.quirk != Quirk::sleeper;
    visitor.turns = now_ + seconds(fixture.quirk == Quirk::sleeper ? guest_random_.between(1, 4)
                                                                   : guest_random_.between(15, 30));
    visitors_.push_back(std::move(visitor));
  }
}

void Home::announce_guests(std::vector<Publish>& out) const {
  const auto take = [&out](std::vector<Publish> messages) {
    std::move(messages.begin(), messages.end(), std::back_inserter(out));
  };
  for (const Visitor& visitor : visitors_) {
    const bool sleeps = visitor.fixture->quirk == Quirk::sleeper;
    take(visitor.guest->description());
    take(visitor.guest->presence(visitor.there ? Presence::online
                                 : sleeps      ? Presence::asleep
                                               : Presence::gone));
    if (visitor.there) take(visitor.guest->state());
  }
}

bool Home::hear_guests(std::string_view topic, std::string_view payload, Millis now) {
  for (std::size_t i = 0; i < visitors_.size(); ++i) {
    const auto filters = visitors_[i].guest->subscriptions();
    const bool its = std::ranges::any_of(
        filters, [topic](const std::string& filter) { return matches(filter, topic); });
    if (!its) continue;
    const Millis delay = seconds(guest_random_.between(0.03, 0.15));
    guest_orders_.push_back(
        {std::max(now, now_) + delay, i, std::string(topic), std::string(payload)});
    return true;
  }
  return false;
}

void Home::live_guests() {
  const Weather weather{device("garden/weather").appliance.number("temp"),
                        device("garden/weather").appliance.number("lux")};
  for (const GuestOrder& order : guest_orders_) {
    Visitor& visitor = visitors_[order.visitor];
    if (order.at > now_ || !visitor.there) continue;
    const bool obeys = visitor.fixture->quirk != Quirk::liar;
    auto answer = visitor.guest->hear(order.topic, order.payload, obeys);
    if (answer) say_all(visitor, std::move(*answer));
  }
  std::erase_if(guest_orders_, [this](const GuestOrder& order) { return order.at <= now_; });
  for (Visitor& visitor : visitors_) {
    visitor.moved = visitor.guest->feel(weather) || visitor.moved;
    turn_guest(visitor);
    const Millis silent = now_ - visitor.said;
    const bool due = silent >= kGuestRepeatEvery || (visitor.moved && silent >= kGuestMeasureEvery);
    if (!due || !visitor.there) continue;
    visitor.said = now_;
    visitor.moved = false;
    say_all(visitor, visitor.guest->state());
  }
}

/// Who is flaky comes and goes; who sleeps wakes, and says all that it has to say.
void Home::turn_guest(Visitor& visitor) {
  const bool sleeper = visitor.fixture->quirk == Quirk::sleeper;
  if (!sleeper && visitor.fixture->quirk != Quirk::flaky) return;
  if (now_ < visitor.turns) return;
  visitor.there = !visitor.there;
  const Presence away = sleeper ? Presence::asleep : Presence::gone;
  say_all(visitor, visitor.guest->presence(visitor.there ? Presence::online : away));
  if (visitor.there) visitor.said = now_ - kGuestRepeatEvery;
  if (sleeper) {
    visitor.turns = now_ + (visitor.there ? kAwake : kAsleep);
  } else {
    visitor.turns = now_ + seconds(visitor.there ? guest_random_.between(20, 40)
                                                 : guest_random_.between(5, 10));
  }
}

void Home::say_all(const Visitor& visitor, std::vector<Publish> messages) {
  for (Publish& message : messages) {
    if (visitor.fixture->quirk == Quirk::doubler) said_.push_back(message);
    said_.push_back(std::move(message));
  }
}

}  // namespace attune::demo
