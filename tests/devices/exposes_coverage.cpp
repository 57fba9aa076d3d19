#include <algorithm>
#include <cstdio>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "devices/dialects/zigbee2mqtt_profile.h"
#include "tests/devices/rows.h"

/// exposes_coverage FILE [--list | --sample]: each description of FILE as one device of one bridge:
/// how many devices have a canonical attribute, and how many of the leaves of state that they
/// publish have a canonical name. Good at 99 % and 80 %. --list prints every leaf with its name;
/// --sample prints 100 of the named ones, always the same of one file, to be judged by a person.
///
/// A leaf of state is published, in no category of its own (`config`, `diagnostic`), and either
/// read only or a part of a light, switch, cover, climate, lock or fan. What stands alone and can
/// be set is a setting, whatever its name is: named or not, it counts on neither side. So are the
/// few parts of a light or climate that only say how it is to behave: `color_temp_startup`. The
/// shares with those, and with all settings, are printed, too.
namespace attune::devices::conformance {
namespace {

namespace bj = boost::json;

constexpr int kSkipped = 77;
constexpr double kDevicesMin = 0.99;
constexpr double kLeavesMin = 0.80;
constexpr std::size_t kSampleSize = 100;
constexpr unsigned kSampleSeed = 20260101;
constexpr int kPublished = 1;
constexpr int kSettable = 2;

/// Parts of a light or climate that are settings.
bool says_how_to_behave(const std::string& name) {
  return name.ends_with("_startup") || name.ends_with("_calibration") ||
         name.ends_with("_config") || name.ends_with("_limit") || name.starts_with("min_") ||
         name.starts_with("max_");
}

struct Leaf {
  std::string parent;  ///< of the kind that has features; empty: stands alone
  std::string property;
  const Row* expose = nullptr;
  int access = kPublished;
  [[nodiscard]] bool has_category() const { return expose->contains("category"); }
  [[nodiscard]] bool is_settable() const { return (access & kSettable) != 0; }
  [[nodiscard]] bool is_part_or_read_only() const {
    return !has_category() && (!parent.empty() || !is_settable());
  }
  [[nodiscard]] bool is_state() const {
    return is_part_or_read_only() && !(is_settable() && says_how_to_behave(text(*expose, "name")));
  }
};

struct Share {
  int named = 0;
  int all = 0;
  void add(bool named_one) { named += named_one ? 1 : 0, ++all; }
  [[nodiscard]] double ratio() const { return all == 0 ? 0 : static_cast<double>(named) / all; }
};

struct Count {
  Share devices, state, with_parts, with_settings;
  int silent = 0;  ///< devices that publish nothing: routers, plugs of a mesh
  std::vector<std::string> named;
};

/// Features of a light, cover or climate are leaves; those of a colour are one leaf together.
void collect(const bj::array& list, const std::string& parent, std::vector<Leaf>& leaves) {
  for (const bj::value& one : list) {
    if (!one.is_object()) continue;
    const Row& expose = one.as_object();
    const bj::value* features = expose.if_contains("features");
    const bj::value* access = expose.if_contains("access");
    Leaf leaf{parent, text(expose, "property"), &expose};
    if (access != nullptr && access->is_number()) leaf.access = access->to_number<int>();
    if (features != nullptr && features->is_array() && leaf.property.empty()) {
      collect(features->as_array(), text(expose, "type"), leaves);
    } else if (!leaf.property.empty() && (leaf.access & kPublished) != 0) {
      leaves.push_back(std::move(leaf));
    }
  }
}

zigbee2mqtt::Profile profile_of(const bj::value& exposes) {
  const std::string payload = bj::serialize(exposes);
  json::Reader reader;
  const json::Node* root = reader.read(payload, json::kDiscoveryLimits);
  return root == nullptr ? zigbee2mqtt::Profile{} : zigbee2mqtt::profile_of_exposes(*root);
}

/// The canonical names that a property has, to read or to command it; empty: it stays raw.
std::string names_of(const zigbee2mqtt::Profile& profile, const std::string& property) {
  std::set<std::string> names;
  for (const Binding& binding : profile.bindings) {
    if (binding.property != property || binding.shape == Shape::raw) continue;
    names.insert(binding.shape == Shape::event ? "event" : binding.attribute);
  }
  std::string all;
  for (const std::string& name : names) all += (all.empty() ? "" : "|") + name;
  return all;
}

bool has_attribute(const zigbee2mqtt::Profile& profile) {
  return std::ranges::any_of(profile.attributes, [](const AttributeInfo& a) {
    return a.name != "link_quality";  // every device has it
  });
}

std::string line_of(const Row& row, const Leaf& leaf, const std::string& names) {
  return text(row, "model") + "\t" + (leaf.parent.empty() ? "-" : leaf.parent) + "\t" +
         (leaf.is_state() ? "state" : "other") + "\t" + leaf.property + "\t" + names + "\t" +
         bj::serialize(*leaf.expose);
}

void count(const Row& row, bool list, Count& total) {
  const bj::value& exposes = row.at("exposes");
  std::vector<Leaf> leaves;
  if (exposes.is_array()) collect(exposes.as_array(), "", leaves);
  if (leaves.empty()) return void(++total.silent);
  const zigbee2mqtt::Profile profile = profile_of(exposes);
  total.devices.add(has_attribute(profile));
  if (!has_attribute(profile)) std::printf("MISS %s: no attribute\n", text(row, "model").c_str());
  for (const Leaf& leaf : leaves) {
    const std::string names = names_of(profile, leaf.property);
    if (!leaf.has_category()) total.with_settings.add(!names.empty());
    if (leaf.is_part_or_read_only()) total.with_parts.add(!names.empty());
    if (leaf.is_state()) total.state.add(!names.empty());
    if (!names.empty()) total.named.push_back(line_of(row, leaf, names));
    if (list) std::printf("%s\n", line_of(row, leaf, names).c_str());
  }
}

void print_sample(std::vector<std::string> named) {
  // Not std::shuffle: what it does is not the same everywhere.
  std::mt19937 random(kSampleSeed);
  for (std::size_t i = 0; i < std::min(kSampleSize, named.size()); ++i) {
    std::swap(named[i], named[i + random() % (named.size() - i)]);
    std::printf("%s\n", named[i].c_str());
  }
}

void print(const char* what, const Share& share) {
  std::printf("%s: %d of %d (%.1f %%)\n", what, share.named, share.all, 100 * share.ratio());
}

int run(const std::vector<std::string>& lines, const std::string& option) {
  Count total;
  for (const std::string& line : lines) {
    const bj::value row = bj::parse(line);
    count(row.as_object(), option == "--list", total);
  }
  if (option == "--sample") print_sample(total.named);
  print("devices with an attribute", total.devices);
  std::printf("devices that publish nothing: %d\n", total.silent);
  print("leaves, settings too", total.with_settings);
  print("leaves, the settings of lights and climates too", total.with_parts);
  print("leaves of state with a name", total.state);
  std::printf("%d passed, %d failed\n", total.devices.named,
              total.devices.all - total.devices.named);
  return total.devices.ratio() >= kDevicesMin && total.state.ratio() >= kLeavesMin ? 0 : 1;
}

}  // namespace
}  // namespace attune::devices::conformance

int main(int argc, char** argv) {
  const std::string option = argc == 3 ? argv[2] : "";
  if (argc != 2 && option != "--list" && option != "--sample") {
    std::fprintf(stderr, "usage: exposes_coverage FILE [--list | --sample]\n");
    return 2;
  }
  const auto lines = attune::devices::conformance::read_lines(argv[1]);
  if (!lines || lines->empty()) {
    std::printf("skipped: %s cannot be read\n", argv[1]);
    return attune::devices::conformance::kSkipped;
  }
  return attune::devices::conformance::run(*lines, option);
}
