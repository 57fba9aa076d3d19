#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "devices/normaliser.h"
#include "devices/vocabulary.h"

/// Messages of a Zigbee2MQTT bridge: `topic NUL payload`, one per line of the input. Whatever
/// comes, values are within the vocabulary's bounds and no command leaves the bridge's topics.
namespace {

using namespace attune;
using namespace attune::devices;

void require(bool holds) {
  if (!holds) std::abort();
}

void check_reading(const Catalog& catalog, const Reading& reading) {
  require(reading.value.has_value());
  const AttributePath& path = catalog.table().path(reading.attribute);
  if (reading.value.is_numeric()) require(std::isfinite(reading.value.numeric()));
  const Word* word = find_word(canonical_part(path.attribute));
  if (word == nullptr) {
    require(path.attribute.starts_with("raw."));
  } else if (word->range && reading.value.is_numeric()) {
    require(reading.value.numeric() >= word->range->min);
    require(reading.value.numeric() <= word->range->max);
  }
}

void check_commands(const Normaliser& normaliser, const Catalog& catalog, const Decoded& decoded) {
  for (const Reading& reading : decoded.readings) {
    const DeviceIndex device = catalog.table().device_of(reading.attribute);
    for (const Outgoing& out : normaliser.encode(device, {&reading, 1})) {
      require(out.topic.starts_with("zigbee2mqtt/") && out.topic.ends_with("/set"));
      require(out.topic.find_first_of("+#") == std::string::npos);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  Catalog catalog;
  Normaliser normaliser(catalog, {});
  Decoded decoded;
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    const std::size_t cut = line.find('\0');
    const std::string topic = "zigbee2mqtt/" + std::string(line.substr(0, cut));
    const std::string_view payload =
        cut == std::string_view::npos ? std::string_view{} : line.substr(cut + 1);
    normaliser.decode({topic, payload, size % 2 == 0}, decoded);
    for (const Reading& reading : decoded.readings) check_reading(catalog, reading);
    check_commands(normaliser, catalog, decoded);
  }
  for (const auto& [id, info] : catalog.devices()) require(!id.empty() && id.text().size() <= 64);
  return 0;
}
