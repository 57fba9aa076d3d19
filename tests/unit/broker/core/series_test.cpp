#include "broker/core/series.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>
#include <vector>

#include "broker/core/signal_rows.h"

namespace attune::core {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

TEST(Series, TheMeanOfMergedPiecesIsThatOfWhatWasPushed) {
  Series series(minutes(5), Series::Merge::mean);
  Series::Moved moved;
  std::mt19937 random(7);
  double sum = 0;
  double value = 0;
  series.push(Millis(0), 0.0, moved);
  for (int ms = 0; ms < 300'000; ms += 20) {
    if (ms % 100 == 0) {
      value = static_cast<double>(random() % 1'000);
      series.push(Millis(ms), value, moved);
    }
    sum += value * 20;
  }
  EXPECT_NEAR(*series.mean(Millis(300'000)), sum / 300'000, 1e-6);
}

TEST(Series, HoldsNoMoreThanThreeHundredPieces) {
  for (const auto merge : {Series::Merge::mean, Series::Merge::last}) {
    Series series(minutes(5), merge);
    Series::Moved moved;
    for (int ms = 0; ms < 2'000'000; ms += 37) {
      series.push(Millis(ms), static_cast<double>(ms % 101), moved);
      ASSERT_LE(series.pieces().size(), 300u);
    }
  }
}

TEST(Series, UnknownTimeHasNoWeight) {
  Series series(minutes(10), Series::Merge::mean);
  Series::Moved moved;
  series.push(seconds(0), 10.0, moved);
  series.push(seconds(60), Value(), moved);
  series.push(seconds(180), 20.0, moved);
  EXPECT_EQ(series.mean(seconds(240)), 15.0);
  EXPECT_EQ(Series(minutes(1), Series::Merge::mean).mean(seconds(5)), std::nullopt);
}

TEST(Series, RowsThatFollowItsMovesAreTheSeries) {
  Series series(minutes(5), Series::Merge::mean);
  std::map<std::uint64_t, std::string> rows;
  std::mt19937 random(3);
  Millis at(0);
  for (int i = 0; i < 5'000; ++i) {
    at += Millis(random() % (i % 1'000 < 900 ? 40 : 40'000));  // crowds, and long rests
    Series::Moved moved;
    series.push(at, random() % 9 == 0 ? Value() : Value(static_cast<double>(random() % 50)), moved);
    for (const auto serial : moved.changed) {
      if (series.find(serial) != nullptr) {
        rows[serial % Series::kSerials] = pack(*series.find(serial));
      }
    }
    for (const auto serial : moved.gone) {
      if (series.find(serial) == nullptr) rows.erase(serial % Series::kSerials);
    }
  }
  std::vector<Series::Piece> pieces;
  for (const auto& [slot, bytes] : rows) pieces.push_back(*unpack_piece(bytes));
  Series again(minutes(5), Series::Merge::mean);
  again.restore(std::move(pieces));
  EXPECT_EQ(again.pieces(), series.pieces());
  EXPECT_EQ(again.mean(at), series.mean(at));
}

TEST(SignalRows, ReadBackWhatWasWritten) {
  const SignalRow row{"true_for(a.b, '5m')", Instant{Millis(1'000), Millis(-5)}, Revision{7},
                      Revision{3}};
  EXPECT_EQ(unpack_signal(pack(row)), row);
  const SignalRow bare{"x", std::nullopt, Revision{}, Revision{}};
  EXPECT_EQ(unpack_signal(pack(bare)), bare);
  const std::vector<Value> values = {Value(), true,        3,
                                     2.5,     "two words", std::vector<double>{0.5, 1}};
  for (const Value& value : values) {
    const Series::Piece piece{12, Millis(99), value, 0.25};
    EXPECT_EQ(unpack_piece(pack(piece)), piece) << pack(piece);
  }
}

TEST(SignalRows, DamagedBytesAreNothing) {
  const std::string row = pack(SignalRow{"x.y", Instant{Millis(1), Millis(2)}, {}, {}});
  const std::string piece = pack(Series::Piece{1, Millis(5), 2.5, 1});
  for (std::size_t cut = 0; cut + 3 < row.size(); ++cut) {
    EXPECT_FALSE(unpack_signal(row.substr(0, cut))) << cut;
  }
  for (std::size_t cut = 0; cut + 4 < piece.size(); ++cut) {
    EXPECT_FALSE(unpack_piece(piece.substr(0, cut))) << cut;
  }
  EXPECT_FALSE(unpack_piece("1 1 5 1 rnan"));
  EXPECT_FALSE(unpack_piece("1 1 9223372036854775807 1 r1"));
  EXPECT_FALSE(unpack_piece("1 1 5 7 r1"));
  EXPECT_FALSE(unpack_signal("1 1 0 9223372036854775807 0 0 x"));
}

}  // namespace
}  // namespace attune::core
