#include <algorithm>
#include <utility>

#include "broker/core/drive.h"

/// What makes a command wait: limits of its device, the order that its rule asks for, and a pulse
/// whose effect is on its way.
namespace attune::core {

namespace {

constexpr Millis kNoTime{0};  // of a delay that ends with an event, not at a moment

bool is_before_limits(const Claim* claim) {
  constexpr int kOffsetMax = 9;
  return claim != nullptr &&
         (claim->by == ClaimBy::interlock || claim->by == ClaimBy::limit ||
          claim->priority >= static_cast<Priority>(Level::life_safety) - kOffsetMax);
}

}  // namespace

const Delay* Drive::delay(AttributeId attribute) const {
  const auto found = delays_.find(attribute);
  return found == delays_.end() ? nullptr : &found->second;
}

/// What protects lives, and what must never be, does not wait for what spares a compressor.
std::optional<Delay> Drive::delay_of(AttributeId attribute) const {
  if (auto later = impulse_delay(attribute)) return later;  // not even for them
  if (is_before_limits(claims_.winner(attribute))) return std::nullopt;
  if (auto later = limits_.delay(attribute, image_.at(attribute).desired)) return later;
  if (auto later = order_of(attribute)) return later;
  const auto on = switching_on(attribute);
  return on ? delay_of(*on) : std::nullopt;
}

/// What stands before it in its rule's `order`, and is not yet as the rule wants it.
std::optional<Delay> Drive::order_of(AttributeId attribute) const {
  const Claim* holder = claims_.winner(attribute);
  if (holder == nullptr || holder->by != ClaimBy::rule) return std::nullopt;
  const rules::Rule* rule = rules_.set().find(holder->source);
  if (rule == nullptr) return std::nullopt;
  const auto mine = std::find(rule->extras->order.begin(), rule->extras->order.end(), attribute);
  if (mine == rule->extras->order.end()) return std::nullopt;
  for (auto earlier = rule->extras->order.begin(); earlier != mine; ++earlier) {
    const Claim* first = claims_.winner(*earlier);
    const bool is_its_own =
        first != nullptr && first->by == ClaimBy::rule && first->source == holder->source;
    if (is_its_own && image_.at(*earlier).desired.has_value() && differs(*earlier)) {
      return Delay{kNoTime, "order: after " + catalog_.table().path(*earlier).text()};
    }
  }
  return std::nullopt;
}

Millis Drive::transition_of(AttributeId attribute) const {
  const Claim* holder = claims_.winner(attribute);
  if (holder == nullptr || holder->by != ClaimBy::rule) return Millis(0);
  const rules::Rule* rule = rules_.set().find(holder->source);
  return rule == nullptr ? Millis(0) : rule->extras->transition;
}

bool Drive::must_wait(AttributeId attribute) {
  const auto delay = delay_of(attribute);
  if (!delay) {
    wait_no_more(attribute);
    return false;
  }
  const std::string path = catalog_.table().path(attribute).text();
  if (delay->until != kNoTime) {
    timers_.arm(TimerKind::limit, path, delay->until, journal_.out());
  } else {
    timers_.cancel(TimerKind::limit, path, journal_.out());
  }
  delays_[attribute] = *delay;
  return true;
}

void Drive::wait_no_more(AttributeId attribute) {
  if (delays_.erase(attribute) == 0) return;
  timers_.cancel(TimerKind::limit, catalog_.table().path(attribute).text(), journal_.out());
}

/// AttributeInfo::impulse; also empty for one that has left.
std::optional<Millis> Drive::impulse(AttributeId attribute) const {
  const AttributeInfo* info = catalog_.attribute(attribute);
  return info == nullptr ? std::nullopt : info->impulse;
}

/// A pulse turns around what is: one while the last one's effect is on its way would undo it, and
/// one before its contact was heard may do the opposite of what is wanted.
std::optional<Delay> Drive::impulse_delay(AttributeId attribute) const {
  if (!impulse(attribute)) return std::nullopt;
  const Millis now = journal_.present().steady;
  const auto ends = timers_.due(TimerKind::impulse, catalog_.table().path(attribute).text());
  if (ends && *ends > now) return Delay{*ends, "impulse: it is on its way"};
  if (!heard_.contains(attribute)) {
    return Delay{kNoTime, "impulse: its contact was not heard since the connect"};
  }
  if (image_.value(attribute).has_value()) return std::nullopt;
  return Delay{kNoTime, "impulse: its contact is unknown"};
}

/// Nobody knows whether the one before the break, or the stop, has left. False: nothing stands
/// against it now.
bool Drive::put_off_impulse(const Command& command, AttributeId attribute) {
  const auto later = impulse_delay(attribute);
  if (!later) return false;
  timers_.set(TimerKind::command_retry, std::to_string(number(command.id)),
              later->until == kNoTime ? std::nullopt : std::optional(later->until), journal_.out());
  return true;
}

bool Drive::is_short_of(AttributeId attribute) const {
  const AttributeInfo* info = catalog_.attribute(attribute);
  const Command* open = ledger_.on(attribute);
  return info != nullptr && open != nullptr && open->attempts != 0 &&
         !same_on_wire(*info, image_.at(attribute).value, open->value);
}

void Drive::abandon(AttributeId attribute, std::string reason) {
  finish(attribute, CommandState::superseded, std::move(reason));
}

bool Drive::still_leads(AttributeId attribute, const Command& open) const {
  const Value& wanted = image_.at(attribute).desired;
  const AttributeInfo* info = catalog_.attribute(attribute);
  return same_on_wire(*info, open.value, wanted) || limits_.leads_to(attribute, open.value, wanted);
}

/// Those that wait for this one may be of other devices, on which nothing has changed.
void Drive::go_on_in_order(AttributeId attribute) {
  for (const auto& [waiting, delay] : delays_) {
    if (delay.until == kNoTime && waiting != attribute) {
      agenda_.drive(catalog_.table().device_of(waiting));
    }
  }
}

}  // namespace attune::core
