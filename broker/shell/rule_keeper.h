#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "broker/shell/config/config.h"
#include "devices/catalog.h"
#include "devices/model/records.h"
#include "devices/normaliser.h"
#include "rules/rule_set.h"
#include "store/store.h"

/// Which rules run: what the files say, as soon as they and the devices that they name are right;
/// until then the last good set. A broken set never replaces one that works.
///
/// Threading: owned by the loop's thread.
namespace attune::shell {

class RuleKeeper {
 public:
  static constexpr std::string_view kSpace = "rules";
  /// How long discovery may go on before the rules are compiled for it again.
  static constexpr Millis kRefreshEvery{1'000};

  RuleKeeper(const config::Config& config, devices::Catalog& catalog,
             devices::Normaliser& normaliser, store::Store& store);

  /// A set to run from now on, and the rows that make it the last good one.
  struct Change {
    std::shared_ptr<const rules::RuleSet> set;
    std::vector<Write> writes;
  };

  /// Reads devices and rules. Error "config": they are wrong, no good set is kept, and nothing
  /// that discovery could bring would mend it.
  [[nodiscard]] Result<Change> start();
  /// Reads both again. Empty, with problem() and issues() saying why: everything stays as it was.
  [[nodiscard]] std::optional<Change> reload();
  /// The rule files as they stand on disk. Error "rules": one cannot be read.
  [[nodiscard]] Result<std::vector<rules::SourceFile>> on_disk();
  /// Takes these files, which `write` puts on disk once they are found right. An error changes
  /// nothing: "rules", with what is wrong in `found`, or what `write` answered.
  [[nodiscard]] Result<Change> adopt(std::vector<rules::SourceFile> files,
                                     const std::function<Status()>& write, Issues& found);
  /// Compiles the same texts again when discovery has moved on.
  [[nodiscard]] std::optional<Change> refresh(const Instant& now);

  /// Why what runs is not what the files say, for `/readyz` and `status`; empty: it is.
  [[nodiscard]] const std::string& problem() const { return problem_; }
  /// Of the last reading of the files.
  [[nodiscard]] const Issues& issues() const { return issues_; }

 private:
  [[nodiscard]] bool config_is_right();
  [[nodiscard]] bool read_devices();
  [[nodiscard]] std::vector<rules::SourceFile> read_files();
  [[nodiscard]] std::optional<Change> compile(const std::vector<rules::SourceFile>& files);
  [[nodiscard]] std::optional<Change> last_good();
  [[nodiscard]] std::vector<Write> make_last_good(const rules::RuleSet& set);
  void describe_problem(bool only_unknown_devices);

  const config::Config& config_;
  devices::Catalog& catalog_;
  devices::Normaliser& normaliser_;
  store::Store& store_;
  devices::DevicesFile devices_;
  std::vector<rules::SourceFile> files_;  ///< as they were at the start or the last good reload
  std::vector<rules::SourceFile> good_;
  Issues issues_;
  std::string problem_;
  std::uint64_t compiled_for_ = 0;  ///< the catalog's generation
  Millis compiled_at_{};
  bool waits_for_devices_ = false;
};

}  // namespace attune::shell
