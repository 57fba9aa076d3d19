#pragma once
#include <string>

/// Where benchmarks keep their files.
namespace attune::bench {

/// A new folder below `place`, removed with everything in it. Ends the program when none can be
/// made.
class TempFolder {
 public:
  /// Empty: the system's folder for such (TMPDIR).
  explicit TempFolder(const std::string& place = {});
  ~TempFolder();
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace attune::bench
