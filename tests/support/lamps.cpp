#include "tests/support/lamps.h"

#include <cstdlib>
#include <string_view>

namespace attune::support {
namespace {

constexpr std::string_view kBase = "zigbee2mqtt/";
constexpr std::string_view kSet = "/set";

constexpr std::string_view kLampExposes =
    R"([{"type":"light","features":[
      {"type":"binary","name":"state","property":"state","access":7,"value_on":"ON","value_off":"OFF"},
      {"type":"numeric","name":"brightness","property":"brightness","access":7,"value_min":0,"value_max":254}]}])";
constexpr std::string_view kMotionExposes =
    R"([{"type":"binary","name":"occupancy","property":"occupancy","access":1,"value_on":true,"value_off":false},
      {"type":"numeric","name":"illuminance","property":"illuminance","access":1,"unit":"lx"}])";

void append_device(std::string& text, const std::string& name, std::string_view exposes) {
  text +=
      R"(,{"type":"Router","friendly_name":")" + name + R"(","definition":{"model":"M","exposes":)";
  text.append(exposes).append("}}");
}

}  // namespace

std::string bridge_devices(const std::vector<std::string>& lamps,
                           const std::vector<std::string>& motions) {
  std::string text = R"([{"type":"Coordinator","friendly_name":"Coordinator","definition":null})";
  for (const auto& name : lamps) append_device(text, name, kLampExposes);
  for (const auto& name : motions) append_device(text, name, kMotionExposes);
  return text + "]";
}

Lamps::Lamps(link::PlainClient& client, const std::vector<std::string>& names) : client_(client) {
  for (const auto& name : names) {
    lamps_[name];
    report(name);
  }
}

bool Lamps::take(const link::PlainClient::Arrived& message) {
  const std::string& topic = message.topic;
  if (!topic.starts_with(kBase) || !topic.ends_with(kSet)) return false;
  const auto found =
      lamps_.find(topic.substr(kBase.size(), topic.size() - kBase.size() - kSet.size()));
  if (found == lamps_.end()) return false;
  Lamp& lamp = found->second;
  ++lamp.messages;
  lamp.last = message.payload;
  if (!obeys_) return true;
  const bool before = lamp.on;
  if (message.payload.find(R"("state":"ON")") != std::string::npos) lamp.on = true;
  if (message.payload.find(R"("state":"OFF")") != std::string::npos) lamp.on = false;
  constexpr std::string_view kBrightness = R"("brightness":)";
  if (const auto at = message.payload.find(kBrightness); at != std::string::npos) {
    lamp.brightness = std::atoi(message.payload.c_str() + at + kBrightness.size());
  }
  lamp.effects += lamp.on != before;
  report(found->first);
  return true;
}

void Lamps::by_hand(const std::string& name, bool on) {
  Lamp& lamp = lamps_.at(name);
  lamp.effects += lamp.on != on;
  lamp.on = on;
  report(name);
}

void Lamps::report(const std::string& name) {
  const Lamp& lamp = lamps_.at(name);
  client_.publish(std::string(kBase) + name,
                  std::string(R"({"state":")") + (lamp.on ? "ON" : "OFF") + R"(","brightness":)" +
                      std::to_string(lamp.brightness) + "}",
                  1, false);
}

}  // namespace attune::support
