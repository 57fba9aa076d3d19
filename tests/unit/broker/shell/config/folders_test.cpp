#include "broker/shell/config/folders.h"

#include <gtest/gtest.h>

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
  EXPECT_EQ(folders(process(false, {}), "/tmp/s").run, "/tmp/s/run");
}

TEST(Folders, TheServiceManagersRunFolderWinsAndItsFirstCounts) {
  EXPECT_EQ(folders(process(true, {{"RUNTIME_DIRECTORY", "/run/a:/run/b"}})).run, "/run/a");
}

}  // namespace
}  // namespace attune::config
