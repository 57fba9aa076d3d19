#include "broker/shell/demo/guide.h"

#include <fmt/format.h>

#include <algorithm>

namespace attune::demo {

std::string shell_word(const std::string& text) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("/._-:=").find(c) != std::string_view::npos;
  };
  if (!text.empty() && std::all_of(text.begin(), text.end(), plain)) return text;
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

std::string guide(const GuideFacts& facts) {
  constexpr std::string_view kText = R"(
A home of {devices} devices, its day {speed:g} times as fast as yours (seed {seed}).

  state      http://127.0.0.1:{http_port}/api/v1/state

Somebody walks into the dark hall, and the lamp goes on:

  mosquitto_pub -h 127.0.0.1 -p {mqtt_port} -u {username} -P {password} -t zigbee2mqtt/hall_motion -m '{{"occupancy":true,"illuminance":5}}'

From another terminal:

  export ATTUNE_URL={url}
  {program} get devices
  {program} watch
  {program} why hall_lamp.on
  {program} set hall_lamp.on false      # your hand wins, for two minutes
  {program} set settings.scene movie    # and `none` gives back what was there

Ctrl-C ends it and leaves nothing behind.
)";
  return fmt::format(kText, fmt::arg("devices", facts.devices), fmt::arg("speed", facts.speed),
                     fmt::arg("seed", facts.seed), fmt::arg("http_port", facts.http_port),
                     fmt::arg("mqtt_port", facts.mqtt_port),
                     fmt::arg("username", shell_word(facts.username)),
                     fmt::arg("password", shell_word(facts.password)),
                     fmt::arg("url", shell_word("unix:" + facts.socket)),
                     fmt::arg("program", shell_word(facts.program)));
}

}  // namespace attune::demo
