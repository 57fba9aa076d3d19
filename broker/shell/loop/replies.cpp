#include "broker/shell/loop/replies.h"

#include <utility>

namespace attune::shell {

namespace {

[[nodiscard]] bool put(link::Link& link, devices::Outgoing message) {
  std::vector<link::Parcel> parcels;
  parcels.push_back(link::parcel(std::move(message), {}));
  return link.publish(std::move(parcels));
}

}  // namespace

void Replies::add(std::vector<devices::Outgoing> replies) {
  for (devices::Outgoing& reply : replies) fresh_.push_back(std::move(reply));
}

void Replies::ask_all(const devices::Catalog& catalog) {
  to_ask_.clear();
  for (const auto& [id, info] : catalog.devices()) {
    if (const auto index = catalog.table().find_device(id.text())) to_ask_.push_back(*index);
  }
}

void Replies::committed() {
  for (devices::Outgoing& reply : std::exchange(fresh_, {})) waiting_.push_back(std::move(reply));
  while (waiting_.size() > kWaitingMax) waiting_.pop_front();
}

void Replies::let_out(link::Link& link, const devices::Normaliser& normaliser, Millis now) {
  if (waiting_.empty() && to_ask_.empty()) return;
  held_ = !link.subscribed();
  while (!held_ && !waiting_.empty()) {
    held_ = !put(link, waiting_.front());
    if (!held_) waiting_.pop_front();
  }
  if (!held_) let_out_questions(link, normaliser, now);
}

void Replies::let_out_questions(link::Link& link, const devices::Normaliser& normaliser,
                                Millis now) {
  while (!to_ask_.empty() && now >= next_ask_) {
    const auto questions = normaliser.ask(to_ask_.front());
    to_ask_.pop_front();
    if (questions.empty()) continue;
    for (const devices::Outgoing& question : questions) {
      if (!put(link, question)) return;
    }
    next_ask_ = now + kAskEvery;
  }
}

void Replies::link_lost() {
  waiting_.clear();
  to_ask_.clear();
}

std::optional<Millis> Replies::next_due() const {
  if (to_ask_.empty() || held_) return std::nullopt;
  return next_ask_;
}

}  // namespace attune::shell
