#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "rules/load.h"

namespace {

using namespace attune;

AttributeInfo attribute(std::string name, ValueType type, bool writable) {
  return {std::move(name), type, {}, {}, {}, writable, {}};
}

DeviceSet some_devices() {
  DeviceInfo lamp;
  lamp.id = DeviceId("lamp");
  lamp.area = "hall";
  lamp.capabilities = {"light"};
  lamp.attributes = {attribute("brightness", ValueType::number, true),
                     attribute("effect", ValueType::text, true),
                     attribute("on", ValueType::boolean, true)};
  lamp.attributes[0].range = Range{0, 100};
  DeviceInfo door = lamp;
  door.id = DeviceId("door");
  door.attributes = {attribute("open", ValueType::boolean, false)};
  return {{lamp.id, lamp}, {door.id, door}};
}

const std::map<std::string, ValueType, std::less<>> kVocabulary = {
    {"on", ValueType::boolean}, {"open", ValueType::boolean}, {"power", ValueType::number}};

std::optional<rules::Default> leave(const DeviceInfo&, std::string_view) {
  return rules::Default{rules::Default::Kind::leave, {}};
}

}  // namespace

/// Any bytes as a rule file: a whole set, or errors, and every finding can be shown.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const DeviceSet devices = some_devices();
  AttributeTable table;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto loaded =
      rules::load({{"fuzz.yaml", "version: 1\n" + text}}, {devices, table, kVocabulary, leave});
  if ((loaded.set == nullptr) != has_errors(loaded.issues)) std::abort();
  (void)render(loaded.issues);
  return 0;
}
