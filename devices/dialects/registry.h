#pragma once
#include <functional>
#include <memory>
#include <span>
#include <string_view>

#include "devices/catalog.h"
#include "devices/dialect.h"
#include "devices/dialect_config.h"

/// The dialects there are: one line of a table each.
namespace attune::devices {

/// What a dialect is made with. The catalog outlives it, the options do not.
struct DialectContext {
  Catalog& catalog;
  const DialectOptions& options;
  /// The name of an earlier dialect that owns a topic; empty: none does. What an earlier one says
  /// of a device stands: one that describes what others speak too leaves such topics alone.
  std::function<std::string_view(std::string_view topic)> owner_before;
};

struct DialectRow {
  std::string_view name;     ///< in the configuration, a devices file and DeviceInfo::dialect
  std::string_view options;  ///< its keys in the configuration, divided by '|'
  std::unique_ptr<Dialect> (*make)(const DialectContext&);
};

/// In the order in which they are asked whether a topic is theirs: what a person wrote down, then
/// what devices speak themselves, then what describes other people's topics.
[[nodiscard]] std::span<const DialectRow> dialect_table();

}  // namespace attune::devices
