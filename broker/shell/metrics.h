#pragma once
#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "devices/model/device.h"
#include "devices/model/ids.h"

/// What attune counts of itself, as Prometheus text (names: docs/api.md).
namespace attune::shell {

/// What is read off the loop when somebody asks for the metrics.
struct Gauges {
  Revision revision{};
  std::array<std::size_t, kAvailabilities> devices{};  ///< by Availability
  std::size_t commands_in_flight = 0;
  std::size_t claims = 0;
  std::size_t conflicts = 0;
  std::size_t stream_clients = 0;
  bool mqtt_connected = false;
  bool last_reload_ok = true;
  double last_reload_seconds = 0;  ///< wall, since 1970
  std::uint64_t store_bytes_written = 0;
  std::uint64_t store_file_bytes = 0;
  double store_map_used_ratio = 0;
  double store_reader_seconds = 0;
  std::uint64_t inbox_bytes = 0;  ///< in the ring
  std::uint64_t outbox_parcels = 0;
  std::uint64_t in_flight = 0;
  std::size_t uncommitted = 0;  ///< changes
  std::uint64_t log_lines_suppressed = 0;
};

/// Threading: every call from any thread. Ownership: whoever counts holds a reference.
class Metrics {
 public:
  /// `version` and `revision` (of the source, may be empty) become attune_build_info.
  Metrics(std::string_view version, std::string_view revision);
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  enum class Message : std::uint8_t { applied, unchanged, rejected };
  void message(Message result);
  void rejected(std::string_view reason);
  void mqtt_reconnect();
  /// From a message's arrival to its command handed to the sender.
  void ingest_to_command(std::chrono::nanoseconds took);
  void store_commit(std::chrono::nanoseconds took);
  /// Of it, what writing out and syncing took.
  void store_sync(std::chrono::nanoseconds took);
  void rules(std::uint64_t evaluations, std::uint64_t fired, std::uint64_t errors);
  /// What a rule wanted does not count: shadow, blocked, outranked, storm.
  void rule_suppressed(std::string_view reason);
  /// A command reached its final state: confirmed, superseded, expired, failed, ...
  void command_ended(std::string_view outcome);
  void http(std::string_view route, int status, std::chrono::nanoseconds took);
  void stream_dropped(std::string_view reason);
  void limit_hit(std::string_view limit);
  void auth_failure(std::string_view reason);
  void clock_jump();

  /// Everything, with `gauges` and the process's own figures as they are now.
  [[nodiscard]] std::string text(const Gauges& gauges) const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace attune::shell
