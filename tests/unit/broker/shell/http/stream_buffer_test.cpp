#include "broker/shell/http/stream_buffer.h"

#include <gtest/gtest.h>

namespace attune::http {
namespace {

using Put = StreamBuffer::Put;

TEST(StreamBuffer, TellsTheFirstWhoQueuesAndNobodyElseUntilItIsEmpty) {
  StreamBuffer buffer(100);
  EXPECT_EQ(buffer.put("a"), Put::queued_first);
  EXPECT_EQ(buffer.put("b"), Put::queued);
  EXPECT_EQ(buffer.take(), "ab");
  EXPECT_EQ(buffer.put("c"), Put::queued);  // "ab" is being written: its end takes again
  EXPECT_EQ(buffer.take(), "c");
  EXPECT_EQ(buffer.take(), "");
  EXPECT_EQ(buffer.put("d"), Put::queued_first);
}

TEST(StreamBuffer, RefusesWholeWhatWouldPassTheBound) {
  StreamBuffer buffer(4);
  EXPECT_EQ(buffer.put("abc"), Put::queued_first);
  EXPECT_EQ(buffer.put("de"), Put::refused);
  EXPECT_EQ(buffer.put("d"), Put::queued);
  EXPECT_EQ(buffer.take(), "abcd");
  EXPECT_EQ(buffer.put("e"), Put::refused);  // what is being written counts
  EXPECT_EQ(buffer.take(), "");
  EXPECT_EQ(buffer.put("e"), Put::queued_first);
}

TEST(StreamBuffer, TheLastWordPassesTheBoundAndIsTheLast) {
  StreamBuffer buffer(4);
  EXPECT_EQ(buffer.put("abcd"), Put::queued_first);
  EXPECT_TRUE(buffer.finish("farewell"));
  EXPECT_FALSE(buffer.finish("again"));
  EXPECT_EQ(buffer.put("x"), Put::refused);
  EXPECT_TRUE(buffer.finished());
  EXPECT_EQ(buffer.take(), "abcdfarewell");
}

TEST(StreamBuffer, DropsWhatIsQueuedWhenTheReaderIsGone) {
  StreamBuffer buffer(10);
  EXPECT_EQ(buffer.put("abc"), Put::queued_first);
  buffer.abandon();
  EXPECT_EQ(buffer.take(), "");
  EXPECT_TRUE(buffer.finished());
}

}  // namespace
}  // namespace attune::http
