#include "broker/shell/loop/telling.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "devices/json/writer.h"

namespace attune::shell {

namespace {

std::string payload_of(const core::Notice& notice) {
  devices::json::Writer out;
  out.begin_object().member("id", notice.id).member("severity", notice.severity);
  out.member("message", notice.message).member("rule", notice.rule.text());
  out.member("count", static_cast<std::int64_t>(notice.count));
  out.member("state", core::name(notice.state)).end_object();
  return out.take();
}

/// Of a width that keeps the order of numbers.
std::string key_of(std::uint64_t ticket) {
  return fmt::format("{:020}", ticket);
}

Write gone(std::uint64_t ticket) {
  return {Blob{std::string(Telling::kSpace), key_of(ticket), ""}, true};
}

}  // namespace

void Telling::restore(const std::vector<Blob>& blobs) {
  for (const Blob& blob : blobs) {
    Waiting waiting;
    const char* end = blob.key.data() + blob.key.size();
    const auto read = std::from_chars(blob.key.data(), end, waiting.ticket);
    const std::size_t mark = blob.bytes.find('\0');
    if (read.ec != std::errc() || read.ptr != end || mark == std::string::npos) continue;
    if (waiting.ticket <= last_ticket_) continue;
    waiting.topic = blob.bytes.substr(0, mark);
    waiting.payload = blob.bytes.substr(mark + 1);
    last_ticket_ = waiting.ticket;
    waiting_.push_back(std::move(waiting));
  }
  committed();
}

bool Telling::take(core::Outcome& outcome) {
  if (outcome.notices.empty()) return false;
  for (const core::Notice& notice : std::exchange(outcome.notices, {})) {
    add(notice.topic.empty() ? prefix_ + "/notify/" + notice.to : notice.topic, payload_of(notice),
        outcome);
    if (!echo_.topic.empty()) add(echo_.topic, echo_.payload(notice), outcome);
  }
  return true;
}

void Telling::add(std::string topic, std::string payload, core::Outcome& outcome) {
  if (waiting_.size() == kWaitingMax) drop_oldest(outcome);
  waiting_.push_back({++last_ticket_, std::move(topic), std::move(payload)});
  const Waiting& last = waiting_.back();
  outcome.writes.push_back(
      {Blob{std::string(kSpace), key_of(last.ticket), last.topic + '\0' + last.payload}});
}

void Telling::drop_oldest(core::Outcome& outcome) {
  const Waiting& oldest = waiting_.front();
  outcome.rejections.push_back(
      {oldest.topic, "", "notice",
       "nobody took " + oldest.payload + " for so long that newer notices were in the way"});
  outcome.writes.push_back(gone(oldest.ticket));
  waiting_.pop_front();
  committed_ -= std::min<std::size_t>(committed_, 1);
  sent_ -= std::min<std::size_t>(sent_, 1);
}

void Telling::let_out(link::Link& link) {
  for (; sent_ < committed_; ++sent_) {
    link::Parcel parcel;
    parcel.topic = waiting_[sent_].topic;
    parcel.payload = waiting_[sent_].payload;
    parcel.notice = waiting_[sent_].ticket;
    std::vector<link::Parcel> parcels;
    parcels.push_back(std::move(parcel));
    if (!link.publish(std::move(parcels))) return;
  }
}

void Telling::told(const std::vector<std::uint64_t>& tickets, std::vector<Write>& writes) {
  for (const std::uint64_t ticket : tickets) {
    const auto found = std::lower_bound(
        waiting_.begin(), waiting_.end(), ticket,
        [](const Waiting& waiting, std::uint64_t number) { return waiting.ticket < number; });
    if (found == waiting_.end() || found->ticket != ticket) continue;
    const auto place = static_cast<std::size_t>(found - waiting_.begin());
    writes.push_back(gone(ticket));
    waiting_.erase(found);
    committed_ -= place < committed_ ? 1 : 0;
    sent_ -= place < sent_ ? 1 : 0;
  }
}

}  // namespace attune::shell
