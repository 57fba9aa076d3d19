#include "tests/support/fake_ports.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "broker/shell/config/surroundings.h"
#include "broker/shell/http/target.h"
#include "devices/vocabulary.h"
#include "rules/load.h"

namespace attune::support {
namespace {

constexpr const char* kRules = R"(version: 1
settings:
  house: {label: House, values: [home, away], initial: home}
rules:
  hall_light:
    label: Light in the hall
    because: somebody is in the dark hall
    when: hall_motion.occupancy && hall_motion.illuminance < 40
    want: {hall_lamp.on: true}
  away_dark:
    when: settings.house == 'away'
    want: {hall_lamp.on: false}
    priority: mode
  tried_out:
    enabled: shadow
    when: hall_motion.occupancy
    want: {hall_lamp.brightness: 50}
)";

}  // namespace

std::shared_ptr<http::Stream> Answered::stream(std::function<void()> drained) {
  if (refuse_streams) return nullptr;
  streamed = std::make_shared<FakeStream>();
  streamed->drained = std::move(drained);
  return streamed;
}

bool FakeStream::send(std::string_view bytes) {
  if (ended || sent.size() + bytes.size() > room) return false;
  sent += bytes;
  return true;
}

void FakeStream::close(std::string_view last) {
  if (!ended) sent += last;
  ended = true;
}

std::string FakeStream::read() {
  auto got = std::exchange(sent, {});
  if (!got.empty() && drained) drained();
  return got;
}

FakePorts::FakePorts()
    : identity_{"11111111-2222-3333-4444-555555555555", "gateway-1", "0.1.0", {}},
      now_{*parse_utc("2026-01-15T18:00:00"), Millis(1'000)} {
  identity_.started = now_;
  describe("hall_lamp", "light", {"brightness", "on"}, true);
  describe("hall_motion", "occupancy", {"illuminance", "occupancy"}, false);
  core_ = std::make_unique<core::Core>(catalog_, core::Options{});
  core::Restored nothing;
  nothing.next = Revision{1};
  core_->restore(std::move(nothing));
  auto loaded = rules::load({{"hall.yaml", kRules}}, config::surroundings(catalog_));
  EXPECT_TRUE(loaded.set) << render(loaded.issues);
  step(core::RulesLoaded{loaded.set});
  step(core::LinkChanged{true});
}
FakePorts::~FakePorts() = default;

void FakePorts::describe(std::string_view id, std::string_view capability,
                         const std::vector<std::string>& attributes, bool writable) {
  DeviceInfo info;
  info.id = DeviceId(std::string(id));
  info.name = id;
  info.label = id;
  info.area = "hall";
  info.dialect = "zigbee2mqtt";
  info.capabilities = {std::string(capability)};
  for (const auto& name : attributes) {
    info.attributes.push_back(devices::canonical_attribute(name, writable));
  }
  catalog_.describe(std::move(info));
}

std::vector<Change> FakePorts::say(std::string_view path, Value value) {
  const AttributeId id = catalog_.table().intern(*parse_path(path));
  devices::Decoded decoded;
  decoded.readings.push_back({id, std::move(value)});
  const std::string topic = "zigbee2mqtt/" + catalog_.table().path(id).device.text();
  return step(core::MessageArrived{Arrival::live, topic, &decoded});
}

std::vector<Change> FakePorts::step(decltype(core::Event::what) what) {
  core::Outcome outcome;
  core_->step({now_, std::move(what)}, outcome);
  log_.insert(log_.end(), outcome.changes.begin(), outcome.changes.end());
  return std::move(outcome.changes);
}

Change FakePorts::invent(std::string_view path, Value value) {
  Change change;
  change.revision = Revision{number(head()) + 1};
  change.at = now_;
  const auto parsed = *parse_path(path);
  change.device = parsed.device.text();
  change.attribute = parsed.attribute;
  change.value = std::move(value);
  change.context = change.revision;
  log_.push_back(change);
  return change;
}

Revision FakePorts::head() const {
  return log_.empty() ? core_->head() : std::max(core_->head(), log_.back().revision);
}

Result<std::vector<Change>> FakePorts::log_after(Revision after, std::size_t max) const {
  std::vector<Change> found;
  for (const auto& change : log_) {
    if (change.revision > after && found.size() < max) found.push_back(change);
  }
  return found;
}

Result<std::vector<rules::SourceFile>> FakePorts::rules_at(Revision at) const {
  if (at <= floor_) return Error{"compacted", "the rules of then are not kept"};
  return core().rule_set().files;
}

Result<std::optional<Change>> FakePorts::change(Revision revision) const {
  for (const auto& change : log_) {
    if (change.revision == revision && revision > floor_) return std::optional<Change>(change);
  }
  return std::optional<Change>();
}

Result<std::vector<Command>> FakePorts::finished_commands(const std::string& path,
                                                          std::size_t max) const {
  std::vector<Command> found;
  for (const auto& command : finished_) {
    if ((path.empty() || command.path.text() == path) && found.size() < max) {
      found.push_back(command);
    }
  }
  return found;
}

void FakePorts::submit(api::Submission what, std::function<void(const core::Reply&)> done) {
  if (full_) {
    core::Reply reply;
    reply.result = core::Reply::Result::rejected;
    reply.code = "full";
    reply.message = "the disk is full";
    return done(reply);
  }
  core::Outcome outcome;
  core::Event event{now_, {}};
  std::visit([&](auto& request) { event.what = std::move(request); }, what);
  core_->step(event, outcome);
  log_.insert(log_.end(), outcome.changes.begin(), outcome.changes.end());
  ASSERT_EQ(outcome.replies.size(), 1u);
  done(outcome.replies.front());
}

http::Request request(std::string_view method, std::string_view target, std::string body) {
  auto parsed = http::parse_target(target);
  EXPECT_TRUE(parsed.ok()) << target;
  http::Request out;
  out.method = method;
  out.segments = std::move(parsed->segments);
  out.query = std::move(parsed->query);
  out.body = std::move(body);
  out.local_socket = true;
  return out;
}

http::Response ask(api::Api& api, const http::Request& request) {
  const auto answer = std::make_shared<Answered>();
  api.handle(request, http::Responder(answer));
  EXPECT_TRUE(answer->response.has_value()) << "no answer";
  return answer->response.value_or(http::Response{});
}

}  // namespace attune::support
