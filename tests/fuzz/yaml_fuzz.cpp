#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "rules/yaml/yaml.h"

namespace {

/// Every scalar's text can be located, and lies in the file.
void visit(const attune::yaml::Document& document, const attune::yaml::Node& node) {
  const auto place = document.locate(node, node.text.size() / 2, 3);
  if (place.line < 1 || place.column < 1 || place.length < 1) std::abort();
  (void)node.as_bool();
  (void)node.as_number();
  for (const auto& item : node.items) visit(document, item);
  for (const auto& entry : node.entries) {
    visit(document, entry.key);
    visit(document, entry.value);
  }
}

}  // namespace

/// The YAML door on any bytes: a document or findings, and never anything else.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  attune::Issues issues;
  const auto document = attune::yaml::parse(
      "fuzz.yaml", std::string(reinterpret_cast<const char*>(data), size), issues);
  if (document.has_value() != issues.empty()) std::abort();
  (void)attune::render(issues);
  if (document) visit(*document, document->root);
  return 0;
}
