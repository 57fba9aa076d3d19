#include "broker/shell/http/server.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <condition_variable>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <mutex>
#include <vector>

#include "broker/shell/http/client.h"
#include "tests/unit/broker/shell/http/raw_socket.h"

namespace attune::http {

RawSocket::RawSocket(std::uint16_t port, int receive_bytes)
    : descriptor_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  if (receive_bytes != 0) {
    setsockopt(descriptor_, SOL_SOCKET, SO_RCVBUF, &receive_bytes, sizeof receive_bytes);
  }
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(connect(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
}
RawSocket::~RawSocket() {
  close(descriptor_);
}

bool RawSocket::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool RawSocket::read_some() {
  pollfd entry{descriptor_, POLLIN, 0};
  if (poll(&entry, 1, 10'000) <= 0) return false;
  char bytes[4096];
  const auto got = recv(descriptor_, bytes, sizeof bytes, 0);
  ended_ = got <= 0;
  if (got > 0) received_.append(bytes, static_cast<std::size_t>(got));
  return got > 0;
}

std::string RawSocket::read_all() {
  while (read_some()) {
  }
  return std::exchange(received_, {});
}

std::string RawSocket::read_until(std::string_view text) {
  while (received_.find(text) == std::string::npos && read_some()) {
  }
  return std::exchange(received_, {});
}

namespace {

class TempFolder {
 public:
  TempFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "attune-http-XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  ~TempFolder() { std::filesystem::remove_all(path_); }
  [[nodiscard]] std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

/// Answers what it was asked; paths: /echo, /never, /drop, /stream.
class Door {
 public:
  explicit Door(ServerOptions options = {}) {
    options.port = 0;
    options.socket = folder.file("api.sock");
    auto started = Server::start(
        options,
        [this](Request request, Responder responder) { take(std::move(request), responder); },
        [this](int status) {
          const std::lock_guard lock(mutex_);
          refused.push_back(status);
        });
    EXPECT_TRUE(started.ok());
    server = std::move(*started);
  }
  ~Door() { server.reset(); }

  [[nodiscard]] std::string raw(const std::string& text) const {
    RawSocket socket(server->port());
    EXPECT_TRUE(socket.send(text));
    return socket.read_all();
  }
  [[nodiscard]] int status_of(const std::string& text) const {
    const auto answer = raw(text);
    return answer.size() < 12 ? 0 : std::atoi(answer.c_str() + 9);
  }
  [[nodiscard]] Endpoint tcp() const {
    return *Endpoint::parse("http://127.0.0.1:" + std::to_string(server->port()));
  }
  [[nodiscard]] Endpoint local() const { return *Endpoint::parse(folder.file("api.sock")); }
  std::shared_ptr<Stream> next_stream() {
    std::unique_lock lock(mutex_);
    arrived_.wait_for(lock, std::chrono::seconds(10), [this] { return !streams.empty(); });
    if (streams.empty()) return nullptr;
    auto stream = std::move(streams.back());
    streams.pop_back();
    return stream;
  }

  TempFolder folder;
  std::vector<std::shared_ptr<Stream>> streams;
  std::vector<Responder> kept;
  std::vector<int> refused;
  std::atomic<int> drained{0};
  std::unique_ptr<Server> server;

 private:
  void take(Request request, const Responder& responder) {
    const auto& what = request.segments.empty() ? request.method : request.segments.front();
    const std::lock_guard lock(mutex_);
    if (what == "drop") return;
    if (what == "never" || what == "healthz") return kept.push_back(responder);
    if (what == "stream") {
      auto stream = responder.stream([this] { ++drained; });
      if (stream) streams.push_back(std::move(stream));
      return arrived_.notify_all();
    }
    Response response;
    response.body = request.method + " " + request.body + (request.local_socket ? " local" : "");
    responder.send(std::move(response));
  }
  std::mutex mutex_;
  std::condition_variable arrived_;
};

const std::string kHost = "Host: 127.0.0.1\r\n";
const std::string kGet = "GET /echo HTTP/1.1\r\n" + kHost;
const std::string kStream = "GET /stream HTTP/1.1\r\n" + kHost + "\r\n";

TEST(Server, AnswersOverTcpWithTheHeadersThatAllGet) {
  const Door door;
  const auto answer = door.raw(kGet + "Connection: close\r\n\r\n");
  EXPECT_NE(answer.find("HTTP/1.1 200 OK\r\n"), std::string::npos) << answer;
  for (const char* header : {"X-Content-Type-Options: nosniff\r\n", "Referrer-Policy: no-referrer",
                             "Content-Security-Policy: default-src 'none';",
                             "Cache-Control: no-store", "Content-Type: application/json\r\n"}) {
    EXPECT_NE(answer.find(header), std::string::npos) << header << " in " << answer;
  }
  EXPECT_EQ(answer.find("Access-Control"), std::string::npos);
  EXPECT_EQ(answer.substr(answer.size() - 4), "GET ");
}

TEST(Server, KeepsTheConnectionAndTakesPipelinedRequestsInOrder) {
  const Door door;
  const auto answer = door.raw(kGet + "\r\n" + kGet + "\r\n" + kGet + "Connection: close\r\n\r\n");
  std::size_t answers = 0;
  for (auto at = answer.find("HTTP/1.1 200"); at != std::string::npos;
       at = answer.find("HTTP/1.1 200", at + 1)) {
    ++answers;
  }
  EXPECT_EQ(answers, 3u) << answer;
}

TEST(Server, HeadGetsTheLengthAndNoBody) {
  const Door door;
  const auto answer = door.raw("HEAD /echo HTTP/1.1\r\n" + kHost + "Connection: close\r\n\r\n");
  EXPECT_NE(answer.find("Content-Length: 4\r\n"), std::string::npos) << answer;
  EXPECT_EQ(answer.substr(answer.size() - 4), "\r\n\r\n");
}

TEST(Server, TheSocketMayWriteAndTcpMayNot) {
  const Door door;
  ClientRequest put{.method = "PUT", .target = "/echo", .body = "{}", .headers = {}};
  const auto local = request(door.local(), put);
  ASSERT_TRUE(local) << local.error().message;
  EXPECT_EQ(local->status, 200);
  EXPECT_EQ(local->body, "PUT {} local");
  const auto tcp = request(door.tcp(), put);
  ASSERT_TRUE(tcp) << tcp.error().message;
  EXPECT_EQ(tcp->status, 401);
}

TEST(Server, TheSocketIsForItsOwnerAndGroup) {
  const Door door;
  struct stat found {};
  ASSERT_EQ(stat(door.folder.file("api.sock").c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777u, 0660u);
}

TEST(Server, RefusesHostileInputAndLives) {
  const Door door;
  EXPECT_EQ(door.status_of("GET /\r\n"), 400);
  EXPECT_EQ(door.status_of("CONNECT a:1 HTTP/1.1\r\n" + kHost + "\r\n"), 400);
  EXPECT_EQ(door.status_of("GET http://evil/ HTTP/1.1\r\n" + kHost + "\r\n"), 400);
  EXPECT_EQ(door.status_of(kGet + "A: b\r\n c\r\n\r\n"), 400);
  EXPECT_EQ(
      door.status_of(kGet + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
      400);
  EXPECT_EQ(door.status_of("GET / HTTP/1.1\r\nHost: localhost.evil.example\r\n\r\n"), 421);
  EXPECT_EQ(door.status_of("GET / HTTP/1.1\r\n\r\n"), 421);
  EXPECT_EQ(door.status_of("GET /%00 HTTP/1.1\r\n" + kHost + "\r\n"), 400);
  EXPECT_EQ(door.status_of("BREW / HTTP/1.1\r\n" + kHost + "\r\n"), 405);
  EXPECT_EQ(door.status_of(kGet + "Connection: close\r\n\r\n"), 200);
  EXPECT_EQ(door.refused, (std::vector<int>{400, 400, 400, 400, 400, 421, 421, 400, 405}));
}

TEST(Server, AnEndlessHeadIs431AndClosed) {
  const Door door;
  EXPECT_EQ(door.status_of("GET /" + std::string(200'000, 'a')), 431);
  std::string fields;
  for (int i = 0; i < 20'000; ++i) fields += "A: b\r\n";
  EXPECT_EQ(door.status_of(kGet + fields + "\r\n"), 431);
}

TEST(Server, ALongBodyIs413WhetherItSaysSoOrNot) {
  const Door door;
  const std::string start = "GET /echo HTTP/1.1\r\n" + kHost;
  EXPECT_EQ(door.status_of(start + "Content-Length: 99999999999\r\n\r\n"), 413);
  std::string chunks;
  for (int i = 0; i < 40; ++i) chunks += "1000\r\n" + std::string(0x1000, 'x') + "\r\n";
  EXPECT_EQ(door.status_of(start + "Transfer-Encoding: chunked\r\n\r\n" + chunks), 413);
  EXPECT_EQ(door.status_of(start + "Transfer-Encoding: chunked\r\n\r\nzz\r\n"), 400);
}

TEST(Server, AHeadThatDoesNotComeInTimeClosesTheConnection) {
  ServerOptions options;
  options.head_timeout = std::chrono::milliseconds(50);
  const Door door(options);
  RawSocket socket(door.server->port());
  ASSERT_TRUE(socket.send("GET / HTTP/1.1\r\n"));
  EXPECT_EQ(socket.read_all(), "");
  EXPECT_TRUE(socket.ended());
}

TEST(Server, TheConnectionAboveTheLimitIsTold503) {
  ServerOptions options;
  options.connections_max = 2;
  const Door door(options);
  RawSocket first(door.server->port());
  RawSocket second(door.server->port());
  ASSERT_TRUE(first.send(kGet + "\r\n"));
  ASSERT_TRUE(second.send(kGet + "\r\n"));
  EXPECT_NE(first.read_until("GET ").find(" 200 "), std::string::npos);
  EXPECT_NE(second.read_until("GET ").find(" 200 "), std::string::npos);
  const auto third = door.raw(kGet + "\r\n");
  EXPECT_NE(third.find(" 503 "), std::string::npos) << third;
  EXPECT_NE(third.find("Retry-After"), std::string::npos);
  const auto local = request(door.local(), {.target = "/echo", .body = "", .headers = {}});
  ASSERT_TRUE(local) << "a full TCP door must not shut the operator out";
  EXPECT_EQ(local->status, 200);
}

TEST(Server, SaysThatTheLoopDoesNotAnswer) {
  ServerOptions options;
  options.health_timeout = std::chrono::milliseconds(50);
  options.answer_timeout = std::chrono::milliseconds(50);
  const Door door(options);
  EXPECT_EQ(door.status_of("GET /healthz HTTP/1.1\r\n" + kHost + "Connection: close\r\n\r\n"), 503);
  EXPECT_EQ(door.status_of("GET /never HTTP/1.1\r\n" + kHost + "\r\n"), 504);
}

TEST(Server, ADroppedRequestIsAnswered500) {
  const Door door;
  EXPECT_EQ(door.status_of("GET /drop HTTP/1.1\r\n" + kHost + "Connection: close\r\n\r\n"), 500);
}

TEST(Server, AnAnswerAfterTheServerIsGoneDoesNothing) {
  Responder late;
  {
    Door door;
    RawSocket socket(door.server->port());
    ASSERT_TRUE(socket.send("GET /never HTTP/1.1\r\n" + kHost + "\r\n"));
    while (true) {
      RawSocket probe(door.server->port());
      ASSERT_TRUE(probe.send(kGet + "Connection: close\r\n\r\n"));
      if (!probe.read_all().empty() && !door.kept.empty()) break;
    }
    late = door.kept.front();
    door.server.reset();
    EXPECT_EQ(socket.read_all(), "");
  }
  late.send({});
}

TEST(Server, StreamsWhatIsSentAndSeesTheReaderLeave) {
  Door door;
  std::shared_ptr<Stream> stream;
  {
    RawSocket reader(door.server->port());
    ASSERT_TRUE(reader.send(kStream));
    stream = door.next_stream();
    ASSERT_NE(stream, nullptr);
    EXPECT_TRUE(stream->send("id: 1\n\n"));
    EXPECT_NE(reader.read_until("id: 1\n\n").find("Content-Type: text/event-stream"),
              std::string::npos);
    EXPECT_EQ(door.server->streams(), 1u);
    EXPECT_FALSE(stream->closed());
  }
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!stream->closed() && std::chrono::steady_clock::now() < give_up) std::this_thread::yield();
  EXPECT_TRUE(stream->closed());
  EXPECT_FALSE(stream->send("x"));
}

TEST(Server, ASlowReaderIsToldTheLastWordAndClosed) {
  ServerOptions options;
  options.stream_buffer_bytes = 64 * 1024;
  Door door(options);
  RawSocket reader(door.server->port(), 4096);
  ASSERT_TRUE(reader.send(kStream));
  const auto stream = door.next_stream();
  ASSERT_NE(stream, nullptr);
  const std::string event = "data: " + std::string(1000, 'x') + "\n\n";
  std::size_t sent = 0;
  while (stream->send(event)) ++sent;  // ends: nobody reads, and the buffers are bounded
  EXPECT_LT(sent * event.size(), 16u * 1024 * 1024);
  stream->close("data: last\n\n");
  EXPECT_TRUE(stream->closed());
  const auto all = reader.read_all();
  EXPECT_TRUE(reader.ended());
  EXPECT_EQ(all.substr(all.size() - 12), "data: last\n\n");
  EXPECT_EQ(all.size() - all.find("\r\n\r\n") - 4, sent * event.size() + 12);
}

TEST(Server, SaysWhenEverythingQueuedIsWritten) {
  Door door;
  RawSocket reader(door.server->port());
  ASSERT_TRUE(reader.send(kStream));
  const auto stream = door.next_stream();
  ASSERT_NE(stream, nullptr);
  ASSERT_TRUE(stream->send("data: x\n\n"));
  EXPECT_NE(reader.read_until("data: x").find("data: x"), std::string::npos);
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (door.drained == 0 && std::chrono::steady_clock::now() < give_up) std::this_thread::yield();
  EXPECT_GT(door.drained, 0);
}

TEST(Server, BeatsWhileAStreamIsIdle) {
  ServerOptions options;
  options.heartbeat = std::chrono::milliseconds(20);
  Door door(options);
  RawSocket reader(door.server->port());
  ASSERT_TRUE(reader.send(kStream));
  EXPECT_NE(reader.read_until(":\n\n:\n\n").find(":\n\n:\n\n"), std::string::npos);
}

TEST(Server, OneStreamTooManyIs503AndOneThatEndsMakesRoom) {
  ServerOptions options;
  options.streams_max = 1;
  Door door(options);
  {
    RawSocket first(door.server->port());
    ASSERT_TRUE(first.send(kStream));
    ASSERT_NE(door.next_stream(), nullptr);
    const auto second = door.raw("GET /stream HTTP/1.1\r\n" + kHost + "Connection: close\r\n\r\n");
    EXPECT_NE(second.find(" 503 "), std::string::npos) << second;
    EXPECT_NE(second.find("Retry-After: 5"), std::string::npos);
  }
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (door.server->streams() != 0 && std::chrono::steady_clock::now() < give_up) {
    std::this_thread::yield();
  }
  EXPECT_EQ(door.server->streams(), 0u);
}

TEST(Server, TheClientFollowsAStreamToItsEnd) {
  Door door;
  std::vector<SseEvent> seen;
  auto following = std::async(std::launch::async, [&] {
    return follow(door.tcp(), {.target = "/stream", .body = "", .headers = {}},
                  [&](const SseEvent& event) {
                    seen.push_back(event);
                    return true;
                  });
  });
  const auto stream = door.next_stream();
  ASSERT_NE(stream, nullptr);
  std::string event;
  append_event(event, 7, "change", "{}");
  EXPECT_TRUE(stream->send(event));
  event.clear();
  append_event(event, 8, "resync", "{}");
  stream->close(event);
  const auto end = following.get();
  ASSERT_TRUE(end) << end.error().message;
  EXPECT_EQ(seen, (std::vector<SseEvent>{{"7", "change", "{}"}, {"8", "resync", "{}"}}));
}

TEST(Server, StartsOnLoopbackOnly) {
  for (const char* address : {"0.0.0.0", "192.168.1.1", "::", "example.org", "128.0.0.1"}) {
    ServerOptions options;
    options.listen = address;
    const auto server = Server::start(options, {});
    ASSERT_FALSE(server.ok()) << address;
    EXPECT_EQ(server.error().code, "not_loopback");
    EXPECT_NE(server.error().message.find("authentication is not built yet"), std::string::npos);
  }
}

TEST(Server, RemovesADeadSocketButNotALiveOneNorAFile) {
  Door door;
  ServerOptions options;
  options.listen = "";
  options.socket = door.folder.file("api.sock");
  const auto second = Server::start(options, {});
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code, "socket_in_use");

  const auto file = door.folder.file("file");
  { const std::unique_ptr<FILE, int (*)(FILE*)> made(fopen(file.c_str(), "w"), fclose); }
  options.socket = file;
  EXPECT_FALSE(Server::start(options, {}).ok());
  EXPECT_TRUE(std::filesystem::exists(file));

  const auto dead = door.folder.file("dead.sock");
  std::filesystem::copy_file(file, dead);
  std::filesystem::remove(dead);
  const int left = socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_storage address{};
  address.ss_family = AF_UNIX;
  std::copy(dead.begin(), dead.end(), reinterpret_cast<char*>(&address) + sizeof(sa_family_t));
  ASSERT_EQ(bind(left, reinterpret_cast<sockaddr*>(&address),
                 static_cast<socklen_t>(sizeof(sa_family_t) + dead.size() + 1)),
            0);
  close(left);
  options.socket = dead;
  EXPECT_TRUE(Server::start(options, {}).ok());
  EXPECT_FALSE(std::filesystem::exists(dead));  // a stopped server takes its socket with it
}

TEST(Client, SaysWhyItReachesNobody) {
  const TempFolder folder;
  const auto nobody = request({folder.file("none.sock"), "", ""}, {});
  ASSERT_FALSE(nobody.ok());
  EXPECT_EQ(nobody.error().code, "unreachable");
  EXPECT_FALSE(Endpoint::parse("https://host").ok());
  EXPECT_FALSE(Endpoint::parse("http://").ok());
  EXPECT_FALSE(Endpoint::parse("http://host/path").ok());
  EXPECT_EQ(Endpoint::parse("http://[::1]:8484/")->host, "::1");
  EXPECT_EQ(Endpoint::parse("http://[::1]:8484")->port, "8484");
  EXPECT_EQ(Endpoint::parse("unix:/run/a.sock")->socket, "/run/a.sock");
}

TEST(Client, GivesUpInTime) {
  const Door door;
  ClientRequest never{.target = "/never", .body = "", .headers = {}};
  never.timeout = std::chrono::milliseconds(50);
  const auto answer = request(door.tcp(), never);
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().code, "timeout");
}

TEST(Client, EncodesWhatATargetCannotHold) {
  EXPECT_EQ(encode("hall_lamp.on"), "hall_lamp.on");
  EXPECT_EQ(encode("a b/*&é"), "a%20b%2F%2A%26%C3%A9");
}

}  // namespace
}  // namespace attune::http
