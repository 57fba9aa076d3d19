#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "devices/model/instant.h"
#include "devices/model/value.h"
#include "rules/yaml/yaml.h"

/// Reads the keys of one YAML map by name and kind, and reports the keys that nobody asked for.
///
/// Threading: one thread. Errors: appended to the Issues given, each at its place; a value that is
/// wrong leaves the variable as it was.
namespace attune::config {

class Fields {
 public:
  /// `what` names the map for people: "http", "device hall_lamp". A null node is an empty map;
  /// anything else that is no map is an Issue. All references must outlive this object.
  Fields(const yaml::Document& document, const yaml::Node& map, std::string what, Issues& issues);

  /// The value of a key that is now known; null when it does not stand there.
  const yaml::Node* take(std::string_view key);
  /// A map below; empty when the key does not stand there.
  std::optional<Fields> map(std::string_view key);

  void text(std::string_view key, std::string& out);
  void flag(std::string_view key, bool& out);
  /// A number within [min, max].
  void number(std::string_view key, std::optional<double>& out, double min, double max);
  void port(std::string_view key, std::uint16_t& out);
  /// A duration as parse_duration reads it.
  void duration(std::string_view key, Millis& out);
  /// A duration in which `y` counts 365 days; `forever` is empty.
  void age(std::string_view key, std::optional<Millis>& out);
  /// Bytes: `64KiB`, `256MiB`, `1GiB`, or a bare number.
  void size(std::string_view key, std::uint64_t& out);
  /// One of `words`; answers its place in them.
  std::optional<std::size_t> word(std::string_view key, const std::vector<std::string>& words);
  /// A list of texts, or one text alone.
  void texts(std::string_view key, std::vector<std::string>& out);
  /// `version: 1` must stand there.
  void version();

  /// Reports every key that was not taken. Call it once, last.
  void finish();

  /// An error (or warning) at a node of this document.
  void error(const yaml::Node& at, std::string code, std::string message, std::string hint = {});
  void warning(const yaml::Node& at, std::string code, std::string message, std::string hint = {});

  [[nodiscard]] const yaml::Node& node() const { return map_; }
  [[nodiscard]] const std::string& what() const { return what_; }

 private:
  /// A scalar's text; reports a list or map.
  const std::string* scalar(std::string_view key);

  const yaml::Document& document_;
  const yaml::Node& map_;
  std::string what_;
  Issues& issues_;
  std::vector<std::string> known_;
};

/// `64KiB`, `256MiB`, `1GiB`, `2TiB`, or a bare number of bytes. Empty on anything else.
[[nodiscard]] std::optional<std::uint64_t> parse_size(std::string_view text);

}  // namespace attune::config
