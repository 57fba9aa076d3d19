#include "store/history/block.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "store/history/bytes.h"
#include "store/varint.h"

namespace attune::store::history {
namespace {

/// Of a difference of differences of times. The last one is never chosen: as many ones as announce
/// it say that the sample, whose time follows, is a gap.
constexpr std::uint8_t kTimeWidths[] = {0, 7, 12, 16, 19, 28, 64, 64};
constexpr unsigned kGapMark = sizeof kTimeWidths - 1;
constexpr std::uint8_t kWholeWidths[] = {0, 3, 5, 8, 13, 24, 64};
constexpr std::uint8_t kSymbolWidths[] = {1, 2, 4, 12};
constexpr std::size_t kSymbolsMax = kBlockSamplesMax;
constexpr unsigned kLeadingBits = 5;
constexpr unsigned kLengthBits = 6;
constexpr unsigned kLeadingMax = (1u << kLeadingBits) - 1;
constexpr std::int64_t kExactMax = std::int64_t{1} << 53;

bool is_exact(std::int64_t v) {
  return v >= -kExactMax && v <= kExactMax;
}

bool is_symbol(const Value& value) {
  return value.kind() == ValueKind::text || value.kind() == ValueKind::numbers;
}

/// A real without its negative zero, which is no other value.
double plain(double v) {
  return v == 0 ? 0.0 : v;
}

std::int64_t whole_of(const Track& track, const Value& value) {
  if (track.coding == Coding::integers) return value.as_integer();
  return scaled(plain(value.numeric()), track.scale).value_or(0);
}

void advance(Track& track, std::int64_t at) {
  if (track.count == 0) track.first = track.last = at;
  track.delta = static_cast<std::uint64_t>(at - track.last);
  track.last = at;
  ++track.count;
}

std::size_t symbol_size(const Value& value) {
  std::string encoded;
  put_value(encoded, value);
  return encoded.size();
}

}  // namespace

bool is_kept(const Value& value) {
  if (value.kind() == ValueKind::text) return value.as_text().size() <= kSymbolBytesMax;
  if (value.kind() != ValueKind::numbers) return true;
  return value.as_numbers().size() <= kSymbolNumbersMax;
}

// Writing.

bool OpenBlock::append(Millis at, const Value& value) {
  if (!empty()) {
    const bool full = bits_.bytes().size() + symbol_bytes_ >= kBlockBytes;
    if (full || track_.count >= kBlockSamplesMax || at < last()) return false;
  }
  if (value.has_value() && !fits(value)) return false;
  put_time(at.count(), !value.has_value());
  if (value.has_value()) put_value(value);
  return true;
}

bool OpenBlock::fits(const Value& value) {
  if (track_.coding == Coding::gaps) begin_as(value);
  switch (track_.coding) {
    case Coding::gaps:
      return false;
    case Coding::booleans:
      return value.kind() == ValueKind::boolean;
    case Coding::symbols:
      return is_symbol(value);
    case Coding::integers:
      if (value.kind() != ValueKind::integer) break;
      track_.wide |= !is_exact(value.as_integer());
      return true;
    case Coding::decimals:
    case Coding::reals:
      if (value.kind() == ValueKind::integer && !is_exact(value.as_integer())) return false;
      break;
  }
  return value.is_numeric() && fits_number(plain(value.numeric()));
}

void OpenBlock::begin_as(const Value& value) {
  switch (value.kind()) {
    case ValueKind::none:
      return;
    case ValueKind::boolean:
      track_.coding = Coding::booleans;
      return;
    case ValueKind::integer:
      track_.coding = Coding::integers;
      return;
    case ValueKind::number: {
      const auto scale = scale_of(plain(value.as_number()));
      track_.coding = scale ? Coding::decimals : Coding::reals;
      track_.scale = scale.value_or(0);
      return;
    }
    case ValueKind::text:
    case ValueKind::numbers:
      track_.coding = Coding::symbols;
  }
}

/// Writes the block anew where that makes room for `v`.
bool OpenBlock::fits_number(double v) {
  if (track_.coding == Coding::reals) return true;
  if (track_.coding == Coding::integers && track_.wide) return false;
  const auto scale = scale_of(v, track_.scale);
  if (!scale) return recode(Coding::reals, 0);
  if (track_.coding == Coding::decimals && *scale == track_.scale) return true;
  return recode(Coding::decimals, *scale);
}

/// False when a number of the block does not fit: a large one with more decimals.
bool OpenBlock::recode(Coding coding, std::uint8_t scale) {
  std::string payload;
  encode(payload);
  OpenBlock anew;
  anew.track_.coding = coding;
  anew.track_.scale = scale;
  BlockReader reader(payload);
  for (Sample sample; reader.next(sample);) {
    const bool value = sample.value.has_value();
    const double v = value ? sample.value.numeric() : 0;
    if (coding == Coding::decimals && !scaled(v, scale)) return recode(Coding::reals, 0);
    anew.put_time(sample.at.count(), !value);
    if (value) anew.put_value(v);
  }
  *this = std::move(anew);
  return true;
}

void OpenBlock::put_time(std::int64_t at, bool gap) {
  if (gap) bits_.put_ones(kGapMark);
  const std::uint64_t before = track_.delta;
  advance(track_, at);
  bits_.put_coded(zigzag(track_.delta - before), kTimeWidths);
}

void OpenBlock::put_value(const Value& value) {
  switch (track_.coding) {
    case Coding::gaps:
      return;
    case Coding::booleans:
      return bits_.put(value.as_bool() ? 1 : 0, 1);
    case Coding::symbols:
      return put_symbol(value);
    case Coding::reals:
      return put_real(plain(value.numeric()));
    case Coding::integers:
    case Coding::decimals: {
      const auto whole = static_cast<std::uint64_t>(whole_of(track_, value));
      bits_.put_coded(zigzag(whole - track_.previous), kWholeWidths);
      track_.previous = whole;
    }
  }
}

void OpenBlock::put_real(double v) {
  const auto bits = std::bit_cast<std::uint64_t>(v);
  const std::uint64_t differs = bits ^ track_.previous;
  track_.previous = bits;
  bits_.put(differs != 0 ? 1 : 0, 1);
  if (differs == 0) return;
  const auto leading = std::min(static_cast<unsigned>(std::countl_zero(differs)), kLeadingMax);
  const auto trailing = static_cast<unsigned>(std::countr_zero(differs));
  const unsigned window_trailing = 64u - track_.leading - track_.length;
  const bool inside = track_.length > 0 && leading >= track_.leading && trailing >= window_trailing;
  bits_.put(inside ? 0 : 1, 1);
  if (!inside) {
    track_.leading = static_cast<std::uint8_t>(leading);
    track_.length = static_cast<std::uint8_t>(64 - leading - trailing);
    bits_.put(leading, kLeadingBits);
    bits_.put(track_.length - 1u, kLengthBits);
  }
  bits_.put(differs >> (64u - track_.leading - track_.length), track_.length);
}

void OpenBlock::put_symbol(const Value& value) {
  const auto found = std::find(symbols_.begin(), symbols_.end(), value);
  bits_.put_coded(static_cast<std::uint64_t>(found - symbols_.begin()), kSymbolWidths);
  if (found != symbols_.end()) return;
  symbol_bytes_ += symbol_size(value);
  symbols_.push_back(value);
}

void OpenBlock::encode(std::string& out) const {
  put_uint(out, static_cast<std::uint64_t>(track_.coding));
  put_uint(out, track_.scale);
  put_uint(out, track_.count);
  put_uint(out, static_cast<std::uint64_t>(track_.first));
  put_uint(out, static_cast<std::uint64_t>(track_.last - track_.first));
  put_uint(out, symbols_.size());
  for (const Value& symbol : symbols_) history::put_value(out, symbol);
  out.append(bits_.bytes());
}

std::optional<OpenBlock> OpenBlock::decode(std::string_view payload) {
  BlockReader reader(payload);
  Sample sample;
  std::size_t bits = 0;
  bool wide = false;
  while (reader.next(sample)) {
    bits = reader.bits_.position();
    wide |= sample.value.kind() == ValueKind::integer && !is_exact(sample.value.as_integer());
  }
  if (!reader.ok()) return std::nullopt;
  OpenBlock block;
  block.track_ = reader.track_;
  block.track_.wide = wide;
  block.bits_ = BitWriter(reader.bit_bytes_, bits);
  for (const Value& symbol : reader.symbols_) block.symbol_bytes_ += symbol_size(symbol);
  block.symbols_ = std::move(reader.symbols_);
  return block;
}

// Reading.

BlockReader::BlockReader(std::string_view payload) : payload_(payload) {
  read_header();
}

void BlockReader::read_header() {
  ByteReader header(payload_);
  track_.coding = static_cast<Coding>(header.uint(static_cast<std::uint64_t>(Coding::symbols)));
  track_.scale = static_cast<std::uint8_t>(header.uint(kScaleMax));
  count_ = static_cast<std::uint32_t>(header.uint(kBlockSamplesMax));
  const std::uint64_t time_max = static_cast<std::uint64_t>(kTimeMax.count());
  const std::uint64_t first = header.uint(time_max);
  track_.first = track_.last = static_cast<std::int64_t>(first);
  end_ = static_cast<std::int64_t>(first + header.uint(time_max - first));
  const std::uint64_t symbols = header.uint(kSymbolsMax);
  std::string_view left = header.rest();
  ok_ = header.ok() && header_is_sane();
  if (ok_) read_symbols(symbols, left);
  bit_bytes_ = left;
  bits_ = BitReader(left);
}

bool BlockReader::header_is_sane() const {
  return count_ > 0 && (track_.scale == 0 || track_.coding == Coding::decimals);
}

void BlockReader::read_symbols(std::uint64_t count, std::string_view& left) {
  if (count > 0 && track_.coding != Coding::symbols) ok_ = false;
  ByteReader reader(left);
  for (; count > 0 && ok_; --count) {
    symbols_.push_back(reader.value());
    ok_ = reader.ok() && is_symbol(symbols_.back());
  }
  left = reader.rest();
}

bool BlockReader::next(Sample& out) {
  if (!ok_) return false;
  if (track_.count == count_) return finish();
  bool gap = false;
  ok_ = next_time(gap);
  if (!ok_) return false;
  out.at = Millis(track_.last);
  out.value = Value();
  if (!gap) next_value(out.value);
  ok_ = ok_ && bits_.ok();
  return ok_;
}

bool BlockReader::next_time(bool& gap) {
  unsigned ones = bits_.get_ones(kGapMark);
  gap = ones == kGapMark;
  if (gap) ones = bits_.get_ones(kGapMark);
  if (ones == kGapMark) return false;
  const std::uint64_t change = unzigzag(bits_.get_width(kTimeWidths, ones));
  const std::uint64_t delta = track_.delta + change;
  const bool sane =
      delta <= static_cast<std::uint64_t>(end_ - track_.last) && (track_.count > 0 || delta == 0);
  if (!bits_.ok() || !sane) return false;
  advance(track_, track_.last + static_cast<std::int64_t>(delta));
  return true;
}

void BlockReader::next_value(Value& out) {
  switch (track_.coding) {
    case Coding::gaps:
      return bits_.fail();
    case Coding::booleans:
      out = bits_.get(1) == 1;
      return;
    case Coding::symbols: {
      const std::uint64_t which = bits_.get_coded(kSymbolWidths);
      // Symbols stand in the order of their first use.
      if (which > symbols_seen_ || which >= symbols_.size()) return bits_.fail();
      if (which == symbols_seen_) ++symbols_seen_;
      out = symbols_[which];
      return;
    }
    case Coding::reals:
      return take_real(out);
    case Coding::integers:
    case Coding::decimals:
      return take_whole(out);
  }
}

void BlockReader::take_whole(Value& out) {
  track_.previous += unzigzag(bits_.get_coded(kWholeWidths));
  const auto whole = static_cast<std::int64_t>(track_.previous);
  if (track_.coding == Coding::integers) {
    out = whole;
  } else if (is_exact(whole)) {
    out = unscaled(whole, track_.scale);
  } else {
    bits_.fail();
  }
}

void BlockReader::take_real(Value& out) {
  if (bits_.get(1) == 1) {
    if (bits_.get(1) == 1) {
      track_.leading = static_cast<std::uint8_t>(bits_.get(kLeadingBits));
      track_.length = static_cast<std::uint8_t>(bits_.get(kLengthBits) + 1);
    }
    if (track_.length == 0 || track_.leading + track_.length > 64) return bits_.fail();
    track_.previous ^= bits_.get(track_.length) << (64 - track_.leading - track_.length);
  }
  const auto v = std::bit_cast<double>(track_.previous);
  if (!std::isfinite(v)) return bits_.fail();
  out = v;
}

bool BlockReader::finish() {
  ok_ = bits_.done() && track_.last == end_ && symbols_seen_ == symbols_.size();
  return false;
}

std::optional<std::vector<Sample>> read_block(std::string_view payload) {
  BlockReader reader(payload);
  std::vector<Sample> samples;
  if (reader.ok()) samples.reserve(reader.count());
  for (Sample sample; reader.next(sample);) samples.push_back(sample);
  if (!reader.ok()) return std::nullopt;
  return samples;
}

}  // namespace attune::store::history
