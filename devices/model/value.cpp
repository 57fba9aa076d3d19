#include "devices/model/value.h"

#include <charconv>

namespace attune {

double Value::numeric() const {
  return kind() == ValueKind::integer ? static_cast<double>(as_integer()) : as_number();
}

void append_number(std::string& out, double value) {
  char buffer[32];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
  out.append(buffer, end);
}

void append_json_string(std::string& out, std::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (byte < 0x20 || byte == 0x7f) {
      out += "\\u00";
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    } else {
      out += c;
    }
  }
  out += '"';
}

namespace {

void append_list(std::string& out, const std::vector<double>& numbers) {
  out += '[';
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (i != 0) out += ',';
    append_number(out, numbers[i]);
  }
  out += ']';
}

}  // namespace

void append_json(std::string& out, const Value& value) {
  switch (value.kind()) {
    case ValueKind::none: out += "null"; return;
    case ValueKind::boolean: out += value.as_bool() ? "true" : "false"; return;
    case ValueKind::integer: out += std::to_string(value.as_integer()); return;
    case ValueKind::number: append_number(out, value.as_number()); return;
    case ValueKind::text: append_json_string(out, value.as_text()); return;
    case ValueKind::numbers: append_list(out, value.as_numbers()); return;
  }
}

std::string to_json(const Value& value) {
  std::string out;
  append_json(out, value);
  return out;
}

}  // namespace attune
