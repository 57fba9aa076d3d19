#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "broker/cli/json.h"
#include "broker/cli/table.h"
#include "devices/model/instant.h"

/// The daemon's lists as tables that people read.
namespace attune::cli {

/// What `attune get` can list.
enum class Kind {
  devices,
  rules,
  settings,
  commands,
  claims,
  conflicts,
  rejections,
  notices,
  learned
};
/// The words on the command line, in the order of Kind.
[[nodiscard]] const std::vector<std::string>& kind_words();

/// One entry of an answer; `id` is its key where the answer is a map.
struct Item {
  std::string id;
  const Json* node = nullptr;
};

/// The entries of an answer of `kind`. `name` not empty: only those of that id, device,
/// attribute, or topic.
[[nodiscard]] std::vector<Item> items(Kind kind, const Json& answer, const std::string& name = {});

/// One line per entry; `now` turns times into ages.
[[nodiscard]] Table listing(Kind kind, const std::vector<Item>& items, Millis now);

/// One entry as JSON on one line, with its id.
[[nodiscard]] std::string item_json(const Item& item);

/// `{"value":21.5,"unit":"Cel"}` -> `21.5°C`.
[[nodiscard]] std::string value_text(const Json& value, const Json& unit);
/// The state of a command for people: what `--observe` held back says `would send`.
[[nodiscard]] std::string command_state_text(const std::string& state, const std::string& reason);
/// `2026-01-15T12:00:00.000Z` at 12:05 -> `5m`; `-` for null.
[[nodiscard]] std::string age_text(const Json& time, Millis now);

}  // namespace attune::cli
