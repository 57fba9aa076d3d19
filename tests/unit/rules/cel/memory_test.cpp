#include "rules/cel/memory.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rules/cel/program.h"
#include "tests/unit/rules/cel/house.h"

namespace attune::cel {
namespace {

class Ending {
 public:
  Ending(std::vector<int>& ends, int number) : ends_(ends), number_(number) {}
  ~Ending() { ends_.push_back(number_); }

 private:
  std::vector<int>& ends_;
  int number_;
};

TEST(Memory, EndsWhatItMadeInTheOppositeOrder) {
  std::vector<int> ends;
  {
    Memory memory;
    for (const int number : {1, 2, 3}) EXPECT_NE(memory.make<Ending>(ends, number), nullptr);
    EXPECT_TRUE(ends.empty());
  }
  EXPECT_EQ(ends, (std::vector{3, 2, 1}));
}

TEST(Memory, PiecesOfAnySizeAreAlignedAndStayAsTheyWere) {
  Memory memory;
  std::vector<std::string> texts;
  std::vector<std::string_view> kept;
  std::vector<const std::uint64_t*> numbers;
  for (std::size_t i = 0; i < 400; ++i) {
    texts.emplace_back(i * i % 40'000, static_cast<char>('a' + i % 26));
    kept.push_back(memory.keep(std::string_view(texts.back())));
    numbers.push_back(memory.make<std::uint64_t>(i));
  }
  for (std::size_t i = 0; i < texts.size(); ++i) {
    EXPECT_EQ(kept[i], texts[i]);
    EXPECT_EQ(*numbers[i], i);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(numbers[i]) % alignof(std::uint64_t), 0u);
  }
  EXPECT_TRUE(memory.keep(std::vector<int>()).empty());
  const auto list = memory.keep(std::vector<int>{4, 5, 6});
  EXPECT_EQ(std::vector<int>(list.begin(), list.end()), (std::vector{4, 5, 6}));
}

TEST(Memory, AProgramLivesOnWithoutTheNamesThatItWasMadeWith) {
  std::optional<testing_house::House> house(std::in_place);
  house->names.memory = std::make_shared<Memory>();
  const std::weak_ptr<Memory> memory = house->names.memory;
  std::vector<Finding> findings;
  auto one = compile("'a'.matches('^a+$') && [1, 2].exists(x, x == 2)", house->names,
                     Expect::boolean, findings);
  auto other = compile("1 + 1 == 3", house->names, Expect::boolean, findings);
  ASSERT_TRUE(one && other);
  const testing_house::House after;
  house.reset();
  EXPECT_EQ(one->truth(after), Truth::yes);
  one.reset();
  EXPECT_EQ(other->truth(after), Truth::no);
  EXPECT_FALSE(memory.expired());
  other.reset();
  EXPECT_TRUE(memory.expired());
}

}  // namespace
}  // namespace attune::cel
