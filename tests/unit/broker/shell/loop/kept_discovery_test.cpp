#include "broker/shell/loop/kept_discovery.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace attune::shell {
namespace {

/// Rows as a store would hold them.
class Store {
 public:
  void write(const std::vector<Write>& writes) {
    for (const Write& write : writes) {
      const auto& blob = std::get<Blob>(write.record);
      EXPECT_EQ(blob.space, KeptDiscovery::kSpace);
      if (write.erase) {
        rows.erase(blob.key);
      } else {
        rows[blob.key] = blob.bytes;
      }
    }
  }
  [[nodiscard]] std::vector<Blob> blobs() const {
    std::vector<Blob> all;
    for (const auto& [key, bytes] : rows) {
      all.push_back({std::string(KeptDiscovery::kSpace), key, bytes});
    }
    return all;
  }
  /// `topic=payload` in the order in which a start reads them.
  [[nodiscard]] std::string text() const {
    std::string out;
    for (const auto& [key, bytes] : rows) {
      out += std::string(KeptDiscovery::topic_of(key)) + "=" + bytes + " ";
    }
    return out;
  }
  std::map<std::string, std::string> rows;
};

devices::Decoded discovery(const std::string& key) {
  devices::Decoded decoded;
  decoded.keep_as = key;
  return decoded;
}

devices::Decoded by_the_way() {
  devices::Decoded decoded;
  decoded.devices_changed = true;
  return decoded;
}

TEST(KeptDiscovery, TheNewestDescriptionStands) {
  Store store;
  KeptDiscovery kept;
  store.write(kept.keep(discovery("a"), {"a", "1"}));
  store.write(kept.keep(discovery("a"), {"a", "2"}));
  EXPECT_EQ(store.text(), "a=2 ");
  EXPECT_TRUE(kept.keep(discovery("a"), {"a", "2"}).empty());
}

TEST(KeptDiscovery, WhatIsLearntByTheWayNeverTakesADescriptionsPlace) {
  Store store;
  KeptDiscovery kept;
  store.write(kept.keep(discovery("shellies/x/announce"), {"shellies/announce", "who it is"}));
  store.write(kept.keep(by_the_way(), {"shellies/x/announce", "something else"}));
  EXPECT_EQ(store.text(), "shellies/x/announce=who it is shellies/x/announce=something else ");
}

TEST(KeptDiscovery, TwoMessagesOfOneTopicMayTellTwoThings) {
  Store store;
  KeptDiscovery kept;
  store.write(kept.keep(by_the_way(), {"lamp", R"({"state":"ON"})"}));
  store.write(kept.keep(by_the_way(), {"lamp", R"({"brightness":3})"}));
  EXPECT_EQ(store.rows.size(), 2u);
  EXPECT_TRUE(kept.keep(by_the_way(), {"lamp", R"({"state":"ON"})"}).empty());
}

TEST(KeptDiscovery, AnEmptyOneRemovesAllOfItsTopic) {
  Store store;
  KeptDiscovery kept;
  store.write(kept.keep(discovery("a"), {"a", "1"}));
  store.write(kept.keep(by_the_way(), {"a", "2"}));
  store.write(kept.keep(discovery("a/b"), {"a/b", "3"}));
  store.write(kept.keep(discovery("a"), {"a", ""}));
  EXPECT_EQ(store.text(), "a/b=3 ");
}

TEST(KeptDiscovery, OneTopicHasNoMoreRowsThanItMay) {
  Store store;
  KeptDiscovery kept;
  for (int i = 0; i < 100; ++i) store.write(kept.keep(by_the_way(), {"a", std::to_string(i)}));
  EXPECT_EQ(store.rows.size(), KeptDiscovery::kLearntMax);
  EXPECT_NE(store.text().find("a=99 "), std::string::npos);
}

TEST(KeptDiscovery, GoesOnAfterARestart) {
  Store store;
  {
    KeptDiscovery kept;
    store.write(kept.keep(discovery("a"), {"a", "1"}));
    store.write(kept.keep(by_the_way(), {"a", "2"}));
  }
  KeptDiscovery kept;
  kept.restore(store.blobs());
  EXPECT_TRUE(kept.keep(discovery("a"), {"a", "1"}).empty());
  EXPECT_TRUE(kept.keep(by_the_way(), {"a", "2"}).empty());
  store.write(kept.keep(by_the_way(), {"a", "3"}));
  EXPECT_EQ(store.text(), "a=1 a=2 a=3 ");
}

TEST(KeptDiscovery, WhatNobodyKnowsIsForgottenWithAllItsRows) {
  Store store;
  KeptDiscovery kept;
  store.write(kept.keep(by_the_way(), {"nobody/knows", "2"}));
  devices::Catalog catalog;
  const devices::Normaliser normaliser(catalog, {});
  store.write(kept.forget_unknown(normaliser));
  EXPECT_TRUE(store.rows.empty());
}

}  // namespace
}  // namespace attune::shell
