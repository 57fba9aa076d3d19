#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "devices/model/records.h"
#include "rules/load.h"
#include "store/store.h"

/// The rule sets that ran, by the revision from which on each did. A text that stays from one set
/// to the next is kept once (store/FORMAT.md, "Blobs").
///
/// Threading: owned by the loop's thread.
namespace attune::shell {

class RuleSets {
 public:
  static constexpr std::string_view kSetSpace = "rulesets";
  static constexpr std::string_view kFileSpace = "rulefiles";
  /// The newest are kept, and older ones as long as the log tells of their time.
  static constexpr std::size_t kKept = 50;
  static constexpr std::size_t kMax = 1'000;

  /// Reads what is kept. Errors: those of the store.
  [[nodiscard]] Status restore(const store::Store& store);

  /// The rows that keep `files` as the set that runs from revision `from` on, and that forget
  /// what is too old; `floor` is the log's. Nothing when it is what runs already. Sets that follow
  /// each other at one revision are kept each: `from` is at least that of the newest.
  [[nodiscard]] std::vector<Write> add(Revision from, const std::vector<rules::SourceFile>& files,
                                       Revision floor);

  /// Since when each kept set ran, ascending; of sets that took turns at one revision the last ran.
  [[nodiscard]] std::vector<Revision> revisions() const;
  /// The files of the set before the newest, by path. Errors: "no_previous", and as files_at.
  [[nodiscard]] Result<std::vector<rules::SourceFile>> previous(const store::Store& store) const;
  /// The files of the set that ran at `at`, by path. Errors: "compacted" when it is not kept any
  /// more (or nothing had run yet), "corrupt" when one of its texts is missing, those of the store.
  [[nodiscard]] static Result<std::vector<rules::SourceFile>> files_at(const store::Store& store,
                                                                       Revision at);

 private:
  using Keys = std::map<std::string, std::string>;  ///< key of its text by path
  /// Since when a set ran, and how many took their turn at that revision before it.
  using When = std::pair<Revision, std::uint32_t>;
  [[nodiscard]] bool runs_already(const std::vector<rules::SourceFile>& files) const;
  void forget_old(Revision floor, std::vector<Write>& writes);
  [[nodiscard]] bool refers(const std::string& key) const;

  std::map<When, Keys> sets_;
  std::map<std::string, std::string> newest_;  ///< text by path
};

}  // namespace attune::shell
