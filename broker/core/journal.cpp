#include "broker/core/journal.h"

#include <utility>

namespace attune::core {

void Journal::restore(Revision next, const HybridTime& clock) {
  clock_.restore(clock);
  head_ = static_cast<Revision>(number(next) == 0 ? 0 : number(next) - 1);
}

void Journal::begin(const Instant& now, const Instant& present, Outcome& out) {
  now_ = now;
  present_ = present;
  out_ = &out;
}

Because Journal::write(Change change, const Because& because) {
  head_ = static_cast<Revision>(number(head_) + 1);
  change.revision = head_;
  change.at = now_;
  change.clock = clock_.tick(now_.wall);
  change.cause = because.cause;
  change.context = number(because.context) == 0 ? head_ : because.context;
  image_.enter(change, table_);
  Because consequence{{change.cause.kind, change.cause.id, head_}, change.context};
  out_->changes.push_back(std::move(change));
  return consequence;
}

void Journal::put(Record record) {
  out_->writes.push_back({std::move(record), false});
}
void Journal::erase(Record key) {
  out_->writes.push_back({std::move(key), true});
}

Change about(ChangeKind kind, const AttributePath& path) {
  Change change;
  change.kind = kind;
  change.device = path.device.text();
  change.attribute = path.attribute;
  return change;
}

}  // namespace attune::core
