#include "devices/dialects/raw_values.h"

namespace attune::devices {

bool is_at_or_below(std::string_view name, std::string_view top) {
  if (!name.starts_with(top)) return false;
  return name.size() == top.size() || name[top.size()] == '.' || name[top.size()] == '/';
}

void forget_raw(const AttributeTable& table, DeviceIndex device, std::string_view attribute,
                Decoded& out) {
  for (const AttributeId id : table.attributes_of(device)) {
    if (is_at_or_below(table.path(id).attribute, attribute)) out.unknown.push_back(id);
  }
}

}  // namespace attune::devices
