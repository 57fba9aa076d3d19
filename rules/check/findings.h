#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "rules/check/facts.h"
#include "rules/check/search.h"
#include "rules/yaml/yaml.h"

/// The findings of one check, each with its place in the files.
///
/// Threading: owned by one check.
namespace attune::rules {

/// Errors, and warnings, of one check above which no more are kept: nobody reads on. A last finding
/// says how many there were.
inline constexpr std::size_t kFindingsMax = 1'000;

class Findings {
 public:
  explicit Findings(const Facts& facts) : facts_(facts) {}

  struct Text {
    std::string code;
    std::string message;
    std::string hint;
  };
  void error(const SourcePlace& place, Text text);
  void warning(const SourcePlace& place, Text text);

  /// Of the key `rules.<id>.want`, or of the entry in it that names the attribute; of the rule's
  /// id when it is elsewhere. Reads the file again: for findings only.
  [[nodiscard]] SourcePlace of_want(const Rule& rule, AttributeId attribute);
  /// Of `rules.<id>.<key>`, or of the rule's id.
  [[nodiscard]] SourcePlace of_key(const Rule& rule, std::string_view key);
  /// Of `<section>.<id>`; empty when it is nowhere.
  [[nodiscard]] std::optional<SourcePlace> of_entry(std::string_view section, std::string_view id);

  /// What could not be looked at; said once at the end.
  void left_out(std::string what) { left_out_.insert(std::move(what)); }

  [[nodiscard]] Issues take();

 private:
  void report(Severity severity, const SourcePlace& place, Text text);
  [[nodiscard]] const yaml::Document* document(const std::string& file);
  [[nodiscard]] const yaml::Entry* rule_entry(const Rule& rule, std::string_view key);

  const Facts& facts_;
  Issues issues_;
  std::size_t errors_ = 0;
  std::size_t warnings_ = 0;
  std::set<std::string> left_out_;
  std::map<std::string, std::optional<yaml::Document>> documents_;
};

/// `living.temperature = 26, tv.playback = 'playing'`; empty for any state.
[[nodiscard]] std::string text(const Facts& facts, const State& state);

/// The rule as people see it: of an instance with its member.
[[nodiscard]] const std::string& shown(const Rule& rule);

}  // namespace attune::rules
