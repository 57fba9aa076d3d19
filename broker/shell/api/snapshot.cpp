#include "broker/shell/api/snapshot.h"

#include <algorithm>
#include <utility>

#include "broker/shell/api/documents.h"

namespace attune::api {

void Snapshots::take(Match match, std::function<void(Snapshot)> done) {
  taking_.push_back({std::move(match), std::move(done), false, {}, {}});
  render();
}

void Snapshots::write(Match match, std::function<void(std::string)> done) {
  take(std::move(match), [this, done = std::move(done)](Snapshot snapshot) {
    Writer head;
    head.begin_object().member("revision", integer(snapshot.revision));
    head.member("store", ports_.identity().store_uuid).key("devices").begin_object();
    std::string text = head.take();
    std::size_t bytes = text.size() + 3;
    for (const auto& [id, device] : snapshot.devices) bytes += id.size() + device.size() + 4;
    text.reserve(bytes);
    writing_.push_back({std::move(snapshot), std::move(text), done});
    join();
  });
}

void Snapshots::turn(std::span<const Change> changes) {
  attributes_left_ = kAttributesPerTurn;
  bytes_left_ = kBytesPerTurn;
  if (!taking_.empty() && taking_.front().begun) {
    attributes_left_ += 2 * reopen(taking_.front(), changes);
  }
  render();
  join();
}

void Snapshots::begin(Taking& taking) const {
  taking.begun = true;
  const auto& core = ports_.core();
  for (const auto& [id, info] : core.catalog().devices()) {
    if (taking.match.device(id.text())) taking.open.insert(id.text());
  }
  if (core.catalog().table().find_device(kSettingsDevice) && taking.match.device(kSettingsDevice)) {
    taking.open.emplace(kSettingsDevice);
  }
}

/// Attributes of what is to be rendered because of these changes.
std::size_t Snapshots::reopen(Taking& taking, std::span<const Change> changes) const {
  std::size_t attributes = 0;
  for (const Change& change : changes) {
    if (change.kind == ChangeKind::rule || !taking.match.device(change.device)) continue;
    if (taking.open.insert(change.device).second) attributes += attributes_of(change.device);
  }
  return attributes;
}

std::size_t Snapshots::attributes_of(std::string_view device) const {
  const auto& table = ports_.core().catalog().table();
  const auto index = table.find_device(device);
  return index ? table.attributes_of(*index).size() + 1 : 1;
}

void Snapshots::render() {
  while (!taking_.empty() && attributes_left_ != 0) {
    Taking& taking = taking_.front();
    if (!taking.begun) begin(taking);
    while (!taking.open.empty() && attributes_left_ != 0) {
      const std::string id = std::move(taking.open.extract(taking.open.begin()).value());
      attributes_left_ -= std::min(attributes_left_, attributes_of(id));
      render_device(taking, id);
    }
    if (!taking.open.empty()) break;
    taking.snapshot.revision = ports_.head();
    auto finished = std::move(taking);
    taking_.pop_front();
    finished.done(std::move(finished.snapshot));
  }
  if (!taking_.empty()) ports_.wake();
}

void Snapshots::render_device(Taking& taking, const std::string& id) {
  const auto& core = ports_.core();
  const auto device = core.catalog().table().find_device(id);
  const auto* info = core.catalog().find(id);
  if (!device || (info == nullptr && id != kSettingsDevice)) {
    taking.snapshot.devices.erase(id);
    return;
  }
  Writer out;
  append_device(out.begin_object(), core, info, *device, taking.match);
  taking.snapshot.devices.insert_or_assign(id, out.end_object().take());
}

void Snapshots::join() {
  while (!writing_.empty() && bytes_left_ != 0) {
    if (!join(writing_.front())) break;
    auto finished = std::move(writing_.front());
    writing_.pop_front();
    finished.done(std::move(finished.text));
  }
  if (!writing_.empty()) ports_.wake();
}

bool Snapshots::join(Writing& writing) {
  auto& devices = writing.snapshot.devices;
  while (!devices.empty() && bytes_left_ != 0) {
    const auto device = devices.extract(devices.begin());
    if (writing.text.back() != '{') writing.text += ',';
    writing.text.append(1, '"').append(device.key()).append("\":").append(device.mapped());
    bytes_left_ -= std::min(bytes_left_, device.mapped().size());
  }
  if (!devices.empty()) return false;
  writing.text += "}}";
  return true;
}

}  // namespace attune::api
