#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "broker/core/conflict.h"
#include "broker/core/learned.h"
#include "broker/core/notice.h"
#include "broker/core/rule_memory.h"
#include "broker/core/seen_writes.h"

/// What the core keeps as named bytes (store/FORMAT.md, "Blobs"): texts of counted fields.
///
/// Errors: what pack() would not write is nothing; no field is believed.
namespace attune::core {

[[nodiscard]] std::string pack(const Conflict& conflict);
[[nodiscard]] std::optional<Conflict> unpack_conflict(std::string_view bytes);

/// The reply's RequestId is not kept.
[[nodiscard]] std::string pack(const SeenWrites::Entry& entry);
[[nodiscard]] std::optional<SeenWrites::Entry> unpack_seen(std::string_view bytes);

[[nodiscard]] std::string pack(const RuleMemory& memory);
[[nodiscard]] std::optional<RuleMemory> unpack_memory(std::string_view bytes);

[[nodiscard]] std::string pack(const Notice& notice);
[[nodiscard]] std::optional<Notice> unpack_notice(std::string_view bytes);

[[nodiscard]] std::string pack(const Learned& learned);
[[nodiscard]] std::optional<Learned> unpack_learned(std::string_view bytes);

}  // namespace attune::core
