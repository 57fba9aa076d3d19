#include "broker/shell/link/link.h"

#include <utility>

namespace attune::link {

Parcel parcel(devices::Outgoing message, std::vector<CommandId> commands) {
  Parcel made;
  made.topic = std::move(message.topic);
  made.payload = std::move(message.payload);
  made.qos = message.qos;
  made.commands = std::move(commands);
  return made;
}

std::string_view name(LinkState state) {
  switch (state) {
    case LinkState::stopped:
      return "stopped";
    case LinkState::connecting:
      return "connecting";
    case LinkState::connected:
      return "connected";
    case LinkState::waiting:
      return "waiting";
  }
  return "";
}

}  // namespace attune::link
