#pragma once
#include <string>
#include <string_view>

#include "devices/model/value.h"

/// Writes one JSON text from left to right.
namespace attune::devices::json {

/// Puts commas and quotes; who calls it closes what it opened, and gives each member a key.
class Writer {
 public:
  Writer& begin_object() { return open('{'); }
  Writer& end_object() { return close('}'); }
  Writer& begin_array() { return open('['); }
  Writer& end_array() { return close(']'); }
  Writer& key(std::string_view name);
  Writer& value(const Value& value);
  Writer& member(std::string_view name, const Value& v) { return key(name).value(v); }

  [[nodiscard]] bool empty() const { return text_.empty(); }
  /// The text so far; the writer is empty afterwards.
  [[nodiscard]] std::string take();

 private:
  Writer& open(char bracket);
  Writer& close(char bracket);
  void separate();

  std::string text_;
  bool comma_ = false;  // whether the next key or element needs one before it
};

/// The inside of a JSON string: `text` escaped, without the quotes.
[[nodiscard]] std::string escaped(std::string_view text);

}  // namespace attune::devices::json
