#include <algorithm>
#include <filesystem>
#include <system_error>

#include "rules/load.h"
#include "rules/yaml/source_text.h"

namespace attune::rules {

namespace {

namespace fs = std::filesystem;

bool is_rule_file(const fs::directory_entry& entry) {
  const std::string name = entry.path().filename().string();
  const std::string extension = entry.path().extension().string();
  std::error_code failed;
  return !name.starts_with('.') && (extension == ".yaml" || extension == ".yml") &&
         entry.is_regular_file(failed);
}

Issue unreadable(const std::string& path, const std::string& reason) {
  return {Severity::error,
          "E100",
          {path, 1, 1, 1},
          "cannot read the folder: " + reason,
          {},
          "is it readable for this user?"};
}

std::vector<std::string> paths_in(const std::string& folder, Issues& issues) {
  std::vector<std::string> paths;
  std::error_code failed;
  fs::directory_iterator at(folder, failed);
  while (!failed && at != fs::directory_iterator()) {
    if (is_rule_file(*at)) paths.push_back(at->path().string());
    at.increment(failed);
  }
  if (failed) issues.push_back(unreadable(folder, failed.message()));
  std::sort(paths.begin(), paths.end());
  return paths;
}

}  // namespace

std::vector<SourceFile> read_files(const std::string& path, Issues& issues) {
  std::error_code failed;
  const bool folder = fs::is_directory(path, failed);
  const auto paths = folder ? paths_in(path, issues) : std::vector<std::string>{path};
  std::vector<SourceFile> files;
  for (const std::string& file : paths) {
    if (auto text = yaml::read_text(file, issues)) files.push_back({file, std::move(*text)});
  }
  return files;
}

}  // namespace attune::rules
