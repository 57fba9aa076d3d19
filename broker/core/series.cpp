#include "broker/core/series.h"

#include <algorithm>
#include <utility>

namespace attune::core {

namespace {

constexpr std::int64_t kPieces = 297;  // with the one that is open and the two that are cut: 300

const Value kNone;

double millis(Millis duration) {
  return static_cast<double>(duration.count());
}

/// `length` more of `next`, in the mean.
void blend(Series::Piece& into, Millis had, const Series::Piece& next, Millis length) {
  const double before = into.value.has_value() ? into.share * millis(had) : 0;
  const double more = next.value.has_value() ? next.share * millis(length) : 0;
  const double all = millis(had + length);
  if (before + more > 0) {
    const double sum = (before > 0 ? into.value.numeric() * before : 0) +
                       (more > 0 ? next.value.numeric() * more : 0);
    into.value = sum / (before + more);
    into.share = (before + more) / all;
  }
}

}  // namespace

Series::Series(Millis window, Merge merge)
    : window_(window), width_((window.count() + kPieces - 1) / kPieces), merge_(merge) {}

void Series::restore(std::vector<Piece> pieces) {
  std::sort(pieces.begin(), pieces.end(),
            [](const Piece& a, const Piece& b) { return a.serial < b.serial; });
  pieces_.clear();
  for (Piece& piece : pieces) {
    const bool follows = pieces_.empty() || piece.start > pieces_.back().start;
    if (follows) pieces_.push_back(std::move(piece));
  }
  next_ = pieces_.empty() ? 0 : pieces_.back().serial + 1;
}

const Series::Piece* Series::find(std::uint64_t serial) const {
  const auto at = std::lower_bound(
      pieces_.begin(), pieces_.end(), serial,
      [](const Piece& piece, std::uint64_t wanted) { return piece.serial < wanted; });
  return at == pieces_.end() || at->serial != serial ? nullptr : &*at;
}

void Series::trim(Millis now, Moved& moved) {
  while (pieces_.size() > 1 && pieces_[1].start <= now - window_) {
    moved.gone.push_back(pieces_.front().serial);
    pieces_.pop_front();
  }
}

/// Closes the open piece at `at`: joins it with one that started in the same stretch.
void Series::merge_last(Millis at, Moved& moved) {
  if (pieces_.size() < 2) return;
  Piece& open = pieces_.back();
  Piece& before = pieces_[pieces_.size() - 2];
  if (bucket(before.start) != bucket(open.start)) return;
  if (merge_ == Merge::last) {
    before.start = open.start;
    before.value = std::move(open.value);
    moved.changed.push_back(before.serial);
    return drop_last(moved);
  }
  const Millis end = std::min(at, width_ * (bucket(open.start) + 1));
  blend(before, open.start - before.start, open, end - open.start);
  moved.changed.push_back(before.serial);
  if (end < at) {
    open.start = end;
    moved.changed.push_back(open.serial);
  } else {
    drop_last(moved);
  }
}

/// Its serial is given again, so that those which are there stay close together.
void Series::drop_last(Moved& moved) {
  next_ = pieces_.back().serial;
  moved.gone.push_back(next_);
  pieces_.pop_back();
}

void Series::push(Millis at, Value value, Moved& moved) {
  trim(at, moved);
  if (!pieces_.empty()) {
    Piece& open = pieces_.back();
    if (open.value == value) return;
    if (open.start >= at) {
      open.value = std::move(value);
      open.share = 1;
      moved.changed.push_back(open.serial);
      return;
    }
    merge_last(at, moved);
  }
  pieces_.push_back({next_++, at, std::move(value), 1});
  moved.changed.push_back(pieces_.back().serial);
}

const Value& Series::past(Millis now) const {
  const Value* found = &kNone;
  for (const Piece& piece : pieces_) {
    if (piece.start > now - window_) break;
    found = &piece.value;
  }
  return *found;
}

std::optional<Millis> Series::next_past(Millis now) const {
  for (const Piece& piece : pieces_) {
    if (piece.start > now - window_) return piece.start + window_;
  }
  return std::nullopt;
}

std::optional<double> Series::mean(Millis now) const {
  double sum = 0;
  double known = 0;
  for (std::size_t i = 0; i < pieces_.size(); ++i) {
    const Millis end = i + 1 < pieces_.size() ? pieces_[i + 1].start : now;
    const Millis from = std::max(pieces_[i].start, now - window_);
    const Millis to = std::min(end, now);
    if (to <= from || !pieces_[i].value.has_value()) continue;
    const double weight = millis(to - from) * pieces_[i].share;
    sum += pieces_[i].value.numeric() * weight;
    known += weight;
  }
  if (known > 0) return sum / known;
  if (pieces_.empty() || !pieces_.back().value.has_value()) return std::nullopt;
  return pieces_.back().value.numeric();
}

}  // namespace attune::core
