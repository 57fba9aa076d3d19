#include "rules/sections/composed.h"
#include "rules/sections/sections.h"

// vars: {<name>: literal, list, map, or =CEL}
namespace attune::rules {

namespace {

bool is_free(Reader& reader, const yaml::Node& key) {
  if (!reader.take_id("var", key)) return false;
  if (!reader.loading.set.groups.contains(key.text)) return true;
  reader.error("E106", key, "'" + key.text + "' is a group already", "rename one of the two");
  return false;
}

}  // namespace

void read_vars(Reader& reader, const yaml::Node& section) {
  cel::Environment& names = reader.loading.names;
  for (const yaml::Entry& entry : section.entries) {
    if (!is_free(reader, entry.key)) continue;
    if (names.devices.erase(entry.key.text) > 0) {
      reader.warning("W903", entry.key,
                     "var '" + entry.key.text + "' hides the device of that name",
                     "rename the var");
    }
    names.vars.emplace(entry.key.text, cel::Var{compose(entry.value).source()});
  }
}

void check_vars(Reader& reader, const yaml::Node& section) {
  for (const yaml::Entry& entry : section.entries) {
    (void)compile(reader, compose(entry.value), cel::Expect::any);
  }
}

}  // namespace attune::rules
