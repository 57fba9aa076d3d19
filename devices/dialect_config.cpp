#include "devices/dialect_config.h"

#include <utility>

namespace attune::devices {

void DialectOptions::set(std::string_view key, std::vector<std::string> values) {
  values_.insert_or_assign(std::string(key), std::move(values));
}

std::vector<std::string> DialectOptions::list(std::string_view key, std::string_view usual) const {
  const auto found = values_.find(key);
  if (found == values_.end() || found->second.empty()) return {std::string(usual)};
  return found->second;
}

std::string DialectOptions::text(std::string_view key, std::string_view usual) const {
  return list(key, usual).front();
}

bool DialectConfig::listens(std::string_view name) const {
  return all || name == "json" || chosen.contains(name);
}

const DialectOptions& DialectConfig::options(std::string_view name) const {
  static const DialectOptions kUsual;
  const auto found = chosen.find(name);
  return found == chosen.end() ? kUsual : found->second;
}

}  // namespace attune::devices
