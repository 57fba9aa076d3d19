#include "broker/cli/vocabulary.h"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <cmath>

#include "broker/cli/program.h"
#include "devices/bands.h"
#include "devices/vocabulary.h"
#include "rules/check/influences.h"

namespace attune::cli {
namespace {

constexpr const char* kHead =
    "# Vocabulary\n\n"
    "Version {}. What `attune vocabulary` prints; it is written from the program's tables, not by "
    "hand. For programs\n`attune vocabulary -o json` has the same "
    "([cli.md](cli.md#attune-vocabulary)).\n\n"
    "An attribute may stand behind an endpoint: `l2.on`, `a.power`, `soil.temperature`. "
    "`raw.<name>` is what no\n"
    "convention gives a meaning; `x_<name>` is one's own, declared with its type in a devices "
    "file\n"
    "([devices.md](devices.md)). A value outside its range is a fault code: it is refused, counted "
    "and shown, and the\n"
    "rest of its message kept. Units are UCUM codes; an enumeration that is open takes other "
    "words, too.\n\n"
    "## Attributes\n\n"
    "| attribute | type | unit | plausible | writable | words |\n|---|---|---|---|---|---|\n";

/// What devices/derive.cpp makes of the values.
constexpr const char* kState =
    "\n## State and level\n\n"
    "Each in one word, derived and never reported. The first capability of this table that a "
    "device has and that\n"
    "knows its values decides. None of them: no `state` (a thermometer has none); none that knows: "
    "`unknown`.\n\n"
    "| capability | `state` | `level` |\n|---|---|---|\n"
    "| lock | locked, unlocked, jammed; while it turns what it was | |\n"
    "| cover, valve | closed, open, partially_open by position; without one by `open` | band of "
    "position |\n"
    "| climate, humidifier | active or idle by `hvac_action`, else by `hvac_mode` | heating, "
    "cooling, .. |\n"
    "| alarm_panel | armed, disarmed, alarm; between them what it was | home, away, night, .. |\n"
    "| light, fan | active or idle by `on` | off, else band of brightness or speed |\n"
    "| switch, siren | active, idle | |\n"
    "| media, cleaner | active, idle, fault | |\n"
    "| smoke, co_alarm, gas, leak | alarm, idle | |\n"
    "| contact | open, closed | |\n"
    "| occupancy, vibration | active, idle | |\n";

constexpr const char* kBands =
    "\n## Bands\n\n"
    "`level` is the band of a lamp's brightness, a fan's speed, a cover's position on the percent "
    "scale. Tilt and volume\n"
    "are said on it, too; the other scales are those of the attributes of their names. The word "
    "stands beside the value\n"
    "as `band` ([api.md](api.md)); a devices file may cut every scale otherwise for a device "
    "([devices.md](devices.md)).\n"
    "A band is left only 2 points past its edge where it is of percentages, and else 2 % of the "
    "smaller span beside the\n"
    "edge; 0 % is exact. The edges of percent are everybody's, those of the other scales attune's "
    "choice.\n\n"
    "| scale | bands |\n|---|---|\n";

constexpr const char* kInfluences =
    "\n## Influences\n\n"
    "What driving a device changes at the sensors of its area; `attune check` follows them for "
    "loops.\n\n"
    "| capability | drives | changes |\n|---|---|---|\n";

std::string joined(std::string_view words, std::string_view between) {
  std::string all;
  for (const std::string& word : devices::split_words(words)) {
    all += (all.empty() ? "`" : std::string(between) + "`") + word + "`";
  }
  return all;
}

std::string row_of(const devices::Word& word) {
  const std::string range =
      word.range ? fmt::format("{} to {}", word.range->min, word.range->max) : std::string();
  const char* open = word.open && !word.values.empty() ? ", .." : "";
  return fmt::format("| `{}` | {} | {} | {} | {} | {}{} |\n", word.name, name(word.type), word.unit,
                     range, word.writable ? "yes" : "", joined(word.values, " "), open);
}

/// `0 off · to 34 low · to 75 medium · above high`, edges as the scale counts them.
std::string row_of(const devices::Scale& scale) {
  std::string bands;
  for (const devices::Band& band : scale.bands) {
    if (band.name.empty()) break;
    const char* edge = std::isinf(band.upto) ? "above" : scale.edge_is_below ? "to" : "below";
    const std::string upto = std::isinf(band.upto) ? std::string() : fmt::format(" {}", band.upto);
    bands += fmt::format("{}{}{} {}", bands.empty() ? "" : " · ", edge, upto, band.name);
  }
  return fmt::format("| {} | {} |\n", scale.name, bands);
}

}  // namespace

std::string vocabulary_page() {
  std::string page = fmt::format(kHead, devices::kVocabularyVersion);
  for (const devices::Word& word : devices::vocabulary()) page += row_of(word);
  page += "\n## Capabilities\n\n| capability | attributes |\n|---|---|\n";
  for (const devices::Capability& one : devices::capabilities()) {
    page += fmt::format("| `{}` | {} |\n", one.name, joined(one.attributes, " "));
  }
  page += kState;
  page += kBands;
  for (const devices::Scale& scale : devices::scales()) page += row_of(scale);
  page += kInfluences;
  for (const rules::Influence& one : rules::influences()) {
    page += fmt::format("| `{}` | `{}` | `{}` |\n", one.capability, one.drives, one.changes);
  }
  return page;
}

void add_vocabulary(Program& program) {
  CLI::App* command =
      program.app.add_subcommand("vocabulary", "Print the words that devices are described in");
  add_output_option(program, *command);
  command->callback([&program] {
    program.chosen = [&program] {
      program.terminal.out << (program.output == Output::table ? vocabulary_page()
                                                               : vocabulary_json() + "\n");
      return ExitCode::yes;
    };
  });
}

}  // namespace attune::cli
