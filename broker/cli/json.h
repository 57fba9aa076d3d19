#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "devices/json/reader.h"
#include "devices/model/result.h"

/// The daemon's answers, read through the JSON door with bounds fit for a whole fleet.
namespace attune::cli {

using Json = devices::json::Node;
using JsonKind = devices::json::Kind;

/// A parsed text; its nodes live as long as it does.
struct JsonDocument {
  std::unique_ptr<devices::json::Reader> reader;
  const Json* root = nullptr;
};

/// Error "json": the reason and the place.
[[nodiscard]] Result<JsonDocument> parse_json(const std::string& text);

/// The member called `key`; a null node where there is none.
[[nodiscard]] const Json& at(const Json& node, std::string_view key);

/// A text without its quotes, `-` for null, anything else as compact JSON.
[[nodiscard]] std::string words(const Json& node);
/// The words of a member.
[[nodiscard]] std::string words(const Json& node, std::string_view key);

/// Compact JSON, on one line.
[[nodiscard]] std::string to_text(const Json& node);

}  // namespace attune::cli
