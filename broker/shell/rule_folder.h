#pragma once
#include <string>
#include <vector>

#include "broker/shell/api/rules_edit.h"
#include "devices/model/result.h"
#include "rules/load.h"

/// The folder of rules on disk, written as one: all files of a change or none, also when attune or
/// the machine stops in the middle.
///
/// How: new texts are written beside their places under hidden names, then a plan of all renames
/// and removals is made durable in the state folder, then it is carried out; a start carries out
/// the plan that it finds.
/// Threading: owned by the loop's thread. Errors: "folder", with the file and the system's reason.
namespace attune::shell {

class RuleFolder {
 public:
  using Files = std::vector<rules::SourceFile>;

  /// `places` are the configuration's `rules`: files and folders, absolute. `state` is attune's own
  /// folder.
  RuleFolder(std::vector<std::string> places, std::string state);

  /// Finishes what a stop interrupted; before the rules are read.
  [[nodiscard]] Status recover();

  /// `now` (files with their paths, in the order of reading) after an edit by put, remove, whole.
  /// Errors: "file": a name that is none, or twice, or to be removed and not there; "no_folder": a
  /// new file, and no place for it.
  [[nodiscard]] Result<Files> edited(const Files& now, const api::RulesEdit& edit) const;
  /// Files of an older set where they belong today: where their folder is no place of rules any
  /// more, in the first one. Errors: "no_folder".
  [[nodiscard]] Result<Files> placed(Files files) const;

  /// Makes `before`, which stands there, into `after`. An error changes nothing.
  [[nodiscard]] Status write(const Files& before, const Files& after);

 private:
  struct Plan;
  [[nodiscard]] bool is_at_home(const std::string& path) const;
  [[nodiscard]] Result<std::string> home_of(const std::string& name) const;
  void sort(Files& files) const;
  [[nodiscard]] std::string plan_path() const { return state_ + "/rules.plan"; }
  [[nodiscard]] Status keep(const Plan& plan) const;
  [[nodiscard]] Status carry_out(const Plan& plan) const;
  void forget_plan() const;

  std::vector<std::string> places_;
  std::string state_;
};

/// The last part of a path.
[[nodiscard]] std::string file_name(const std::string& path);

}  // namespace attune::shell
