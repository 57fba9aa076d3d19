#include "tests/bench/e2e/answerer.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <mqtt/async_client.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/socket.h>

#include <cstdlib>
#include <string>
#include <string_view>

#include "tests/bench/e2e/home.h"
#include "tests/bench/e2e/process.h"

namespace attune::bench {
namespace {

constexpr int kInFlightMax = 1'024;

bool is_line_to(int fd, std::uint16_t port) {
  sockaddr_in peer{};
  socklen_t length = sizeof peer;
  return getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &length) == 0 &&
         peer.sin_family == AF_INET && ntohs(peer.sin_port) == port;
}

/// Paho leaves Nagle's algorithm on and has no option for it.
void set_no_delay(std::uint16_t port) {
  DIR* folder = opendir("/proc/self/fd");
  int changed = 0;
  while (const dirent* entry = readdir(folder)) {
    const int fd = std::atoi(entry->d_name);
    const int on = 1;
    if (!is_line_to(fd, port)) continue;
    if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) == 0) ++changed;
  }
  closedir(folder);
  if (changed != 1) die("Paho's socket was not found");
}

void answer_one(mqtt::async_client& client, const mqtt::message& message) {
  const auto& topic = message.get_topic_ref();
  const auto& payload = message.get_payload_ref();
  const auto command = command_for({topic.data(), topic.size()}, {payload.data(), payload.size()});
  if (command) client.publish(command->topic, command->payload, 1, false);
}

void serve(mqtt::async_client& client, std::uint16_t port) {
  mqtt::connect_options options;
  options.set_mqtt_version(MQTTVERSION_5);
  options.set_clean_start(true);
  options.set_max_inflight(kInFlightMax);
  client.set_message_callback(
      [&client](const mqtt::const_message_ptr& message) { answer_one(client, *message); });
  client.connect(options)->wait();
  set_no_delay(port);
  client.subscribe(kStateFilter, 1, mqtt::subscribe_options(true))->wait();
  client.publish(kStatusTopic, std::string(kOnline), 1, true)->wait();
}

}  // namespace

int answer(std::uint16_t port) {
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTERM);
  sigprocmask(SIG_BLOCK, &stop, nullptr);
  try {
    mqtt::async_client client("tcp://127.0.0.1:" + std::to_string(port), "answerer",
                              mqtt::create_options(MQTTVERSION_5, kInFlightMax + 16), nullptr);
    serve(client, port);
    int signal = 0;
    sigwait(&stop, &signal);
    client.disconnect()->wait();
  } catch (const std::exception& error) {
    die(error.what());
  }
  return 0;
}

}  // namespace attune::bench
