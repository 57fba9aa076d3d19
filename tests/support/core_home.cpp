#include "tests/support/core_home.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

#include "broker/shell/loop/restore.h"
#include "devices/vocabulary.h"
#include "rules/load.h"

namespace attune::support {

CoreHome::CoreHome(std::string_view start)
    : store_(store::make_memory_store()), now_{*parse_utc(start), Millis(1'000)} {}

void CoreHome::say(const std::string& path, Value value, Arrival arrival) {
  devices::Decoded decoded;
  decoded.readings.push_back({catalog_.table().intern(*parse_path(path)), std::move(value)});
  step(core::MessageArrived{arrival, "home/" + path, &decoded});
}

void CoreHome::write(const std::string& path, Value value) {
  step(core::WriteRequest{
      core::RequestId{1}, *parse_path(path), std::move(value), {}, {}, "test", ""});
}

void CoreHome::pass(Millis duration) {
  const Millis end = now_.steady + duration;
  for (auto due = core_->next_deadline(); due && *due <= end; due = core_->next_deadline()) {
    move(std::max(*due - now_.steady, Millis(0)));
    step(core::Tick{});
    ++wakes;
  }
  move(end - now_.steady);
  step(core::Tick{});
}

void CoreHome::start(std::shared_ptr<const rules::RuleSet> rules, core::Site site) {
  store_ = store_->reopen();
  core_ = std::make_unique<core::Core>(catalog_, core::Options{false, std::move(site)});
  core_->restore(std::move(*shell::restored(*store_, *store_->recover())));
  step(core::RulesLoaded{std::move(rules)});
}

std::shared_ptr<const rules::RuleSet> CoreHome::rules_of(const std::string& text) {
  rules::Loaded loaded =
      rules::load({{"rules.yaml", text}},
                  {catalog_.devices(), catalog_.table(), devices::vocabulary_types(), nullptr});
  EXPECT_TRUE(loaded.set) << render(loaded.issues);
  return loaded.set;
}

void CoreHome::step(decltype(core::Event::what) what) {
  core::Outcome out;
  core_->step({now_, std::move(what)}, out);
  const std::vector<Write> rows = core_->take_rows();
  see(out, rows);
  store::Turn turn;
  turn.changes = out.changes;
  turn.writes = out.writes;
  turn.writes.insert(turn.writes.end(), rows.begin(), rows.end());
  turn.at = now_;
  ASSERT_TRUE(store_->commit(turn));
}

}  // namespace attune::support
