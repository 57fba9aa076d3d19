#pragma once
#include <cstdint>
#include <string>

#include "devices/model/result.h"

/// Where a demo lives: a folder that goes away with it, and ports that nobody uses.
namespace attune::demo {

/// A new folder below $TMPDIR or /tmp, for its owner alone, removed with everything in it.
/// Threading: one thread.
class TemporaryFolder {
 public:
  /// Error "folder": nothing can be written there.
  [[nodiscard]] static Result<TemporaryFolder> make();
  TemporaryFolder(TemporaryFolder&& other) noexcept;
  TemporaryFolder& operator=(TemporaryFolder&&) = delete;
  ~TemporaryFolder();

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  explicit TemporaryFolder(std::string path) : path_(std::move(path)) {}
  std::string path_;  ///< empty: moved from
};

/// Writes examples/home below `folder`. Error "folder".
[[nodiscard]] Status write_example(const std::string& folder);

/// Whether nobody listens on this port of 127.0.0.1.
[[nodiscard]] bool is_free(std::uint16_t port);
/// A port of 127.0.0.1 that is free now. Error "port".
[[nodiscard]] Result<std::uint16_t> free_port();

}  // namespace attune::demo
