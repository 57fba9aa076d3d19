#include "broker/shell/http/head.h"

#include <algorithm>

#include "devices/model/limits.h"

namespace attune::http {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_alpha(char c) {
  return lower(c) >= 'a' && lower(c) <= 'z';
}

bool is_token(std::string_view text) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return is_alpha(c) || is_digit(c) || kMarks.find(c) != std::string_view::npos;
  });
}

std::string_view trimmed(std::string_view text) {
  const auto from = text.find_first_not_of(" \t");
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(" \t") - from + 1);
}

HeadScan bad(std::string_view message, int status = 400, std::string_view code = "bad_request") {
  return {HeadScan::State::bad, 0, status, code, message};
}

/// Bytes that have no place in a head, wherever they stand. The last byte may be half of a CRLF.
std::string_view forbidden_bytes(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c == '\n' && (i == 0 || text[i - 1] != '\r')) return "a line ends with LF alone";
    if (c == '\r' && i + 1 < text.size() && text[i + 1] != '\n') return "a CR without LF";
    if ((c < 0x20 && c != '\r' && c != '\n' && c != '\t') || c == 0x7f)
      return "a control character";
  }
  return {};
}

HeadScan check_request_line(std::string_view line, Head& out) {
  const auto first = line.find(' ');
  const auto last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) {
    return bad("the request line is not METHOD TARGET HTTP/1.1");
  }
  out.method = line.substr(0, first);
  out.target = line.substr(first + 1, last - first - 1);
  const auto version = line.substr(last + 1);
  if (!is_token(out.method)) return bad("the method is not a word");
  if (version != "HTTP/1.1" && version != "HTTP/1.0") return bad("only HTTP/1.1 and HTTP/1.0");
  if (out.target.empty() || out.target.front() != '/') return bad("the target must begin with /");
  if (out.target.find_first_of(" \t") != std::string_view::npos) {
    return bad("white space in the target");
  }
  for (const std::string_view known : {"GET", "HEAD", "PUT", "POST", "DELETE"}) {
    if (out.method == known) return {};
  }
  return bad("no route has this method", 405, "method");
}

HeadScan check_field(std::string_view line, Head& out) {
  if (line.front() == ' ' || line.front() == '\t') return bad("a folded header line");
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) {
    return bad("a header line without a name");
  }
  if (out.fields.size() == kHeadFieldsMax) return bad("too many header lines", 431, "header");
  out.fields.emplace_back(line.substr(0, colon), trimmed(line.substr(colon + 1)));
  return {};
}

HeadScan check_length(const Head& head) {
  const auto lengths = head.count("Content-Length");
  const auto codings = head.count("Transfer-Encoding");
  if (lengths + codings > 1) return bad("more than one statement of the body's length");
  const auto length = head.field("Content-Length");
  if (lengths == 1 && (length.empty() || !std::all_of(length.begin(), length.end(), is_digit))) {
    return bad("Content-Length is not a number");
  }
  if (codings == 1 && !same_text(head.field("Transfer-Encoding"), "chunked")) {
    return bad("the only transfer coding is chunked");
  }
  return {};
}

HeadScan check_lines(std::string_view text, Head& out) {
  out = {};
  bool first = true;
  while (!text.empty()) {
    const auto end = text.find("\r\n");
    const auto line = text.substr(0, end);
    text.remove_prefix(std::min(text.size(), line.size() + 2));
    if (line.empty()) break;
    const auto verdict = first ? check_request_line(line, out) : check_field(line, out);
    if (verdict.state == HeadScan::State::bad) return verdict;
    first = false;
  }
  return check_length(out);
}

}  // namespace

bool same_text(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view Head::field(std::string_view name) const {
  for (const auto& [field_name, value] : fields) {
    if (same_text(field_name, name)) return value;
  }
  return {};
}

std::size_t Head::count(std::string_view name) const {
  return static_cast<std::size_t>(std::count_if(
      fields.begin(), fields.end(), [&](const auto& f) { return same_text(f.first, name); }));
}

HeadScan scan_head(std::string_view received, Head& out) {
  constexpr std::string_view kEnd = "\r\n\r\n";
  const auto window = received.substr(0, limits::kHttpHeaderBytesMax);
  const auto end = window.find(kEnd);
  const bool complete = end != std::string_view::npos;
  const auto head = complete ? window.substr(0, end + kEnd.size()) : window;
  if (const auto reason = forbidden_bytes(head); !reason.empty()) return bad(reason);
  if (head.substr(0, 2) == "\r\n") return bad("an empty request line");
  const auto line_end = head.find("\r\n");
  if (line_end != std::string_view::npos) {  // at once: who speaks HTTP/0.9 sends nothing more
    Head scratch;
    const auto verdict = check_request_line(head.substr(0, line_end), scratch);
    if (verdict.state == HeadScan::State::bad) return verdict;
  }
  if (!complete) {
    if (received.size() < limits::kHttpHeaderBytesMax) return {};
    return bad("the head is above 8 KiB", 431, "header");
  }
  auto verdict = check_lines(head, out);
  if (verdict.state == HeadScan::State::bad) return verdict;
  verdict.state = HeadScan::State::complete;
  verdict.bytes = head.size();
  return verdict;
}

}  // namespace attune::http
