#include "tests/bench/e2e/bus_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <thread>

#include "tests/bench/e2e/process.h"

namespace attune::bench {
namespace {

constexpr std::chrono::seconds kPatience{5};
constexpr std::uint8_t kConnect = 0x10;
constexpr std::uint8_t kConnectAnswer = 0x20;
constexpr std::uint8_t kPublish = 0x30;
constexpr std::uint8_t kPublishAnswer = 0x40;
constexpr std::uint8_t kSubscribe = 0x82;
constexpr std::uint8_t kSubscribeAnswer = 0x90;
constexpr std::uint8_t kTypeMask = 0xf0;
constexpr std::uint8_t kQosMask = 0x06;
constexpr std::uint8_t kQos1 = 0x02;

int connect_to(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (std::chrono::steady_clock::now() < deadline) {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) return fd;
    close(fd);
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  die("the broker does not listen");
}

std::size_t number_at(std::string_view bytes, std::size_t place) {
  return static_cast<std::size_t>(static_cast<std::uint8_t>(bytes[place]) << 8 |
                                  static_cast<std::uint8_t>(bytes[place + 1]));
}

}  // namespace

BusClient::BusClient(std::uint16_t port, std::string_view id) : socket_(connect_to(port)) {
  const int on = 1;
  setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  begin_packet(kConnect, 12 + id.size());
  put_text("MQTT");
  out_ += {'\x04', '\x02'};  // 3.1.1, clean session
  put_number(0);             // no keep-alive
  put_text(id);
  wait_for_answer();
}

BusClient::~BusClient() {
  close(socket_);
}

void BusClient::subscribe(std::string_view filter) {
  begin_packet(kSubscribe, 5 + filter.size());
  put_number(next_id());
  put_text(filter);
  out_ += '\x01';
  wait_for_answer();
}

void BusClient::publish(std::string_view topic, std::string_view payload) {
  begin_packet(kPublish | kQos1, 4 + topic.size() + payload.size());
  put_text(topic);
  put_number(next_id());
  out_ += payload;
  ++unacknowledged_;
}

void BusClient::say(std::string_view topic, std::string_view payload) {
  begin_packet(kPublish, 2 + topic.size() + payload.size());
  put_text(topic);
  out_ += payload;
}

void BusClient::flush() {
  std::string_view left = out_;
  while (!left.empty()) {
    const ssize_t sent = send(socket_, left.data(), left.size(), MSG_NOSIGNAL);
    if (sent <= 0) die("the broker hung up");
    left.remove_prefix(static_cast<std::size_t>(sent));
  }
  out_.clear();
}

bool BusClient::receive(std::chrono::milliseconds patience, const OnMessage& on_message) {
  pollfd watched{socket_, POLLIN, 0};
  if (poll(&watched, 1, static_cast<int>(patience.count())) <= 0) return false;
  std::array<char, 64 * 1024> buffer;
  const ssize_t got = recv(socket_, buffer.data(), buffer.size(), 0);
  if (got <= 0) die("the broker hung up");
  in_.append(buffer.data(), static_cast<std::size_t>(got));
  std::size_t taken = 0;
  while (const std::size_t step = take_packet(std::string_view(in_).substr(taken), on_message)) {
    taken += step;
  }
  in_.erase(0, taken);
  flush();
  return true;
}

std::size_t BusClient::take_packet(std::string_view bytes, const OnMessage& on_message) {
  std::size_t length = 0;
  std::size_t head = 1;
  for (unsigned shift = 0;; shift += 7, ++head) {
    if (head >= bytes.size()) return 0;
    const auto byte = static_cast<std::uint8_t>(bytes[head]);
    length |= static_cast<std::size_t>(byte & 0x7f) << shift;
    if ((byte & 0x80) == 0) break;
  }
  ++head;
  if (bytes.size() < head + length) return 0;
  const auto type = static_cast<std::uint8_t>(bytes[0]);
  const std::uint8_t kind = type & kTypeMask;
  if (kind == kPublish) take_publish(type, bytes.substr(head, length), on_message);
  if (kind == kPublishAnswer) --unacknowledged_;
  if (kind == kConnectAnswer || kind == kSubscribeAnswer) answered_ = true;
  return head + length;
}

void BusClient::take_publish(std::uint8_t type, std::string_view body,
                             const OnMessage& on_message) {
  const std::size_t topic_length = number_at(body, 0);
  const std::string_view topic = body.substr(2, topic_length);
  std::size_t rest = 2 + topic_length;
  if ((type & kQosMask) != 0) {
    begin_packet(kPublishAnswer, 2);
    put_number(number_at(body, rest));
    rest += 2;
  }
  on_message(topic, body.substr(rest));
}

void BusClient::wait_for_answer() {
  answered_ = false;
  flush();
  while (!answered_) {
    if (!receive(kPatience, [](auto, auto) {})) die("the broker does not answer");
  }
}

void BusClient::begin_packet(std::uint8_t type, std::size_t length) {
  out_ += static_cast<char>(type);
  do {
    const auto low = static_cast<std::uint8_t>(length & 0x7f);
    length >>= 7;
    out_ += static_cast<char>(length == 0 ? low : low | 0x80);
  } while (length != 0);
}

void BusClient::put_number(std::size_t number) {
  out_ += static_cast<char>(number >> 8);
  out_ += static_cast<char>(number & 0xff);
}

void BusClient::put_text(std::string_view text) {
  put_number(text.size());
  out_ += text;
}

std::uint16_t BusClient::next_id() {
  if (++last_id_ == 0) last_id_ = 1;
  return last_id_;
}

}  // namespace attune::bench
