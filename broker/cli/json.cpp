#include "broker/cli/json.h"

#include <utility>

#include "devices/json/writer.h"
#include "devices/model/value.h"

namespace attune::cli {
namespace {

/// A state of limits::kDevicesMax devices fits; what is larger is not attune's.
constexpr devices::json::Limits kAnswerLimits{256ull << 20, limits::kJsonDepthMax, 16'000'000,
                                              1ull << 20};

Value scalar(const Json& node) {
  switch (node.kind) {
    case JsonKind::boolean:
      return node.boolean;
    case JsonKind::integer:
      return node.integer;
    case JsonKind::number:
      return node.number;
    case JsonKind::text:
      return node.text;
    case JsonKind::null:
    case JsonKind::array:
    case JsonKind::object:
      break;
  }
  return {};
}

void write(devices::json::Writer& out, const Json& node) {
  if (!node.is_container()) {
    out.value(scalar(node));
    return;
  }
  const bool object = node.kind == JsonKind::object;
  object ? out.begin_object() : out.begin_array();
  for (const Json& child : node) {
    if (object) out.key(child.key);
    write(out, child);
  }
  object ? out.end_object() : out.end_array();
}

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
  write(out, node);
  return out.take();
}

}  // namespace attune::cli
