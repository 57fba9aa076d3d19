#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rules/cel/environment.h"
#include "rules/cel/expression.h"
#include "rules/load.h"
#include "rules/sections/covered.h"
#include "rules/yaml/yaml.h"

/// How the sections of a rule file are read: what they share, and the pieces that all of them use.
/// Errors: every finding goes to Loading::issues; an empty answer means that one was reported.
namespace attune::rules {

/// What all files and sections fill together.
struct Loading {
  explicit Loading(const Surroundings& against) : around(against) {}
  const Surroundings& around;
  Issues issues;
  std::size_t errors = 0;            ///< of the sections, also those that are not shown any more
  std::size_t warnings = 0;          ///< likewise
  std::size_t suggestions = 0;       ///< searched so far
  bool only_unknown_devices = true;  ///< of the errors of the sections
  RuleSet set;
  cel::Environment names;
  std::map<std::pair<std::string, std::string>, SourcePlace> ids;  ///< (kind, id) -> first place
  Covered defaults;
  Covered manual;
  Covered limits;
  std::map<std::string, std::string, std::less<>> notifiers;  ///< name -> topic
  std::map<std::string, DeviceId, std::less<>> bound;  ///< names of `foreach` while a rule is read
  /// Expressions of the section without findings: those that are written alike are one.
  std::map<std::pair<cel::Expect, std::string>, cel::Expression> compiled;
};

/// The device as expressions see it, also where a group or a var has its name.
[[nodiscard]] cel::Device named_device(const Loading& loading, const DeviceId& device);

/// One key of a map of the language.
struct Key {
  std::string_view text;
  bool built = true;  ///< false: of the language, but not of this version
};

/// What a path is named for.
enum class Use { command, report };

/// An attribute that a path stands for.
struct Target {
  AttributePath path;
  AttributeId id{};
  AttributeInfo info;
};

/// The targets of one path. Without a finding it may still have none: a group without members.
struct Targets {
  std::vector<Target> items;
  bool group = false;  ///< named through a group: yields to what names the device
};

/// Reads one document of a set. Cheap to make; refers to what it is given.
class Reader {
 public:
  Reader(Loading& shared, const yaml::Document& document) : loading(shared), document_(document) {}
  Loading& loading;

  void error(std::string code, const yaml::Node& at, std::string message, std::string hint = {});
  void warning(std::string code, const yaml::Node& at, std::string message, std::string hint = {});
  void error_at(std::string code, SourcePlace at, std::string message, std::string hint = {});
  /// Counts a finding, and keeps it unless there are too many to read.
  void report(Severity severity, std::string code, SourcePlace at, std::string message,
              std::string hint);
  /// yaml::nearest, for the first findings of a load: over thousands of names it costs.
  [[nodiscard]] std::string suggest(std::string_view text, const std::vector<std::string>& known);

  /// E114 unless the node has this shape; `what` names it: "a rule".
  [[nodiscard]] bool is_map(const yaml::Node& node, std::string_view what);
  [[nodiscard]] bool is_list(const yaml::Node& node, std::string_view what);
  /// The key that each entry of a map is, by its place in `keys`; E103 and E110 for the others.
  using Matches = std::vector<std::pair<std::size_t, const yaml::Node*>>;
  [[nodiscard]] Matches match(const yaml::Node& map, const std::vector<Key>& keys);
  /// E115 unless the key is an id that expressions give no other meaning.
  [[nodiscard]] bool is_name(const std::string& kind, const yaml::Node& key);
  /// E115 unless the key is an id; E106 when another of this kind has it.
  [[nodiscard]] bool take_id(const std::string& kind, const yaml::Node& key);
  /// E106 when something of this kind is there already, in this file or another.
  [[nodiscard]] bool take_once(const std::string& kind, const std::string& id,
                               const yaml::Node& key);

  // values.cpp
  [[nodiscard]] std::optional<std::string> text(const yaml::Node& node, std::string_view what);
  [[nodiscard]] std::optional<std::vector<std::string>> texts(const yaml::Node& node,
                                                              std::string_view what);
  [[nodiscard]] std::optional<double> number(const yaml::Node& node, std::string_view what);
  [[nodiscard]] std::optional<Millis> duration(const yaml::Node& node);
  /// One of `words`, by its place there; E303 for another.
  [[nodiscard]] std::optional<std::size_t> word(const yaml::Node& node, std::string_view what,
                                                const std::vector<std::string>& words);
  /// E304 unless it is.
  [[nodiscard]] bool is_in_range(const yaml::Node& node, double number, const AttributeInfo& info);
  /// E303 unless it is, or the words are open.
  [[nodiscard]] bool is_known_word(const yaml::Node& node, const std::string& word,
                                   const AttributeInfo& info);
  /// A literal, by the declared type of what it is for.
  [[nodiscard]] std::optional<Value> value(const yaml::Node& node, const AttributeInfo& info);

  // paths.cpp
  /// What `device.attribute` or `group.attribute` of a key stands for.
  [[nodiscard]] std::optional<Targets> targets(const yaml::Node& key, Use use);
  [[nodiscard]] bool is_device(const yaml::Node& node);

  // composed.cpp
  /// The text of a scalar from byte `from` on, as CEL.
  [[nodiscard]] std::optional<cel::Expression> expression(const yaml::Node& node, std::size_t from,
                                                          cel::Expect expect);
  /// A field that is CEL as a whole: when, while, until.
  [[nodiscard]] std::optional<cel::Expression> condition(const yaml::Node& node,
                                                         std::string_view what);

  [[nodiscard]] const yaml::Document& document() const { return document_; }
  /// A place in this document, as the set keeps it.
  [[nodiscard]] FilePlace in_set(const SourcePlace& place);

 private:
  [[nodiscard]] std::optional<Value> checked_number(const yaml::Node& node,
                                                    const AttributeInfo& info);
  [[nodiscard]] std::optional<Value> checked_numbers(const yaml::Node& node,
                                                     const AttributeInfo& info);
  [[nodiscard]] std::optional<Value> checked_word(const yaml::Node& node,
                                                  const AttributeInfo& info);
  [[nodiscard]] std::optional<Targets> resolve(const yaml::Node& key, Use use);
  [[nodiscard]] std::optional<Targets> setting(const yaml::Node& key, const AttributePath& path);
  [[nodiscard]] std::optional<Targets> members(const yaml::Node& key, const AttributePath& path,
                                               Use use);
  [[nodiscard]] std::optional<Targets> single(const yaml::Node& key, const AttributePath& path,
                                              Use use);
  void unknown_name(const yaml::Node& key, const std::string& name, bool devices_only);
  void unknown_attribute(const yaml::Node& key, const AttributePath& path,
                         const std::vector<std::string>& known, Use use);

  const yaml::Document& document_;
  std::optional<std::uint32_t> file_;  // in RuleSet::files
};

/// One key of a map that becomes a T; without `read` it is not built yet.
template <class T>
struct Field {
  std::string_view key;
  void (*read)(Reader&, const yaml::Node&, T&);
};

template <class T>
std::vector<Key> keys_of(const std::vector<Field<T>>& fields) {
  std::vector<Key> keys;
  for (const auto& field : fields) keys.push_back({field.key, field.read != nullptr});
  return keys;
}

/// Reads every known field of a map into `into`, and reports the others.
template <class T>
void read_fields(Reader& reader, const yaml::Node& map, const std::vector<Field<T>>& fields,
                 T& into) {
  const auto found = reader.match(map, keys_of(fields));
  for (const auto& [field, node] : found) fields[field].read(reader, *node, into);
}

/// Whether a device that is not discovered yet may explain an error.
[[nodiscard]] bool device_may_explain(std::string_view code);
/// `=..`: CEL where a literal could stand.
[[nodiscard]] bool is_expression(const yaml::Node& node);

}  // namespace attune::rules
