#include "broker/shell/rule_keeper.h"

#include <algorithm>
#include <utility>

#include "broker/shell/config/devices_file.h"
#include "broker/shell/config/surroundings.h"
#include "rules/check/check.h"
#include "rules/load.h"

namespace attune::shell {

namespace {

/// The file as one line of a reason: `rules.d/hall.yaml:3:5: error[E301]: no device 'x'`.
std::string first_error(const Issues& issues) {
  for (const Issue& issue : issues) {
    if (issue.severity != Severity::error) continue;
    Issue bare = issue;
    bare.source_line.clear();
    bare.hint.clear();
    std::string line = render(bare);
    while (!line.empty() && line.back() == '\n') line.pop_back();
    return line;
  }
  return {};
}

}  // namespace

RuleKeeper::RuleKeeper(const config::Config& config, devices::Catalog& catalog,
                       devices::Normaliser& normaliser, store::Store& store)
    : config_(config), catalog_(catalog), normaliser_(normaliser), store_(store) {}

Result<RuleKeeper::Change> RuleKeeper::start() {
  issues_.clear();
  const bool devices_fit = read_devices();
  files_ = read_files();
  if (devices_fit && !has_errors(issues_)) {
    if (auto change = compile(files_)) return std::move(*change);
  }
  if (auto change = last_good()) return std::move(*change);
  if (waits_for_devices_) return Change{std::make_shared<rules::RuleSet>(), {}};
  return Error{"config", first_error(issues_)};
}

std::optional<RuleKeeper::Change> RuleKeeper::reload() {
  issues_.clear();
  const devices::DevicesFile before = devices_;
  if (!config_is_right() || !read_devices()) {
    describe_problem(false);
    return std::nullopt;
  }
  std::vector<rules::SourceFile> files = read_files();
  auto change = compile(files);
  if (change) {
    files_ = std::move(files);
  } else {
    devices_ = before;
    (void)normaliser_.configure(before);  // it was right when it was read
  }
  return change;
}

std::optional<RuleKeeper::Change> RuleKeeper::refresh(const Instant& now) {
  const bool too_soon = now.steady < compiled_at_ + kRefreshEvery;
  if (catalog_.generation() == compiled_for_ || too_soon) return std::nullopt;
  compiled_at_ = now.steady;
  issues_.clear();
  return compile(files_);
}

Result<std::vector<rules::SourceFile>> RuleKeeper::on_disk() {
  const Issues before = std::exchange(issues_, {});
  std::vector<rules::SourceFile> files = read_files();
  const Issues found = std::exchange(issues_, before);
  if (has_errors(found)) return Error{"rules", first_error(found)};
  return files;
}

Result<RuleKeeper::Change> RuleKeeper::adopt(std::vector<rules::SourceFile> files,
                                             const std::function<Status()>& write, Issues& found) {
  Issues issues = std::exchange(issues_, {});
  const std::vector<rules::SourceFile> good = good_;
  const std::string problem = problem_;
  const bool waits = waits_for_devices_;
  auto change = compile(files);
  found = issues_;
  Status status = change ? write() : Status(Error{"rules", first_error(found)});
  if (status.ok()) {
    files_ = std::move(files);
    return std::move(*change);
  }
  issues_ = std::move(issues);
  good_ = good;
  problem_ = problem;
  waits_for_devices_ = waits;
  return status.error();
}

/// What changed in attune.yaml itself takes effect at the next start; it must be right now.
bool RuleKeeper::config_is_right() {
  if (config_.file.empty()) return true;
  const config::LoadedConfig loaded = config::load_config(config_.file);
  issues_.insert(issues_.end(), loaded.issues.begin(), loaded.issues.end());
  return !has_errors(loaded.issues);
}

std::vector<rules::SourceFile> RuleKeeper::read_files() {
  std::vector<rules::SourceFile> files;
  for (const std::string& path : config_.rules) {
    auto more = rules::read_files(path, issues_);
    std::move(more.begin(), more.end(), std::back_inserter(files));
  }
  return files;
}

bool RuleKeeper::read_devices() {
  config::LoadedDevices loaded = config::load_devices(config_.devices);
  issues_.insert(issues_.end(), loaded.issues.begin(), loaded.issues.end());
  if (has_errors(loaded.issues)) return false;
  if (const auto misfits = normaliser_.misfits(loaded.file); !misfits.empty()) {
    const Issues found = config::issues_of(loaded, misfits);
    issues_.insert(issues_.end(), found.begin(), found.end());
    return false;
  }
  (void)normaliser_.configure(loaded.file);  // nothing of it is a misfit
  devices_ = std::move(loaded.file);
  return true;
}

std::optional<RuleKeeper::Change> RuleKeeper::compile(const std::vector<rules::SourceFile>& files) {
  compiled_for_ = catalog_.generation();
  rules::Surroundings around = config::surroundings(catalog_);
  around.permissions = &config_.permissions;
  rules::Loaded loaded = rules::load(files, around);
  issues_.insert(issues_.end(), loaded.issues.begin(), loaded.issues.end());
  if (loaded.set) {
    const Issues found = rules::check(loaded, around);
    issues_.insert(issues_.end(), found.begin(), found.end());
  }
  if (!loaded.set || has_errors(issues_)) {
    describe_problem(loaded.only_unknown_devices);
    return std::nullopt;
  }
  problem_.clear();
  waits_for_devices_ = false;
  std::vector<Write> writes = make_last_good(*loaded.set);
  return Change{std::move(loaded.set), std::move(writes)};
}

void RuleKeeper::describe_problem(bool only_unknown_devices) {
  waits_for_devices_ = only_unknown_devices;
  problem_ = (only_unknown_devices ? "the rules wait for a device: " : "the rules are wrong: ") +
             first_error(issues_);
}

std::optional<RuleKeeper::Change> RuleKeeper::last_good() {
  const auto blobs = store_.blobs(std::string(kSpace));
  if (!blobs || blobs->empty()) return std::nullopt;
  std::vector<rules::SourceFile> files;
  for (const Blob& blob : *blobs) files.push_back({blob.key, blob.bytes});
  rules::Surroundings around = config::surroundings(catalog_);
  around.permissions = &config_.permissions;
  rules::Loaded loaded = rules::load(files, around);
  if (!loaded.set) return std::nullopt;
  good_ = std::move(files);
  if (problem_.empty()) describe_problem(false);
  problem_ += "; the last good rules run";
  return Change{std::move(loaded.set), {}};
}

std::vector<Write> RuleKeeper::make_last_good(const rules::RuleSet& set) {
  std::vector<Write> writes;
  for (const auto& old : good_) {
    const bool gone = std::none_of(set.files.begin(), set.files.end(),
                                   [&](const auto& file) { return file.path == old.path; });
    if (gone) writes.push_back({Blob{std::string(kSpace), old.path, ""}, true});
  }
  for (const auto& file : set.files) {
    const bool known = std::any_of(good_.begin(), good_.end(), [&](const auto& old) {
      return old.path == file.path && old.text == file.text;
    });
    if (!known) writes.push_back({Blob{std::string(kSpace), file.path, file.text}, false});
  }
  good_ = set.files;
  return writes;
}

}  // namespace attune::shell
