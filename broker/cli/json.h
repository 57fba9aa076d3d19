#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "devices/model/result.h"

/// The daemon's answers as a tree that the tables read; numbers stay as they were written.
namespace attune::cli {

enum class JsonKind { null, boolean, number, text, list, map };

struct JsonMember;

/// One node. Views live as long as the JsonDocument.
struct Json {
  JsonKind kind = JsonKind::null;
  std::string_view raw;  ///< as it stands in the document, without white space around it
  std::string text;      ///< of a text, unescaped
  std::vector<Json> items;
  std::vector<JsonMember> members;  ///< in the document's order

  /// A member of a map; a null node where there is none.
  [[nodiscard]] const Json& operator[](std::string_view key) const;
  [[nodiscard]] bool is_true() const { return kind == JsonKind::boolean && raw == "true"; }
  /// A text without its quotes, `-` for null, anything else as written.
  [[nodiscard]] std::string words() const;
};

struct JsonMember {
  std::string key;
  Json value;
};

/// A parsed text, and the bytes that its nodes point into.
struct JsonDocument {
  std::unique_ptr<const std::string> source;
  Json root;
};

/// Error "json": where and what. Depth is at most limits::kJsonDepthMax.
[[nodiscard]] Result<JsonDocument> parse_json(std::string text);

}  // namespace attune::cli
