#include "broker/core/conflicts.h"

#include <algorithm>
#include <utility>

#include "broker/core/packed.h"

namespace attune::core {

namespace {

Blob row_of(const AttributePath& path, std::string bytes) {
  return {std::string(Conflicts::kSpace), path.text(), std::move(bytes)};
}

std::string side_text(const ConflictSide& side) {
  return to_json(side.value) + " by " + side.by + " at " + text(side.clock);
}

bool gives_way_to_people(const ConflictSide& side) {
  return side.by.starts_with("rule:") || side.by == "default";
}

}  // namespace

std::string_view name(ConflictPolicy policy) {
  switch (policy) {
    case ConflictPolicy::latest:
      return "latest";
    case ConflictPolicy::person_before_rule:
      return "person_before_rule";
  }
  return "";
}

Conflict decide(ConflictSide stands, ConflictSide comes) {
  Conflict out;
  const bool by_rank = gives_way_to_people(stands) && !gives_way_to_people(comes);
  out.policy = by_rank ? ConflictPolicy::person_before_rule : ConflictPolicy::latest;
  const bool comes_wins = by_rank || comes.clock > stands.clock;
  out.kept = comes_wins ? std::move(comes) : std::move(stands);
  out.lost = comes_wins ? std::move(stands) : std::move(comes);
  return out;
}

void Conflicts::restore(const std::vector<Blob>& blobs) {
  for (const Blob& blob : blobs) {
    auto conflict = unpack_conflict(blob.bytes);
    if (conflict) all_.insert_or_assign(conflict->path, std::move(*conflict));
  }
}

const Conflict* Conflicts::on(const AttributePath& path) const {
  const auto found = all_.find(path);
  return found == all_.end() ? nullptr : &found->second;
}

Because Conflicts::begin(Conflict& conflict, const Because& because) {
  if (all_.size() >= kMax && on(conflict.path) == nullptr) {
    const auto oldest = std::min_element(
        all_.begin(), all_.end(),
        [](const auto& a, const auto& b) { return a.second.revision < b.second.revision; });
    const AttributePath path = oldest->first;
    end(path, because, "there are too many");
  }
  Change change = about(ChangeKind::claim, conflict.path);
  change.value = conflict.lost.value;
  change.previous = conflict.kept.value;
  change.status = "conflict";
  change.detail = side_text(conflict.lost) + " gives way to " + side_text(conflict.kept) + ": " +
                  std::string(name(conflict.policy));
  const Because consequence = journal_.write(std::move(change), because);
  conflict.revision = consequence.cause.parent;
  conflict.since = journal_.now();
  journal_.put(row_of(conflict.path, pack(conflict)));
  all_.insert_or_assign(conflict.path, conflict);
  return consequence;
}

void Conflicts::made(const AttributePath& path, Revision revision) {
  const auto found = all_.find(path);
  if (found == all_.end()) return;
  found->second.kept.revision = revision;
  journal_.put(row_of(path, pack(found->second)));
}

bool Conflicts::end(const AttributePath& path, const Because& because, std::string_view reason) {
  const auto found = all_.find(path);
  if (found == all_.end()) return false;
  Change change = about(ChangeKind::claim, path);
  change.previous = found->second.lost.value;
  change.status = "settled";
  change.detail = reason;
  Because cited = because;
  if (number(cited.cause.parent) == 0) {
    cited.cause.parent = found->second.revision;
  }
  journal_.write(std::move(change), cited);
  journal_.erase(row_of(path, ""));
  all_.erase(found);
  return true;
}

}  // namespace attune::core
