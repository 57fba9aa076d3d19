#include "broker/shell/api/feeds.h"

#include "broker/shell/api/documents.h"

namespace attune::api {

void WaitingPages::ask(Asked asked) {
  if (!answer(asked)) waiting_.push_back(std::move(asked));
}

void WaitingPages::turn() {
  std::erase_if(waiting_, [this](const Asked& asked) { return answer(asked); });
}

bool WaitingPages::answer(const Asked& asked) {
  const auto refused =
      check_resume(ports_, asked.since, {});  // the log may have been cut meanwhile
  Writer out;
  out.begin_object();
  if (refused) {
    append_refused(out, *refused, ports_);
    asked.answer.json(std::move(out.end_object()), status_of(refused->why));
    return true;
  }
  const auto page = read_page(ports_, latest_, asked.filter, asked.since, asked.limit);
  if (!page) {
    asked.answer.refuse(500, page.error());
    return true;
  }
  if (!*page) {
    ports_.wake();
    return false;
  }
  append_page(out, **page, ports_.identity());
  asked.answer.json(std::move(out.end_object()));
  return true;
}

void Feeds::turn(std::span<const Change> changes) {
  latest.turn(changes);
  snapshots.turn(changes);
  pages.turn();
  followers.changed(changes);
  bus.turn();
}

}  // namespace attune::api
