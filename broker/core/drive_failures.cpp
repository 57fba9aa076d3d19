#include <charconv>
#include <utility>

#include "broker/core/drive.h"
#include "broker/core/packed_value.h"

/// Commands that come to nothing, and when what they wanted is tried again.
namespace attune::core {

namespace {

/// `<how> <revision> <value>`
std::string pack(const Failure& failure) {
  return std::to_string(static_cast<int>(failure.how)) + " " +
         std::to_string(number(failure.wanted)) + " " + pack_value(failure.value);
}

std::optional<Failure> unpack(std::string_view bytes) {
  if (bytes.size() < 2 || bytes[0] < '0' || bytes[0] > '2' || bytes[1] != ' ') return std::nullopt;
  const auto how = static_cast<GaveUp>(bytes[0] - '0');
  bytes.remove_prefix(2);
  std::uint64_t wanted = 0;
  const auto read = std::from_chars(bytes.data(), bytes.data() + bytes.size(), wanted);
  if (read.ec != std::errc()) return std::nullopt;
  bytes.remove_prefix(static_cast<std::size_t>(read.ptr - bytes.data()));
  if (bytes.empty() || bytes[0] != ' ') return std::nullopt;
  auto value = unpack_value(bytes.substr(1));
  if (!value) return std::nullopt;
  return Failure{Revision{wanted}, std::move(*value), how};
}

}  // namespace

std::uint32_t Drive::attempts_max(AttributeId attribute) const {
  return impulse(attribute) ? kImpulses : kAttemptsMax;
}

/// How long a device may take to show the effect of the `attempt`th message, counted from 1.
Millis Drive::time_to_show(AttributeId attribute, std::uint32_t attempt) const {
  if (const auto travel = impulse(attribute)) return std::max(*travel, kSettleWindow);
  return attempt >= kAttemptsMax ? kSettleWindow : kSettleWindow * (1 << (attempt - 1));
}

/// What must not be tried again by a mere start is kept.
void Drive::give_up(AttributeId attribute, GaveUp how) {
  const AttributeState& state = image_.at(attribute);
  Failure failure{state.desired_revision, state.desired, how};
  if (how != GaveUp::for_now) {
    kept_failures_.insert(attribute);
    journal_.put(
        Blob{std::string(kFailureSpace), catalog_.table().path(attribute).text(), pack(failure)});
  }
  ledger_.give_up(attribute, std::move(failure));
}

void Drive::forgive(AttributeId attribute, GaveUp upto) {
  if (!ledger_.forgive(attribute, upto) || kept_failures_.erase(attribute) == 0) return;
  journal_.erase(Blob{std::string(kFailureSpace), catalog_.table().path(attribute).text(), {}});
}

void Drive::restore_failures(const std::vector<Blob>& blobs, AttributeTable& table) {
  for (const Blob& blob : blobs) {
    const auto path = parse_path(blob.key);
    auto failure = unpack(blob.bytes);
    if (!path || !failure) continue;
    const AttributeId attribute = table.intern(*path);
    kept_failures_.insert(attribute);
    ledger_.give_up(attribute, std::move(*failure));
  }
}

/// Nobody wants it any more, and what stands behind them is what the device did not do for them.
bool Drive::rests_on_a_failure(AttributeId attribute) const {
  const Claim* winner = claims_.winner(attribute);
  const Failure* failure = ledger_.failure(attribute);
  return failure != nullptr && winner != nullptr && winner->by == ClaimBy::resting &&
         failure->value == image_.at(attribute).desired;
}

void Drive::fire_retry(CommandId id) {
  Command* command = ledger_.find(id);
  if (command == nullptr) return;
  const auto attribute = attribute_of(*command);
  if (command->attempts < attempts_max(*attribute)) {
    dispatch(*command, *attribute);
    journal_.put(*command);
    return;
  }
  give_up(*attribute, impulse(*attribute) ? GaveUp::for_good : GaveUp::for_now);
  const std::string times =
      command->attempts == 1 ? "once" : std::to_string(command->attempts) + " times";
  finish(*attribute, CommandState::failed, "sent " + times + ", never reported");
  arbitration_.rest_is_over(*attribute, {{CauseKind::timer, "command failed", {}}, {}});
}

void Drive::fire_expiry(CommandId id) {
  const Command* command = ledger_.find(id);
  if (command == nullptr) return;
  const auto attribute = attribute_of(*command);
  const bool sent = command->attempts != 0;
  give_up(*attribute, sent && impulse(*attribute) ? GaveUp::for_good : GaveUp::for_now);
  finish(*attribute, CommandState::expired,
         sent ? "never reported in time" : "never reachable in time");
}

void Drive::refused(const devices::CommandRefusal& refusal) {
  const auto id = parse_command_id(refusal.id);
  const auto known = id ? company_.find(*id) : company_.end();
  if (known == company_.end()) return;  // it has ended, or never was
  const CommandId last = known->second;
  std::vector<AttributeId> ended;
  for (const auto& [each, with] : company_) {
    const Command* command = ledger_.find(each);
    if (with != last || command == nullptr) continue;
    const auto attribute = attribute_of(*command);
    if (catalog_.table().device_of(*attribute) == refusal.device) ended.push_back(*attribute);
  }
  const std::string said = refusal.expired ? "the device: too late" : "the device refuses";
  for (const AttributeId attribute : ended) {
    give_up(attribute, GaveUp::for_now);
    finish(attribute, refusal.expired ? CommandState::expired : CommandState::rejected,
           refusal.reason.empty() ? said : said + ": " + refusal.reason);
    arbitration_.rest_is_over(attribute, {{CauseKind::system, "command refused", {}}, {}});
  }
}

void Drive::protected_itself(AttributeId attribute) {
  const AttributeState& state = image_.at(attribute);
  if (!state.desired.has_value() || !differs(attribute)) return;
  give_up(attribute, GaveUp::until_back);
  if (ledger_.on(attribute) == nullptr) return;
  finish(attribute, CommandState::rejected, "the device protects itself");
  arbitration_.rest_is_over(attribute, {{CauseKind::system, "command refused", {}}, {}});
}

}  // namespace attune::core
