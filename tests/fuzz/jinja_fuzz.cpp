#include <cstdlib>

#include "devices/dialects/jinja.h"

/// A template up to the first NUL, and the message behind it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace jinja = attune::devices::jinja;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t cut = std::min(input.find('\0'), input.size());
  const std::string_view payload = input.substr(std::min(cut + 1, input.size()));
  const auto compiled = jinja::Template::compile(input.substr(0, cut));
  if (!compiled || !attune::devices::json::valid_utf8(input)) return 0;
  attune::devices::json::Reader reader;
  const jinja::Inputs inputs{attune::Value(payload), reader.read(payload), {{"position", 40}}};
  const jinja::Rendered made = compiled->run(inputs);
  if (made.text.size() > 2 * jinja::kTextBytesMax + jinja::kTemplateBytesMax) std::abort();
  return 0;
}
