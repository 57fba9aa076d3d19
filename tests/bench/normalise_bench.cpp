#include <benchmark/benchmark.h>

#include <cstring>
#include <string>

#include "devices/json/reader.h"
#include "devices/model/limits.h"
#include "devices/normaliser.h"

/// What one message costs from its bytes to canonical readings, beside the cost of parsing alone.
namespace {

using namespace attune;
using namespace attune::devices;

constexpr std::string_view kLampState =
    R"({"brightness":139,"color":{"x":0.701,"y":0.299},"color_mode":"xy","color_temp":159,"linkquality":120,"state":"ON"})";
constexpr std::string_view kDescribedLamp =
    R"([{"type":"Router","friendly_name":"lamp","definition":{"exposes":[{"type":"light","features":[
    {"type":"binary","name":"state","property":"state","access":7,"value_on":"ON","value_off":"OFF"},
    {"type":"numeric","name":"brightness","property":"brightness","access":7,"value_max":254},
    {"type":"numeric","name":"color_temp","property":"color_temp","access":7,"unit":"mired"},
    {"type":"composite","name":"color_xy","property":"color","access":7,"features":[]}]}]}}])";

/// Time passes as fast as one device may speak.
class Clock {
 public:
  Instant next() {
    now_ += Millis(1'000 / limits::kDeviceMessagesPerSecond);
    return {now_, now_};
  }

 private:
  Millis now_{};
};

void floor_of_parsing(benchmark::State& state) {
  json::Reader reader;
  for (auto _ : state) benchmark::DoNotOptimize(reader.read(kLampState));
}
BENCHMARK(floor_of_parsing);

void lamp_state(benchmark::State& state) {
  Catalog catalog;
  Normaliser normaliser(catalog, {});
  Decoded decoded;
  Clock clock;
  if (state.range(0) != 0) {
    normaliser.decode({"zigbee2mqtt/bridge/devices", kDescribedLamp, true}, decoded);
  }
  for (auto _ : state) {
    normaliser.decode({"zigbee2mqtt/lamp", kLampState, false, clock.next()}, decoded);
    benchmark::DoNotOptimize(decoded.readings.data());
  }
  if (decoded.readings.size() < 5) state.SkipWithError("the lamp was not understood");
}
BENCHMARK(lamp_state)->ArgName("described")->Arg(0)->Arg(1);

void simple_state(benchmark::State& state) {
  Catalog catalog;
  Normaliser normaliser(catalog, {});
  Decoded decoded;
  Clock clock;
  for (auto _ : state) {
    normaliser.decode(
        {"zigbee2mqtt/lamp", R"({"state":"ON","brightness":178})", false, clock.next()}, decoded);
    benchmark::DoNotOptimize(decoded.readings.data());
  }
}
BENCHMARK(simple_state);

void one_of_a_thousand_devices(benchmark::State& state) {
  Catalog catalog;
  Normaliser normaliser(catalog, {});
  Decoded decoded;
  Clock clock;
  std::vector<std::string> topics;
  for (int i = 0; i < 1000; ++i) topics.push_back("zigbee2mqtt/room/lamp " + std::to_string(i));
  std::size_t next = 0;
  for (auto _ : state) {
    normaliser.decode({topics[next], kLampState, false, clock.next()}, decoded);
    benchmark::DoNotOptimize(decoded.readings.data());
    next = next + 1 == topics.size() ? 0 : next + 1;
  }
}
BENCHMARK(one_of_a_thousand_devices);

}  // namespace

BENCHMARK_MAIN();
