#include "tests/bench/e2e/home.h"

#include <cstdlib>
#include <fstream>

#include "tests/bench/e2e/process.h"

namespace attune::bench {
namespace {

constexpr std::string_view kBase = "zigbee2mqtt/";
constexpr std::size_t kNameBytes = 5;  // a letter and four digits
constexpr char kSensor = 's';
constexpr char kLamp = 'l';

std::string name(char kind, std::size_t pair) {
  const std::string digits = std::to_string(pair);
  return kind + std::string(kNameBytes - 1 - digits.size(), '0') + digits;
}

std::string topic_of(char kind, std::size_t pair) {
  return std::string(kBase) + name(kind, pair);
}

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

/// Values that never change travel too, as they do from a real sensor.
std::string sensor_payload(bool occupied) {
  return std::string(R"({"battery":97,"linkquality":120,"occupancy":)") +
         (occupied ? "true}" : "false}");
}

std::string lamp_payload(bool lit) {
  return std::string(R"({"linkquality":98,"state":")") + (lit ? "ON\"}" : "OFF\"}");
}

}  // namespace

std::optional<Publish> command_for(std::string_view topic, std::string_view payload) {
  if (topic.size() != kBase.size() + kNameBytes || topic[kBase.size()] != kSensor) return {};
  std::string lamp(topic);
  lamp[kBase.size()] = kLamp;
  const bool on = has(payload, R"("occupancy":true)");
  return Publish{lamp + "/set", std::string(R"({"state":")") + (on ? "ON\"}" : "OFF\"}")};
}

void write_configuration(const std::string& folder, std::size_t pairs, std::uint16_t broker_port) {
  std::ofstream main(folder + "/attune.yaml");
  main << "version: 1\nnode: bench\nmqtt: {url: \"mqtt://127.0.0.1:" << broker_port << "\"}\n"
       << "http: {port: " << free_port() << "}\n"
       << "log: {level: warning}\ndevices: devices.yaml\nrules: rules.yaml\n";
  std::ofstream devices(folder + "/devices.yaml");
  std::ofstream rules(folder + "/rules.yaml");
  devices << "version: 1\n" << (pairs == 0 ? "" : "devices:\n");
  rules << "version: 1\n";
  if (pairs != 0)
    rules << "groups: {lamps: {capability: switch}}\n"
          << "defaults: {lamps.on: false}\nrules:\n";
  for (std::size_t i = 0; i < pairs; ++i) {
    const std::string sensor = name(kSensor, i);
    const std::string lamp = name(kLamp, i);
    const auto device = [&](const std::string& id, const char* capability) {
      devices << "  " << id << ": {dialect: zigbee2mqtt, topic: " << kBase << id
              << ", capabilities: [" << capability << "]}\n";
    };
    device(sensor, "occupancy");
    device(lamp, "switch");
    rules << "  r" << i << ": {when: " << sensor << ".occupancy, want: {" << lamp
          << ".on: true}}\n";
  }
  if (!main || !devices || !rules) die("the configuration cannot be written to " + folder);
}

Home::Home(BusClient& bus, std::size_t pairs) : bus_(bus), pairs_(pairs) {}

void Home::report_all() {
  for (std::size_t i = 0; i < pairs_.size(); ++i) {
    report_sensor(i);
    report_lamp(i);
  }
}

void Home::flip(std::size_t pair) {
  pairs_[pair].occupied = !pairs_[pair].occupied;
  pairs_[pair].waits = true;
  report_sensor(pair);
}

std::optional<std::size_t> Home::obey(std::string_view topic, std::string_view payload) {
  if (topic.size() <= kBase.size() + kNameBytes || topic[kBase.size()] != kLamp) return {};
  const std::string digits(topic.substr(kBase.size() + 1, kNameBytes - 1));
  const std::size_t index = std::strtoul(digits.c_str(), nullptr, 10);
  if (index >= pairs_.size()) return {};
  Pair& pair = pairs_[index];
  pair.lit = has(payload, R"("ON")");
  report_lamp(index);
  if (!pair.waits || pair.lit != pair.occupied) {
    ++surplus_;
    return {};
  }
  pair.waits = false;
  return index;
}

void Home::report_sensor(std::size_t pair) {
  bus_.publish(topic_of(kSensor, pair), sensor_payload(pairs_[pair].occupied));
}

void Home::report_lamp(std::size_t pair) {
  bus_.publish(topic_of(kLamp, pair), lamp_payload(pairs_[pair].lit));
}

}  // namespace attune::bench
