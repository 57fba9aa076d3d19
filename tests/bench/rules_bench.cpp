#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>

#include "devices/vocabulary.h"
#include "rules/check/check.h"
#include "rules/load.h"

/// How long rules take to load and to check: rooms of four rules each, with a latch, a schedule, a
/// mode and two rivals whose conditions exclude each other. Prints JSON.
namespace attune::rules {
namespace {

using Steady = std::chrono::steady_clock;
constexpr int kRounds = 3;

double ms_since(Steady::time_point begin) {
  return std::chrono::duration<double, std::milli>(Steady::now() - begin).count();
}

void add_device(DeviceSet& devices, const std::string& id, const std::string& area,
                const char* capability, std::initializer_list<const char*> attributes) {
  DeviceInfo device;
  device.id = DeviceId(id);
  device.name = device.label = id;
  device.area = area;
  device.capabilities = {capability};
  for (const char* name : attributes) {
    device.attributes.push_back(devices::canonical_attribute(name, true));
  }
  devices.emplace(device.id, std::move(device));
}

DeviceSet house_of(int rooms) {
  DeviceSet devices;
  for (int i = 0; i < rooms; ++i) {
    const std::string n = std::to_string(i);
    add_device(devices, "lamp_" + n, "room_" + n, "light", {"brightness", "on"});
    add_device(devices, "motion_" + n, "room_" + n, "occupancy", {"illuminance", "occupancy"});
    add_device(devices, "trv_" + n, "room_" + n, "climate", {"target_temperature", "temperature"});
  }
  return devices;
}

std::string rules_of_room(const std::string& n) {
  return "  light_" + n + ": {when: motion_" + n + ".occupancy && motion_" + n +
         ".illuminance < 40, until: \"!motion_" + n + ".occupancy\", off_delay: 3m, want: {lamp_" +
         n + ".on: true}}\n  away_" + n + ": {when: settings.house == 'away', want: {lamp_" + n +
         ".on: false, trv_" + n + ".target_temperature: 16}, priority: mode}\n  cold_" + n +
         ": {when: \"settings.house == 'home' && trv_" + n + ".temperature < 15\", until: trv_" +
         n + ".temperature > 19, want: {trv_" + n + ".target_temperature: 22}}\n  warm_" + n +
         ": {when: settings.house == 'home' && trv_" + n + ".temperature > 24, until: trv_" + n +
         ".temperature < 20, want: {trv_" + n + ".target_temperature: 18}}\n";
}

/// Files stay below the loader's limits, as those of people do.
std::vector<SourceFile> files_of(int rooms) {
  std::vector<SourceFile> files;
  files.push_back({"settings.yaml",
                   "version: 1\nsettings: {house: {values: [home, away], initial: home}}\n"
                   "defaults: {}\n"});
  for (int i = 0; i < rooms; ++i) {
    if (i % 100 == 0) {
      files.push_back({"rooms_" + std::to_string(i) + ".yaml", "version: 1\nrules:\n"});
    }
    files.back().text += rules_of_room(std::to_string(i));
  }
  return files;
}

std::optional<Default> leave(const DeviceInfo&, std::string_view) {
  return Default{};
}

int measure(int rules) {
  const DeviceSet devices = house_of(rules / 4);
  const auto files = files_of(rules / 4);
  double load_ms = 1e9;
  double check_ms = 1e9;
  std::size_t findings = 0;
  for (int round = 0; round < kRounds; ++round) {
    AttributeTable table;
    const Surroundings around = {devices, table, devices::vocabulary_types(), leave};
    auto begin = Steady::now();
    const Loaded loaded = load(files, around);
    load_ms = std::min(load_ms, ms_since(begin));
    if (!loaded.set) {
      std::fputs(render(loaded.issues).substr(0, 2000).c_str(), stderr);
      return 1;
    }
    begin = Steady::now();
    findings = check(loaded, around).size();
    check_ms = std::min(check_ms, ms_since(begin));
  }
  std::printf("  {\"rules\": %d, \"load_ms\": %.1f, \"check_ms\": %.1f, \"findings\": %zu}", rules,
              load_ms, check_ms, findings);
  return 0;
}

int run() {
  std::puts("[");
  const int small = measure(1'000);
  std::puts(",");
  const int large = measure(10'000);
  std::puts("\n]");
  return small + large;
}

}  // namespace
}  // namespace attune::rules

int main() {
  return attune::rules::run();
}
