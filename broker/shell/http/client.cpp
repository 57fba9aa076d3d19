#include "broker/shell/http/client.h"

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <memory>
#include <optional>
#include <system_error>

#include "broker/shell/http/head.h"

namespace attune::http {
namespace {

using Deadline = std::chrono::steady_clock::time_point;

/// A connected socket, closed with its owner.
class Connection {
 public:
  explicit Connection(int descriptor) : descriptor_(descriptor) {}
  ~Connection() { ::close(descriptor_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  [[nodiscard]] Status write(std::string_view bytes, Deadline deadline);
  /// Appends what arrives next to `out`; false at the end.
  [[nodiscard]] Result<bool> read(std::string& out, Deadline deadline);

 private:
  [[nodiscard]] Status wait(short events, Deadline deadline) const;
  int descriptor_;
};

Error timed_out() {
  return {"timeout", "no answer in time"};
}
Error broken(const std::string& what) {
  return {"protocol", what};
}

Status Connection::wait(short events, Deadline deadline) const {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
      deadline - std::chrono::steady_clock::now());
  pollfd entry{descriptor_, events, 0};
  if (left.count() <= 0 || poll(&entry, 1, static_cast<int>(left.count())) <= 0) {
    return timed_out();  // also on a signal: the caller asks its own flags
  }
  return {};
}

Status Connection::write(std::string_view bytes, Deadline deadline) {
  while (!bytes.empty()) {
    if (const auto ready = wait(POLLOUT, deadline); !ready.ok()) return ready;
    const auto sent = send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno != EAGAIN) return Error{"unreachable", "the connection broke"};
    if (sent > 0) bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return {};
}

Result<bool> Connection::read(std::string& out, Deadline deadline) {
  if (const auto ready = wait(POLLIN, deadline); !ready.ok()) return ready.error();
  char bytes[16 * 1024];
  const auto got = recv(descriptor_, bytes, sizeof bytes, MSG_DONTWAIT);
  if (got < 0 && errno != EAGAIN) return Error{"protocol", "the connection broke"};
  if (got > 0) out.append(bytes, static_cast<std::size_t>(got));
  return got != 0;
}

Error unreachable(const std::string& where, int code) {
  return {"unreachable", where + ": " + std::generic_category().message(code)};
}

Result<int> connect_unix(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return unreachable(path, ENAMETOOLONG);
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  const int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return unreachable(path, errno);
  if (connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
    return descriptor;
  }
  const int code = errno;
  ::close(descriptor);
  return unreachable(path, code);
}

Result<int> connect_tcp(const Endpoint& endpoint) {
  const std::string where = endpoint.host + ":" + endpoint.port;
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int code = getaddrinfo(endpoint.host.c_str(), endpoint.port.c_str(), &hints, &found);
      code != 0) {
    return Error{"unreachable", where + ": " + gai_strerror(code)};
  }
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(found, freeaddrinfo);
  int code = ECONNREFUSED;
  for (const auto* entry = found; entry != nullptr; entry = entry->ai_next) {
    const int descriptor = socket(entry->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) continue;
    if (connect(descriptor, entry->ai_addr, entry->ai_addrlen) == 0) return descriptor;
    code = errno;
    ::close(descriptor);
  }
  return unreachable(where, code);
}

std::string head_of(const Endpoint& endpoint, const ClientRequest& what) {
  const bool v6 = endpoint.host.find(':') != std::string::npos;
  const std::string host = v6 ? "[" + endpoint.host + "]" : endpoint.host;
  std::string text = what.method + " " + what.target + " HTTP/1.1\r\nHost: ";
  text += endpoint.socket.empty() ? host + ":" + endpoint.port : "localhost";
  text += "\r\nConnection: close\r\n";
  for (const auto& [name, value] : what.headers) text += name + ": " + value + "\r\n";
  if (!what.body.empty()) text += "Content-Type: application/json\r\n";
  if (!what.body.empty() || what.method != "GET") {
    text += "Content-Length: " + std::to_string(what.body.size()) + "\r\n";
  }
  return text + "\r\n";
}

struct AnswerHead {
  int status = 0;
  bool events = false;
  std::optional<std::size_t> length;
};

/// Reads the head of attune's answers: they are never chunked.
Result<AnswerHead> read_head(Connection& connection, std::string& received, Deadline deadline) {
  auto end = received.find("\r\n\r\n");
  for (; end == std::string::npos; end = received.find("\r\n\r\n")) {
    if (received.size() > 64 * 1024) return broken("the answer's head does not end");
    const auto more = connection.read(received, deadline);
    if (!more) return more.error();
    if (!*more) return broken("the answer ended early");
  }
  std::string_view text = std::string_view(received).substr(0, end);
  AnswerHead head;
  if (text.substr(0, 9) != "HTTP/1.1 " || text.size() < 12) return broken("not an HTTP answer");
  std::from_chars(text.data() + 9, text.data() + 12, head.status);
  for (auto line = text.find("\r\n"); line != std::string_view::npos; line = text.find("\r\n")) {
    text.remove_prefix(line + 2);
    const auto field = text.substr(0, text.find("\r\n"));
    const auto name = field.substr(0, field.find(':'));
    auto value = field.substr(std::min(field.size(), name.size() + 1));
    value.remove_prefix(std::min(value.size(), value.find_first_not_of(' ')));
    if (same_text(name, "Content-Type")) head.events = value == "text/event-stream";
    if (same_text(name, "Transfer-Encoding")) return broken("the answer has a transfer coding");
    if (!same_text(name, "Content-Length")) continue;
    std::size_t length = 0;
    const auto parsed = std::from_chars(value.data(), value.data() + value.size(), length);
    if (parsed.ec != std::errc()) return broken("the answer's length is not a number");
    head.length = length;
  }
  received.erase(0, end + 4);
  return head;
}

Result<ClientResponse> read_rest(Connection& connection, const AnswerHead& head,
                                 std::string received, Deadline deadline) {
  while (!head.length || received.size() < *head.length) {
    const auto more = connection.read(received, deadline);
    if (!more) return more.error();
    if (*more) continue;
    if (head.length) return broken("the answer ended early");
    break;
  }
  return ClientResponse{head.status, std::move(received)};
}

struct Conversation {
  std::unique_ptr<Connection> connection;
  AnswerHead head;
  std::string received;
};

Result<Conversation> begin(const Endpoint& endpoint, const ClientRequest& what, Deadline deadline) {
  const auto descriptor =
      endpoint.socket.empty() ? connect_tcp(endpoint) : connect_unix(endpoint.socket);
  if (!descriptor) return descriptor.error();
  Conversation talk{std::make_unique<Connection>(*descriptor), {}, {}};
  const auto sent = talk.connection->write(head_of(endpoint, what) + what.body, deadline);
  if (!sent.ok()) return sent.error();
  const auto head = read_head(*talk.connection, talk.received, deadline);
  if (!head) return head.error();
  talk.head = *head;
  return talk;
}

Deadline deadline_of(const ClientRequest& what) {
  return std::chrono::steady_clock::now() + what.timeout;
}

}  // namespace

Result<Endpoint> Endpoint::parse(std::string_view url) {
  constexpr std::string_view kHttp = "http://";
  constexpr std::string_view kUnix = "unix:";
  Endpoint out;
  if (url.substr(0, kUnix.size()) == kUnix) url.remove_prefix(kUnix.size());
  if (!url.empty() && url.front() == '/') {
    out.socket = url;
    return out;
  }
  const Error wrong{"url", std::string(url) + ": not http://HOST:PORT, unix:PATH or a path"};
  if (url.substr(0, kHttp.size()) != kHttp) return wrong;
  url.remove_prefix(kHttp.size());
  if (!url.empty() && url.back() == '/') url.remove_suffix(1);
  if (url.find('/') != std::string_view::npos) return wrong;
  const bool v6 = !url.empty() && url.front() == '[';
  const auto host_end = v6 ? url.find(']') : url.find(':');
  if (v6 && host_end == std::string_view::npos) return wrong;
  out.host = url.substr(v6 ? 1 : 0, v6 ? host_end - 1 : host_end);
  const auto port = url.find(':', v6 ? host_end : 0);
  out.port = port == std::string_view::npos ? "80" : url.substr(port + 1);
  if (out.host.empty() || out.port.empty()) return wrong;
  return out;
}

Result<ClientResponse> request(const Endpoint& endpoint, const ClientRequest& what) {
  const auto deadline = deadline_of(what);
  auto talk = begin(endpoint, what, deadline);
  if (!talk) return talk.error();
  return read_rest(*talk->connection, talk->head, std::move(talk->received), deadline);
}

Result<ClientResponse> follow(const Endpoint& endpoint, const ClientRequest& what,
                              const std::function<bool(const SseEvent&)>& on_event) {
  ClientRequest asking = what;
  asking.headers.emplace_back("Accept", "text/event-stream");
  auto talk = begin(endpoint, asking, deadline_of(what));
  if (!talk) return talk.error();
  if (!talk->head.events) {
    return read_rest(*talk->connection, talk->head, std::move(talk->received), deadline_of(what));
  }
  SseReader reader;
  std::vector<SseEvent> events;
  for (bool open = true; open;) {
    if (!reader.feed(talk->received, events)) return broken("an event is too long");
    talk->received.clear();
    for (const auto& event : events) {
      if (!on_event(event)) return ClientResponse{talk->head.status, ""};
    }
    events.clear();
    const auto more = talk->connection->read(talk->received, deadline_of(what));
    if (!more) return more.error();
    open = *more;
  }
  return ClientResponse{talk->head.status, ""};
}

std::string encode(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  constexpr std::string_view kPlain = "-_.~";
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       kPlain.find(c) != std::string_view::npos;
    if (plain) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += {'%', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
  return out;
}

}  // namespace attune::http
