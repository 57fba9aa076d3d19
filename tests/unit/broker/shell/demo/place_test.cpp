#include "broker/shell/demo/place.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

#include "broker/shell/config/config.h"
#include "broker/shell/config/devices_file.h"
#include "broker/shell/demo/files.h"
#include "broker/shell/demo/fixtures.h"
#include "broker/shell/demo/guest.h"

namespace attune::demo {
namespace {

namespace fs = std::filesystem;

std::string text_of(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(DemoPlace, TheFolderIsItsOwnersAloneAndGoesAway) {
  std::string path;
  {
    auto folder = TemporaryFolder::make();
    ASSERT_TRUE(folder.ok());
    path = folder->path();
    struct stat status {};
    ASSERT_EQ(::stat(path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777u, 0700u);
    std::ofstream(path + "/something") << "in it";
  }
  EXPECT_FALSE(fs::exists(path));
}

TEST(DemoPlace, AMovedFolderIsRemovedOnce) {
  auto made = TemporaryFolder::make();
  ASSERT_TRUE(made.ok());
  std::optional<TemporaryFolder> first(std::move(*made));
  const TemporaryFolder second(std::move(*first));
  first.reset();
  EXPECT_TRUE(fs::exists(second.path()));
}

TEST(DemoPlace, TheProgramHoldsTheFilesOfExamplesHome) {
  const fs::path home = fs::path(ATTUNE_SOURCE_DIR) / "examples/home";
  std::size_t yaml_files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(home)) {
    yaml_files += entry.path().extension() == ".yaml" ? 1 : 0;
  }
  EXPECT_EQ(example_files().size(), yaml_files);
  for (const EmbeddedFile& file : example_files()) {
    EXPECT_EQ(file.text, text_of(home / file.path)) << file.path;
  }
}

TEST(DemoPlace, TheExampleIsAConfigurationThatKnowsEveryDevice) {
  const auto folder = TemporaryFolder::make();
  ASSERT_TRUE(folder.ok());
  ASSERT_TRUE(write_example(folder->path()).ok());
  const auto config = config::load_config(folder->path() + "/attune.yaml");
  EXPECT_TRUE(config.issues.empty());
  const auto devices = config::load_devices(config.config.devices);
  for (const Issue& issue : devices.issues) ADD_FAILURE() << issue.message;
  EXPECT_EQ(devices.file.entries.size(), fixtures().size() + guests().size());
}

TEST(DemoPlace, AnExampleThatCannotBeWrittenIsAnError) {
  const auto folder = TemporaryFolder::make();
  ASSERT_TRUE(folder.ok());
  std::ofstream(folder->path() + "/file") << "no folder";
  EXPECT_EQ(write_example(folder->path() + "/file").error().code, "folder");
}

TEST(DemoPlace, AFreePortIsFree) {
  const auto port = free_port();
  ASSERT_TRUE(port.ok());
  EXPECT_NE(*port, 0);
  EXPECT_TRUE(is_free(*port));
}

}  // namespace
}  // namespace attune::demo
