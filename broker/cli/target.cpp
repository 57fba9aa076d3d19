#include "broker/cli/target.h"

#include "broker/shell/http/client.h"
#include "devices/model/attribute_table.h"
#include "devices/model/device.h"

namespace attune::cli {
namespace {

Error no_path(std::string_view text) {
  return {"path", "write DEVICE.ATTRIBUTE, not '" + std::string(text) + "'"};
}

}  // namespace

Result<std::string> attribute_target(std::string_view text) {
  const auto path = parse_path(text);
  if (!path || path->attribute.empty()) return no_path(text);
  if (path->device.text() == kSettingsDevice) {
    return "/api/v1/settings/" + http::encode(path->attribute);
  }
  return "/api/v1/devices/" + http::encode(path->device.text()) + "/" +
         http::encode(path->attribute);
}

Result<std::string> attribute_query(std::string_view text) {
  const auto path = parse_path(text);
  if (!path || path->attribute.empty()) return no_path(text);
  return "?device=" + http::encode(path->device.text()) +
         "&attribute=" + http::encode(path->attribute);
}

}  // namespace attune::cli
