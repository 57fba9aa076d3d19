#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "broker/shell/api/body.h"
#include "broker/shell/api/match.h"
#include "broker/shell/http/guard.h"
#include "broker/shell/http/head.h"
#include "broker/shell/http/sse.h"
#include "broker/shell/http/target.h"
#include "devices/json/reader.h"
#include "devices/model/glob.h"

/// Everything of ours that reads what an HTTP client says: head, target, bodies, patterns, events.
namespace {

void expect(bool holds) {
  if (!holds) std::abort();
}

void read_head(std::string_view text) {
  using State = attune::http::HeadScan::State;
  attune::http::Head head;
  const auto scan = attune::http::scan_head(text, head);
  if (scan.state == State::bad) expect(scan.status >= 400 && !scan.message.empty());
  if (scan.state != State::complete) return;
  expect(scan.bytes <= text.size() && !head.target.empty() && head.target.front() == '/');
  // What is complete stays so, whatever follows; and it was not complete before.
  attune::http::Head again;
  expect(attune::http::scan_head(text.substr(0, scan.bytes), again).bytes == scan.bytes);
  expect(attune::http::scan_head(text.substr(0, scan.bytes - 1), again).state != State::complete);
  const auto remote = attune::http::guard(head, false);
  expect(head.method == "GET" || head.method == "HEAD" || remote.has_value());
  (void)attune::http::guard(head, true);
}

void read_target(std::string_view text) {
  const auto target = attune::http::parse_target(text);
  if (!target) return;
  for (const auto& segment : target->segments) {
    expect(!segment.empty() && segment != ".." && attune::http::is_clean_text(segment));
  }
  for (const auto& [key, value] : target->query) {
    expect(attune::http::is_clean_text(key) && attune::http::is_clean_text(value));
  }
}

void read_body(std::string_view text) {
  const auto write = attune::api::parse_write(text);
  if (write) expect(write->value.has_value());
  (void)attune::api::parse_mode(text);
  (void)attune::api::parse_if_match(text);
  // A refusal is itself JSON, whatever it repeats of the text.
  if (write || !attune::devices::json::valid_utf8(write.error().message)) return;
  const auto refusal = attune::http::refusal(422, "body", write.error().message);
  attune::devices::json::Reader reader;
  const bool long_text = write.error().message.size() > 8 * 1024;
  expect(long_text || reader.read(refusal.body) != nullptr);
}

void read_pattern(std::string_view text) {
  const auto middle = text.size() / 2;
  (void)attune::glob(text.substr(0, middle), text.substr(middle));
  (void)attune::api::Match(text.substr(0, middle)).attribute("hall_lamp", text.substr(middle));
}

void read_events(std::string_view text) {
  attune::http::SseReader reader;
  std::vector<attune::http::SseEvent> events;
  const auto middle = text.size() / 2;
  if (reader.feed(text.substr(0, middle), events)) (void)reader.feed(text.substr(middle), events);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 5) {
    case 0:
      read_head(text);
      break;
    case 1:
      read_target(text);
      break;
    case 2:
      read_body(text);
      break;
    case 3:
      read_pattern(text);
      break;
    default:
      read_events(text);
      break;
  }
  return 0;
}
