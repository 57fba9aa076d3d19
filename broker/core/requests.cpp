#include "broker/core/requests.h"

#include <algorithm>

#include "broker/core/fit.h"

namespace attune::core {

namespace {

Because by_person(const std::string& who) {
  return {{CauseKind::person, who, {}}, {}};
}

}  // namespace

void Requests::reject(RequestId id, std::string code, std::string message) {
  Reply reply;
  reply.id = id;
  reply.result = Reply::Result::rejected;
  reply.code = std::move(code);
  reply.message = std::move(message);
  journal_.out().replies.push_back(std::move(reply));
}

void Requests::accept(RequestId id, Revision revision) {
  Reply reply;
  reply.id = id;
  reply.revision = revision;
  journal_.out().replies.push_back(std::move(reply));
}

void Requests::take(const WriteRequest& request) {
  if (request.path.device.text() == kSettingsDevice) {
    const auto id = catalog_.table().find(kSettingsDevice, request.path.attribute);
    if (id) return write_setting(request, *id);
    return reject(request.id, "unknown_attribute", "no setting " + request.path.attribute);
  }
  const auto id = writable(request);
  if (!id || conflicts(request, *id)) return;
  const auto value = fit(*catalog_.attribute(*id), request.value);
  if (!value) return reject(request.id, value.error().code, value.error().message);
  const Because held = arbitration_.hold(*id, *value, request.who, request.hold, request.reason,
                                         by_person(request.who));
  unnamed_.emplace_back(journal_.out().replies.size(), *id);
  accept(request.id, held.cause.parent);
}

void Requests::write_setting(const WriteRequest& request, AttributeId id) {
  const auto& settings = rules_.set().settings;
  const auto setting = std::find_if(settings.begin(), settings.end(), [&](const rules::Setting& s) {
    return s.id == request.path.attribute;
  });
  if (setting == settings.end()) {
    return reject(request.id, "unknown_attribute", "no setting " + request.path.attribute);
  }
  if (conflicts(request, id)) return;
  const auto value = fit(setting->info, request.value);
  if (!value) return reject(request.id, value.error().code, value.error().message);
  inference_.set_setting(id, *value, by_person(request.who));
  accept(request.id, image_.at(id).revision);
}

std::optional<AttributeId> Requests::writable(const WriteRequest& request) {
  const DeviceInfo* device = catalog_.find(request.path.device.text());
  if (device == nullptr) {
    reject(request.id, "unknown_device", "no device " + request.path.device.text());
    return std::nullopt;
  }
  const AttributeInfo* info = device->find(request.path.attribute);
  const auto id = catalog_.table().find(request.path.device.text(), request.path.attribute);
  if (info == nullptr || !id) {
    reject(request.id, "unknown_attribute",
           request.path.device.text() + " has no " + request.path.attribute);
    return std::nullopt;
  }
  if (!info->writable) {
    reject(request.id, "read_only",
           request.path.text() + " is only reported, it takes no commands");
    return std::nullopt;
  }
  return id;
}

bool Requests::conflicts(const WriteRequest& request, AttributeId id) {
  const AttributeState& state = image_.at(id);
  if (!request.if_revision || *request.if_revision == state.revision) return false;
  Reply reply;
  reply.id = request.id;
  reply.result = Reply::Result::conflict;
  reply.revision = state.revision;
  reply.current = state.value;
  journal_.out().replies.push_back(std::move(reply));
  return true;
}

void Requests::take(const ReleaseRequest& request) {
  const auto id = catalog_.table().find(request.path.device.text(), request.path.attribute);
  if (!id) {
    return reject(request.id, "unknown_attribute", "no attribute " + request.path.text());
  }
  if (!arbitration_.release(*id, by_person(request.who), "released")) {
    return reject(request.id, "not_held", "nobody holds " + request.path.text() + " by hand");
  }
  unnamed_.emplace_back(journal_.out().replies.size(), *id);
  accept(request.id, journal_.head());
}

void Requests::take(const RuleModeRequest& request) {
  const auto index = rules_.set().index_of(request.rule.text());
  if (!index) return reject(request.id, "unknown_rule", "no rule " + request.rule.text());
  const Because done =
      inference_.set_mode(*index, request.mode, request.duration, by_person(request.who));
  accept(request.id, done.cause.parent);
}

void Requests::name_commands() {
  for (const auto& [place, attribute] : unnamed_) {
    const Command* command = ledger_.on(attribute);
    if (command != nullptr) journal_.out().replies[place].command = command->id;
  }
  unnamed_.clear();
}

}  // namespace attune::core
