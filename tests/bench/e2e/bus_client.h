#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

/// The devices' end of the bus: MQTT 3.1.1 and QoS 1 over one socket, with as little as that needs.
///
/// The load must cost less than what it measures, and on the same two cores: a client library's
/// threads and queues would hide both answerers.
///
/// Threading: one thread. Errors: a broken line ends the run.
namespace attune::bench {

class BusClient {
 public:
  using OnMessage = std::function<void(std::string_view topic, std::string_view payload)>;

  /// Connects, waiting at most 5 s for the broker to listen.
  BusClient(std::uint16_t port, std::string_view id);
  ~BusClient();
  BusClient(const BusClient&) = delete;
  BusClient& operator=(const BusClient&) = delete;

  /// QoS 1; returns when the broker has granted it.
  void subscribe(std::string_view filter);
  /// QoS 1; leaves with the next flush().
  void publish(std::string_view topic, std::string_view payload);
  /// QoS 0; the same.
  void say(std::string_view topic, std::string_view payload);
  void flush();
  /// Waits for bytes, takes all that came, and acknowledges. The views live as long as the call.
  /// False: nothing came in time.
  bool receive(std::chrono::milliseconds patience, const OnMessage& on_message);
  /// Publishes that the broker has not acknowledged yet.
  [[nodiscard]] std::size_t unacknowledged() const { return unacknowledged_; }

 private:
  void begin_packet(std::uint8_t type, std::size_t length);
  void put_number(std::size_t number);
  void put_text(std::string_view text);
  [[nodiscard]] std::uint16_t next_id();
  /// Bytes that the packet at the front of `bytes` takes; 0: it is not complete.
  std::size_t take_packet(std::string_view bytes, const OnMessage& on_message);
  void take_publish(std::uint8_t type, std::string_view body, const OnMessage& on_message);
  void wait_for_answer();

  int socket_ = -1;
  std::string out_;
  std::string in_;
  std::uint16_t last_id_ = 0;
  std::size_t unacknowledged_ = 0;
  bool answered_ = false;  ///< CONNACK or SUBACK came
};

}  // namespace attune::bench
