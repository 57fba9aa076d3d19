#include "store/crc32c.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace attune::store {
namespace {

TEST(Crc32c, GivesThePublishedValues) {
  EXPECT_EQ(crc32c(0, ""), 0u);
  EXPECT_EQ(crc32c(0, "123456789"), 0xE3069283u);
  EXPECT_EQ(crc32c(0, std::string(32, '\0')), 0x8A9136AAu);
  EXPECT_EQ(crc32c(0, std::string(32, '\xff')), 0x62A8AB43u);
}

TEST(Crc32c, IsTheSameByInstructionAndByTable) {
  std::mt19937_64 engine(1);
  for (std::size_t size = 0; size < 300; ++size) {
    std::string bytes(size, '\0');
    for (char& c : bytes) c = static_cast<char>(engine());
    ASSERT_EQ(crc32c(0, bytes), crc32c_portable(0, bytes)) << size;
  }
}

TEST(Crc32c, ContinuesWhereItStopped) {
  const std::string text = "the quick brown fox jumps over the lazy dog";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    const std::uint32_t head = crc32c(0, text.substr(0, cut));
    EXPECT_EQ(crc32c(head, text.substr(cut)), crc32c(0, text));
  }
}

}  // namespace
}  // namespace attune::store
