#include "broker/cli/json.h"

#include <utility>

#include "devices/json/values.h"
#include "devices/model/value.h"

namespace attune::cli {
namespace {

/// A state of limits::kDevicesMax devices fits; what is larger is not attune's.
constexpr devices::json::Limits kAnswerLimits{256ull << 20, limits::kJsonDepthMax, 16'000'000,
                                              1ull << 20};

}  // namespace

Result<JsonDocument> parse_json(const std::string& text) {
  JsonDocument document;
  document.reader = std::make_unique<devices::json::Reader>();
  document.root = document.reader->read(text, kAnswerLimits);
  if (document.root != nullptr) return document;
  const auto& refusal = document.reader->refusal();
  return Error{"json", std::string(refusal.reason) + ": " + refusal.detail};
}

const Json& at(const Json& node, std::string_view key) {
  static const Json nothing;
  const Json* found = node.find(key);
  return found == nullptr ? nothing : *found;
}

std::string words(const Json& node) {
  if (node.kind == JsonKind::null) return "-";
  return node.kind == JsonKind::text ? std::string(node.text) : to_text(node);
}

std::string words(const Json& node, std::string_view key) {
  return words(at(node, key));
}

std::string to_text(const Json& node) {
  devices::json::Writer out;
  devices::json::append(out, node);
  return out.take();
}

}  // namespace attune::cli
