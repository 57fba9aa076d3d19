#include "broker/cli/simulation.h"

#include <gtest/gtest.h>

#include "broker/cli/sources.h"

namespace attune::cli {
namespace {

using namespace std::chrono_literals;

constexpr Millis kNoon{1'768'478'400'000};

Noted noted(Millis after, std::string_view path, Value value) {
  return {kNoon + after, *parse_path(path), std::move(value)};
}

/// Ten minutes in which somebody walks through a hall.
Record walk() {
  Record record;
  record.from = kNoon;
  record.to = kNoon + 10min;
  record.state = {{*parse_path("lamp.on"), Value(false)},
                  {*parse_path("motion.occupancy"), Value(false)}};
  record.inputs = {noted(1min, "motion.occupancy", true), noted(2min, "motion.occupancy", false)};
  record.commands = {noted(1min, "lamp.on", true), noted(5min, "lamp.on", false)};
  return record;
}

std::vector<Differing> run(const std::string& off_delay, const Record& record) {
  Sources sources;
  sources.devices = config::parse_devices("devices.yaml",
                                          "version: 1\n"
                                          "devices:\n"
                                          "  lamp:   {capabilities: [light]}\n"
                                          "  motion: {capabilities: [occupancy]}\n");
  sources.rules.push_back({"rules.yaml",
                           "version: 1\n"
                           "rules:\n"
                           "  light: {when: motion.occupancy, off_delay: " +
                               off_delay + ", want: {lamp.on: true}}\n"});
  const Checked checked = check(std::move(sources));
  EXPECT_TRUE(checked.set) << render(checked.issues);
  const Simulated simulated = simulate(*checked.catalog, checked.set, checked.site, record);
  EXPECT_EQ(simulated.broken, "");
  return difference(record.commands, simulated.commands, 2s);
}

TEST(Simulation, TheRulesThatRanDiffersInNothing) {
  EXPECT_TRUE(run("3m", walk()).empty());
}

TEST(Simulation, AnotherDelaySendsTheSameCommandAtAnotherTime) {
  const auto differing = run("5m", walk());
  ASSERT_EQ(differing.size(), 2u);
  EXPECT_EQ(differing[0].command, noted(5min, "lamp.on", false));
  EXPECT_FALSE(differing[0].simulated);
  EXPECT_EQ(differing[1].command, noted(7min, "lamp.on", false));
  EXPECT_TRUE(differing[1].simulated);
}

TEST(Simulation, ADeadlineAfterTheEndIsNotReached) {
  const auto differing = run("1h", walk());
  ASSERT_EQ(differing.size(), 1u);
  EXPECT_FALSE(differing[0].simulated);
}

TEST(Simulation, WhatTheFilesDoNotKnowIsLeftOut) {
  Record record = walk();
  record.inputs.push_back(noted(3min, "cellar.leak", true));
  EXPECT_TRUE(run("3m", record).empty());
}

TEST(Simulation, CommandsWithinTheToleranceAreTheSame) {
  const std::vector<Noted> one = {noted(0s, "lamp.on", true)};
  EXPECT_TRUE(difference(one, {noted(2s, "lamp.on", true)}, 2s).empty());
  EXPECT_EQ(difference(one, {noted(3s, "lamp.on", true)}, 2s).size(), 2u);
  EXPECT_EQ(difference(one, {noted(0s, "lamp.on", false)}, 2s).size(), 2u);
  EXPECT_EQ(difference({one[0], one[0]}, one, 2s).size(), 1u);
}

}  // namespace
}  // namespace attune::cli
