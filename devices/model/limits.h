#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>

/// Every bound on what comes from outside, each with its unit and its reason.
namespace attune::limits {

// Messages (security.md): a device's state is small; a bridge's list of devices is not.
inline constexpr std::size_t kPayloadBytesMax = 64 * 1024;
inline constexpr std::size_t kDiscoveryBytesMax = 8 * 1024 * 1024;
inline constexpr std::size_t kDiscoveryNodesMax = 200'000;
inline constexpr std::size_t kJsonDepthMax = 32;
inline constexpr std::size_t kJsonMembersMax = 1'024;
inline constexpr std::size_t kJsonStringBytesMax = 16 * 1024;
inline constexpr std::size_t kTopicBytesMax = 512;
inline constexpr std::size_t kTopicLevelsMax = 16;
inline constexpr std::size_t kDevicesMax = 20'000;             ///< a table that grows for ever is a leak
/// A house joins in minutes, not in one second; who invents names is held up.
inline constexpr int kNewDevicesPerMinute = 100;
/// Far above what a device says that is well: 50 identical messages a second were seen of one.
inline constexpr int kDeviceMessagesPerSecond = 50;
inline constexpr int kDeviceMessagesBurst = 200;
/// Messages of devices that have to wait until they may join.
inline constexpr std::size_t kWaitingMessagesMax = 1'000;
inline constexpr std::size_t kWaitingBytesMax = 4 * 1024 * 1024;
inline constexpr std::size_t kAttributesPerDeviceMax = 1'024;  ///< raw leaves included

// Files that people write.
inline constexpr std::size_t kYamlBytesMax = 1024 * 1024;
inline constexpr std::size_t kYamlNodesMax = 100'000;
inline constexpr std::size_t kYamlDepthMax = 64;

// Expressions: far above what CEL requires an implementation to parse.
inline constexpr std::size_t kExpressionBytesMax = 16 * 1024;
inline constexpr std::size_t kExpressionDepthMax = 64;
inline constexpr std::uint64_t kExpressionCostMax = 100'000;  ///< units of the static bound

// HTTP.
inline constexpr std::size_t kHttpHeaderBytesMax = 8 * 1024;
inline constexpr std::size_t kHttpBodyBytesMax = 64 * 1024;
inline constexpr std::size_t kHttpRulesBodyBytesMax = 1024 * 1024;
inline constexpr std::chrono::seconds kHttpHeaderTimeout{10};
inline constexpr std::size_t kHttpConnectionsMax = 64;
inline constexpr std::size_t kHttpStreamsMax = 32;

// The loop.
inline constexpr std::size_t kTurnEventsMax = 256;          ///< one commit covers at most these
inline constexpr std::size_t kUncommittedRevisionsMax = 65'536;
inline constexpr int kCauseDepthMax = 16;                   ///< a chain of causes within one event

}  // namespace attune::limits
