#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "devices/model/attribute_table.h"
#include "rules/cel/environment.h"
#include "rules/rule_set.h"

/// Whether two readings of a rule mean the same: its memory is kept over a reload if so.
namespace attune::rules {

/// Of everything that changes what the rule does, vars that it uses included; not of its label,
/// its place, or how it is laid out. `binding` is what `foreach` makes of its name: "t=trv_bath".
/// Determinism: the same on every machine and in every run.
[[nodiscard]] std::uint64_t fingerprint(const Rule& rule, std::string_view binding,
                                        const cel::Environment& names, const AttributeTable& table);

/// CEL without comments and without blanks that divide nothing.
[[nodiscard]] std::string canonical(std::string_view cel);

}  // namespace attune::rules
