#pragma once
#include <memory>
#include <span>

#include "broker/shell/api/bus.h"
#include "broker/shell/api/ports.h"
#include "broker/shell/http/server.h"
#include "broker/shell/metrics.h"

/// The HTTP API (docs/api.md): routes and their JSON documents, and the live streams.
namespace attune::api {

/// Threading: owned by the loop's thread, which makes every call. `ports` and `metrics` outlive it.
class Api {
 public:
  Api(Ports& ports, shell::Metrics& metrics);
  ~Api();
  Api(const Api&) = delete;
  Api& operator=(const Api&) = delete;

  /// Answers, now or (for a write) after the commit.
  void handle(const http::Request& request, http::Responder responder);
  /// A message of the bus. False: it is none for the API.
  [[nodiscard]] bool take(const BusRequest& request);
  /// The clients that an earlier process knew (Clients::kSpace); before the first request.
  void restore_clients(const std::vector<Blob>& blobs);
  /// Up to where the log may be let go; empty: nobody waits.
  [[nodiscard]] std::optional<Revision> held();

  /// Once per turn, also with nothing, after the step: feeds the live streams. `changes` are the
  /// turn's, ascending, and directly follow those of the call before.
  void changed(std::span<const Change> changes);
  /// How long the next turn may wait, as far as the API goes; empty: until something happens.
  [[nodiscard]] std::optional<Millis> patience() const;
  /// Ends every live stream with the token to resume from, at a stop.
  void close_streams();
  [[nodiscard]] std::size_t streams() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace attune::api
