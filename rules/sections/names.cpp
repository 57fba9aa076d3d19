#include "rules/sections/sections.h"

namespace attune::rules {

namespace {

cel::Device named(const DeviceInfo& device, AttributeTable& table) {
  cel::Device named{device.id.text(), device.label, device.area, device.tags, {}};
  for (const AttributeInfo& info : device.attributes) {
    named.attributes.emplace(
        info.name, cel::Attribute{table.intern(device.id, info.name), info.type, info.values});
  }
  return named;
}

}  // namespace

cel::Device named_device(const Loading& loading, const DeviceId& device) {
  return named(loading.around.devices.at(device), loading.around.table);
}

void name_devices(Loading& loading) {
  for (const auto& [id, device] : loading.around.devices) {
    loading.names.devices.emplace(id.text(), named(device, loading.around.table));
  }
  const std::string settings(kSettingsDevice);
  loading.names.devices[settings] = {settings, {}, {}, {}, {}};
  loading.names.vocabulary = loading.around.vocabulary;
}

}  // namespace attune::rules
