#include "store/history/bits.h"

#include <algorithm>

namespace attune::store::history {

namespace {

bool holds(unsigned width, std::uint64_t v) {
  return width >= 64 || (v >> width) == 0;
}

}  // namespace

BitWriter::BitWriter(std::string_view bytes, std::size_t bits)
    : bytes_(bytes), free_(static_cast<unsigned>(bytes.size() * 8 - bits)) {}

void BitWriter::put(std::uint64_t v, unsigned count) {
  while (count > 0) {
    if (free_ == 0) {
      bytes_.push_back('\0');
      free_ = 8;
    }
    const unsigned taken = std::min(count, free_);
    count -= taken;
    free_ -= taken;
    const auto part = static_cast<unsigned>((v >> count) & ((1u << taken) - 1));
    const auto last = static_cast<unsigned char>(bytes_.back());
    bytes_.back() = static_cast<char>(last | (part << free_));
  }
}

void BitWriter::put_coded(std::uint64_t v, Widths widths) {
  unsigned which = 0;
  while (which + 1 < widths.size() && !holds(widths[which], v)) ++which;
  put_ones(which);
  if (which + 1 < widths.size()) put(0, 1);
  put(v, widths[which]);
}

std::uint64_t BitReader::get(unsigned count) {
  if (count > bytes_.size() * 8 - at_) ok_ = false;
  if (!ok_) return 0;
  std::uint64_t v = 0;
  while (count > 0) {
    const auto byte = static_cast<unsigned char>(bytes_[at_ / 8]);
    const auto left = static_cast<unsigned>(8 - at_ % 8);
    const unsigned taken = std::min(count, left);
    const unsigned part = (byte >> (left - taken)) & ((1u << taken) - 1);
    v = (v << taken) | part;
    at_ += taken;
    count -= taken;
  }
  return v;
}

unsigned BitReader::get_ones(unsigned max) {
  unsigned ones = 0;
  while (ones < max && get(1) == 1) ++ones;
  return ones;
}

std::uint64_t BitReader::get_width(Widths widths, unsigned which) {
  const std::uint64_t v = get(widths[which]);
  if (which > 0 && holds(widths[which - 1], v)) fail();
  return v;
}

std::uint64_t BitReader::get_coded(Widths widths) {
  return get_width(widths, get_ones(static_cast<unsigned>(widths.size()) - 1));
}

bool BitReader::done() const {
  if (!ok_ || (at_ + 7) / 8 != bytes_.size()) return false;
  return at_ % 8 == 0 ||
         (static_cast<unsigned char>(bytes_.back()) & ((1u << (8 - at_ % 8)) - 1)) == 0;
}

}  // namespace attune::store::history
