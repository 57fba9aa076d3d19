#include "broker/shell/inbox/dedup.h"

#include <gtest/gtest.h>

#include <map>

namespace attune::inbox {
namespace {

Record message(std::uint16_t packet_id, std::string_view payload, bool dup) {
  Record record;
  record.topic = "t";
  record.payload = payload;
  record.packet_id = packet_id;
  record.qos = 1;
  record.duplicate = dup;
  return record;
}

Record connected(bool session_present, std::string_view incarnation) {
  Record record;
  record.kind = RecordKind::connected;
  record.session_present = session_present;
  record.payload = incarnation;
  return record;
}

/// Fed with one message, then connected again.
DuplicateWindow window_with(const Record& first, bool session_present = true,
                            std::string_view incarnation = "b1") {
  DuplicateWindow window;
  window.connected(connected(true, "b1"));
  EXPECT_FALSE(window.seen(first));
  window.connected(connected(session_present, incarnation));
  return window;
}

TEST(DuplicateWindow, DropsARedeliveryOfWhatWasSeen) {
  auto window = window_with(message(7, "x", false));
  EXPECT_TRUE(window.seen(message(7, "x", true)));
  EXPECT_TRUE(window.seen(message(7, "x", true))) << "and again";
}

TEST(DuplicateWindow, DupAloneProvesNothing) {
  auto window = window_with(message(7, "x", false));
  EXPECT_FALSE(window.seen(message(8, "x", true)));
}

TEST(DuplicateWindow, WithoutDupTheSameMessageIsANewOne) {
  auto window = window_with(message(7, "x", false));
  EXPECT_FALSE(window.seen(message(7, "x", false)));
}

TEST(DuplicateWindow, AnotherPayloadOrTopicUnderTheSamePacketIdIsNew) {
  auto window = window_with(message(7, "x", false));
  Record moved = message(7, "x", true);
  moved.topic = "tx";
  moved.payload = "";
  EXPECT_FALSE(window.seen(moved));
  auto other = window_with(message(7, "x", false));
  EXPECT_FALSE(other.seen(message(7, "y", true)));
}

TEST(DuplicateWindow, AnotherBrokerOrNoSessionVoidsIt) {
  auto restarted = window_with(message(7, "x", false), true, "b2");
  EXPECT_FALSE(restarted.seen(message(7, "x", true)));
  auto lost = window_with(message(7, "x", false), false, "b1");
  EXPECT_FALSE(lost.seen(message(7, "x", true)));
}

TEST(DuplicateWindow, AnUnnamedIncarnationIsTheSameOne) {
  auto window = window_with(message(7, "x", false), true, "");
  EXPECT_TRUE(window.seen(message(7, "x", true)));
}

TEST(DuplicateWindow, QualityZeroIsNeverADuplicate) {
  DuplicateWindow window;
  window.connected(connected(true, "b1"));
  Record record = message(0, "x", true);
  record.qos = 0;
  EXPECT_FALSE(window.seen(record));
  EXPECT_FALSE(window.seen(record));
}

TEST(DuplicateWindow, ForgetsAfterExactlyItsWidth) {
  for (const bool just_inside : {true, false}) {
    DuplicateWindow window;
    window.connected(connected(true, "b1"));
    EXPECT_FALSE(window.seen(message(1, "x", false)));
    const std::uint64_t between = DuplicateWindow::kWindow - (just_inside ? 2 : 1);
    for (std::uint64_t i = 0; i < between; ++i) EXPECT_FALSE(window.seen(message(2, "y", false)));
    EXPECT_EQ(window.seen(message(1, "x", true)), just_inside);
  }
}

/// What a store keeps of take_dirty().
void keep(std::map<std::string, Blob>& kept, const std::vector<Write>& writes) {
  for (const Write& write : writes) {
    const Blob& blob = std::get<Blob>(write.record);
    EXPECT_EQ(blob.space, DuplicateWindow::kSpace);
    if (write.erase) {
      kept.erase(blob.key);
    } else {
      kept[blob.key] = blob;
    }
  }
}

DuplicateWindow restored(const std::map<std::string, Blob>& kept) {
  std::vector<Blob> blobs;
  for (const auto& [key, blob] : kept) blobs.push_back(blob);
  DuplicateWindow window;
  window.restore(blobs);
  return window;
}

TEST(DuplicateWindow, ContinuesAfterARestart) {
  DuplicateWindow window;
  std::map<std::string, Blob> kept;
  window.connected(connected(true, "b1"));
  for (std::uint16_t id = 1; id <= 300; ++id) {
    EXPECT_FALSE(window.seen(message(id, std::to_string(id), false)));
    if (id % 50 == 0) keep(kept, window.take_dirty());
  }
  EXPECT_TRUE(window.take_dirty().empty());
  DuplicateWindow again = restored(kept);
  EXPECT_TRUE(again.seen(message(5, "5", true))) << "replayed from the ring, same connection";
  again.connected(connected(true, "b1"));
  EXPECT_TRUE(again.seen(message(300, "300", true)));
  EXPECT_FALSE(again.seen(message(301, "301", true)));
}

TEST(DuplicateWindow, AVoidedWindowErasesItsBlobs) {
  DuplicateWindow window;
  std::map<std::string, Blob> kept;
  window.connected(connected(true, "b1"));
  EXPECT_FALSE(window.seen(message(5, "x", false)));
  keep(kept, window.take_dirty());
  EXPECT_EQ(kept.size(), 2u);
  window.connected(connected(false, "b1"));
  keep(kept, window.take_dirty());
  EXPECT_EQ(kept.size(), 1u) << "the head alone";
}

TEST(DuplicateWindow, BlobsThatCannotBeReadVoidIt) {
  DuplicateWindow window;
  std::map<std::string, Blob> kept;
  window.connected(connected(true, "b1"));
  EXPECT_FALSE(window.seen(message(5, "x", false)));
  keep(kept, window.take_dirty());
  for (const std::string key : {"0000", "head"}) {
    auto damaged = kept;
    damaged[key].bytes.pop_back();
    if (key == "head") damaged.erase(key);
    DuplicateWindow again = restored(damaged);
    again.connected(connected(true, "b1"));
    EXPECT_FALSE(again.seen(message(5, "x", true))) << key;
  }
}

TEST(Fingerprint, DependsOnWhereTopicEndsAndPayloadBegins) {
  EXPECT_NE(fingerprint("ab", "c"), fingerprint("a", "bc"));
  EXPECT_NE(fingerprint("", ""), fingerprint("", std::string_view("\0", 1)));
  EXPECT_EQ(fingerprint("t", "payload"), fingerprint("t", "payload"));
}

}  // namespace
}  // namespace attune::inbox
