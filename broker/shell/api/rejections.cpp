#include "broker/shell/api/rejections.h"

#include <utility>

namespace attune::api {

void RecentRejections::add(const devices::Rejection& rejection, Millis wall) {
  ++total_;
  Key key(rejection.topic, rejection.attribute, rejection.reason);
  if (const auto known = by_key_.find(key); known != by_key_.end()) {
    auto& entry = *known->second;
    entry.rejection.detail = rejection.detail;
    ++entry.count;
    entry.last = wall;
    entries_.splice(entries_.begin(), entries_, known->second);
    return;
  }
  if (entries_.size() == kEntriesMax) {
    const auto& oldest = entries_.back().rejection;
    by_key_.erase(Key(oldest.topic, oldest.attribute, oldest.reason));
    entries_.pop_back();
  }
  entries_.push_front({rejection, 1, wall, wall});
  by_key_.emplace(std::move(key), entries_.begin());
}

}  // namespace attune::api
