#include "broker/shell/api/followers.h"

#include "broker/shell/api/documents.h"
#include "broker/shell/http/sse.h"

namespace attune::api {
namespace {

std::string token(std::string_view event, Revision revision, const Ports& ports,
                  std::string_view reason) {
  devices::json::Writer data;
  data.begin_object().member("revision", integer(revision));
  data.member("store", ports.identity().store_uuid);
  if (!reason.empty()) data.member("reason", reason);
  std::string out;
  http::append_event(out, number(revision), event, data.end_object().take());
  return out;
}

}  // namespace

void Followers::add(std::shared_ptr<http::Stream> stream, std::shared_ptr<Signal> signal,
                    Filter filter, Revision since, std::string client) {
  const auto now = ports_.now().steady;
  followers_.push_back({std::move(stream), std::move(signal), std::move(filter), since, since, now,
                        true, now, std::move(client), false});
  auto& follower = followers_.back();
  tell_progress(follower, true);
  catch_up(follower);
}

void Followers::changed(std::span<const Change> changes) {
  std::vector<Rendered> turn;  // each rendered once, however many follow
  if (!followers_.empty()) {
    for (const auto& change : changes) turn.push_back({change, {}});
  }
  for (auto it = followers_.begin(); it != followers_.end();) {
    if (!it->stream->closed()) {
      clients_.renew(it->client);
      feed(*it, turn);
    }
    if (it->stream->closed()) {
      it = followers_.erase(it);
    } else {
      ++it;
    }
  }
}

void Followers::feed(Follower& follower, std::vector<Rendered>& turn) {
  if (follower.behind) return catch_up(follower);
  follower.signal->drained = false;  // before a send can fail: the answer to it is not missed
  for (auto& [change, event] : turn) {
    if (change.revision <= follower.cursor) continue;
    if (follower.filter.takes(change) && !send(follower, change, event)) {
      follower.behind = true;
      follower.behind_since = ports_.now().steady;
      return;
    }
    follower.cursor = change.revision;
  }
  tell_progress(follower, false);
}

void Followers::catch_up(Follower& follower) {
  if (!follower.signal->drained.exchange(false)) return wait_for_room(follower);
  follower.behind_since = ports_.now().steady;
  if (follower.cursor < ports_.floor()) return send_away(follower, "compacted");
  if (follower.tell_downgrade) {
    follower.tell_downgrade = false;
    if (!follower.stream->send(token("downgraded", follower.cursor, ports_, "slow"))) return;
  }
  const auto page = read_page(ports_, latest_, follower.filter, follower.cursor, kPageChangesMax);
  if (!page) return send_away(follower, "store");
  if (*page) {
    if (!send_page(follower, **page)) return;  // until it is drained
    tell_progress(follower, false);
    if (!follower.behind) return;
  }
  follower.signal->drained = true;
  ports_.wake();
}

bool Followers::send_page(Follower& follower, const Page& page) {
  std::string event;
  for (const auto& change : page.changes) {
    event.clear();
    if (!send(follower, change, event)) return false;
    follower.cursor = change.revision;
  }
  follower.cursor = page.to;
  follower.behind = !page.up_to_date;
  return true;
}

/// The reader takes nothing. First it gets less, then it is sent away.
void Followers::wait_for_room(Follower& follower) {
  const auto waited = ports_.now().steady - follower.behind_since;
  const auto missing = number(ports_.head()) - number(follower.cursor);
  if (waited > kBehindMax || missing > kBehindRevisionsMax) return send_away(follower, "slow");
  if (follower.filter.coalesced) return;
  if (waited <= kDowngradeAfter && missing <= kDowngradeRevisions) return;
  follower.filter.coalesced = true;
  follower.tell_downgrade = true;
  metrics_.stream_dropped("downgraded");
}

bool Followers::send(Follower& follower, const Change& change, std::string& event) {
  if (event.empty()) {
    http::append_event(event, number(change.revision), "change",
                       change_json(change, ports_.identity().node));
  }
  if (!follower.stream->send(event)) return false;
  follower.told = change.revision;
  follower.told_at = ports_.now().steady;
  return true;
}

void Followers::tell_progress(Follower& follower, bool at_once) {
  const auto now = ports_.now().steady;
  const auto untold = number(follower.cursor) - number(follower.told);
  const bool due =
      untold >= kProgressRevisions || (untold > 0 && now - follower.told_at >= kProgressEvery);
  if (!at_once && !due) return;
  if (!follower.stream->send(token("progress", follower.cursor, ports_, {}))) return;
  follower.told = follower.cursor;
  follower.told_at = now;
}

void Followers::send_away(Follower& follower, std::string_view reason) {
  metrics_.stream_dropped(reason);
  follower.stream->close(token("resync", follower.cursor, ports_, reason));
}

void Followers::close_all() {
  for (auto& follower : followers_) {
    follower.stream->close(token("resync", follower.cursor, ports_, "stopping"));
  }
  followers_.clear();
}

}  // namespace attune::api
