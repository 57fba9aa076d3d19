#include "tests/devices/rows.h"

#include <algorithm>
#include <boost/json/src.hpp>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>

#include "devices/vocabulary.h"

namespace attune::devices::conformance {

namespace {

namespace bj = boost::json;

std::string decode_base64(std::string_view coded) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  unsigned bits = 0;
  int count = 0;
  for (const char c : coded) {
    const auto digit = kAlphabet.find(c);
    if (digit == std::string_view::npos) break;
    bits = (bits << 6U) | static_cast<unsigned>(digit);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    out += static_cast<char>((bits >> static_cast<unsigned>(count)) & 0xFFU);
  }
  return out;
}

bool is_percent(std::string_view attribute) {
  const Word* word = find_word(canonical_part(attribute));
  return word != nullptr && word->unit == "%";
}

bool near(std::string_view attribute, double want, double got) {
  constexpr double kNoise = 1e-9;
  if (is_percent(attribute)) return std::abs(want - got) <= 0.1 + kNoise;
  if (canonical_part(attribute) == "color_temp") return std::abs(want - got) <= 1;
  return std::abs(want - got) <= std::abs(want) * 0.001 + kNoise;
}

bool same_list(std::string_view attribute, const bj::array& want, const Value& got) {
  if (got.kind() != ValueKind::numbers || want.size() != got.as_numbers().size()) return false;
  for (std::size_t i = 0; i < want.size(); ++i) {
    if (!want[i].is_number()) return false;
    if (!near(attribute, want[i].to_number<double>(), got.as_numbers()[i])) return false;
  }
  return true;
}

std::uint64_t take_varint(std::string_view& rest) {
  std::uint64_t value = 0;
  for (unsigned shift = 0; !rest.empty() && shift < 64; shift += 7) {
    const auto byte = static_cast<unsigned char>(rest.front());
    rest.remove_prefix(1);
    value |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
    if (byte < 0x80) break;
  }
  return value;
}

constexpr std::uint64_t kPayloadMetric = 2;
constexpr std::uint64_t kPayloadTime = 1;
constexpr std::uint64_t kMetricTime = 3;

/// The fields of a Sparkplug payload as text, without those that hold a time: who sends a command
/// has a clock of its own.
std::string fields_of(std::string_view rest, bool metric) {
  std::string out;
  while (!rest.empty()) {
    const std::uint64_t key = take_varint(rest);
    const std::uint64_t field = key >> 3;
    std::string value;
    std::size_t size = (key & 7) == 1 ? 8 : (key & 7) == 5 ? 4 : 0;
    if ((key & 7) == 0) value = std::to_string(take_varint(rest));
    if ((key & 7) == 2) size = take_varint(rest);
    size = std::min(size, rest.size());
    if (size > 0) value = rest.substr(0, size);
    rest.remove_prefix(size);
    const bool inner = !metric && field == kPayloadMetric;
    if (field == (metric ? kMetricTime : kPayloadTime)) continue;
    out += std::to_string(field) + "=" + (inner ? "{" + fields_of(value, true) + "}" : value) + ";";
  }
  return out;
}

}  // namespace

std::string text(const Row& row, std::string_view key) {
  const bj::value* found = row.if_contains(key);
  return found != nullptr && found->is_string() ? std::string(found->as_string()) : "";
}

const Row& object(const Row& row, std::string_view key) {
  static const Row kNone;
  const bj::value* found = row.if_contains(key);
  return found != nullptr && found->is_object() ? found->as_object() : kNone;
}

std::vector<std::string> texts(const Row& row, std::string_view key) {
  std::vector<std::string> all;
  const bj::value* found = row.if_contains(key);
  if (found == nullptr || !found->is_array()) return all;
  for (const bj::value& one : found->as_array()) {
    if (one.is_string()) all.emplace_back(one.as_string());
  }
  return all;
}

bool is_set(const Row& row, std::string_view key) {
  const bj::value* found = row.if_contains(key);
  return found != nullptr && found->is_bool() && found->as_bool();
}

std::string payload(const Row& row) {
  return text(row, "encoding") == "base64" ? decode_base64(text(row, "payload"))
                                           : text(row, "payload");
}

std::optional<std::vector<std::string>> read_lines(const std::string& path) {
  if (!std::filesystem::exists(path)) return std::nullopt;
  const std::string command = (path.ends_with(".gz") ? "zcat '" : "cat '") + path + "'";
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  if (pipe == nullptr) return std::nullopt;
  std::vector<std::string> lines(1);
  char buffer[65536];
  while (const std::size_t n = fread(buffer, 1, sizeof buffer, pipe.get())) {
    for (const char c : std::string_view(buffer, n)) {
      if (c == '\n') {
        lines.emplace_back();
      } else {
        lines.back() += c;
      }
    }
  }
  std::erase(lines, "");
  return lines;
}

std::optional<File> read_rows(const std::string& path) {
  const auto lines = read_lines(path);
  if (!lines) return std::nullopt;
  File file;
  for (const std::string& line : *lines) {
    bj::error_code error;
    bj::value parsed = bj::parse(line, error);
    if (error || !parsed.is_object()) {
      std::fprintf(stderr, "%s: row %zu is no object\n", path.c_str(), file.rows.size() + 1);
      std::exit(2);
    }
    file.by_id.emplace(text(parsed.as_object(), "id"), file.rows.size());
    file.rows.push_back(std::move(parsed.as_object()));
  }
  return file;
}

std::map<std::string, std::string> read_exposes(const std::string& path) {
  std::map<std::string, std::string> exposes;
  for (const std::string& line : read_lines(path).value_or(std::vector<std::string>{})) {
    bj::error_code error;
    const bj::value parsed = bj::parse(line, error);
    if (error || !parsed.is_object() || !parsed.as_object().contains("exposes")) continue;
    exposes.emplace(text(parsed.as_object(), "model"),
                    bj::serialize(parsed.as_object().at("exposes")));
  }
  return exposes;
}

bool same_value(std::string_view attribute, const bj::value& want, const Value& got) {
  if (want.is_null()) return !got.has_value();
  if (want.is_bool()) return got == Value(want.as_bool());
  if (want.is_string()) return got == Value(std::string_view(want.as_string()));
  if (want.is_number()) {
    return got.is_numeric() && near(attribute, want.to_number<double>(), got.numeric());
  }
  return want.is_array() && same_list(attribute, want.as_array(), got);
}

bool same_payload(const Row& row, const std::string& got) {
  const std::string want = payload(row);
  if (want == got) return true;
  if (text(row, "encoding") == "base64") return fields_of(want, false) == fields_of(got, false);
  bj::error_code a;
  bj::error_code b;
  const bj::value x = bj::parse(want, a);
  const bj::value y = bj::parse(got, b);
  return !a && !b && x == y;
}

Value value_of(const bj::value& json) {
  if (json.is_bool()) return json.as_bool();
  if (json.is_string()) return Value(std::string_view(json.as_string()));
  if (json.is_int64()) return json.as_int64();
  if (json.is_number()) return json.to_number<double>();
  if (!json.is_array()) return {};
  std::vector<double> numbers;
  for (const bj::value& one : json.as_array()) {
    if (!one.is_number()) return {};
    numbers.push_back(one.to_number<double>());
  }
  return numbers;
}

}  // namespace attune::devices::conformance
