#include <algorithm>
#include <utility>

#include "broker/shell/rehearsal.h"
#include "broker/shell/runtime_parts.h"

/// Changing the rules of a running daemon: apply, rollback, and what either would do.
namespace attune::shell {

namespace {

using Files = std::vector<rules::SourceFile>;

const rules::SourceFile* find(const Files& files, const std::string& path) {
  const auto at = std::find_if(files.begin(), files.end(),
                               [&](const rules::SourceFile& file) { return file.path == path; });
  return at == files.end() ? nullptr : &*at;
}

bool says_otherwise(const rules::SourceFile* one, const rules::SourceFile* other) {
  return (one == nullptr) != (other == nullptr) || (one != nullptr && one->text != other->text);
}

/// What becomes of the folder; and which texts in it never ran and would be gone.
void compare(const Files& on_disk, const Files& runs, const Files& after,
             api::RulesDifference& out) {
  for (const rules::SourceFile& file : after) {
    const auto* old = find(on_disk, file.path);
    if (old == nullptr) out.files.added.push_back(file_name(file.path));
    if (old != nullptr && old->text != file.text) {
      out.files.changed.push_back(file_name(file.path));
    }
  }
  for (const rules::SourceFile& file : on_disk) {
    const auto* next = find(after, file.path);
    if (next == nullptr) out.files.removed.push_back(file_name(file.path));
    if (says_otherwise(&file, next) && says_otherwise(&file, find(runs, file.path))) {
      out.lost_edits.push_back(file_name(file.path));
    }
  }
}

}  // namespace

void Runtime::Parts::edit_rules(api::RulesEdit edit,
                                std::function<void(const api::RulesEdited&)> done) {
  edits_.emplace_back(std::move(edit), std::move(done));
  wake_.ring();
}

Revision Runtime::Parts::rules_version() const {
  const auto all = rule_sets_.revisions();
  return all.empty() ? Revision{} : all.back();
}

/// One at a time: each is compared with what the one before it made.
void Runtime::Parts::edit_rules() {
  if (edits_.empty() || !edits_done_.empty()) return;
  if (loop_->stuck()) {
    for (auto& [edit, done] : std::exchange(edits_, {})) {
      done(refused({"full", "the disk (or the store's map) is full: nothing was changed"}));
    }
    return;
  }
  auto [edit, done] = std::move(edits_.front());
  edits_.pop_front();
  edits_done_.emplace_back(edited(edit), std::move(done));
  wake_.ring();
}

/// After the turn that swapped them: durable, like everything that is said to be done.
void Runtime::Parts::answer_edits() {
  if (loop_->stuck()) return;
  for (auto& [answer, done] : std::exchange(edits_done_, {})) {
    answer.revision = core_->head();
    answer.version = rules_version();
    if (answer.applied) {
      log_.info("rules applied", {{"version", std::to_string(number(answer.version))},
                                  {"rules", std::to_string(core_->rule_set().rules.size())}});
    }
    done(answer);
  }
}

api::RulesEdited Runtime::Parts::refused(Error error) const {
  api::RulesEdited answer;
  answer.refused = std::move(error);
  return answer;
}

Result<Files> Runtime::Parts::asked_for(const api::RulesEdit& edit, const Files& on_disk) const {
  if (!edit.rollback) return rule_folder_->edited(on_disk, edit);
  const auto& to = edit.rollback->to;
  if (to && *to > core_->head()) return Error{"future", "that revision was not given out"};
  auto files = to ? RuleSets::files_at(*store_, *to) : rule_sets_.previous(*store_);
  return files ? rule_folder_->placed(std::move(*files)) : files;
}

api::RulesEdited Runtime::Parts::edited(const api::RulesEdit& edit) {
  if (edit.if_version && *edit.if_version != rules_version()) {
    return refused({"version", "another set of rules runs by now: version " +
                                   std::to_string(number(rules_version()))});
  }
  const auto on_disk = keeper_->on_disk();
  if (!on_disk) return refused(on_disk.error());
  auto files = asked_for(edit, *on_disk);
  if (!files) return refused(files.error());
  Rehearsed rehearsed = rehearse(*core_, *store_, startup_.config, *files, clock_->now());
  api::RulesEdited answer;
  answer.issues = std::move(rehearsed.issues);
  answer.difference = std::move(rehearsed.difference);
  compare(*on_disk, core_->rule_set().files, *files, answer.difference);
  if (!rehearsed.ok) {
    answer.refused = Error{"rules", "nothing was changed: the set that ran before still runs"};
  }
  if (edit.dry || !rehearsed.ok) return answer;
  Issues found;
  const Files after = *files;
  auto change = keeper_->adopt(
      std::move(*files), [&] { return rule_folder_->write(*on_disk, after); }, found);
  if (!change) {
    answer.refused = change.error();
    return answer;
  }
  answer.applied = true;
  take(std::move(*change));
  return answer;
}

}  // namespace attune::shell
