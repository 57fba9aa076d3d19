#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "devices/model/ids.h"
#include "devices/model/instant.h"

/// What one `learn` has learned in one context, and of what.
namespace attune::core {

/// A person's value while the rule held another, once for each run of the rule.
struct Correction {
  double chosen = 0;
  Instant at;
  Revision revision{};  ///< of the person's claim
  std::string rule;     ///< the instance that was corrected
  Millis run{};         ///< Instant::steady of its start
  friend bool operator==(const Correction&, const Correction&) = default;
};

/// The number moved.
struct Moved {
  double from = 0, to = 0;
  Instant at;
  Revision revision{};
  std::string who;  ///< who accepted it, or "auto"
  friend bool operator==(const Moved&, const Moved&) = default;
};

struct Learned {
  static constexpr std::string_view kSpace = "learned";  ///< of the blobs
  static constexpr std::size_t kMovesMax = 32;           ///< older ones cannot be undone

  std::string id;                    ///< rules::Learn::id
  std::string context;               ///< `settings.house=night, area=hall`; empty: there is but one
  double literal = 0;                ///< of the file, that all this began at
  double value = 0;                  ///< what counts instead
  std::vector<Correction> evidence;  ///< to one side, the newest last
  std::optional<double> proposed;    ///< waits for a person
  Revision proposed_at{};
  std::vector<Moved> moves;  ///< the newest last
  /// The run whose correction was used up: it says no more.
  std::string spent_rule;
  Millis spent_run{};
  friend bool operator==(const Learned&, const Learned&) = default;
};

}  // namespace attune::core
