#include <utility>

#include "broker/shell/beside/ha_requests.h"
#include "broker/shell/runtime_parts.h"

/// Between the loop and what Home Assistant is shown.
namespace attune::shell {

beside::HaNames Runtime::Parts::beside_names() const {
  const config::Mqtt& mqtt = startup_.config.mqtt;
  return {mqtt.homeassistant.prefix, mqtt.prefix, startup_.config.node, ATTUNE_VERSION};
}

Status Runtime::Parts::open_beside() {
  beside_.emplace(beside_names(), startup_.config.mqtt.homeassistant.publish);
  const auto kept = store_->blobs(std::string(beside::HaPublisher::kSpace));
  if (!kept) return kept.error();
  beside_->restore(*kept);
  return {};
}

bool Runtime::Parts::take_from_beside(const inbox::Record& record, Arrival arrival) {
  if (beside_->is_own(record.topic)) return true;
  if (!startup_.config.mqtt.homeassistant.publish) return false;
  const std::string root = beside::command_root(beside_names()) + "/";
  if (!record.topic.starts_with(root)) return false;
  const std::string topic(record.topic);
  if (record.retained || arrival == Arrival::retained) {
    if (record.payload.empty()) return true;  // somebody cleans up
    rejected({topic, "", "retained_command", "a retained request is not obeyed"});
    return true;
  }
  if (arrival != Arrival::live) {
    rejected({topic, "", "late", "it waited while attune was away: nobody waits for it any more"});
    return true;
  }
  auto asked = beside::read_request(*core_, record.topic.substr(root.size()), record.payload);
  if (!asked) {
    rejected({topic, "", asked.error().code, asked.error().message});
    return true;
  }
  for (api::Submission& one : *asked) {
    submit(std::move(one), [this, topic](const core::Reply& reply) {
      if (reply.result == core::Reply::Result::accepted) return;
      rejected({topic, "", reply.code.empty() ? "value" : reply.code, reply.message});
    });
  }
  return true;
}

/// Once per turn: what a commit of it made durable may be shown.
void Runtime::Parts::show_beside() {
  if (std::exchange(committed_, false)) {
    std::vector<Write> rows = beside_->refresh(*core_);
    if (!rows.empty()) {
      loop_->keep(std::move(rows));
      loop_->commit_soon();
      wake_.ring();
    }
  }
  beside_->let_out(*link_);
}

void Runtime::Parts::told(const std::vector<std::uint64_t>& tickets) {
  std::vector<Write> rows = beside_->told(tickets);
  if (!rows.empty()) loop_->keep(std::move(rows));
}

}  // namespace attune::shell
