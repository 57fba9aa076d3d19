#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// Server-sent events as text: written by the API, read by the client.
namespace attune::http {

/// One event. `data` holds no line break when attune wrote it.
struct SseEvent {
  std::string id;
  std::string event;
  std::string data;
  friend bool operator==(const SseEvent&, const SseEvent&) = default;
};

/// Appends `id: <id>`, `event: <event>`, `data: <data>` and the empty line that ends it.
/// `data` must not contain a line break.
void append_event(std::string& out, std::uint64_t id, std::string_view event,
                  std::string_view data);

/// Cuts a stream into events, wherever the network cut it. Comments (heartbeats) are dropped.
class SseReader {
 public:
  /// Takes the next bytes; appends what they complete. False: a line above `kLineBytesMax`.
  [[nodiscard]] bool feed(std::string_view bytes, std::vector<SseEvent>& out);
  static constexpr std::size_t kLineBytesMax = 1024 * 1024;

 private:
  void line(std::string_view text, std::vector<SseEvent>& out);
  std::string pending_;
  SseEvent event_;
  bool has_data_ = false;
};

}  // namespace attune::http
