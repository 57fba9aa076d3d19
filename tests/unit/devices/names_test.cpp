#include "devices/names.h"

#include <gtest/gtest.h>

namespace attune::devices {
namespace {

TEST(Names, FoldToPlainLetters) {
  EXPECT_EQ(fold_name("Büro Rolladen"), "buro_rolladen");
  EXPECT_EQ(fold_name("Lampa podłogowa"), "lampa_podlogowa");
  EXPECT_EQ(fold_name("bedroom/radiator"), "bedroom_radiator");
  EXPECT_EQ(fold_name("Straße Ørsted ÆØÅ"), "strasse_orsted_aeoa");
  EXPECT_EQ(fold_name("Việt Ở"), "viet_o");
  EXPECT_EQ(fold_name("QS-Zigbee-D02"), "qs_zigbee_d02");
}

TEST(Names, AnIdFoldsToItself) {
  EXPECT_EQ(fold_name("hall_lamp_2"), "hall_lamp_2");
}

TEST(Names, DecomposedAndComposedLettersFoldAlike) {
  EXPECT_EQ(fold_name("u\xCC\x88"), fold_name("ü"));
}

TEST(Names, BeginWithALetter) {
  EXPECT_EQ(fold_name("0x00158d"), "d_0x00158d");
  EXPECT_EQ(fold_name("_x"), "d__x");
  EXPECT_EQ(fold_name(""), "d_");
  EXPECT_EQ(fold_name("客厅"), "d___");
}

TEST(Names, LeaveTheRulesTheirOwnWords) {
  for (const char* word : {"true", "in", "for", "while", "settings", "sun", "local", "weekday"}) {
    EXPECT_EQ(fold_name(word), std::string(word) + "_");
  }
  EXPECT_EQ(fold_name("SUN"), "sun_");
}

TEST(Names, NeverGrowPastAnId) {
  EXPECT_EQ(fold_name(std::string(1000, 'x')).size(), kIdBytesMax);
  EXPECT_EQ(fold_name(std::string(1000, '7')).size(), kIdBytesMax);
  EXPECT_EQ(numbered(std::string(64, 'x'), 12).size(), kIdBytesMax);
  EXPECT_EQ(numbered("lamp", 1), "lamp");
  EXPECT_EQ(numbered("lamp", 2), "lamp_2");
}

TEST(Names, AreAlwaysIdsWhateverTheBytes) {
  for (int a = 0; a < 256; ++a) {
    for (int b = 0; b < 256; b += 5) {
      const char bytes[] = {static_cast<char>(a), static_cast<char>(b), 'z'};
      const std::string id = fold_name({bytes, 3});
      ASSERT_FALSE(id.empty());
      EXPECT_TRUE(id[0] >= 'a' && id[0] <= 'z') << a << " " << b;
      EXPECT_EQ(id.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_"), std::string::npos);
    }
  }
}

TEST(Names, PlainNamesCannotLeaveTheirLevel) {
  EXPECT_EQ(plain_name("a/b+c#d.e f"), "a_b_c_d_e_f");
}

}  // namespace
}  // namespace attune::devices
