#include "broker/shell/metrics.h"

#include <dirent.h>
#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdlib>
#include <ctime>
#include <fstream>

#include "devices/model/device.h"

namespace attune::shell {
namespace {

using prometheus::Counter;
using prometheus::Family;
using prometheus::Gauge;
using prometheus::Histogram;

const Histogram::BucketBoundaries kSeconds = {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01,
                                              0.025,  0.05,    0.1,    0.25,  0.5,    1};

double seconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

/// A counter that somebody else counts.
void advance_to(Counter& counter, double value) {
  if (value > counter.Value()) counter.Increment(value - counter.Value());
}

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto of = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return of(usage.ru_utime) + of(usage.ru_stime);
}

double open_descriptors() {
  DIR* folder = opendir("/proc/self/fd");
  if (folder == nullptr) return 0;
  int entries = -3;  // `.`, `..` and the folder itself
  while (readdir(folder) != nullptr) ++entries;
  closedir(folder);
  return entries;
}

struct Memory {
  double virtual_bytes = 0;
  double resident_bytes = 0;
};
Memory memory() {
  std::ifstream statm("/proc/self/statm");
  double pages = 0;
  double resident = 0;
  statm >> pages >> resident;
  const auto page = static_cast<double>(sysconf(_SC_PAGESIZE));
  return {pages * page, resident * page};
}

/// The start of this process, in seconds since 1970: now minus how long it has run.
double started_seconds() {
  std::ifstream stat("/proc/self/stat");
  std::string text((std::istreambuf_iterator<char>(stat)), {});
  std::size_t at = text.rfind(')');  // the name before it may hold anything
  for (int field = 2; field < 22 && at != std::string::npos; ++field) at = text.find(' ', at + 1);
  if (at == std::string::npos) return 0;
  const double ticks = std::strtod(text.c_str() + at, nullptr);
  timespec boot{};
  timespec wall{};
  clock_gettime(CLOCK_BOOTTIME, &boot);
  clock_gettime(CLOCK_REALTIME, &wall);
  const double up = static_cast<double>(boot.tv_sec);
  return static_cast<double>(wall.tv_sec) - up + ticks / static_cast<double>(sysconf(_SC_CLK_TCK));
}

}  // namespace

struct Metrics::Parts {
  prometheus::Registry registry;

  Family<Counter>& counters(const char* name, const char* help) {
    return prometheus::BuildCounter().Name(name).Help(help).Register(registry);
  }
  Counter& counter(const char* name, const char* help) { return counters(name, help).Add({}); }
  Gauge& gauge(const char* name, const char* help) {
    return prometheus::BuildGauge().Name(name).Help(help).Register(registry).Add({});
  }
  Family<Histogram>& histograms(const char* name, const char* help) {
    return prometheus::BuildHistogram().Name(name).Help(help).Register(registry);
  }
  Histogram& histogram(const char* name, const char* help) {
    return histograms(name, help).Add({}, kSeconds);
  }

  Family<Counter>& messages = counters("attune_mqtt_messages_received_total",
                                       "Messages of devices, by what became of them");
  Counter& messages_applied = messages.Add({{"result", "applied"}});
  Counter& messages_unchanged = messages.Add({{"result", "unchanged"}});
  Counter& messages_rejected = messages.Add({{"result", "rejected"}});
  Family<Counter>& rejected =
      counters("attune_mqtt_rejected_total", "What devices said that was not taken, by reason");
  Counter& reconnects = counter("attune_mqtt_reconnects_total", "Connections to the broker lost");
  Gauge& connected = gauge("attune_mqtt_connected", "1 while connected to the broker");
  Gauge& revision = gauge("attune_state_revision", "Last revision given out");
  Family<Gauge>& devices = prometheus::BuildGauge()
                               .Name("attune_devices")
                               .Help("Devices, by availability")
                               .Register(registry);
  Histogram& ingest =
      histogram("attune_ingest_to_command_seconds",
                "From the turn that takes a message to its command handed to the sender");
  Counter& evaluations = counter("attune_rule_evaluations_total", "Conditions evaluated");
  Counter& fired = counter("attune_rule_fired_total", "Rules that became active");
  Counter& errors = counter("attune_rule_errors_total", "Conditions that failed");
  Family<Counter>& suppressed =
      counters("attune_rule_suppressed_total", "What rules wanted and did not get, by reason");
  Family<Counter>& commands =
      counters("attune_commands_total", "Commands that reached their end, by outcome");
  Gauge& in_flight = gauge("attune_commands_in_flight", "Commands without an end yet");
  Gauge& claims = gauge("attune_claims", "Claims, the waiting ones included");
  Gauge& conflicts =
      gauge("attune_conflicts_active",
            "Attributes with different values claimed at one priority, or written while away");
  Histogram& commit = histogram("attune_store_commit_seconds", "Time of a durable commit");
  Histogram& fsync = histogram("attune_store_fsync_seconds",
                               "Time of writing out and syncing a commit, within the above");
  Gauge& store_bytes = gauge("attune_store_bytes", "Size of the store's file");
  Gauge& map_used = gauge("attune_store_map_used_ratio", "Share of the store's map in use");
  Gauge& reader_age = gauge("attune_store_oldest_reader_age_seconds",
                            "Since when the longest reader of the store has kept its view");
  Counter& bytes_written =
      counter("attune_store_bytes_written_total", "Bytes handed to the system for writing");
  Gauge& stream_clients = gauge("attune_stream_clients", "Open live streams");
  Family<Counter>& streams_dropped =
      counters("attune_stream_dropped_total", "Live streams that attune closed, by reason");
  Family<Counter>& requests =
      counters("attune_http_requests_total", "HTTP answers, by route and status");
  Family<Histogram>& durations =
      histograms("attune_http_request_duration_seconds", "From the request to its answer");
  Family<Counter>& limits = counters("attune_limit_hits_total", "Bounds that were met");
  Family<Counter>& auth = counters("attune_auth_failures_total", "Refused for want of rights");
  Gauge& reload_ok = gauge("attune_config_last_reload_successful", "1 when the last reload worked");
  Gauge& reload_at =
      gauge("attune_config_last_reload_success_timestamp_seconds", "When a reload last worked");
  Counter& clock_jumps = counter("attune_clock_jumps_total", "Jumps of the wall clock seen");
  Family<Gauge>& queues = prometheus::BuildGauge()
                              .Name("attune_queue_depth")
                              .Help("What waits, by queue: of the inbox bytes, else entries")
                              .Register(registry);
  Counter& log_suppressed =
      counter("attune_log_suppressed_total", "Lines of the log left out, as too many were alike");
  Gauge& resident = gauge("process_resident_memory_bytes", "Resident memory");
  Gauge& virtual_memory = gauge("process_virtual_memory_bytes", "Virtual memory");
  Counter& cpu = counter("process_cpu_seconds_total", "Processor time, user and system");
  Gauge& open_fds = gauge("process_open_fds", "Open file descriptors");
  Gauge& max_fds = gauge("process_max_fds", "Most file descriptors that may be open");
  Gauge& start_time = gauge("process_start_time_seconds", "Start of the process since 1970");

  void process_now();
  void name_labels();
};

/// A series that appears with its first event has no rate before the second: what can be named is
/// there from the start.
void Metrics::Parts::name_labels() {
  const auto name_all = [](Family<Counter>& family, const char* label,
                           std::initializer_list<const char*> values) {
    for (const char* value : values) family.Add({{label, value}});
  };
  name_all(rejected, "reason", {"json", "type", "range", "topic", "size"});
  name_all(commands, "outcome",
           {"confirmed", "superseded", "expired", "failed", "unknown", "rejected"});
  name_all(suppressed, "reason", {"shadow", "blocked", "outranked", "storm"});
  name_all(streams_dropped, "reason", {"slow", "store"});
  name_all(limits, "limit", {"http_body", "http_header", "http_connections"});
  name_all(auth, "reason", {"401", "403"});
}

void Metrics::Parts::process_now() {
  const auto used = memory();
  resident.Set(used.resident_bytes);
  virtual_memory.Set(used.virtual_bytes);
  advance_to(cpu, cpu_seconds());
  open_fds.Set(open_descriptors());
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  max_fds.Set(static_cast<double>(limit.rlim_cur));
}

Metrics::Metrics(std::string_view version, std::string_view revision)
    : parts_(std::make_unique<Parts>()) {
  prometheus::BuildGauge()
      .Name("attune_build_info")
      .Help("1; the labels say which build this is")
      .Register(parts_->registry)
      .Add({{"version", std::string(version)}, {"revision", std::string(revision)}})
      .Set(1);
  parts_->start_time.Set(started_seconds());
  parts_->name_labels();
}
Metrics::~Metrics() = default;

void Metrics::message(Message result) {
  switch (result) {
    case Message::applied:
      return parts_->messages_applied.Increment();
    case Message::unchanged:
      return parts_->messages_unchanged.Increment();
    case Message::rejected:
      return parts_->messages_rejected.Increment();
  }
}

void Metrics::rejected(std::string_view reason) {
  parts_->rejected.Add({{"reason", std::string(reason)}}).Increment();
}
void Metrics::mqtt_reconnect() {
  parts_->reconnects.Increment();
}
void Metrics::ingest_to_command(std::chrono::nanoseconds took) {
  parts_->ingest.Observe(seconds(took));
}
void Metrics::store_commit(std::chrono::nanoseconds took) {
  parts_->commit.Observe(seconds(took));
}

void Metrics::store_sync(std::chrono::nanoseconds took) {
  parts_->fsync.Observe(seconds(took));
}
void Metrics::rule_suppressed(std::string_view reason) {
  parts_->suppressed.Add({{"reason", std::string(reason)}}).Increment();
}

void Metrics::rules(std::uint64_t evaluations, std::uint64_t fired, std::uint64_t errors) {
  parts_->evaluations.Increment(static_cast<double>(evaluations));
  parts_->fired.Increment(static_cast<double>(fired));
  parts_->errors.Increment(static_cast<double>(errors));
}

void Metrics::command_ended(std::string_view outcome) {
  parts_->commands.Add({{"outcome", std::string(outcome)}}).Increment();
}

void Metrics::http(std::string_view route, int status, std::chrono::nanoseconds took) {
  const std::string label(route);
  parts_->requests.Add({{"route", label}, {"code", std::to_string(status)}}).Increment();
  parts_->durations.Add({{"route", label}}, kSeconds).Observe(seconds(took));
}

void Metrics::stream_dropped(std::string_view reason) {
  parts_->streams_dropped.Add({{"reason", std::string(reason)}}).Increment();
}
void Metrics::limit_hit(std::string_view limit) {
  parts_->limits.Add({{"limit", std::string(limit)}}).Increment();
}
void Metrics::auth_failure(std::string_view reason) {
  parts_->auth.Add({{"reason", std::string(reason)}}).Increment();
}
void Metrics::clock_jump() {
  parts_->clock_jumps.Increment();
}

std::string Metrics::text(const Gauges& now) const {
  auto& p = *parts_;
  p.connected.Set(now.mqtt_connected);
  p.revision.Set(static_cast<double>(number(now.revision)));
  for (std::size_t i = 0; i < now.devices.size(); ++i) {
    p.devices.Add({{"availability", std::string(name(static_cast<Availability>(i)))}})
        .Set(static_cast<double>(now.devices[i]));
  }
  p.in_flight.Set(static_cast<double>(now.commands_in_flight));
  p.claims.Set(static_cast<double>(now.claims));
  p.conflicts.Set(static_cast<double>(now.conflicts));
  p.stream_clients.Set(static_cast<double>(now.stream_clients));
  p.reload_ok.Set(now.last_reload_ok);
  p.reload_at.Set(now.last_reload_seconds);
  advance_to(p.bytes_written, static_cast<double>(now.store_bytes_written));
  p.store_bytes.Set(static_cast<double>(now.store_file_bytes));
  p.map_used.Set(now.store_map_used_ratio);
  p.reader_age.Set(now.store_reader_seconds);
  const std::pair<const char*, std::uint64_t> queues[] = {{"inbox", now.inbox_bytes},
                                                          {"outbox", now.outbox_parcels},
                                                          {"in_flight", now.in_flight},
                                                          {"uncommitted", now.uncommitted}};
  for (const auto& [queue, depth] : queues) {
    p.queues.Add({{"queue", queue}}).Set(static_cast<double>(depth));
  }
  advance_to(p.log_suppressed, static_cast<double>(now.log_lines_suppressed));
  p.process_now();
  return prometheus::TextSerializer().Serialize(p.registry.Collect());
}

}  // namespace attune::shell
