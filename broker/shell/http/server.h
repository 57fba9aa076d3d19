#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "broker/shell/http/message.h"
#include "devices/model/limits.h"
#include "devices/model/result.h"

/// The HTTP door: one thread that listens on a loopback address and a UNIX socket, refuses what is
/// malformed, too large, too slow or from another site, and hands the rest to one handler.
namespace attune::http {

/// A live answer (server-sent events). Threading: every call from any thread; never blocks.
class Stream {
 public:
  virtual ~Stream() = default;
  /// Queues bytes. False, and nothing queued, when the reader is slow and the bound
  /// (ServerOptions::stream_buffer_bytes) would be passed, or the stream is closed.
  [[nodiscard]] virtual bool send(std::string_view bytes) = 0;
  /// Queues `last` beyond the bound, lets the reader have what is queued (at most
  /// kStreamLingerMax), and closes.
  virtual void close(std::string_view last) = 0;
  /// The reader left, or close() was called.
  [[nodiscard]] virtual bool closed() const = 0;
};

/// How long a closing stream waits for a reader that does not read.
inline constexpr std::chrono::seconds kStreamLingerMax{5};

/// The one answer to a request. Threading: from any thread, once; later calls do nothing.
/// Dropped unanswered, the client gets a 500.
class Responder {
 public:
  class Answer {
   public:
    virtual ~Answer() = default;
    virtual void send(Response response) = 0;
    virtual std::shared_ptr<Stream> stream(std::function<void()> drained) = 0;
  };
  Responder() = default;
  explicit Responder(std::shared_ptr<Answer> answer) : answer_(std::move(answer)) {}

  void send(Response response) const { answer_->send(std::move(response)); }
  /// Begins a stream of events with status 200. Null, and the client has its 503 with Retry-After,
  /// when limits::kHttpStreamsMax are open. `drained` is called on the HTTP thread each time that
  /// everything queued has been written.
  [[nodiscard]] std::shared_ptr<Stream> stream(std::function<void()> drained) const {
    return answer_->stream(std::move(drained));
  }

 private:
  std::shared_ptr<Answer> answer_;
};

/// Called on the HTTP thread for each request; must return at once (hand it to the loop).
using Handler = std::function<void(Request, Responder)>;

/// Called on the HTTP thread for what the door itself refuses.
using Refused = std::function<void(int status)>;

struct ServerOptions {
  std::string listen = "127.0.0.1";  ///< a loopback address; empty: no TCP
  std::uint16_t port = 8484;         ///< 0: a free one, see Server::port()
  std::string socket;                ///< path of the UNIX socket, mode 0660; empty: none
  std::chrono::milliseconds head_timeout = limits::kHttpHeaderTimeout;  ///< for the whole head
  std::chrono::milliseconds body_timeout{std::chrono::seconds(10)};
  std::chrono::milliseconds idle_timeout{std::chrono::seconds(60)};  ///< between two requests
  std::chrono::milliseconds answer_timeout{std::chrono::seconds(10)};
  std::chrono::milliseconds health_timeout{std::chrono::seconds(1)};  ///< of GET /healthz
  std::chrono::milliseconds heartbeat{std::chrono::seconds(15)};      ///< of an idle stream
  std::size_t connections_max = limits::kHttpConnectionsMax;
  std::size_t streams_max = limits::kHttpStreamsMax;
  std::size_t stream_buffer_bytes = 256 * 1024;
};

/// Ownership: closes its sockets and joins its thread when destroyed; Responders and Streams may
/// outlive it and then do nothing.
class Server {
 public:
  /// Errors: "not_loopback" (authentication is not built yet), "address_in_use", "socket_in_use"
  /// (another process answers on it), "listen" (anything else; message says what).
  [[nodiscard]] static Result<std::unique_ptr<Server>> start(const ServerOptions& options,
                                                             Handler handler, Refused refused = {});
  virtual ~Server() = default;
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// The TCP port that is listened on; 0 without TCP.
  [[nodiscard]] virtual std::uint16_t port() const = 0;
  /// Open streams, now. Threading: any.
  [[nodiscard]] virtual std::size_t streams() const = 0;

 protected:
  Server() = default;
};

}  // namespace attune::http
