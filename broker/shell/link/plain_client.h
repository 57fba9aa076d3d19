#pragma once
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "devices/model/result.h"

/// A plain MQTT client, as a device has one: the simulated home speaks through it.
///
/// It promises nothing that link.h promises: a lost connection is lost, and what was in flight
/// with it. Who wants to go on makes a new client.
///
/// Threading: one thread calls everything here. Errors: connect() and subscribe() with the
/// library's reason; publish() on a lost connection drops the message.
namespace attune::link {

struct PlainOptions {
  std::string url;  ///< mqtt://host:port
  std::string client_id;
  std::string username;
  std::string password;
};

class PlainClient {
 public:
  struct Arrived {
    std::string topic;
    std::string payload;
  };

  explicit PlainClient(const PlainOptions& options);
  ~PlainClient();  ///< disconnects
  PlainClient(const PlainClient&) = delete;
  PlainClient& operator=(const PlainClient&) = delete;

  /// Waits for the broker's answer for at most `patience`.
  [[nodiscard]] Status connect(std::chrono::milliseconds patience);
  /// QoS 1 each; waits for the answers.
  [[nodiscard]] Status subscribe(const std::vector<std::string>& filters);
  void publish(std::string topic, std::string payload, int qos, bool retained);
  /// What has arrived since the last call, in order. Of more than 10,000 the newest are dropped.
  [[nodiscard]] std::vector<Arrived> take();
  [[nodiscard]] bool connected() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace attune::link
