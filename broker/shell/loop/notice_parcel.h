#pragma once
#include <string_view>

#include "broker/core/notice.h"
#include "broker/shell/link/link.h"

/// A notice on its way to whoever tells people.
namespace attune::shell {

/// QoS 1, not retained, to the notice's own topic or `<prefix>/notify/<to>`.
[[nodiscard]] link::Parcel notice_parcel(const core::Notice& notice, std::string_view prefix);

}  // namespace attune::shell
