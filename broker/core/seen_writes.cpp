#include "broker/core/seen_writes.h"

#include <algorithm>
#include <utility>

#include "broker/core/packed.h"

namespace attune::core {

namespace {

Blob row_of(const std::string& key, std::string bytes) {
  return {std::string(SeenWrites::kSpace), key, std::move(bytes)};
}

/// FNV-1a.
std::uint64_t mix(std::uint64_t hash, std::string_view text) {
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3u;
  return (hash ^ 0xFFu) * 0x100000001B3u;  // no UTF-8 text holds this byte: it ends a field
}

}  // namespace

std::string key_of(const WriteRequest& request) {
  return request.who + ' ' + request.client_id;
}

std::uint64_t fingerprint_of(const WriteRequest& request) {
  const std::uint64_t path = mix(0xCBF29CE484222325u, request.path.text());
  return mix(path, to_json(request.value));
}

void SeenWrites::restore(const std::vector<Blob>& blobs) {
  for (const Blob& blob : blobs) {
    auto entry = unpack_seen(blob.bytes);
    if (!entry) continue;
    order_.emplace_back(entry->at, blob.key);
    entries_.insert_or_assign(blob.key, std::move(*entry));
  }
  std::sort(order_.begin(), order_.end());
}

const SeenWrites::Entry* SeenWrites::find(const std::string& key) const {
  const auto found = entries_.find(key);
  if (found == entries_.end()) return nullptr;
  return found->second.at + kWindow < journal_.now().steady ? nullptr : &found->second;
}

void SeenWrites::add(const std::string& key, std::uint64_t fingerprint, const Reply& reply) {
  forget_old();
  const Entry entry{fingerprint, journal_.now().steady, reply};
  journal_.put(row_of(key, pack(entry)));
  entries_.emplace(key, entry);
  order_.emplace_back(entry.at, key);
}

void SeenWrites::forget_old() {
  const Millis now = journal_.now().steady;
  while (!order_.empty() && (order_.size() >= kMax || order_.front().first + kWindow < now)) {
    journal_.erase(row_of(order_.front().second, ""));
    entries_.erase(order_.front().second);
    order_.pop_front();
  }
}

}  // namespace attune::core
