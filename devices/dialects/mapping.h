#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "devices/catalog.h"
#include "devices/dialects/device_book.h"
#include "devices/json/reader.h"
#include "devices/model/result.h"

/// What a person wrote of one attribute in a devices file, as a binding.
namespace attune::devices {

/// Its form on the wire by the vocabulary, `unit` and `values`; the property is its source. A raw
/// name has neither type nor info. Errors: mapping_error().
[[nodiscard]] Result<Bound> bind_mapped(const DeviceId& device, const MappedAttribute& from);

/// Error "devices_file", naming device and attribute.
[[nodiscard]] Error mapping_error(const DeviceId& device, std::string_view attribute,
                                  std::string text);
/// What an entry maps; nothing of what cannot be (Normaliser::configure() refused it).
[[nodiscard]] std::vector<Bound> bound_of(const DeviceEntry& entry);
/// Whether an attribute of a device whose dialect keeps everything raw can be mapped so; one that
/// is raw by its name cannot.
[[nodiscard]] Status check_mapped(const DeviceId& device, const MappedAttribute& from);

/// Makes `wanted` what is mapped of a device, in place of `before`; what messages made certain of
/// other attributes stays.
void replace_mapped(DeviceBook& book, BoundDevice& device, const std::vector<Bound>& before,
                    const std::vector<Bound>& wanted, Decoded& out);

/// The keys of a JSON pointer; empty optional when it is none.
[[nodiscard]] std::optional<std::vector<std::string>> split_pointer(std::string_view pointer);
/// The node to which the keys lead, a JSON null on the way included; null: there is none.
[[nodiscard]] const json::Node* follow(const json::Node& root,
                                       const std::vector<std::string>& path);

}  // namespace attune::devices
