#include "tests/unit/store/samples.h"

#include <gtest/gtest.h>
#include <unistd.h>

namespace attune::store {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

TemporaryFolder::TemporaryFolder() {
  std::string pattern = (fs::temp_directory_path() / "attune-store-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) std::abort();
  path_ = pattern;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

namespace {

const Instant kEvening{milliseconds(1'768'500'000'123), milliseconds(86'400'001)};
const Cause kMotion{CauseKind::message, "zigbee2mqtt/hall_motion", Revision{300}};
const AttributePath kLamp{DeviceId("hall_lamp"), "on"};

}  // namespace

Identity sample_identity() {
  return {"0f1e2d3c-4b5a-4978-8796-a5b4c3d2e1f0", 3};
}

Position sample_position() {
  return {Revision{1000}, Revision{66'000},       Revision{990}, Revision{10}, CommandId{77}, 5,
          kEvening,       InboxPosition{9, 4096}, false};
}

LogEntry sample_entry() {
  Change change;
  change.revision = Revision{301};
  change.at = kEvening;
  change.kind = ChangeKind::command;
  change.device = "hall_lamp";
  change.attribute = "on";
  change.value = true;
  change.previous = std::vector<double>{0.3, 0.4};
  change.status = "sent";
  change.detail = "cmd-7";
  change.cause = kMotion;
  change.context = Revision{299};
  change.origin = Origin::attune;
  change.clock = {kEvening.wall + milliseconds(3), 2};
  change.prior = Revision{288};
  return {Revision{300}, change};
}

StateRow sample_state() {
  StateRow row;
  row.path = kLamp;
  row.value = 21.5;
  row.revision = Revision{301};
  row.version = 12;
  row.at = kEvening;
  row.quality = Quality::stale;
  row.origin = Origin::person;
  row.cause = kMotion;
  row.context = Revision{299};
  row.desired = 22;
  row.desired_by = "rule:hall-light";
  row.desired_revision = Revision{298};
  row.since = {kEvening.wall - milliseconds(70'000), kEvening.steady - milliseconds(70'000)};
  row.clock = {kEvening.wall, 4};
  row.desired_clock = {kEvening.wall - milliseconds(9), 1};
  row.desired_context = Revision{290};
  row.claimed = Revision{297};
  return row;
}

Change in_format_1(Change change) {
  change.clock = {};
  change.prior = {};
  return change;
}

StateRow in_format_1(StateRow row) {
  row.since = {};
  row.clock = row.desired_clock = {};
  row.desired_context = row.claimed = {};
  return row;
}

Command sample_command() {
  Command command;
  command.id = CommandId{7};
  command.path = kLamp;
  command.value = "heat";
  command.state = CommandState::failed;
  command.created = kEvening;
  command.sent = Instant{milliseconds(1'768'500'000'200), milliseconds(86'400'078)};
  command.expires = Instant{milliseconds(1'768'500'030'123), milliseconds(86'430'001)};
  command.attempts = 3;
  command.cause = kMotion;
  command.context = Revision{299};
  command.revision = Revision{301};
  command.reason = "no answer";
  return command;
}

Claim sample_claim() {
  Claim claim;
  claim.path = kLamp;
  claim.by = ClaimBy::person;
  claim.source = "anna";
  claim.value = -40;
  claim.priority = 401;
  claim.since = kEvening;
  claim.shadow = true;
  claim.cause = kMotion;
  claim.context = Revision{299};
  claim.revision = Revision{301};
  claim.reason = "dinner";
  return claim;
}

Base sample_base() {
  return {kLamp, false};
}

RuleState sample_rule() {
  RuleState rule;
  rule.rule = RuleId("hall-light");
  rule.fingerprint = 0xFEDC'BA98'7654'3210u;
  rule.phase = RulePhase::ending;
  rule.since = kEvening;
  rule.active_since = kEvening;
  rule.unknown_since = kEvening;
  rule.last_truth = true;
  rule.spent = true;
  rule.mode = RuleMode::shadow;
  rule.revision = Revision{301};
  rule.context = Revision{299};
  return rule;
}

Timer sample_timer() {
  return {TimerKind::hold, "hall_lamp.on", milliseconds(-5)};
}
Blob sample_blob() {
  return {"discovery", "zigbee2mqtt/bridge/devices", std::string("\0\xff[", 3)};
}

Change change_at(std::uint64_t revision) {
  Change change = sample_entry().change;
  change.revision = Revision{revision};
  change.prior = Revision{};
  change.value = static_cast<std::int64_t>(revision);
  return change;
}

Turn turn_above(std::uint64_t head, std::uint64_t changes) {
  Turn turn;
  for (std::uint64_t i = 1; i <= changes; ++i) turn.changes.push_back(change_at(head + i));
  turn.at = {milliseconds(1'000'000 + head), milliseconds(head)};
  return turn;
}

Command command_of(std::uint64_t id, CommandState state, const std::string& device) {
  Command command = sample_command();
  command.id = CommandId{id};
  command.state = state;
  command.path.device = DeviceId(device);
  return command;
}

std::string Dice::word() {
  static const char* const kWords[] = {"", "hall", "lamp", "üben", "with space", "no answer"};
  return roll(40) == 0 ? std::string(600 + roll(3), 'w') : kWords[roll(6)];
}

Value Dice::value() {
  switch (roll(7)) {
    case 0:
      return {};
    case 1:
      return roll(2) == 0;
    case 2:
      return static_cast<std::int64_t>(engine_());
    case 3:
      return static_cast<double>(engine_()) / 3.0;
    case 4:
      return word();
    case 5:
      return std::vector<double>(roll(4), 0.25);
    default:
      return 0;
  }
}

AttributePath Dice::path() {
  const std::string attribute =
      roll(30) == 0 ? std::string(700, 'a') : "l" + std::to_string(roll(9));
  return {DeviceId("d" + std::to_string(roll(20))), attribute};
}

Instant Dice::instant() {
  return {milliseconds(static_cast<std::int64_t>(roll(1ull << 44)) - 1000),
          milliseconds(roll(1u << 30))};
}

Cause Dice::cause() {
  return {static_cast<CauseKind>(roll(7)), word(), Revision{roll(1000)}};
}

Change Dice::change(Revision revision) {
  Change change;
  change.revision = revision;
  change.at = instant();
  change.kind = static_cast<ChangeKind>(1 + roll(7));
  change.device = "d" + std::to_string(roll(20));
  change.attribute = word();
  change.value = value();
  change.previous = value();
  change.status = word();
  change.detail = word();
  change.cause = cause();
  change.context = Revision{roll(1000)};
  change.origin = static_cast<Origin>(roll(4));
  return change;
}

StateRow Dice::state() {
  StateRow row = sample_state();
  row.path = path();
  row.value = value();
  row.version = roll(1u << 20);
  row.at = instant();
  row.quality = static_cast<Quality>(roll(2));
  row.cause = cause();
  row.desired = value();
  row.desired_by = word();
  return row;
}

Command Dice::command() {
  Command command = sample_command();
  command.id = CommandId{1 + roll(40)};
  command.path = path();
  command.value = value();
  command.state = static_cast<CommandState>(1 + roll(8));
  if (roll(2) == 0) command.sent.reset();
  command.attempts = static_cast<std::uint32_t>(roll(1ull << 32));
  return command;
}

Claim Dice::claim() {
  Claim claim = sample_claim();
  claim.path = path();
  claim.by = static_cast<ClaimBy>(1 + roll(3));
  claim.source = word();
  claim.value = value();
  claim.priority = static_cast<Priority>(roll(60'000));
  return claim;
}

RuleState Dice::rule() {
  RuleState rule = sample_rule();
  rule.rule = RuleId("rule-" + std::to_string(roll(12)));
  rule.phase = static_cast<RulePhase>(1 + roll(4));
  if (roll(2) == 0) rule.unknown_since.reset();
  if (roll(2) == 0) rule.mode.reset();
  return rule;
}

Record Dice::record() {
  switch (roll(8)) {
    case 0:
      return state();
    case 1:
      return command();
    case 2:
      return claim();
    case 3:
      return Base{path(), value()};
    case 4:
      return rule();
    case 5:
      return Timer{static_cast<TimerKind>(1 + roll(8)), word(), milliseconds(roll(1u << 30))};
    case 6:
      return Tombstone{Revision{1 + roll(20)},
                       DeviceId(word()),
                       sample_state().at,
                       {milliseconds(roll(1u << 30)), 3},
                       sample_state().cause};
    default:
      return Blob{roll(2) == 0 ? "a" : "ab", "k" + std::to_string(roll(20)), word()};
  }
}

Write Dice::write() {
  return {record(), roll(4) == 0};
}

Turn Dice::turn(Revision head) {
  Turn turn;
  std::uint64_t revision = number(head);
  for (std::uint64_t left = roll(8); left > 0; --left) {
    revision += 1 + (roll(10) == 0 ? roll(70'000) : 0);
    turn.changes.push_back(change(Revision{revision}));
  }
  for (std::uint64_t left = roll(12); left > 0; --left) turn.writes.push_back(write());
  turn.at = instant();
  if (roll(3) == 0) turn.inbox = InboxPosition{roll(3), engine_()};
  if (roll(5) == 0) turn.folded_through = Revision{revision};
  return turn;
}

void expect_same(const Recovered& a, const Recovered& b, const std::string& what) {
  EXPECT_EQ(a.incarnation, b.incarnation) << what;
  EXPECT_EQ(number(a.head), number(b.head)) << what;
  EXPECT_EQ(number(a.next), number(b.next)) << what;
  EXPECT_EQ(a.clean, b.clean) << what;
  EXPECT_TRUE(a.at == b.at) << what;
  EXPECT_TRUE(a.inbox == b.inbox) << what;
  EXPECT_TRUE(a.state == b.state) << what << ": state";
  EXPECT_TRUE(a.tail == b.tail) << what << ": tail";
  EXPECT_TRUE(a.commands == b.commands) << what << ": commands";
  EXPECT_EQ(number(a.last_command), number(b.last_command)) << what;
  EXPECT_TRUE(a.claims == b.claims) << what << ": claims";
  EXPECT_TRUE(a.bases == b.bases) << what << ": bases";
  EXPECT_TRUE(a.rules == b.rules) << what << ": rules";
  EXPECT_TRUE(a.timers == b.timers) << what << ": timers";
}

}  // namespace attune::store
