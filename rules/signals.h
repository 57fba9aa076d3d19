#pragma once
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "devices/model/attribute_table.h"
#include "devices/model/issue.h"
#include "rules/cel/environment.h"
#include "rules/cel/signal.h"

/// The signals of a rule set while it is loaded: each is an attribute of a device that no house
/// has.
namespace attune::rules {

/// The device whose attributes signals are; no device's id can be this.
inline constexpr std::string_view kSignalDevice = "$signal";

/// `sun.up` of `$signal.sun.up`, else the path as it stands: what people read.
[[nodiscard]] std::string readable(const AttributePath& path);

/// Threading: owned by one load.
class SignalTable final : public cel::SignalBook {
 public:
  /// What is taken in a set: (kind, id).
  using Ids = std::map<std::pair<std::string, std::string>, SourcePlace>;
  SignalTable(AttributeTable& table, const Ids& ids) : table_(table), ids_(ids) {}
  AttributeId take(cel::Signal signal) override;
  [[nodiscard]] std::vector<std::string_view> rules() const override;
  /// In an order in which each stands after those that it reads.
  [[nodiscard]] std::vector<cel::Signal> release() { return std::move(signals_); }

 private:
  AttributeTable& table_;
  const Ids& ids_;
  std::vector<cel::Signal> signals_;
  std::map<AttributeId, std::size_t> known_;
};

/// `sun` and `local` become names of expressions.
void name_clocks(cel::Environment& names);

}  // namespace attune::rules
