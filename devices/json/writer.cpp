#include "devices/json/writer.h"

#include <utility>

namespace attune::devices::json {

void Writer::separate() {
  if (comma_) text_ += ',';
  comma_ = true;
}

Writer& Writer::open(char bracket) {
  separate();
  text_ += bracket;
  comma_ = false;
  return *this;
}

Writer& Writer::close(char bracket) {
  text_ += bracket;
  comma_ = true;
  return *this;
}

Writer& Writer::key(std::string_view name) {
  separate();
  append_json_string(text_, name);
  text_ += ':';
  comma_ = false;
  return *this;
}

Writer& Writer::value(const Value& value) {
  separate();
  append_json(text_, value);
  return *this;
}

std::string Writer::take() {
  comma_ = false;
  return std::exchange(text_, {});
}

std::string escaped(std::string_view text) {
  std::string quoted;
  append_json_string(quoted, text);
  return quoted.substr(1, quoted.size() - 2);
}

}  // namespace attune::devices::json
