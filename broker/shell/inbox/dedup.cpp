#include "broker/shell/inbox/dedup.h"

#include <algorithm>
#include <charconv>
#include <cstring>

namespace attune::inbox {
namespace {

constexpr std::string_view kHeadKey = "head";

/// Keys of chunks: four hex digits.
std::string chunk_key(std::size_t index) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string key(4, '0');
  for (auto digit = key.rbegin(); digit != key.rend(); ++digit, index /= 16) {
    *digit = kDigits[index % 16];
  }
  return key;
}

void put_number(std::string& out, std::uint64_t number) {
  for (int shift = 56; shift >= 0; shift -= 8) out.push_back(static_cast<char>(number >> shift));
}

std::uint64_t get_number(std::string_view bytes, std::size_t at) {
  std::uint64_t number = 0;
  for (std::size_t i = at; i < at + 8; ++i) {
    number = (number << 8) | static_cast<unsigned char>(bytes[i]);
  }
  return number;
}

std::uint64_t mixed(std::uint64_t value) noexcept {
  value = (value ^ (value >> 32)) * 0xd6e8feb86659fd93u;
  value = (value ^ (value >> 29)) * 0xa0761d6478bd642fu;
  return value ^ (value >> 32);
}

std::uint64_t absorb(std::uint64_t state, std::string_view bytes) noexcept {
  state = mixed(state ^ bytes.size());  // so that "ab"+"c" and "a"+"bc" differ
  while (!bytes.empty()) {
    unsigned char word[8] = {};
    const std::size_t taken = std::min<std::size_t>(8, bytes.size());
    std::memcpy(word, bytes.data(), taken);
    std::uint64_t value = 0;
    for (int i = 7; i >= 0; --i) value = (value << 8) | word[i];
    state = mixed(state + value) ^ (state << 7 | state >> 57);
    bytes.remove_prefix(taken);
  }
  return state;
}

}  // namespace

std::uint64_t fingerprint(std::string_view topic, std::string_view payload) noexcept {
  return mixed(absorb(absorb(0x2545f4914f6cdd1du, topic), payload));
}

void DuplicateWindow::connected(const Record& record) {
  session_present_ = record.session_present;
  head_dirty_ = true;
  const bool same_broker = record.payload.empty() || record.payload == incarnation_;
  if (!record.payload.empty()) incarnation_ = record.payload;
  if (!session_present_ || !same_broker) clear();
}

bool DuplicateWindow::seen(const Record& message) {
  if (message.qos == 0) return false;
  const std::size_t index = message.packet_id / kChunkIds;
  if (!chunks_[index]) chunks_[index] = std::make_unique<Chunk>();
  Entry& entry = (*chunks_[index])[message.packet_id % kChunkIds];
  const std::uint64_t print = fingerprint(message.topic, message.payload);
  ++deliveries_;
  const bool duplicate = message.duplicate && session_present_ && entry.delivery != 0 &&
                         deliveries_ - entry.delivery < kWindow && entry.fingerprint == print;
  entry = {deliveries_, print};
  dirty_.insert(index);
  return duplicate;
}

void DuplicateWindow::clear() {
  for (std::size_t index = 0; index < kChunks; ++index) {
    if (!chunks_[index]) continue;
    chunks_[index].reset();
    dirty_.insert(index);
  }
}

std::vector<Write> DuplicateWindow::take_dirty() {
  std::vector<Write> writes;
  if (head_dirty_) {
    std::string bytes(1, session_present_ ? '\1' : '\0');
    bytes += incarnation_;
    writes.push_back({Blob{std::string(kSpace), std::string(kHeadKey), std::move(bytes)}, false});
  }
  for (const std::size_t index : dirty_) writes.push_back(chunk_write(index));
  head_dirty_ = false;
  dirty_.clear();
  return writes;
}

Write DuplicateWindow::chunk_write(std::size_t index) const {
  Blob blob{std::string(kSpace), chunk_key(index), {}};
  if (!chunks_[index]) return {std::move(blob), true};
  blob.bytes.reserve(kChunkIds * 16);
  for (const Entry& entry : *chunks_[index]) {
    put_number(blob.bytes, entry.delivery);
    put_number(blob.bytes, entry.fingerprint);
  }
  return {std::move(blob), false};
}

void DuplicateWindow::restore(const std::vector<Blob>& blobs) {
  bool sound = true;
  bool has_head = false;
  for (const Blob& blob : blobs) {
    if (blob.key == kHeadKey && !blob.bytes.empty()) {
      has_head = true;
      session_present_ = blob.bytes[0] != '\0';
      incarnation_ = blob.bytes.substr(1);
    } else {
      sound = restore_chunk(blob) && sound;
    }
  }
  if (sound && has_head) return;
  clear();
  incarnation_.clear();
  session_present_ = false;
}

bool DuplicateWindow::restore_chunk(const Blob& blob) {
  std::size_t index = kChunks;
  std::from_chars(blob.key.data(), blob.key.data() + blob.key.size(), index, 16);
  if (index >= kChunks || blob.key != chunk_key(index) || blob.bytes.size() != kChunkIds * 16) {
    return false;
  }
  chunks_[index] = std::make_unique<Chunk>();
  for (std::size_t i = 0; i < kChunkIds; ++i) {
    Entry& entry = (*chunks_[index])[i];
    entry = {get_number(blob.bytes, i * 16), get_number(blob.bytes, i * 16 + 8)};
    deliveries_ = std::max(deliveries_, entry.delivery);
  }
  return true;
}

}  // namespace attune::inbox
