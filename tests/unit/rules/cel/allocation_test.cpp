#include <gtest/gtest.h>

#include <cstdlib>
#include <new>

#include "rules/cel/expression.h"
#include "tests/unit/rules/cel/house.h"

namespace {
std::size_t g_allocations = 0;
}  // namespace

[[gnu::noinline]] void* operator new(std::size_t size) {
  ++g_allocations;
  if (void* const memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}

namespace attune::cel {
namespace {

std::size_t allocations_of(std::string_view source) {
  testing_house::House house;
  std::vector<Finding> findings;
  const auto expression = compile(source, house.names, Expect::boolean, findings);
  EXPECT_TRUE(expression) << source;
  if (!expression) return 1;
  const std::size_t before = g_allocations;
  (void)expression->truth(house);
  return g_allocations - before;
}

TEST(Truth, AllocatesNothingForConditionsOverAttributesNumbersAndEnums) {
  for (const char* source :
       {"hall.temperature > 21 && hall.mode == 'heat'", "hall.mode in ['heat', 'cool']",
        "hall.temperature > setp.heat + 0.5 || hall.silent", "leaks.exists(s, s.leak)",
        "mixed.all(a, mixed.exists(b, a.id == b.id && b.leak))", "hall.count * 2 + 1 == 7",
        "hall.mode.startsWith('he')",
        "(hall.occupancy ? hall.temperature : 5) > math.least(20, hall.temperature)",
        "hall.silent || 1 / (hall.count - 3) > 0"}) {
    EXPECT_EQ(allocations_of(source), 0u) << source;
  }
}

TEST(Truth, TheCounterSeesWhatAllocates) {
  EXPECT_GT(allocations_of("hall.mode + 'a long text that no small string keeps' == ''"), 0u);
}

}  // namespace
}  // namespace attune::cel
