#include "broker/cli/sarif.h"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <vector>

#include "devices/json/writer.h"

namespace attune::cli {
namespace {

using devices::json::Writer;

/// What a class of findings is about, by the beginning of its code; the longer one first.
constexpr std::array<std::pair<std::string_view, std::string_view>, 19> kClasses = {{
    {"E1", "The file cannot be read as rules"},
    {"E2", "Syntax and types of an expression or value"},
    {"E3", "An unknown name, or a value that cannot be"},
    {"E", "An error"},
    {"C401", "Rules that want different values hold together"},
    {"C402", "Rules that want different values may hold together"},
    {"C403", "A rule whose end is delayed meets one that wants another value"},
    {"D4", "Nothing says what follows a claim's end"},
    {"L5", "A loop"},
    {"S601", "A rule that never wins"},
    {"S602", "A rule that never starts"},
    {"S603", "A condition that is never false"},
    {"S604", "A rule that never ends"},
    {"S605", "A rule that ends as it starts"},
    {"S606", "An event taken for a state"},
    {"I7", "A rule can want what an interlock blocks"},
    {"T8", "A test that cannot say anything"},
    {"W901", "An expression that costs much"},
    {"W", "Something that may not be meant"},
}};

std::string_view about(std::string_view code) {
  for (const auto& [begin, text] : kClasses) {
    if (code.starts_with(begin)) return text;
  }
  return "A finding";
}

/// A path as a URI reference.
std::string uri(std::string_view path) {
  static constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (plain || std::string_view("-._~/").find(c) != std::string_view::npos) {
      out += c;
    } else {
      out += {'%', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
  return out;
}

/// Code points in the first bytes of a line; bytes where the line is not known.
std::int64_t code_points(std::string_view line, int bytes) {
  const auto count = static_cast<std::size_t>(std::max(bytes, 0));
  if (line.size() < count) return bytes;
  return std::count_if(line.begin(), line.begin() + static_cast<std::ptrdiff_t>(count),
                       [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
}

void write_text(Writer& out, std::string_view key, std::string_view text) {
  out.key(key).begin_object();
  out.member("text", printable(text));
  out.end_object();
}

void write_region(Writer& out, const Issue& issue) {
  const SourcePlace& place = issue.place;
  if (place.line < 1 || place.column < 1) return;
  const std::int64_t start = code_points(issue.source_line, place.column - 1) + 1;
  const std::int64_t end = code_points(issue.source_line, place.column - 1 + place.length) + 1;
  out.key("region").begin_object();
  out.member("startLine", place.line);
  out.member("startColumn", start);
  out.member("endColumn", std::max(end, start + 1));
  out.end_object();
}

void write_result(Writer& out, const Issue& issue, std::size_t rule) {
  out.begin_object();
  out.member("ruleId", issue.code);
  out.member("ruleIndex", static_cast<std::int64_t>(rule));
  out.member("level", issue.severity == Severity::error ? "error" : "warning");
  const std::string hint = issue.hint.empty() ? "" : " (" + issue.hint + ")";
  write_text(out, "message", issue.message + hint);
  if (!issue.place.file.empty()) {
    out.key("locations").begin_array().begin_object();
    out.key("physicalLocation").begin_object();
    out.key("artifactLocation").begin_object();
    out.member("uri", uri(issue.place.file));
    out.end_object();
    write_region(out, issue);
    out.end_object().end_object().end_array();
  }
  out.end_object();
}

void write_driver(Writer& out, const std::vector<std::string>& codes) {
  out.key("tool").begin_object();
  out.key("driver").begin_object();
  out.member("name", "attune");
  out.member("version", ATTUNE_VERSION);
  out.key("rules").begin_array();
  for (const std::string& code : codes) {
    out.begin_object();
    out.member("id", code);
    write_text(out, "shortDescription", about(code));
    out.end_object();
  }
  out.end_array().end_object().end_object();
}

}  // namespace

std::string sarif(const Issues& issues) {
  std::set<std::string> known;
  for (const Issue& issue : issues) known.insert(issue.code);
  const std::vector<std::string> codes(known.begin(), known.end());
  Writer out;
  out.begin_object();
  out.member("$schema", "https://json.schemastore.org/sarif-2.1.0.json");
  out.member("version", "2.1.0");
  out.key("runs").begin_array().begin_object();
  write_driver(out, codes);
  out.member("columnKind", "unicodeCodePoints");
  out.key("results").begin_array();
  for (const Issue& issue : issues) {
    const auto at = std::lower_bound(codes.begin(), codes.end(), issue.code);
    write_result(out, issue, static_cast<std::size_t>(at - codes.begin()));
  }
  out.end_array().end_object().end_array().end_object();
  return out.take();
}

}  // namespace attune::cli
