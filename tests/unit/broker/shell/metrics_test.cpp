#include "broker/shell/metrics.h"

#include <gtest/gtest.h>

#include <string>

namespace attune::shell {
namespace {

void expect_in(const std::string& text, const std::string& part) {
  EXPECT_NE(text.find(part), std::string::npos) << part << "\nis not in\n" << text;
}

TEST(Metrics, CountsWhatItIsTold) {
  Metrics metrics("0.1.0", "abc");
  metrics.message(Metrics::Message::applied);
  metrics.message(Metrics::Message::applied);
  metrics.message(Metrics::Message::rejected);
  metrics.rejected("json");
  metrics.rules(10, 2, 1);
  metrics.command_ended("confirmed");
  metrics.http("api/v1/state", 200, std::chrono::microseconds(300));
  const auto text = metrics.text({});
  expect_in(text, R"(attune_build_info{revision="abc",version="0.1.0"} 1)");
  expect_in(text, R"(attune_mqtt_messages_received_total{result="applied"} 2)");
  expect_in(text, R"(attune_mqtt_messages_received_total{result="unchanged"} 0)");
  expect_in(text, R"(attune_mqtt_rejected_total{reason="json"} 1)");
  expect_in(text, "attune_rule_evaluations_total 10");
  expect_in(text, "attune_rule_fired_total 2");
  expect_in(text, "attune_rule_errors_total 1");
  expect_in(text, R"(attune_commands_total{outcome="confirmed"} 1)");
  expect_in(text, R"(attune_http_requests_total{code="200",route="api/v1/state"} 1)");
}

TEST(Metrics, HistogramsReachFrom100MicrosecondsTo1Second) {
  Metrics metrics("0.1.0", "");
  metrics.ingest_to_command(std::chrono::microseconds(200));
  metrics.store_commit(std::chrono::milliseconds(30));
  const auto text = metrics.text({});
  expect_in(text, R"(attune_ingest_to_command_seconds_bucket{le="0.0001"} 0)");
  expect_in(text, R"(attune_ingest_to_command_seconds_bucket{le="0.00025"} 1)");
  expect_in(text, R"(attune_store_commit_seconds_bucket{le="0.025"} 0)");
  expect_in(text, R"(attune_store_commit_seconds_bucket{le="1"} 1)");
}

TEST(Metrics, EveryNameIsThereFromTheStart) {
  Metrics metrics("0.1.0", "abc");
  metrics.http("api/v1/state", 200, std::chrono::microseconds(300));  // its labels are routes
  const auto text = metrics.text({});
  for (const char* name : {"attune_build_info",
                           "attune_mqtt_messages_received_total",
                           "attune_mqtt_rejected_total",
                           "attune_mqtt_connected",
                           "attune_mqtt_reconnects_total",
                           "attune_state_revision",
                           "attune_devices",
                           "attune_ingest_to_command_seconds",
                           "attune_rule_evaluations_total",
                           "attune_rule_fired_total",
                           "attune_rule_suppressed_total",
                           "attune_rule_errors_total",
                           "attune_commands_total",
                           "attune_commands_in_flight",
                           "attune_claims",
                           "attune_conflicts_active",
                           "attune_store_commit_seconds",
                           "attune_store_fsync_seconds",
                           "attune_store_bytes",
                           "attune_store_map_used_ratio",
                           "attune_store_oldest_reader_age_seconds",
                           "attune_store_bytes_written_total",
                           "attune_stream_clients",
                           "attune_stream_dropped_total",
                           "attune_http_requests_total",
                           "attune_http_request_duration_seconds",
                           "attune_auth_failures_total",
                           "attune_limit_hits_total",
                           "attune_config_last_reload_successful",
                           "attune_config_last_reload_success_timestamp_seconds",
                           "attune_clock_jumps_total",
                           "attune_queue_depth",
                           "attune_log_suppressed_total",
                           "process_resident_memory_bytes",
                           "process_cpu_seconds_total",
                           "process_open_fds",
                           "process_start_time_seconds"}) {
    // A family without a series prints its help and nothing else.
    const std::string series = std::string("\n") + name;
    const bool plain = text.find(series + " ") != std::string::npos;
    const bool labelled = text.find(series + "{") != std::string::npos;
    const bool histogram = text.find(series + "_count") != std::string::npos;
    EXPECT_TRUE(plain || labelled || histogram) << name;
  }
}

TEST(Metrics, SaysHowLongASyncTookAndWhatWaits) {
  Metrics metrics("0.1.0", "");
  metrics.store_sync(std::chrono::milliseconds(30));
  metrics.rule_suppressed("shadow");
  Gauges gauges;
  gauges.inbox_bytes = 4'096;
  gauges.uncommitted = 3;
  gauges.log_lines_suppressed = 7;
  const auto text = metrics.text(gauges);
  expect_in(text, R"(attune_store_fsync_seconds_bucket{le="0.05"} 1)");
  expect_in(text, R"(attune_queue_depth{queue="inbox"} 4096)");
  expect_in(text, R"(attune_queue_depth{queue="uncommitted"} 3)");
  expect_in(text, "attune_log_suppressed_total 7");
  expect_in(text, R"(attune_rule_suppressed_total{reason="shadow"} 1)");
}

TEST(Metrics, ShowsTheGaugesAsTheyAreNow) {
  Metrics metrics("0.1.0", "");
  Gauges gauges;
  gauges.revision = Revision{42};
  gauges.devices = {0, 7, 1, 0, 2};
  gauges.store_bytes_written = 1000;
  (void)metrics.text(gauges);
  gauges.store_bytes_written = 1500;
  gauges.mqtt_connected = true;
  const auto text = metrics.text(gauges);
  expect_in(text, "attune_state_revision 42");
  expect_in(text, R"(attune_devices{availability="online"} 7)");
  expect_in(text, R"(attune_devices{availability="suspect"} 2)");
  expect_in(text, "attune_store_bytes_written_total 1500");
  expect_in(text, "attune_mqtt_connected 1");
}

TEST(Metrics, ShowsTheProcessItself) {
  Metrics metrics("0.1.0", "");
  const auto text = metrics.text({});
  for (const char* name : {"process_resident_memory_bytes ", "process_cpu_seconds_total ",
                           "process_open_fds ", "process_start_time_seconds "}) {
    const auto at = text.find(std::string("\n") + name);
    ASSERT_NE(at, std::string::npos) << name;
    EXPECT_GT(std::stod(text.substr(at + 1 + std::string(name).size())), 0) << name;
  }
}

}  // namespace
}  // namespace attune::shell
