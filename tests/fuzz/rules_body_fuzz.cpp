#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "broker/shell/api/rules_body.h"

/// Bodies of requests that change rules: refused with a reason, or read.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  for (const auto& edit : {attune::api::parse_rules(body), attune::api::parse_rollback(body),
                           attune::api::parse_rule_file("a.yaml", body)}) {
    if (!edit && edit.error().code.empty()) std::abort();
  }
  return 0;
}
