#include "broker/shell/http/server.h"

#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <optional>
#include <set>
#include <thread>
#include <utility>

#include "broker/shell/http/guard.h"
#include "broker/shell/http/head.h"
#include "broker/shell/http/listen.h"
#include "broker/shell/http/stream_buffer.h"
#include "broker/shell/http/target.h"

namespace attune::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using Code = boost::system::error_code;
using Protocol = asio::generic::stream_protocol;
using Socket = Protocol::socket;
using Acceptor = asio::basic_socket_acceptor<Protocol>;

// Connections above the limit that get a 503 instead of a reset, so that people see why.
constexpr std::size_t kRefusedConnectionsMax = 16;
constexpr std::chrono::seconds kRefusedTimeout{1};
// After a refusal the rest of what the client sends is read away, else its kernel drops the answer.
constexpr std::chrono::seconds kLinger{1};
constexpr std::size_t kLingerBytesMax = 1024 * 1024;
constexpr std::chrono::milliseconds kAcceptPause{100};  // out of descriptors: others may close
constexpr std::size_t kReadBytes = 4096;
constexpr std::string_view kHeartbeat = ":\n\n";
constexpr std::string_view kContentPolicy =
    "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self'; "
    "frame-ancestors 'none'";
constexpr std::string_view kStreamHead =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\n"
    "X-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\nConnection: close\r\n\r\n";

class Session;

/// What the HTTP thread and the answers of other threads share. Answers may outlive the server:
/// they keep this alive, and post to a context that nobody runs any more.
struct Shared {
  explicit Shared(ServerOptions o, Handler h, Refused r)
      : options(std::move(o)), handler(std::move(h)), refused(std::move(r)) {}
  ServerOptions options;
  Handler handler;
  Refused refused;
  std::atomic<std::size_t> streams{0};
  std::set<Session*> sessions;  // HTTP thread only
  bool stopping = false;        // HTTP thread only
  asio::io_context context{1};  // last: its handlers, destroyed with it, may use the rest
};

class LiveStream final : public Stream, public std::enable_shared_from_this<LiveStream> {
 public:
  LiveStream(std::shared_ptr<Shared> shared, std::weak_ptr<Session> session,
             std::function<void()> drained)
      : shared_(std::move(shared)),
        session_(std::move(session)),
        drained_(std::move(drained)),
        buffer_(shared_->options.stream_buffer_bytes) {}
  ~LiveStream() override { shared_->streams.fetch_sub(1); }

  bool send(std::string_view bytes) override {
    const auto put = buffer_.put(bytes);
    if (put == StreamBuffer::Put::queued_first) wake();
    return put != StreamBuffer::Put::refused;
  }
  void close(std::string_view last) override {
    if (buffer_.finish(last)) wake();
  }
  [[nodiscard]] bool closed() const override { return buffer_.finished(); }

  StreamBuffer& buffer() { return buffer_; }
  void drained() const {
    if (drained_) drained_();
  }

 private:
  void wake();

  std::shared_ptr<Shared> shared_;
  std::weak_ptr<Session> session_;
  std::function<void()> drained_;
  StreamBuffer buffer_;
};

/// One connection. HTTP thread only. It lives while one of its operations is pending.
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(Shared& shared, Socket socket, bool local, bool over_limit)
      : shared_(shared),
        socket_(std::move(socket)),
        timer_(shared.context),
        local_(local),
        over_limit_(over_limit) {
    shared_.sessions.insert(this);
  }
  ~Session() {
    if (stream_) stream_->buffer().abandon();
    shared_.sessions.erase(this);
  }

  void run(std::weak_ptr<Shared> owner) {
    owner_ = std::move(owner);
    expire_in(over_limit_ ? kRefusedTimeout : shared_.options.head_timeout);
    head_received();
  }
  /// The answer to the request with this ticket; one that comes too late is dropped.
  void answer(std::uint64_t ticket, Response response) {
    if (ticket != ticket_ || !waiting_) return;
    const auto self = stop_waiting();
    write(std::move(response), keep_alive_ && !shared_.stopping);
  }
  void begin_stream(std::uint64_t ticket, std::shared_ptr<LiveStream> stream);
  void pump();
  void close() {
    const auto self = stop_waiting();
    Code ignored;
    timer_.cancel();
    socket_.close(ignored);
    if (stream_) stream_->buffer().abandon();
  }
  [[nodiscard]] bool local() const { return local_; }
  [[nodiscard]] bool over_limit() const { return over_limit_; }

 private:
  using Message = beast::http::response<beast::http::string_body>;

  std::shared_ptr<Session> stop_waiting() {
    waiting_ = false;
    return std::exchange(held_, nullptr);
  }
  void expire_in(std::chrono::milliseconds time);
  void expired();
  void head_received();
  void read_body();
  void body_received(Code code);
  void dispatch();
  void refuse(Response response);
  void write(Response response, bool keep_alive);
  void written(bool keep_alive);
  void linger();
  void watch_reader();
  void end_stream();
  void beat();

  Shared& shared_;
  std::weak_ptr<Shared> owner_;
  Socket socket_;
  asio::steady_timer timer_;
  const bool local_;
  const bool over_limit_;
  beast::flat_buffer in_;
  std::optional<beast::http::request_parser<beast::http::string_body>> parser_;
  Head head_;  // views into in_, valid until the body is read
  Request request_;
  Message out_;
  std::uint64_t ticket_ = 0;
  bool waiting_ = false;  // for the handler's answer
  // Keeps the session while it waits: then no operation on the socket does.
  std::shared_ptr<Session> held_;
  bool head_only_ = false;
  bool keep_alive_ = false;
  std::size_t lingered_bytes_ = 0;
  std::array<char, kReadBytes> scratch_;
  std::shared_ptr<LiveStream> stream_;
  std::string writing_;
  bool writing_now_ = false;
};

/// The Responder's other half: carries the answer to the HTTP thread.
class PostedAnswer final : public Responder::Answer {
 public:
  PostedAnswer(std::shared_ptr<Shared> shared, std::weak_ptr<Session> session, std::uint64_t ticket)
      : shared_(std::move(shared)), session_(std::move(session)), ticket_(ticket) {}
  ~PostedAnswer() override {
    if (!used_) send(refusal(500, "internal", "the request was dropped"));
  }

  void send(Response response) override {
    if (used_.exchange(true)) return;
    asio::post(shared_->context,
               [session = session_, ticket = ticket_, response = std::move(response)]() mutable {
                 if (const auto alive = session.lock()) alive->answer(ticket, std::move(response));
               });
  }

  std::shared_ptr<Stream> stream(std::function<void()> drained) override {
    if (used_) return nullptr;
    if (shared_->streams.fetch_add(1) >= shared_->options.streams_max) {
      shared_->streams.fetch_sub(1);
      auto full = refusal(503, "streams", "too many live streams are open");
      full.headers.emplace_back("Retry-After", "5");
      send(std::move(full));
      return nullptr;
    }
    used_ = true;
    auto stream = std::make_shared<LiveStream>(shared_, session_, std::move(drained));
    asio::post(shared_->context, [session = session_, ticket = ticket_, stream] {
      const auto alive = session.lock();
      if (!alive) return stream->buffer().abandon();
      alive->begin_stream(ticket, stream);
    });
    return stream;
  }

 private:
  std::shared_ptr<Shared> shared_;
  std::weak_ptr<Session> session_;
  const std::uint64_t ticket_;
  std::atomic<bool> used_{false};
};

void LiveStream::wake() {
  asio::post(shared_->context, [session = session_] {
    if (const auto alive = session.lock()) alive->pump();
  });
}

void Session::expire_in(std::chrono::milliseconds time) {
  timer_.expires_after(time);
  timer_.async_wait([self = weak_from_this()](Code code) {
    const auto alive = self.lock();
    if (alive && !code) alive->expired();
  });
}

void Session::expired() {
  if (stream_) {
    if (stream_->buffer().finished()) return close();
    return beat();
  }
  if (!waiting_) return close();
  const auto self = stop_waiting();
  const bool health = request_.segments.size() == 1 && request_.segments.front() == "healthz";
  if (health) {
    return write(refusal(503, "loop", "the loop did not answer in time"), keep_alive_);
  }
  write(refusal(504, "timeout", "no answer in time; whether a write took effect is not known"),
        false);
}

void Session::head_received() {
  const std::string_view received(static_cast<const char*>(in_.data().data()), in_.size());
  const auto scan = scan_head(received, head_);
  if (scan.state == HeadScan::State::bad) {
    return refuse(refusal(scan.status, scan.code, scan.message));
  }
  if (scan.state == HeadScan::State::complete) return read_body();
  socket_.async_read_some(in_.prepare(kReadBytes),
                          [self = shared_from_this()](Code code, std::size_t bytes) {
                            if (code) return self->close();
                            if (self->in_.size() == 0 && !self->over_limit_) {
                              self->expire_in(self->shared_.options.head_timeout);
                            }
                            self->in_.commit(bytes);
                            self->head_received();
                          });
}

/// Sets of rules are larger than anything else that is written.
bool takes_rules(const Request& request) {
  const auto& path = request.segments;
  return path.size() >= 3 && path[0] == "api" && path[1] == "v1" && path[2] == "rules";
}

void Session::read_body() {
  if (over_limit_) {
    auto full = refusal(503, "connections", "too many connections are open");
    full.headers.emplace_back("Retry-After", "1");
    return refuse(std::move(full));
  }
  if (auto refused = guard(head_, local_)) return refuse(std::move(*refused));
  auto target = parse_target(head_.target);
  if (!target) return refuse(refusal(400, target.error().code, target.error().message));
  request_ = {};
  head_only_ = head_.method == "HEAD";
  request_.method = head_only_ ? "GET" : head_.method;
  request_.segments = std::move(target->segments);
  request_.query = std::move(target->query);
  if (!head_only_) request_.accept = head_.field("Accept");  // no stream without a body
  request_.content_type = head_.field("Content-Type");
  request_.if_match = head_.field("If-Match");
  request_.last_event_id = head_.field("Last-Event-ID");
  request_.local_socket = local_;
  const bool asks = same_text(head_.field("Expect"), "100-continue");
  parser_.emplace();
  parser_->body_limit(takes_rules(request_) ? limits::kHttpRulesBodyBytesMax
                                            : limits::kHttpBodyBytesMax);
  parser_->header_limit(2 * limits::kHttpHeaderBytesMax);  // scan_head() holds the real one
  expire_in(shared_.options.body_timeout);
  auto read = [self = shared_from_this()] {
    beast::http::async_read(self->socket_, self->in_, *self->parser_,
                            [self](Code code, std::size_t) { self->body_received(code); });
  };
  if (!asks) return read();
  writing_ = "HTTP/1.1 100 Continue\r\n\r\n";
  asio::async_write(
      socket_, asio::buffer(writing_),
      [self = shared_from_this(), read](Code code, std::size_t) { code ? self->close() : read(); });
}

void Session::body_received(Code code) {
  if (code == beast::http::error::body_limit) {
    return refuse(
        refusal(413, "body",
                takes_rules(request_) ? "the body is above 1 MiB" : "the body is above 64 KiB"));
  }
  if (code == asio::error::operation_aborted) return;
  if (code && code.category() == asio::error::get_system_category()) return close();
  if (code) return refuse(refusal(400, "bad_request", "the body is malformed or cut short"));
  request_.body = std::move(parser_->get().body());
  keep_alive_ = parser_->get().keep_alive();
  parser_.reset();
  dispatch();
}

void Session::dispatch() {
  const auto owner = owner_.lock();
  if (!owner || shared_.stopping) return close();
  const bool health = request_.segments.size() == 1 && request_.segments.front() == "healthz";
  waiting_ = true;
  expire_in(health ? shared_.options.health_timeout : shared_.options.answer_timeout);
  auto answer = std::make_shared<PostedAnswer>(owner, weak_from_this(), ++ticket_);
  held_ = shared_from_this();
  shared_.handler(request_, Responder(std::move(answer)));
}

void Session::refuse(Response response) {
  if (shared_.refused) shared_.refused(response.status);
  expire_in(shared_.options.body_timeout);
  write(std::move(response), false);
}

void Session::write(Response response, bool keep_alive) {
  out_ = Message(static_cast<beast::http::status>(response.status), 11);
  out_.set(beast::http::field::content_type, response.content_type);
  out_.set(beast::http::field::cache_control, "no-store");
  out_.set("X-Content-Type-Options", "nosniff");
  out_.set("Referrer-Policy", "no-referrer");
  out_.set("Content-Security-Policy",
           boost::string_view(kContentPolicy.data(), kContentPolicy.size()));
  for (const auto& [name, value] : response.headers) out_.set(name, value);
  out_.keep_alive(keep_alive);
  out_.content_length(response.body.size());
  if (!head_only_) out_.body() = std::move(response.body);
  expire_in(shared_.options.body_timeout);
  beast::http::async_write(socket_, out_,
                           [self = shared_from_this(), keep_alive](Code code, std::size_t) {
                             code ? self->close() : self->written(keep_alive);
                           });
}

void Session::written(bool keep_alive) {
  out_ = {};
  head_only_ = false;
  if (!keep_alive) return linger();
  if (in_.size() == 0) in_.shrink_to_fit();
  expire_in(in_.size() == 0 ? shared_.options.idle_timeout : shared_.options.head_timeout);
  head_received();
}

void Session::linger() {
  Code ignored;
  if (lingered_bytes_ == 0) {
    socket_.shutdown(Socket::shutdown_send, ignored);
    expire_in(kLinger);
  }
  socket_.async_read_some(asio::buffer(scratch_),
                          [self = shared_from_this()](Code code, std::size_t bytes) {
                            self->lingered_bytes_ += bytes;
                            if (code || self->lingered_bytes_ > kLingerBytesMax) {
                              return self->close();
                            }
                            self->linger();
                          });
}

void Session::begin_stream(std::uint64_t ticket, std::shared_ptr<LiveStream> stream) {
  if (ticket != ticket_ || !waiting_ || shared_.stopping) return stream->buffer().abandon();
  const auto self_held = stop_waiting();
  stream_ = std::move(stream);
  writing_ = kStreamHead;
  writing_now_ = true;
  expire_in(shared_.options.heartbeat);
  watch_reader();
  asio::async_write(socket_, asio::buffer(writing_),
                    [self = shared_from_this()](Code code, std::size_t) {
                      self->writing_now_ = false;
                      code ? self->close() : self->pump();
                    });
}

/// A stream's reader has nothing to say: what it sends is dropped, its end is the stream's end.
void Session::watch_reader() {
  socket_.async_read_some(asio::buffer(scratch_),
                          [self = shared_from_this()](Code code, std::size_t) {
                            code ? self->close() : self->watch_reader();
                          });
}

void Session::pump() {
  if (!stream_ || !socket_.is_open()) return;
  if (stream_->buffer().finished()) expire_in(kStreamLingerMax);
  if (writing_now_) return;
  const bool had_written = !writing_.empty();
  writing_ = stream_->buffer().take();
  if (writing_.empty()) {
    if (stream_->buffer().finished()) return end_stream();
    if (had_written) stream_->drained();
    return;
  }
  writing_now_ = true;
  asio::async_write(socket_, asio::buffer(writing_),
                    [self = shared_from_this()](Code code, std::size_t) {
                      self->writing_now_ = false;
                      code ? self->close() : self->pump();
                    });
}

void Session::end_stream() {
  Code ignored;
  socket_.shutdown(Socket::shutdown_send, ignored);
  expire_in(kLinger);  // watch_reader() sees the reader's end before
}

void Session::beat() {
  expire_in(shared_.options.heartbeat);
  if (!writing_now_) (void)stream_->send(kHeartbeat);
}

class BeastServer final : public Server {
 public:
  BeastServer(std::shared_ptr<Shared> shared, std::string socket)
      : shared_(std::move(shared)), socket_(std::move(socket)) {}
  ~BeastServer() override;

  void add(const Listening& listening) {
    if (listening.port != 0) port_ = listening.port;
    doors_.push_back(std::make_unique<Door>(*shared_, listening));
  }
  void run() {
    for (auto& door : doors_) accept(*door);
    thread_ = std::thread([this] {
      sigset_t all;  // signals are the main thread's
      sigfillset(&all);
      pthread_sigmask(SIG_BLOCK, &all, nullptr);
      shared_->context.run();
    });
  }
  [[nodiscard]] std::uint16_t port() const override { return port_; }
  [[nodiscard]] std::size_t streams() const override { return shared_->streams.load(); }

 private:
  struct Door {
    Door(Shared& shared, const Listening& l)
        : local(l.family == AF_UNIX),
          acceptor(shared.context, Protocol(l.family, 0), l.descriptor),
          pause(shared.context) {}
    const bool local;
    Acceptor acceptor;
    asio::steady_timer pause;
  };
  void accept(Door& door);
  void accepted(Door& door, Socket socket);
  void stop();

  std::shared_ptr<Shared> shared_;
  const std::string socket_;
  std::uint16_t port_ = 0;
  std::vector<std::unique_ptr<Door>> doors_;
  std::thread thread_;
};

void BeastServer::accept(Door& door) {
  door.acceptor.async_accept([this, &door](Code code, Socket socket) {
    if (shared_->stopping) return;
    if (!code) {
      accepted(door, std::move(socket));
      return accept(door);
    }
    door.pause.expires_after(kAcceptPause);
    door.pause.async_wait([this, &door](Code stopped) {
      if (!stopped) accept(door);
    });
  });
}

void BeastServer::accepted(Door& door, Socket socket) {
  std::size_t open = 0;
  std::size_t refused = 0;
  for (const auto* session : shared_->sessions) {
    if (session->local() == door.local) ++(session->over_limit() ? refused : open);
  }
  const bool over_limit = open >= shared_->options.connections_max;
  if (over_limit && refused >= kRefusedConnectionsMax) return;  // closes it
  Code ignored;
  if (!door.local) socket.set_option(asio::ip::tcp::no_delay(true), ignored);
  std::make_shared<Session>(*shared_, std::move(socket), door.local, over_limit)->run(shared_);
}

void BeastServer::stop() {
  shared_->stopping = true;
  for (auto& door : doors_) {
    Code ignored;
    door->pause.cancel();
    door->acceptor.close(ignored);
  }
  const auto sessions = shared_->sessions;
  for (auto* session : sessions) session->close();
}

BeastServer::~BeastServer() {
  if (!thread_.joinable()) return;
  asio::post(shared_->context, [this] { stop(); });
  thread_.join();
  doors_.clear();
  if (!socket_.empty()) unlink(socket_.c_str());
}

}  // namespace

Result<std::unique_ptr<Server>> Server::start(const ServerOptions& options, Handler handler,
                                              Refused refused) {
  auto shared = std::make_shared<Shared>(options, std::move(handler), std::move(refused));
  auto server = std::make_unique<BeastServer>(shared, options.socket);
  if (!options.listen.empty()) {
    const auto tcp = listen_tcp(options.listen, options.port);
    if (!tcp) return tcp.error();
    server->add(*tcp);
  }
  if (!options.socket.empty()) {
    const auto local = listen_unix(options.socket);
    if (!local) return local.error();
    server->add(*local);
  }
  server->run();
  return std::unique_ptr<Server>(std::move(server));
}

}  // namespace attune::http
