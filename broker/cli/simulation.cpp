#include "broker/cli/simulation.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "broker/cli/simulated_home.h"

namespace attune::cli {
namespace {

/// Moves what the home has sent to `out`, with the time of now.
void take_sent(SimulatedHome& home, const devices::Catalog& catalog, std::vector<Noted>& out) {
  for (const auto& [wall, reading] : home.sent()) {
    out.push_back({wall, catalog.table().path(reading.attribute), reading.value});
  }
  home.forget_sent();
}

bool is_known(const devices::Catalog& catalog, const AttributePath& path) {
  return path.device.text() == kSettingsDevice || catalog.find(path.device.text()) != nullptr;
}

using ByPath = std::map<AttributePath, std::vector<Noted>>;

ByPath by_path(const std::vector<Noted>& commands) {
  ByPath sorted;
  for (const Noted& command : commands) sorted[command.path].push_back(command);
  return sorted;
}

bool same(const Noted& a, const Noted& b, Millis tolerance) {
  const Millis apart = a.wall > b.wall ? a.wall - b.wall : b.wall - a.wall;
  return a.value == b.value && apart <= tolerance;
}

/// Both ascend; what is found on both sides is left out.
void compare(const std::vector<Noted>& recorded, const std::vector<Noted>& simulated,
             Millis tolerance, std::vector<Differing>& out) {
  std::vector<bool> matched(simulated.size());
  std::size_t begin = 0;  // those before it are too old for every command that is still to come
  for (const Noted& command : recorded) {
    while (begin < simulated.size() && simulated[begin].wall + tolerance < command.wall) ++begin;
    std::size_t at = begin;
    while (at < simulated.size() && (matched[at] || !same(command, simulated[at], tolerance))) {
      ++at;
    }
    if (at < simulated.size()) {
      matched[at] = true;
    } else {
      out.push_back({command, false});
    }
  }
  for (std::size_t i = 0; i < simulated.size(); ++i) {
    if (!matched[i]) out.push_back({simulated[i], true});
  }
}

}  // namespace

Simulated simulate(devices::Catalog& catalog, std::shared_ptr<const rules::RuleSet> set,
                   const core::Site& site, const Record& record) {
  SimulatedHome home(catalog, std::move(set), site, {record.from, record.settings, record.state});
  Simulated out;
  for (const Noted& input : record.inputs) {
    if (input.wall > home.now().wall) home.advance(input.wall - home.now().wall);
    if (is_known(catalog, input.path)) home.report({{input.path, input.value}});
    take_sent(home, catalog, out.commands);
    if (!home.broken().empty()) break;
  }
  if (record.to > home.now().wall) home.advance(record.to - home.now().wall);
  take_sent(home, catalog, out.commands);
  out.broken = home.broken();
  return out;
}

std::vector<Differing> difference(const std::vector<Noted>& recorded,
                                  const std::vector<Noted>& simulated, Millis tolerance) {
  const ByPath then = by_path(recorded);
  const ByPath now = by_path(simulated);
  const std::vector<Noted> none;
  std::vector<Differing> out;
  for (const auto& [path, commands] : then) {
    const auto others = now.find(path);
    compare(commands, others == now.end() ? none : others->second, tolerance, out);
  }
  for (const auto& [path, commands] : now) {
    if (!then.contains(path)) compare(none, commands, tolerance, out);
  }
  std::stable_sort(out.begin(), out.end(), [](const Differing& a, const Differing& b) {
    return std::tie(a.command.wall, a.command.path) < std::tie(b.command.wall, b.command.path);
  });
  return out;
}

}  // namespace attune::cli
