#include "devices/model/ids.h"

namespace attune {

std::string text(CommandId id) { return "cmd-" + std::to_string(number(id)); }

}  // namespace attune
