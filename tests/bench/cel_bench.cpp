#include <benchmark/benchmark.h>

#include <array>
#include <cstdlib>

#include "rules/cel/expression.h"

/// Conditions over attributes. `Floor` is what the same condition costs as compiled C++ over the
/// same view.
namespace {

using namespace attune;

constexpr std::array kNames = {"origin", "country", "value", "adults"};

class View final : public rules::StateView {
 public:
  [[nodiscard]] const Value& value(AttributeId attribute) const override {
    return values_[index(attribute)];
  }

 private:
  std::array<Value, 4> values_ = {Value("LED"), Value("RU"), Value(80.0), Value(1.0)};
};

cel::Environment order() {
  cel::Environment names;
  cel::Device& device = names.devices["o"];
  device.id = "o";
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    const auto type = i < 2 ? ValueType::text : ValueType::number;
    device.attributes[kNames[i]] = {static_cast<AttributeId>(i), type, {}};
  }
  return names;
}

void run(benchmark::State& state, std::string_view source) {
  std::vector<cel::Finding> findings;
  const auto expression = cel::compile(source, order(), cel::Expect::boolean, findings);
  if (!expression) std::abort();
  const View view;
  for (auto _ : state) benchmark::DoNotOptimize(expression->truth(view));
}

void TwoComparisons(benchmark::State& state) {
  run(state, "o.value > 21 && o.adults <= 3");
}

void FourComparisons(benchmark::State& state) {
  run(state, "(o.origin == 'MOW' || o.country == 'RU') && (o.value >= 100 || o.adults == 1)");
}

void FloorOfTwo(benchmark::State& state) {
  const View view;
  const rules::StateView* base = &view;
  benchmark::DoNotOptimize(base);
  for (auto _ : state) {
    benchmark::DoNotOptimize(base->value(AttributeId{2}).as_number() > 21 &&
                             base->value(AttributeId{3}).as_number() <= 3);
  }
}

void Compile(benchmark::State& state) {
  const cel::Environment names = order();
  for (auto _ : state) {
    std::vector<cel::Finding> findings;
    benchmark::DoNotOptimize(
        cel::compile("o.value > 21 && o.adults <= 3", names, cel::Expect::boolean, findings));
  }
}

BENCHMARK(FloorOfTwo);
BENCHMARK(TwoComparisons);
BENCHMARK(FourComparisons);
BENCHMARK(Compile);

}  // namespace

BENCHMARK_MAIN();
