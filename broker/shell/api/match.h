#pragma once
#include <string>
#include <string_view>
#include <vector>

/// Which devices and attributes a client wants: `hall_*`, `*.on`, or several with commas.
namespace attune::api {

/// A pattern with a dot is held against `device.attribute`, one without against the device.
class Match {
 public:
  /// Empty: everything.
  explicit Match(std::string_view patterns = {});
  [[nodiscard]] bool everything() const { return patterns_.empty(); }
  [[nodiscard]] bool attribute(std::string_view device, std::string_view attribute) const;
  /// Whether any attribute of the device could match.
  [[nodiscard]] bool device(std::string_view device) const;

 private:
  std::vector<std::string> patterns_;
};

}  // namespace attune::api
