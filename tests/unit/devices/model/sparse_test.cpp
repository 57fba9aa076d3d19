#include "devices/model/sparse.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace attune {
namespace {

struct Many {
  std::string text = "begin";
  std::vector<int> numbers;
  friend bool operator==(const Many&, const Many&) = default;
};

TEST(Sparse, IsAsItBeganUntilItIsEdited) {
  Sparse<Many> many;
  EXPECT_EQ(many->text, "begin");
  many.edit().numbers = {1, 2};
  many.edit().text = "later";
  EXPECT_EQ(*many, (Many{"later", {1, 2}}));
  EXPECT_EQ(*Sparse<Many>(), Many());
}

TEST(Sparse, TakesTheSpaceOfAPointerUntilItIsAnother) {
  static_assert(sizeof(Sparse<Many>) == sizeof(void*));
  Sparse<Many> a;
  const Sparse<Many> b;
  a.set(Many());
  EXPECT_EQ(&*a, &*b) << "both are the one that everybody begins as";
  a.set({"other", {}});
  const Many* const own = &*a;
  EXPECT_NE(own, &*b);
  a.set(Many());
  EXPECT_EQ(&*a, own) << "who looks at it goes on looking at it";
  EXPECT_EQ(*a, Many());
}

TEST(Sparse, CopiesAreDeep) {
  Sparse<Many> a;
  a.edit().text = "a";
  Sparse<Many> b = a;
  b.edit().text = "b";
  EXPECT_EQ(a->text, "a");
  a = b;
  b.edit().text = "c";
  EXPECT_EQ(a->text, "b");
  a = Sparse<Many>();
  EXPECT_EQ(a->text, "begin");
}

}  // namespace
}  // namespace attune
