#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "devices/dialects/device_book.h"

/// What the topics of first-generation Shelly devices mean.
namespace attune::devices::shelly_gen1 {

/// The topic below that of the device `id`: `relay/0/energy`, `sensor/temperature`, `roller/0/pos`.
/// All that it tells: a roller's `open` is a movement, `stop` the end of one. Empty: nothing
/// certain.
[[nodiscard]] std::vector<Bound> bind_topic(std::string_view id, std::string_view rest);
/// A member of `light/<n>/status` and its like; `ison` is what the bare topic says too.
[[nodiscard]] std::vector<Bound> bind_light(std::string_view id, std::string_view component,
                                            std::string_view member);
/// A member of a motion sensor's `status`.
[[nodiscard]] std::vector<Bound> bind_status(std::string_view member);

/// What a model has, by the code in its announcement (`SHDM-2`) or its id (`shellydimmer2-..`):
/// topics that bind_topic() knows, and lights as `light/0`. Empty: an unknown model.
[[nodiscard]] std::vector<std::string_view> topics_of(std::string_view model);
/// Whether a device of this id wakes, reports, and sleeps again.
[[nodiscard]] bool is_sleeper(std::string_view id);

/// Where a topic begins that belongs to no device's id: `relay` of `a/b/relay/0`.
[[nodiscard]] bool is_component(std::string_view level);
/// `S`, `SS`, `SSS`, `L` in canonical words; empty for anything else.
[[nodiscard]] std::string_view press_word(std::string_view event);

}  // namespace attune::devices::shelly_gen1
