#include "broker/shell/loop/kept_discovery.h"

#include <utility>

#include "broker/shell/inbox/dedup.h"

namespace attune::shell {

namespace {

// No topic holds it, and nothing sorts before it: rows of one topic stand together, and the one of
// its discovery first.
constexpr char kMark = '\0';

std::string learnt_key(std::string_view topic, std::size_t number) {
  return std::string(topic) + kMark + std::to_string(number);
}

Write row(std::string key, std::string_view payload, bool erase = false) {
  return {Blob{std::string(KeptDiscovery::kSpace), std::move(key), std::string(payload)}, erase};
}

}  // namespace

std::string_view KeptDiscovery::topic_of(std::string_view key) {
  return key.substr(0, key.find(kMark));
}

Status KeptDiscovery::feed(store::Store& store, devices::Normaliser& normaliser) {
  const auto names = store.blobs(std::string(kNameSpace));
  if (!names) return names.error();
  for (const Blob& name : *names) {
    normaliser.restore_numbered({name.key, DeviceId(name.bytes)});
  }
  const auto messages = store.blobs(std::string(kSpace));
  if (!messages) return messages.error();
  devices::Decoded decoded;
  for (const Blob& blob : *messages) {
    normaliser.decode({topic_of(blob.key), blob.bytes, true}, decoded);
  }
  return {};
}

std::vector<Write> KeptDiscovery::keep(std::vector<devices::Catalog::Numbered> names) {
  std::vector<Write> rows;
  for (devices::Catalog::Numbered& name : names) {
    rows.push_back({Blob{std::string(kNameSpace), std::move(name.key), name.id.text()}, false});
  }
  return rows;
}

void KeptDiscovery::restore(const std::vector<Blob>& blobs) {
  for (const Blob& blob : blobs) {
    rows_[blob.key] = inbox::fingerprint(topic_of(blob.key), blob.bytes);
  }
}

std::vector<Write> KeptDiscovery::keep(const devices::Decoded& decoded,
                                       const devices::Message& message) {
  const std::string& key = decoded.keep_as;
  if (key.empty()) return decoded.devices_changed ? keep_learnt(message) : std::vector<Write>{};
  const std::uint64_t print = inbox::fingerprint(key, message.payload);
  const auto [known, is_new] = rows_.emplace(key, print);
  if (!is_new && known->second == print) return {};
  known->second = print;
  std::vector<Write> writes;
  writes.push_back(row(key, message.payload, message.payload.empty()));
  if (!message.payload.empty()) return writes;
  for (auto each = rows_.lower_bound(key); each != rows_.end() && topic_of(each->first) == key;) {
    if (each->first != key) writes.push_back(row(each->first, "", true));
    each = rows_.erase(each);
  }
  return writes;
}

/// A device that no discovery described: what it said first is how the next start knows it.
std::vector<Write> KeptDiscovery::keep_learnt(const devices::Message& message) {
  const std::uint64_t print = inbox::fingerprint(message.topic, message.payload);
  std::size_t number = 1;
  for (auto each = rows_.lower_bound(message.topic);
       each != rows_.end() && topic_of(each->first) == message.topic; ++each) {
    if (each->second == print) return {};
  }
  while (number < kLearntMax && rows_.contains(learnt_key(message.topic, number))) ++number;
  std::string key = learnt_key(message.topic, number);
  rows_[key] = print;
  std::vector<Write> writes;
  writes.push_back(row(std::move(key), message.payload));
  return writes;
}

std::vector<Write> KeptDiscovery::forget_unknown(const devices::Normaliser& normaliser) {
  std::vector<Write> writes;
  std::erase_if(rows_, [&](const auto& kept) {
    if (normaliser.knows(topic_of(kept.first))) return false;
    writes.push_back(row(kept.first, "", true));
    return true;
  });
  return writes;
}

}  // namespace attune::shell
