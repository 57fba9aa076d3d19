#include "broker/cli/details.h"

#include <string>
#include <utility>
#include <vector>

#include "broker/cli/listing.h"
#include "broker/cli/table.h"

namespace attune::cli {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

std::string joined(const Json& list) {
  std::string text;
  for (const Json& item : list) text += (text.empty() ? "" : ", ") + words(item);
  return text;
}

void add(Pairs& pairs, const std::string& name, const std::string& value) {
  if (!value.empty() && value != "-") pairs.emplace_back(name, value);
}

Pairs device_pairs(const Json& device, Millis now) {
  Pairs pairs;
  for (const char* name : {"id", "label", "name", "area", "dialect", "state", "level"}) {
    add(pairs, name, words(device, name));
  }
  const Json& liveness = at(device, "liveness");
  const std::string since = age_text(at(liveness, "since"), now);
  add(pairs, "availability",
      words(liveness, "availability") + (since == "-" ? "" : " since " + since));
  add(pairs, "heard", age_text(at(liveness, "heard"), now));
  add(pairs, "usually every", words(liveness, "period"));
  add(pairs, "suspect after", words(liveness, "suspect_after"));
  add(pairs, "capabilities", joined(at(device, "capabilities")));
  add(pairs, "tags", joined(at(device, "tags")));
  add(pairs, "read by", joined(at(at(device, "rules"), "read")));
  add(pairs, "written by", joined(at(at(device, "rules"), "write")));
  return pairs;
}

Table attribute_table(const Json& attributes, Millis now) {
  Table table({"ATTRIBUTE", "VALUE", "SINCE", "WANTED", "BY", "QUALITY", "REVISION"});
  for (const Json& attribute : attributes) {
    const Json& unit = at(attribute, "unit");
    const std::string obeys = at(attribute, "diverged").boolean ? " (does not obey)" : "";
    const std::string band = words(attribute, "band");
    const std::string said = band == "-" ? "" : ", " + band;
    table.row({std::string(attribute.key), value_text(at(attribute, "value"), unit) + said,
               age_text(at(attribute, "at"), now),
               value_text(at(attribute, "desired"), unit) + obeys, words(attribute, "by"),
               words(attribute, "quality"), words(attribute, "revision")});
  }
  return table;
}

}  // namespace

void print_device(std::ostream& out, const Json& device, Millis now) {
  print_pairs(out, device_pairs(device, now));
  const Table attributes = attribute_table(at(device, "attributes"), now);
  if (!attributes.empty()) {
    out << '\n';
    attributes.print(out);
  }
  Table raw({"RAW", "VALUE"});
  for (const Json& leaf : at(device, "raw")) raw.row({std::string(leaf.key), words(leaf)});
  if (raw.empty()) return;
  out << '\n';
  raw.print(out);
}

void print_members(std::ostream& out, const Json& object) {
  Pairs pairs;
  for (const Json& member : object) {
    add(pairs, std::string(member.key),
        member.kind == JsonKind::array ? joined(member) : words(member));
  }
  print_pairs(out, pairs);
}

}  // namespace attune::cli
