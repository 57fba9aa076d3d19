#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "store/layer.h"
#include "store/store.h"
#include "store/tables.h"

/// Records as keys and values of tables, as store/FORMAT.md lays them down.
///
/// Every function here exists for Identity, Position, LogEntry, JournalEntry and each alternative
/// of Record.
namespace attune::store {

/// Of the store; the value meta/store carries it. Each record carries the format that last changed
/// its layout.
inline constexpr std::uint8_t kFormat = 2;
inline constexpr std::size_t kHeaderBytes = 8;
/// LMDB takes 511; a longer name is cut and told apart by its hash (FORMAT.md, "Keys").
inline constexpr std::size_t kKeyBytesMax = 500;

/// What a store is. Key "store" of meta, written once.
struct Identity {
  std::string uuid;  ///< 36 characters
  std::uint64_t incarnation = 1;
  friend bool operator==(const Identity&, const Identity&) = default;
};

/// Where a store stands. Key "position" of meta, written by every commit.
struct Position {
  Revision head{};            ///< of the last committed change
  Revision reached{};         ///< nothing above it and head was given out when this start began
  Revision folded_through{};  ///< the state table holds everything up to here
  Revision floor{};           ///< the log holds nothing at or below it
  CommandId last_command{};
  std::uint64_t final_commands = 0;  ///< rows of the commands table with a final state
  Instant at;
  std::optional<InboxPosition> inbox;
  bool clean = true;
  friend bool operator==(const Position&, const Position&) = default;
};

/// A change and its neighbour: a log that lost an entry is found out by the entry after it.
struct LogEntry {
  Revision before{};  ///< revision of the entry before this one; 0: the first ever
  Change change;
  friend bool operator==(const LogEntry&, const LogEntry&) = default;
};

/// The rows of one commit, until they are settled into their tables.
struct JournalEntry {
  std::uint64_t number = 1;  ///< counts from 1 after each settling
  Layer rows;
};

template <class R>
inline constexpr Table kTableOf = Table::meta;
template <>
inline constexpr Table kTableOf<LogEntry> = Table::log;
template <>
inline constexpr Table kTableOf<StateRow> = Table::state;
template <>
inline constexpr Table kTableOf<Command> = Table::commands;
template <>
inline constexpr Table kTableOf<Claim> = Table::claims;
template <>
inline constexpr Table kTableOf<Base> = Table::bases;
template <>
inline constexpr Table kTableOf<RuleState> = Table::rules;
template <>
inline constexpr Table kTableOf<Timer> = Table::timers;
template <>
inline constexpr Table kTableOf<Blob> = Table::blobs;
template <>
inline constexpr Table kTableOf<Tombstone> = Table::tombstones;
template <>
inline constexpr Table kTableOf<JournalEntry> = Table::journal;

/// `out` becomes the key of `record`; only its key fields count.
template <class R>
void encode_key(const R& record, std::string& out);

/// `out` becomes the whole value: header and payload.
template <class R>
void encode_value(const R& record, std::string& out);

/// Errors: "corrupt" when header, checksum, payload or key disagree; "format" when the value is
/// whole but of another format. The message names table and key.
template <class R>
[[nodiscard]] Result<R> decode(std::string_view key, std::string_view value);

/// The same without a key to compare. `key` is only for the message.
template <class R>
[[nodiscard]] Result<R> decode_value(std::string_view value, std::string_view key = "?");

/// The format that the header of a whole value tells. Errors: "corrupt".
[[nodiscard]] Result<std::uint8_t> format_of(Table table, std::string_view key,
                                             std::string_view value);

/// Sets the checksum of `value` to what its other bytes ask for.
void reseal_value(std::string& value);

/// The keys of numbered tables.
void encode_number_key(std::uint64_t number, std::string& out);
/// What the keys of all blobs of a space begin with.
[[nodiscard]] std::string blob_prefix(const std::string& space);

[[nodiscard]] Error corrupt(Table table, std::string_view key, std::string_view what);

}  // namespace attune::store
