#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "devices/model/attribute_table.h"
#include "devices/model/device.h"
#include "devices/model/issue.h"
#include "rules/cel/condition.h"
#include "rules/rule_set.h"

/// Rule files -> a checked RuleSet, or everything that is wrong with them.
namespace attune::rules {

/// What the rules are checked against.
struct Surroundings {
  const DeviceSet& devices;
  AttributeTable& table;
  /// The canonical vocabulary: name -> type (devices/vocabulary.h).
  const std::map<std::string, ValueType, std::less<>>& vocabulary;
  /// What follows the last claim when no file says it: by attribute name and the device's
  /// capabilities (devices/vocabulary.h). Empty, or no function: nothing does, and wanting the
  /// attribute without a default in a file is D401.
  std::optional<Default> (*default_for)(const DeviceInfo&, std::string_view attribute) = nullptr;
  /// attune.yaml's `permissions`: by file, globs of the devices or attributes that it may write. A
  /// file that is not named may write all; null: all files may.
  const std::map<std::string, std::vector<std::string>>* permissions = nullptr;
};

struct Loaded {
  std::shared_ptr<const RuleSet> set;                 ///< null when `issues` has an error
  std::shared_ptr<const cel::Conditions> conditions;  ///< of the set's expressions, for check()
  Issues issues;  ///< ascending by file, line, column; the first 1,000 errors and warnings
  /// Every error is of the kind that a device not yet discovered explains (E301, E302, E306).
  bool only_unknown_devices = false;
};

/// All of `files` together are one set: loaded whole or not at all. Never throws.
[[nodiscard]] Loaded load(const std::vector<SourceFile>& files, const Surroundings& around);

/// Every *.yaml and *.yml of a folder (sorted, not hidden, not below), or the one file named.
[[nodiscard]] std::vector<SourceFile> read_files(const std::string& path, Issues& issues);

}  // namespace attune::rules
