#include "tests/bench/temp_folder.h"

#include <cstdio>
#include <cstdlib>
#include <filesystem>

namespace attune::bench {

TempFolder::TempFolder(const std::string& place)
    : path_((place.empty() ? std::filesystem::temp_directory_path().string() : place) +
            "/attune-bench-XXXXXX") {
  if (::mkdtemp(path_.data()) != nullptr) return;
  std::fprintf(stderr, "no folder can be made like %s\n", path_.c_str());
  std::exit(1);
}

TempFolder::~TempFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace attune::bench
