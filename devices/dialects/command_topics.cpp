#include "devices/dialects/command_topics.h"

namespace attune::devices {

std::string_view why_reserved(std::string_view topic, std::string_view discovery) {
  if (topic.starts_with('$')) return "what begins with $ belongs to the broker";
  if (topic.starts_with("attune/")) return "attune itself listens and speaks below attune/";
  if (!topic.starts_with(discovery)) return {};
  if (topic.ends_with("/config")) return "descriptions of devices stand there";
  if (topic.substr(discovery.size()) == "status") return "Home Assistant says there that it runs";
  return {};
}

}  // namespace attune::devices
