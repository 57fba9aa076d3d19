#include "broker/shell/config/startup.h"

#include <filesystem>
#include <utility>

namespace attune::config {
namespace {

namespace fs = std::filesystem;

LoadedConfig read(const std::string& named) {
  if (!named.empty()) return load_config(named);
  if (const auto found = find_config()) return load_config(*found);
  return {default_config(), {}};
}

std::string absolute(const std::string& path) {
  return fs::absolute(path).lexically_normal();
}

Status make_folder(const std::string& path, fs::perms mode) {
  std::error_code failed;
  const bool made = fs::create_directories(path, failed);
  if (!failed && made) fs::permissions(path, mode, failed);
  if (!failed) return {};
  return Error{"folder", "cannot create the folder " + path + ": " + failed.message()};
}

}  // namespace

Prepared prepare(const StartupOptions& options, const Process& around) {
  LoadedConfig loaded = read(options.config_file);
  if (has_errors(loaded.issues)) return {std::nullopt, std::move(loaded.issues)};
  Startup startup{std::move(loaded.config), {}, options.observe};
  Store& store = startup.config.store;
  if (!options.state_dir.empty()) store.dir = absolute(options.state_dir);
  startup.folders = folders(around, store.dir);
  startup.folders.state = absolute(startup.folders.state);
  startup.folders.run = absolute(startup.folders.run);
  store.dir = startup.folders.state;
  if (startup.config.http.socket.empty()) {
    startup.config.http.socket = startup.folders.run + "/api.sock";
  }
  return {std::move(startup), std::move(loaded.issues)};
}

Status make_folders(const Folders& folders) {
  if (Status made = make_folder(folders.state, fs::perms::owner_all); !made) return made;
  return make_folder(folders.run,
                     fs::perms::owner_all | fs::perms::group_read | fs::perms::group_exec);
}

}  // namespace attune::config
