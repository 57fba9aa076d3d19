#include "broker/shell/http/sse.h"

namespace attune::http {

void append_event(std::string& out, std::uint64_t id, std::string_view event,
                  std::string_view data) {
  out += "id: ";
  out += std::to_string(id);
  out += "\nevent: ";
  out += event;
  out += "\ndata: ";
  out += data;
  out += "\n\n";
}

bool SseReader::feed(std::string_view bytes, std::vector<SseEvent>& out) {
  pending_ += bytes;
  std::size_t from = 0;
  for (auto end = pending_.find('\n'); end != std::string::npos; end = pending_.find('\n', from)) {
    std::string_view text(pending_.data() + from, end - from);
    if (!text.empty() && text.back() == '\r') text.remove_suffix(1);
    line(text, out);
    from = end + 1;
  }
  pending_.erase(0, from);
  return pending_.size() <= kLineBytesMax && event_.data.size() <= kLineBytesMax;
}

void SseReader::line(std::string_view text, std::vector<SseEvent>& out) {
  if (text.empty()) {
    if (has_data_) out.push_back(event_);
    event_.event.clear();  // the id stays: it is the stream's, not the event's
    event_.data.clear();
    has_data_ = false;
    return;
  }
  const auto colon = text.find(':');
  const auto field = text.substr(0, colon);
  auto value = colon == std::string_view::npos ? std::string_view() : text.substr(colon + 1);
  if (!value.empty() && value.front() == ' ') value.remove_prefix(1);
  if (field == "id") event_.id = value;
  if (field == "event") event_.event = value;
  if (field != "data") return;
  if (has_data_) event_.data += '\n';
  event_.data += value;
  has_data_ = true;
}

}  // namespace attune::http
