#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "devices/dialect.h"
#include "devices/token_bucket.h"

/// Who floods is held up before anything is read of it; the others are not.
namespace attune::devices {

/// Each device may say limits::kDeviceMessagesPerSecond on average, kDeviceMessagesBurst at once.
/// Not counted is what the broker retains, what has no time, and what tells of devices rather than
/// being said by one: discovery, a bridge's word about many. A topic of which nothing can be read
/// counts by itself.
///
/// Threading: owned by the normaliser. Determinism: depends on the messages so far alone.
class MessageRates {
 public:
  /// Topics whose device is remembered; with more it begins anew.
  static constexpr std::size_t kTopicsMax = 65'536;

  /// Before a message is decoded: false when its device has said too much already.
  [[nodiscard]] bool admits(const Message& message);
  /// After it: whose topic that is. False when the topic is new, and its device has said too much.
  [[nodiscard]] bool learn(const Message& message, const Decoded& out, const AttributeTable& table);

 private:
  std::size_t new_bucket();
  std::size_t bucket_of(DeviceIndex device);

  std::unordered_map<std::string, std::size_t> by_topic_;  // what is none counts nowhere
  std::unordered_map<std::size_t, std::size_t> by_device_;
  std::vector<TokenBucket> buckets_;
};

}  // namespace attune::devices
