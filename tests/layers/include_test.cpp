#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

/// Holds the include table of ARCHITECTURE.md and the doors of outside libraries.
namespace {

namespace fs = std::filesystem;

struct Include {
  std::string file;  // from the repository's root
  int line = 0;
  std::string target;
  bool own = false;  // "quoted"
};

const std::vector<std::string> kFolders = {"devices", "rules", "store", "broker"};

std::vector<Include> all_includes() {
  std::vector<Include> found;
  const std::regex pattern(R"(^\s*#\s*include\s*([<"])([^>"]+)[>"])");
  for (const auto& folder : kFolders) {
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(ATTUNE_SOURCE_DIR) / folder)) {
      if (entry.path().extension() != ".h" && entry.path().extension() != ".cpp") continue;
      std::ifstream in(entry.path());
      std::string line;
      for (int n = 1; std::getline(in, line); ++n) {
        std::smatch match;
        if (!std::regex_search(line, match, pattern)) continue;
        found.push_back({fs::relative(entry.path(), ATTUNE_SOURCE_DIR).string(), n, match[2],
                         match[1] == "\""});
      }
    }
  }
  return found;
}

bool below(const std::string& path, const std::string& folder) {
  return path.compare(0, folder.size(), folder) == 0 && path.size() > folder.size() &&
         path[folder.size()] == '/';
}

/// The row of the include table that a file belongs to: the longest folder that holds it.
std::string row_of(const std::string& file) {
  for (const char* row : {"devices/model", "devices", "rules/cel", "rules", "store", "broker/core",
                          "broker/shell", "broker/cli", "broker"}) {
    if (below(file, row)) return row;
  }
  return "";
}

const std::map<std::string, std::set<std::string>> kMayInclude = {
    {"devices/model", {"devices/model"}},
    {"devices", {"devices", "devices/model"}},
    {"rules/cel", {"rules/cel", "devices/model"}},
    {"rules", {"rules", "rules/cel", "devices/model"}},
    {"store", {"store", "devices/model"}},
    {"broker/core", {"broker/core", "devices", "devices/model", "rules", "rules/cel"}},
    {"broker/shell",
     {"broker/shell", "broker/core", "store", "rules", "rules/cel", "devices", "devices/model"}},
    {"broker/cli",
     {"broker/cli", "broker/shell", "broker/core", "store", "rules", "rules/cel", "devices",
      "devices/model"}},
    {"broker", {"broker/cli"}},
};

/// A few files of a row that others may read although the row as a whole is closed to them.
const std::set<std::pair<std::string, std::string>> kExceptions = {
    {"rules/cel", "rules/state_view.h"},  // rules owns the view, expressions read through it
};

TEST(Layers, EveryIncludeIsAllowedByTheTable) {
  std::vector<Include> includes = all_includes();
  ASSERT_GT(includes.size(), 50u);
  for (const auto& include : includes) {
    const std::string to = row_of(include.target);
    if (!include.own || to.empty()) continue;
    const std::string from = row_of(include.file);
    if (kExceptions.count({from, include.target}) != 0) continue;
    EXPECT_TRUE(kMayInclude.at(from).count(to))
        << include.file << ":" << include.line << ": " << from << " must not include " << to << " ("
        << include.target << ")";
  }
}

TEST(Layers, OwnHeadersAreIncludedFromTheRoot) {
  for (const auto& include : all_includes()) {
    if (!include.own) continue;
    EXPECT_TRUE(fs::exists(fs::path(ATTUNE_SOURCE_DIR) / include.target))
        << include.file << ":" << include.line << ": \"" << include.target
        << "\" is not a path from the repository's root";
  }
}

/// Each outside library has one door: the file, or small folder, that may include it.
const std::map<std::string, std::string> kDoors = {
    {"mqtt/", "broker/shell/link/"},     {"MQTT", "broker/shell/link/"},
    {"lmdb.h", "store/"},                {"yaml-cpp/", "rules/yaml/"},
    {"simdjson", "devices/json/"},       {"boost/", "broker/shell/http/"},
    {"re2/", "rules/cel/"},              {"cctz/", "rules/cel/"},
    {"CLI/", "broker/cli/"},             {"prometheus/", "broker/shell/metrics"},
    {"spdlog/", "broker/shell/log"},     {"openssl/", "broker/shell/"},
};

TEST(Layers, OutsideLibrariesEnterThroughTheirDoors) {
  for (const auto& include : all_includes()) {
    if (include.own) continue;
    for (const auto& [library, door] : kDoors) {
      if (include.target.compare(0, library.size(), library) != 0) continue;
      EXPECT_EQ(include.file.compare(0, door.size(), door), 0)
          << include.file << ":" << include.line << ": <" << include.target
          << "> may only be included below " << door;
    }
  }
}

TEST(Layers, ThePureLayersReadNoClockFileOrRandomSource) {
  const std::set<std::string> forbidden = {"thread", "mutex", "fstream", "iostream", "random",
                                           "atomic", "unistd.h", "sys/socket.h", "time.h", "ctime"};
  for (const auto& include : all_includes()) {
    const std::string row = row_of(include.file);
    if (row != "broker/core" && row != "rules/cel" && row != "devices/model") continue;
    EXPECT_FALSE(!include.own && forbidden.count(include.target))
        << include.file << ":" << include.line << ": " << row << " is pure, <" << include.target
        << "> is not";
  }
}

TEST(Layers, FilesStayCalm) {
  for (const auto& folder : {"devices", "rules", "store", "broker", "tests"}) {
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(ATTUNE_SOURCE_DIR) / folder)) {
      if (entry.path().extension() != ".h" && entry.path().extension() != ".cpp") continue;
      std::ifstream in(entry.path());
      const auto lines = std::count(std::istreambuf_iterator<char>(in), {}, '\n');
      EXPECT_LE(lines, 600) << fs::relative(entry.path(), ATTUNE_SOURCE_DIR) << " has grown past 600 lines";
    }
  }
}

}  // namespace
