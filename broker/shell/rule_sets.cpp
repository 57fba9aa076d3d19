#include "broker/shell/rule_sets.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <limits>
#include <optional>
#include <utility>

#include "devices/model/counted.h"

namespace attune::shell {

namespace {

using Keys = std::map<std::string, std::string>;

using When = std::pair<Revision, std::uint32_t>;

/// Twenty digits, and `+` with four when it was not the first there: as a text in that order.
std::string key_of(const When& when) {
  const std::string again = when.second == 0 ? "" : fmt::format("+{:04}", when.second);
  return fmt::format("{:020}", number(when.first)) + again;
}

std::optional<When> when_of(std::string_view key) {
  std::uint64_t from = 0;
  std::uint32_t again = 0;
  const char* const end = key.data() + key.size();
  auto read = std::from_chars(key.data(), end, from);
  if (read.ec != std::errc()) return std::nullopt;
  if (read.ptr != end && *read.ptr == '+') read = std::from_chars(read.ptr + 1, end, again);
  if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
  return When{Revision{from}, again};
}

Blob row(std::string_view space, std::string key, std::string bytes) {
  return {std::string(space), std::move(key), std::move(bytes)};
}

std::string pack(const Keys& keys) {
  std::string out;
  for (const auto& [path, key] : keys) {
    put_counted(out, path);
    put_counted(out, key);
  }
  return out;
}

/// One kept set; empty when its row is damaged.
std::optional<std::pair<When, Keys>> read_set(const Blob& blob) {
  const auto when = when_of(blob.key);
  if (!when) return std::nullopt;
  Keys keys;
  for (std::string_view left = blob.bytes; !left.empty();) {
    auto path = take_counted(left);
    auto key = take_counted(left);
    if (!path || !key) return std::nullopt;
    keys.emplace(std::move(*path), std::move(*key));
  }
  return std::pair(*when, std::move(keys));
}

Result<std::map<When, Keys>> read_sets(const store::Store& store) {
  const auto blobs = store.blobs(std::string(RuleSets::kSetSpace));
  if (!blobs) return blobs.error();
  std::map<When, Keys> sets;
  for (const Blob& blob : *blobs) {
    if (auto set = read_set(blob)) sets.insert(std::move(*set));
  }
  return sets;
}

Result<std::vector<rules::SourceFile>> read_files(const store::Store& store, const Keys& keys) {
  const auto blobs = store.blobs(std::string(RuleSets::kFileSpace));
  if (!blobs) return blobs.error();
  std::vector<rules::SourceFile> files;
  for (const auto& [path, key] : keys) {
    const auto found = std::lower_bound(
        blobs->begin(), blobs->end(), key,
        [](const Blob& blob, const std::string& wanted) { return blob.key < wanted; });
    if (found == blobs->end() || found->key != key) {
      return Error{"corrupt", "the text of " + path + " is missing from a kept rule set"};
    }
    files.push_back({path, found->bytes});
  }
  return files;
}

}  // namespace

Status RuleSets::restore(const store::Store& store) {
  auto sets = read_sets(store);
  if (!sets) return sets.error();
  sets_ = std::move(*sets);
  newest_.clear();
  if (sets_.empty()) return {};
  auto files = read_files(store, sets_.rbegin()->second);
  if (!files && files.error().code != "corrupt") return files.error();
  if (!files) return {};  // the next set is kept whole
  for (auto& file : *files) newest_.emplace(std::move(file.path), std::move(file.text));
  return {};
}

bool RuleSets::runs_already(const std::vector<rules::SourceFile>& files) const {
  if (sets_.empty() || files.size() != newest_.size()) return false;
  return std::all_of(files.begin(), files.end(), [this](const rules::SourceFile& file) {
    const auto known = newest_.find(file.path);
    return known != newest_.end() && known->second == file.text;
  });
}

std::vector<Write> RuleSets::add(Revision from, const std::vector<rules::SourceFile>& files,
                                 Revision floor) {
  std::vector<Write> writes;
  if (runs_already(files)) return writes;
  When when{from, 0};
  if (!sets_.empty() && sets_.rbegin()->first.first >= from) {
    when = {sets_.rbegin()->first.first, sets_.rbegin()->first.second + 1};
  }
  Keys keys;
  std::map<std::string, std::string> texts;
  for (const rules::SourceFile& file : files) {
    const auto known = newest_.find(file.path);
    const bool stays = known != newest_.end() && known->second == file.text;
    std::string key = stays ? sets_.rbegin()->second.at(file.path)
                            : key_of(when) + fmt::format("/{:04}", keys.size());
    if (!stays) writes.push_back({row(kFileSpace, key, file.text), false});
    keys.emplace(file.path, std::move(key));
    texts.emplace(file.path, file.text);
  }
  writes.push_back({row(kSetSpace, key_of(when), pack(keys)), false});
  sets_.insert_or_assign(when, std::move(keys));
  newest_ = std::move(texts);
  forget_old(floor, writes);
  return writes;
}

/// A set's time ends where the next one's begins.
void RuleSets::forget_old(Revision floor, std::vector<Write>& writes) {
  while (sets_.size() > kKept) {
    const auto oldest = sets_.begin();
    const bool still_told = std::next(oldest)->first.first > floor;
    if (still_told && sets_.size() <= kMax) return;
    const Keys keys = std::move(oldest->second);
    writes.push_back({row(kSetSpace, key_of(oldest->first), ""), true});
    sets_.erase(oldest);
    for (const auto& [path, key] : keys) {
      if (!refers(key)) writes.push_back({row(kFileSpace, key, ""), true});
    }
  }
}

bool RuleSets::refers(const std::string& key) const {
  return std::any_of(sets_.begin(), sets_.end(), [&](const auto& set) {
    return std::any_of(set.second.begin(), set.second.end(),
                       [&](const auto& file) { return file.second == key; });
  });
}

std::vector<Revision> RuleSets::revisions() const {
  std::vector<Revision> all;
  for (const auto& [when, keys] : sets_) {
    if (all.empty() || all.back() != when.first) all.push_back(when.first);
  }
  return all;
}

Result<std::vector<rules::SourceFile>> RuleSets::previous(const store::Store& store) const {
  if (sets_.size() < 2) return Error{"no_previous", "no rules are kept from before these"};
  return read_files(store, std::prev(sets_.end(), 2)->second);
}

Result<std::vector<rules::SourceFile>> RuleSets::files_at(const store::Store& store, Revision at) {
  const auto sets = read_sets(store);
  if (!sets) return sets.error();
  const auto after = sets->upper_bound({at, std::numeric_limits<std::uint32_t>::max()});
  if (after == sets->begin()) {
    return Error{"compacted",
                 "the rules of revision " + std::to_string(number(at)) + " are not kept"};
  }
  return read_files(store, std::prev(after)->second);
}

}  // namespace attune::shell
