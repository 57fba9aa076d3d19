#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "devices/json/reader.h"
#include "devices/model/device.h"
#include "devices/units.h"
#include "devices/vocabulary.h"

/// How one canonical attribute travels in JSON, in both directions.
namespace attune::devices {

/// The form that a value has on the wire.
enum class Shape : std::uint8_t {
  boolean,   ///< two words, `on` and `off`
  number,    ///< scaled by `conversion`
  mired,     ///< 1e6 / K
  word,      ///< of an enumeration, by `words`
  text,      ///< as it is
  color_xy,  ///< {"x":..,"y":..}
  color_hs,  ///< {"hue":..,"saturation":..}
  event,     ///< momentary: a word, never a state
  raw,       ///< not canonical: whatever scalar it is
  ignored,   ///< known to say nothing
};

/// What reading one node gave.
enum class Take : std::uint8_t { value, nothing, type, range };
/// The reason word of a Rejection; empty for value and nothing.
[[nodiscard]] std::string_view reason(Take take);

struct Binding {
  std::string property;   ///< key on the wire
  std::string attribute;  ///< name within the device; empty when it is ignored
  AttributeId id{};
  Shape shape = Shape::raw;
  bool readable = true;
  bool writable = false;
  bool askable = false;          ///< the device says it again when asked
  bool whole = false;            ///< commands are whole numbers (of Wire units)
  bool loose = false;            ///< numbers may be written as texts
  bool integer = false;          ///< the canonical value is a whole number
  bool closed = true;            ///< words other than `words` are refused
  int decimals = -1;             ///< of the canonical value; -1: as it came
  double step = 0;               ///< of a command, in wire units; 0: any
  Conversion conversion{};       ///< wire -> canonical
  std::optional<Range> range{};  ///< plausible, canonical
  Value on = true, off = false;  ///< of a boolean, on the wire
  /// wire -> canonical; the first of several wire words is the one that commands use.
  std::vector<std::pair<std::string, std::string>> words{};
};

/// The form that the vocabulary alone gives: numbers in `unit` (UCUM; empty: the word's own) within
/// their range, an enumeration's words as they are. `unit` converts.
void shape_by_word(const Word& word, std::string_view unit, Binding& binding);

/// The canonical value of a node. `nothing` for null and for what says nothing (`{}` as colour).
[[nodiscard]] Take read(const Binding& binding, const json::Node& node, Value& out);

/// The wire value of a canonical one, for a command; none when it has no form there.
/// A colour becomes its two numbers.
[[nodiscard]] Value write(const Binding& binding, const Value& canonical);

/// How AttributeInfo::wire says the same.
[[nodiscard]] Wire wire_of(const Binding& binding);

/// A scalar as its own kind of Value; none for null and containers, except a list of numbers.
[[nodiscard]] Value plain_value(const json::Node& node);
/// A node as people are shown what was refused: its JSON, cut after some 64 bytes.
[[nodiscard]] std::string shown(const json::Node& node);
/// The whole of `text` as a finite number. Empty for anything else.
[[nodiscard]] std::optional<double> parse_number(std::string_view text);

}  // namespace attune::devices
