#pragma once
#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "broker/shell/demo/home.h"
#include "broker/shell/link/plain_client.h"

/// Lets a simulated home live: its messages over MQTT, its time from the machine's clock.
///
/// Threading: a thread of its own; made, asked and destroyed by one other thread. Errors: a
/// broker that is not there, or goes away, is waited for.
namespace attune::demo {

struct PlayerOptions {
  HomeOptions home;
  std::string url;  ///< of the broker, mqtt://host:port
  std::string username;
  std::string password_file;  ///< read before each attempt: the broker writes it when it starts
};

class Player {
 public:
  explicit Player(PlayerOptions options);
  ~Player() = default;  ///< stops and waits for its thread
  Player(const Player&) = delete;
  Player& operator=(const Player&) = delete;

  /// Whether the home has told the broker what there is.
  [[nodiscard]] bool playing() const { return playing_; }

 private:
  void play(const std::stop_token& stop);
  [[nodiscard]] std::unique_ptr<link::PlainClient> connect() const;
  void exchange(link::PlainClient& client);

  PlayerOptions options_;
  Home home_;
  std::atomic<bool> playing_ = false;
  std::jthread thread_;  ///< last: it uses what stands above
};

}  // namespace attune::demo
