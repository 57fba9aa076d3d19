#pragma once
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "devices/model/device.h"
#include "devices/model/records.h"

/// What the claims on one attribute come to: one decides the value, ranges bound it.
///
/// Determinism: functions of the claims, in the order in which Claims keeps them.
namespace attune::core {

/// Where one claim stands among the others.
enum class ClaimStanding : std::uint8_t {
  held,     ///< it decides
  bounds,   ///< a range that binds what another one wants
  waiting,  ///< behind
  blocked,  ///< kept from counting, see Claim::blocked
  shadow
};
[[nodiscard]] std::string_view name(ClaimStanding standing);

/// Whether it has a value of its own; else it is a range.
[[nodiscard]] bool is_point(const Claim& claim);
/// Whether it counts: neither shadow nor blocked.
[[nodiscard]] bool counts(const Claim& claim);

/// The claim that decides: the first point claim that counts, else the first range that does; null
/// when nobody (but shadows and blocked ones) claims.
[[nodiscard]] const Claim* deciding(const std::vector<Claim>& claims);

/// `claim` must be one of `claims`.
[[nodiscard]] ClaimStanding standing(const std::vector<Claim>& claims, const Claim& claim);

/// What may be wanted of a number.
struct Band {
  double min = -std::numeric_limits<double>::infinity();
  double max = std::numeric_limits<double>::infinity();
};

struct Decision {
  const Claim* by = nullptr;  ///< whose wish it is; null: nobody's
  Value value;                ///< none: nobody wants anything
};

/// A range binds its own and lower priorities; of two that exclude each other the higher stays.
/// Without a point claim the ranges clamp what is reported: inside them nobody wants anything.
/// `outer` binds all.
[[nodiscard]] Decision combine(const std::vector<Claim>& claims, const AttributeInfo* info,
                               const Value& reported, const Band& outer = {});

/// `value` within `band`, in its declared type; other than numbers stay as they are.
[[nodiscard]] Value clamp(const AttributeInfo* info, const Value& value, const Band& band);

/// As people read it: `21`, `at least 7`, `7 to 25`.
[[nodiscard]] std::string wish_text(const Claim& claim);

}  // namespace attune::core
