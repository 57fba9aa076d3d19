#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

/// Which conventions are listened to, with what the configuration says of each.
namespace attune::devices {

/// The options of one dialect, by the keys that its row of the table names (dialects/registry.h).
class DialectOptions {
 public:
  void set(std::string_view key, std::vector<std::string> values);
  /// The values of an option; `usual` alone when the configuration does not give it.
  [[nodiscard]] std::vector<std::string> list(std::string_view key, std::string_view usual) const;
  /// The first of them.
  [[nodiscard]] std::string text(std::string_view key, std::string_view usual) const;

 private:
  std::map<std::string, std::vector<std::string>, std::less<>> values_;
};

struct DialectConfig {
  bool all = true;  ///< every dialect of the table; false: only those in `chosen`
  std::map<std::string, DialectOptions, std::less<>> chosen{};

  /// `json` is always there: it does what devices files say, and nothing without one.
  [[nodiscard]] bool listens(std::string_view name) const;
  [[nodiscard]] const DialectOptions& options(std::string_view name) const;
};

}  // namespace attune::devices
