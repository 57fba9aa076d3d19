#pragma once
#include <optional>
#include <string>
#include <vector>

#include "devices/model/ids.h"
#include "devices/model/issue.h"
#include "devices/model/result.h"
#include "devices/model/value.h"
#include "rules/load.h"

/// A change of the folder of rules, and what comes of it.
namespace attune::api {

/// What shall stand in the folder. Files are named as they are called there, without a path.
struct RulesEdit {
  std::vector<rules::SourceFile> put;
  std::vector<std::string> remove;
  bool whole = false;  ///< files that `put` does not name are removed
  /// Instead of these: the set that ran at a revision, or with nothing the one before this one.
  struct Rollback {
    std::optional<Revision> to;
  };
  std::optional<Rollback> rollback;
  std::optional<Revision> if_version;  ///< refused unless the set of this version runs
  bool dry = false;                    ///< only say what would come of it
};

/// Between what runs and what is asked for.
struct RulesDifference {
  struct Names {
    std::vector<std::string> added, changed, removed;  ///< ascending
    [[nodiscard]] bool empty() const { return added.empty() && changed.empty() && removed.empty(); }
  };
  Names files;  ///< of the folder
  Names rules;  ///< by their ids in the files
  /// Files of the folder that differ from what runs, and are overwritten or removed by this.
  std::vector<std::string> lost_edits;
  struct Wish {
    Value value;     ///< none: nobody wants anything
    std::string by;  ///< "rule:<id>", "person", ..; of a setting empty
    friend bool operator==(const Wish&, const Wish&) = default;
  };
  struct Effect {
    AttributePath path;
    Wish before, after;
  };
  std::vector<Effect> effects;  ///< on what is wanted now, and on settings; ascending by path
  struct Sent {
    AttributePath path;
    Value value;
  };
  std::vector<Sent> commands;  ///< that would leave now
};

struct RulesEdited {
  /// Why it was refused: "rules" (see `issues`), "file", "no_folder", "folder", "version",
  /// "no_previous", "compacted", "full", ...
  std::optional<Error> refused;
  bool applied = false;  ///< false: refused, or a dry run
  Revision revision{};   ///< head
  Revision version{};    ///< since when the set that runs now does
  Issues issues;
  RulesDifference difference;
};

}  // namespace attune::api
