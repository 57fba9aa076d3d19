#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "devices/dialects/json_mapped.h"
#include "devices/json/reader.h"
#include "devices/json/writer.h"

/// Any bytes through the JSON door: what is taken is well formed and can be written and read again.
namespace {

using namespace attune;
using namespace attune::devices;

void require(bool holds) {
  if (!holds) std::abort();
}

void write(const json::Node& node, json::Writer& writer) {
  if (node.kind == json::Kind::object) {
    writer.begin_object();
    for (const json::Node& member : node) {
      writer.key(member.key);
      write(member, writer);
    }
    writer.end_object();
  } else if (node.kind == json::Kind::array) {
    writer.begin_array();
    for (const json::Node& element : node) write(element, writer);
    writer.end_array();
  } else {
    writer.value(plain_value(node));
  }
}

/// A double past 64 bits may be written without a point, and is then refused as an integer.
bool is_huge(const json::Node& node) {
  bool huge = std::abs(node.number) >= 9.2e18;
  if (node.is_container()) {
    for (const json::Node& child : node) huge = huge || is_huge(child);
  }
  return huge;
}

std::size_t count(const json::Node& node) {
  require(!node.is_number() || std::isfinite(node.number));
  std::size_t nodes = 1;
  std::size_t children = 0;
  if (node.is_container()) {
    for (const json::Node& child : node) nodes += count(child), ++children;
  }
  require(nodes == node.span && children == node.size);
  return nodes;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  static json::Reader reader;  // reused, as the daemon does
  const json::Node* root = reader.read(text);
  if (root == nullptr) {
    require(!reader.refusal().reason.empty());
    return 0;
  }
  count(*root);
  if (is_huge(*root)) return 0;
  json::Writer writer;
  write(*root, writer);
  const std::string again = writer.take();
  json::Reader second;
  const json::Node* reread = second.read(again, json::kDiscoveryLimits);
  require(reread != nullptr && count(*reread) == root->span);
  static_cast<void>(fill_template(R"({"v":"${value}"})", plain_value(*root)));
  return 0;
}
