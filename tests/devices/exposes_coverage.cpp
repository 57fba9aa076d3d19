#include <cstdio>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "tests/devices/rows.h"
#include "tests/unit/devices/wire.h"

/// exposes_coverage FILE [--list | --no-worse]: each description of FILE as one device of one
/// bridge: how many devices have a canonical attribute, and how many of the leaves of state that
/// they publish have a canonical name. Good at 99 % and 80 %. --list prints every leaf with its
/// name, for a check by hand; --no-worse asks only for what was reached so far, of the known
/// descriptions.
namespace attune::devices::conformance {
namespace {

namespace bj = boost::json;

constexpr int kSkipped = 77;
constexpr double kDevicesMin = 0.99;
constexpr double kLeavesMin = 0.80;
constexpr double kDevicesReached = 0.985;
constexpr double kLeavesReached = 0.58;

/// One thing that a device publishes of its state: neither a setting nor a diagnosis.
struct Leaf {
  std::string property;
  std::string name;
};

struct Share {
  int named = 0;
  int all = 0;
  void add(bool named_one) { named += named_one ? 1 : 0, ++all; }
  [[nodiscard]] double ratio() const { return all == 0 ? 0 : static_cast<double>(named) / all; }
};

bool is_published(const Row& expose) {
  const bj::value* access = expose.if_contains("access");
  return access == nullptr || !access->is_number() || (access->to_number<int>() & 1) != 0;
}

/// Features of a light, cover or climate are leaves; those of a colour are one leaf together.
void collect(const bj::array& list, std::vector<Leaf>& leaves) {
  for (const bj::value& one : list) {
    if (!one.is_object()) continue;
    const Row& expose = one.as_object();
    const bj::value* features = expose.if_contains("features");
    const std::string property = text(expose, "property");
    if (features != nullptr && features->is_array() && property.empty()) {
      collect(features->as_array(), leaves);
    } else if (!property.empty() && text(expose, "category").empty() && is_published(expose)) {
      leaves.push_back({property, text(expose, "name")});
    }
  }
}

/// The properties that the dialect reads as something canonical: it is told each leaf alone.
class Names {
 public:
  explicit Names(const std::string& exposes) {
    wire_.hear(
        "zigbee2mqtt/bridge/devices",
        R"([{"type":"Router","friendly_name":"x","definition":{"exposes":)" + exposes + "}}]",
        true);
  }
  [[nodiscard]] bool any() const {
    const DeviceInfo* device = wire_.catalog.find("x");
    return device != nullptr && device->attributes.size() > 1;  // more than link_quality
  }
  /// The canonical names that a leaf has; empty: it stays raw.
  [[nodiscard]] std::string of(const Leaf& leaf);

 private:
  Wire wire_;
};

std::string Names::of(const Leaf& leaf) {
  // What no attribute could be is refused by the name that it has.
  const std::string property = bj::serialize(bj::value(bj::string(leaf.property)));
  std::set<std::string> names;
  for (const char* value : {"[[]]", "1", "\"ON\"", "true", R"({"x":0.3,"y":0.3})",
                            R"({"hue":1,"saturation":1})", "\"single\""}) {
    wire_.hear("zigbee2mqtt/x", "{" + property + ":" + value + "}");
    const auto note = [&](std::string_view path) {
      const std::string_view name = path.substr(path.find('.') + 1);
      if (!name.starts_with("raw.")) names.emplace(name);
    };
    for (const Reading& reading : wire_.decoded.readings) note(wire_.path(reading));
    for (const Reading& event : wire_.decoded.events) note(wire_.path(event));
    for (const Rejection& refused : wire_.decoded.rejections) {
      if (!refused.attribute.empty()) note(refused.attribute);
    }
  }
  std::string all;
  for (const std::string& name : names) all += (all.empty() ? "" : "|") + name;
  return all;
}

int run(const std::vector<std::string>& lines, bool list, bool no_worse) {
  Share devices;
  Share leaves;
  for (const std::string& line : lines) {
    const bj::value row = bj::parse(line);
    const bj::value& exposes = row.as_object().at("exposes");
    Names names(bj::serialize(exposes));
    devices.add(names.any());
    if (!names.any())
      std::printf("MISS %s: no attribute\n", text(row.as_object(), "model").c_str());
    std::vector<Leaf> own;
    if (exposes.is_array()) collect(exposes.as_array(), own);
    for (const Leaf& leaf : own) {
      const std::string name = names.of(leaf);
      leaves.add(!name.empty());
      if (!list) continue;
      std::printf("%s\t%s\t%s\n", text(row.as_object(), "model").c_str(), leaf.property.c_str(),
                  name.c_str());
    }
  }
  std::printf("devices with an attribute: %d of %d (%.1f %%)\n", devices.named, devices.all,
              100 * devices.ratio());
  std::printf("leaves of state with a name: %d of %d (%.1f %%)\n", leaves.named, leaves.all,
              100 * leaves.ratio());
  std::printf("%d passed, %d failed\n", devices.named, devices.all - devices.named);
  const double devices_min = no_worse ? kDevicesReached : kDevicesMin;
  const double leaves_min = no_worse ? kLeavesReached : kLeavesMin;
  return devices.ratio() >= devices_min && leaves.ratio() >= leaves_min ? 0 : 1;
}

}  // namespace
}  // namespace attune::devices::conformance

int main(int argc, char** argv) {
  const std::string option = argc == 3 ? argv[2] : "";
  const bool list = option == "--list";
  const bool no_worse = option == "--no-worse";
  if (argc != 2 && !list && !no_worse) {
    std::fprintf(stderr, "usage: exposes_coverage FILE [--list | --no-worse]\n");
    return 2;
  }
  const auto lines = attune::devices::conformance::read_lines(argv[1]);
  if (!lines || lines->empty()) {
    std::printf("skipped: %s cannot be read\n", argv[1]);
    return attune::devices::conformance::kSkipped;
  }
  return attune::devices::conformance::run(*lines, list, no_worse);
}
