#include <utility>

#include "broker/core/learning.h"

// What people decide about that which was learned.
namespace attune::core {

/// The key of the row that is meant; empty, with a problem, when it is not clear.
std::string Learning::chosen_row(const LearnRequest& request, std::string& problem) const {
  std::vector<std::string> fitting;
  for (const auto& [key, row] : all_) {
    if (row.id != request.learn) continue;
    if (request.context && *request.context != row.context) continue;
    const bool fits = request.action == LearnRequest::Action::undo ? !row.moves.empty()
                                                                   : row.proposed.has_value();
    if (fits) fitting.push_back(key);
  }
  if (fitting.size() == 1) return fitting.front();
  const bool undo = request.action == LearnRequest::Action::undo;
  problem = fitting.empty()
                ? (undo ? "nothing was learned of " : "nothing is proposed for ") + request.learn
                : request.learn + " has learned in several contexts: say which one";
  return {};
}

void Learning::take(const LearnRequest& request) {
  Reply reply;
  reply.id = request.id;
  reply.result = Reply::Result::rejected;
  const rules::Learn* learn = find(request.learn);
  const std::string key = chosen_row(request, reply.message);
  if (learn == nullptr || key.empty()) {
    reply.code = learn == nullptr ? "unknown_rule" : "nothing_learned";
    if (learn == nullptr) reply.message = "no rule learns " + request.learn;
    journal_.out().replies.push_back(std::move(reply));
    return;
  }
  Learned& row = all_.at(key);
  const Because person{{CauseKind::person, request.who, {}}, {}};
  switch (request.action) {
    case LearnRequest::Action::accept:
      move(*learn, row, *row.proposed, request.who, person);
      break;
    case LearnRequest::Action::dismiss: {
      const double was = *std::exchange(row.proposed, std::nullopt);
      (void)announce(*learn, row, "dismissed", effective(*learn, &row), was, person);
      row.evidence.clear();
      break;
    }
    case LearnRequest::Action::undo: {
      const Moved last = row.moves.back();
      row.moves.pop_back();
      row.evidence.clear();
      row.proposed.reset();
      row.value = last.from;
      look_again(*learn, announce(*learn, row, "unlearned", last.from, last.to, person));
      break;
    }
  }
  settle(*learn, key);
  reply.result = Reply::Result::accepted;
  reply.revision = journal_.head();
  journal_.out().replies.push_back(std::move(reply));
}

}  // namespace attune::core
