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

TEST(Metrics, ShowsTheGaugesAsTheyAreNow) {
  Metrics metrics("0.1.0", "");
  Gauges gauges;
  gauges.revision = Revision{42};
  gauges.devices = {0, 7, 1, 0};
  gauges.store_bytes_written = 1000;
  (void)metrics.text(gauges);
  gauges.store_bytes_written = 1500;
  gauges.mqtt_connected = true;
  const auto text = metrics.text(gauges);
  expect_in(text, "attune_state_revision 42");
  expect_in(text, R"(attune_devices{availability="online"} 7)");
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
