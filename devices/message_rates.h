#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "devices/dialect.h"
#include "devices/token_bucket.h"
#include "devices/waiting_messages.h"

/// Who floods is held up before anything is read of it; the others are not.
namespace attune::devices {

/// Each device may say limits::kDeviceMessagesPerSecond on average, kDeviceMessagesBurst at once;
/// while nobody waits kToleratedPerSecond more, which are counted.
/// Not counted is what the broker retains, what has no time, and what tells of devices rather than
/// being said by one: discovery, a bridge's word about many. A topic of which nothing can be read
/// counts by itself.
///
/// Who says more than that has the newest message of each topic held, and taken in
/// their order at the rate that it may speak: its last word is never the one that was refused.
/// While something of it is held, whatever it says is. When such a flood is over, and something
/// of it was lost, the device is to be asked for its state.
///
/// Threading: owned by the normaliser. Determinism: depends on the messages so far alone.
class MessageRates {
 public:
  /// Topics whose device is remembered; with more it begins anew as soon as nothing is held.
  static constexpr std::size_t kTopicsMax = 65'536;
  /// Above any meter; at tens of thousands others would wait for the processor and the log.
  static constexpr int kToleratedPerSecond = 1'000;

  enum class Verdict : std::uint8_t {
    taken,
    unheard,    ///< the topic is new: learn() decides when the message is decoded
    tolerated,  ///< too much, and taken since nobody waits
    held,       ///< kept for take()
    lost,       ///< there is no room to hold it
  };
  [[nodiscard]] static bool is_refused(Verdict verdict);

  /// Before a message is decoded.
  [[nodiscard]] Verdict admit(const Message& message, bool others_wait);
  /// After it, where admit() had not heard of the topic: whose it is.
  [[nodiscard]] Verdict learn(const Message& message, const Decoded& out,
                              const AttributeTable& table, bool others_wait);

  /// A message that was held, and is counted now. `now` is steady.
  [[nodiscard]] std::optional<WaitingMessage> take(Millis now);
  /// A device that lost something of what it said, and is calm again.
  [[nodiscard]] std::optional<DeviceIndex> take_to_ask(Millis now);
  /// A device that has just begun to flood.
  [[nodiscard]] std::optional<DeviceIndex> take_began();
  /// When one of the two has something; empty: nothing is held, and nobody to be asked.
  [[nodiscard]] std::optional<Millis> next(Millis now) const;

 private:
  struct TopicHash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  struct Speaker {
    TokenBucket tokens;
    TokenBucket tolerance;
    std::optional<DeviceIndex> device;  ///< empty: one topic of rubbish
  };
  /// Something is held; or it was, and what was lost of it is to be asked for when it is calm.
  struct Flood {
    explicit Flood(WaitingRoom& room) : held(room) {}
    WaitingMessages held;
    bool lost = false;
  };

  Verdict judge(std::size_t speaker, const Message& message, bool others_wait);
  static Verdict hold(Flood& flood, const Message& message);
  std::size_t new_speaker(std::optional<DeviceIndex> device);
  std::size_t speaker_of(DeviceIndex device);
  void begin_anew();

  // What is none counts nowhere.
  std::unordered_map<std::string, std::size_t, TopicHash, std::equal_to<>> by_topic_;
  std::unordered_map<std::size_t, std::size_t> by_device_;
  std::vector<Speaker> speakers_;
  WaitingRoom room_;
  std::map<std::size_t, Flood> floods_;  // by speaker
  std::optional<DeviceIndex> began_;     // not yet taken
};

}  // namespace attune::devices
