#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "broker/core/series.h"
#include "devices/model/ids.h"
#include "devices/model/records.h"

/// What Signals keep as named bytes (store/FORMAT.md, "Blobs"): one row for each signal that has a
/// memory, and one for each piece of its series.
///
/// Errors: what is written otherwise is nothing; no field is believed.
namespace attune::core {

struct SignalRow {
  std::string text;  ///< of the signal: keys hold no more than a hash of it
  std::optional<Instant> since;
  Revision revision{};
  Revision context{};
  friend bool operator==(const SignalRow&, const SignalRow&) = default;
};

[[nodiscard]] std::string signal_key(std::string_view text);
[[nodiscard]] std::string piece_key(std::string_view text, std::uint64_t serial);
/// The signal's key in a piece's key; empty when it is no such key.
[[nodiscard]] std::string_view signal_of_piece(std::string_view key);

[[nodiscard]] std::string pack(const SignalRow& row);
[[nodiscard]] std::optional<SignalRow> unpack_signal(std::string_view bytes);
[[nodiscard]] std::string pack(const Series::Piece& piece);
[[nodiscard]] std::optional<Series::Piece> unpack_piece(std::string_view bytes);

}  // namespace attune::core
