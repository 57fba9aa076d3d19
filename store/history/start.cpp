#include "store/history/start.h"

#include "store/queries.h"

namespace attune::store::history {
namespace {

constexpr std::size_t kPage = 4'096;

}  // namespace

Status start(Recorder& recorder, const TableReader& tables, const Position& position) {
  if (Status restored = recorder.restore(tables); !restored) return restored;
  Revision after = recorder.resume_after();
  while (true) {
    const auto page = read_log_after(tables, position, after, kPage);
    if (!page) return page.error();
    for (const Change& change : *page) recorder.record(change);
    if (page->size() < kPage) return {};
    after = page->back().revision;
  }
}

}  // namespace attune::store::history
