#include "tests/fuzz/dialect_input.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string>

#include "devices/normaliser.h"
#include "devices/topics.h"
#include "devices/vocabulary.h"

namespace attune::fuzz {

namespace {

using namespace attune::devices;

void require(bool holds) {
  if (!holds) std::abort();
}

bool is_service(std::string_view attribute) {
  return attribute.starts_with("raw.") || attribute.starts_with("config.") ||
         attribute.starts_with("diag.");
}

void check_reading(const Catalog& catalog, const Reading& reading) {
  require(reading.value.has_value());
  const AttributePath& path = catalog.table().path(reading.attribute);
  if (reading.value.is_numeric()) require(std::isfinite(reading.value.numeric()));
  const Word* word = find_word(canonical_part(path.attribute));
  if (word == nullptr) return require(is_service(path.attribute));
  if (!word->range || !reading.value.is_numeric()) return;
  require(reading.value.numeric() >= word->range->min);
  require(reading.value.numeric() <= word->range->max);
}

void check_sent(const std::vector<Outgoing>& messages) {
  for (const Outgoing& out : messages) require(what_is_wrong_with_topic(out.topic).empty());
}

void check(const Normaliser& normaliser, const Catalog& catalog, const Decoded& decoded) {
  for (const auto* readings : {&decoded.readings, &decoded.desired, &decoded.historical}) {
    for (const Reading& reading : *readings) {
      check_reading(catalog, reading);
      const DeviceIndex device = catalog.table().device_of(reading.attribute);
      check_sent(normaliser.encode(device, {&reading, 1}));
      check_sent(normaliser.ask(device));
    }
  }
  check_sent(decoded.replies);
  if (decoded.pass_on) require(decoded.readings.empty() && decoded.rejections.empty());
}

/// What a person maps of a device whose names are free; of another dialect: nothing.
DevicesFile file_of(std::string_view dialect) {
  DevicesFile file;
  if (dialect != "sparkplug_b" && dialect != "aws_shadow") return file;
  const bool shadows = dialect == "aws_shadow";
  DeviceEntry& entry = file.entries.emplace_back();
  entry.id = DeviceId("mapped");
  entry.dialect = dialect;
  entry.topic = shadows ? "t" : "g/n/d";
  entry.mapped = {{"on", shadows ? "/a/b" : "a", "", {{"true", "1"}, {"false", "0"}}, true},
                  {"temperature", shadows ? "s/t" : "b", "[degF]", {}, false},
                  {"target_temperature", shadows ? "/c" : "c", "[degF]", {}, true}};
  return file;
}

}  // namespace

void play(std::string_view dialect, const std::uint8_t* data, std::size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  Catalog catalog;
  DialectConfig config;
  config.all = false;
  config.chosen[std::string(dialect)];
  Normaliser normaliser(catalog, config);
  require(normaliser.configure(file_of(dialect)).ok());
  Decoded decoded;
  while (!rest.empty()) {
    std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    const bool retained = line.starts_with('!');
    if (retained) line.remove_prefix(1);
    const std::size_t cut = std::min(line.find('\0'), line.size());
    const std::string_view payload = line.substr(std::min(cut + 1, line.size()));
    normaliser.decode({line.substr(0, cut), payload, retained}, decoded);
    check(normaliser, catalog, decoded);
  }
  for (const auto& [id, info] : catalog.devices()) require(!id.empty() && id.text().size() <= 64);
  for (const std::string& filter : normaliser.subscriptions()) require(!filter.empty());
}

}  // namespace attune::fuzz
