#include "broker/shell/config/folders.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>

namespace attune::config {
namespace {

Process process(bool root, std::map<std::string, std::string> variables) {
  return {root, [variables = std::move(variables)](const char* name) {
            const auto found = variables.find(name);
            return found == variables.end() ? std::nullopt : std::optional(found->second);
          }};
}

TEST(Folders, OfRootAreTheSystems) {
  const Folders found = folders(process(true, {{"XDG_STATE_HOME", "/x"}}));
  EXPECT_EQ(found.state, "/var/lib/attune");
  EXPECT_EQ(found.run, "/run/attune");
}

TEST(Folders, OfAPersonFollowXdg) {
  const Folders found =
      folders(process(false, {{"XDG_STATE_HOME", "/s"}, {"XDG_RUNTIME_DIR", "/r"}}));
  EXPECT_EQ(found.state, "/s/attune");
  EXPECT_EQ(found.run, "/r/attune");
}

TEST(Folders, WithoutXdgStayAtHome) {
  const Folders found = folders(process(false, {{"HOME", "/home/a"}}));
  EXPECT_EQ(found.state, "/home/a/.local/state/attune");
  EXPECT_EQ(found.run, "/home/a/.local/state/attune/run");
}

TEST(Folders, AStateFolderThatIsNamedCounts) {
  EXPECT_EQ(folders(process(true, {}), "/tmp/s").state, "/tmp/s");
  EXPECT_EQ(folders(process(true, {}), "/var/lib/attune").run, "/run/attune");
  EXPECT_EQ(folders(process(false, {}), "/tmp/s").run, "/tmp/s/run");
}

TEST(Folders, OfTwoStateFoldersTheRunFoldersDiffer) {
  const std::string one = folders(process(true, {}), "/tmp/s").run;
  const std::string other = folders(process(true, {}), "/tmp/t").run;
  EXPECT_EQ(one.size(), std::string("/run/attune-").size() + 8);
  EXPECT_NE(one, other);
  EXPECT_EQ(one, folders(process(true, {}), "/tmp/x/../s").run);
  EXPECT_TRUE(one.starts_with("/run/attune-"));
}

TEST(Folders, AClientFindsTheOnlyDaemonThereIs) {
  std::string base = (std::filesystem::temp_directory_path() / "attune-run-XXXXXX").string();
  ASSERT_NE(::mkdtemp(base.data()), nullptr);
  const Process around = process(false, {{"HOME", "/home/a"}, {"XDG_RUNTIME_DIR", base}});
  const auto listen = [&](const std::string& folder) {
    std::filesystem::create_directories(base + folder);
    std::ofstream(base + folder + "/api.sock") << "";
  };
  EXPECT_EQ(find_socket(around), base + "/attune/api.sock");
  listen("/attune-12345678");
  EXPECT_EQ(find_socket(around), base + "/attune-12345678/api.sock");
  listen("/attune-87654321");
  EXPECT_EQ(find_socket(around), base + "/attune/api.sock") << "which one is not to be guessed";
  std::filesystem::remove_all(base);
}

TEST(Folders, TheServiceManagersRunFolderWinsAndItsFirstCounts) {
  EXPECT_EQ(folders(process(true, {{"RUNTIME_DIRECTORY", "/run/a:/run/b"}})).run, "/run/a");
}

}  // namespace
}  // namespace attune::config
