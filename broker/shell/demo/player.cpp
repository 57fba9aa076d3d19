#include "broker/shell/demo/player.h"

#include <chrono>
#include <utility>

#include "broker/shell/config/config.h"

namespace attune::demo {
namespace {

using namespace std::chrono_literals;

constexpr auto kTurn = 50ms;
constexpr auto kRetry = 200ms;
constexpr auto kPatience = 2s;

Millis steady_now() {
  return std::chrono::duration_cast<Millis>(std::chrono::steady_clock::now().time_since_epoch());
}

void publish(link::PlainClient& client, std::vector<Publish> messages) {
  for (Publish& message : messages) {
    const int qos = message.retained ? 1 : 0;
    client.publish(std::move(message.topic), std::move(message.payload), qos, message.retained);
  }
}

}  // namespace

Player::Player(PlayerOptions options)
    : options_(std::move(options)),
      home_(options_.home, steady_now()),
      thread_([this](const std::stop_token& stop) { play(stop); }) {}

void Player::play(const std::stop_token& stop) {
  std::unique_ptr<link::PlainClient> client;
  while (!stop.stop_requested()) {
    if (client == nullptr || !client->connected()) {
      playing_ = false;
      client = connect();
      playing_ = client != nullptr;
    }
    if (client != nullptr) exchange(*client);
    std::this_thread::sleep_for(client != nullptr ? kTurn : kRetry);
  }
}

std::unique_ptr<link::PlainClient> Player::connect() const {
  const Result<std::string> password = config::read_secret(options_.password_file);
  if (!password.ok()) return nullptr;
  auto client = std::make_unique<link::PlainClient>(
      link::PlainOptions{options_.url, "demo-home", options_.username, *password});
  if (!client->connect(kPatience).ok() || !client->subscribe(home_.subscriptions()).ok()) {
    return nullptr;
  }
  publish(*client, home_.announce());
  return client;
}

void Player::exchange(link::PlainClient& client) {
  const Millis now = steady_now();
  for (const auto& message : client.take()) {
    home_.on_message(message.topic, message.payload, now);
  }
  publish(client, home_.step(now));
}

}  // namespace attune::demo
