#include "devices/normaliser.h"

#include <algorithm>
#include <set>
#include <utility>

#include "devices/dialects/json_mapped.h"
#include "devices/dialects/mapping.h"
#include "devices/dialects/registry.h"
#include "devices/json/reader.h"
#include "devices/model/limits.h"
#include "devices/topics.h"

namespace attune::devices {

namespace {

using Verdict = MessageRates::Verdict;

std::string_view what_became_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::tolerated:
      return "; taken, since nobody waited";
    case Verdict::held:
      return "; the newest of each topic is taken later";
    default:
      return "; lost, since too much is held already";
  }
}

void note_flood(const Message& message, Verdict verdict, Decoded& out) {
  if (verdict != Verdict::tolerated && !MessageRates::is_refused(verdict)) return;
  std::string detail = "more than " + std::to_string(limits::kDeviceMessagesPerSecond) +
                       " messages a second of one device";
  detail += what_became_of(verdict);
  out.rejections.push_back({std::string(message.topic), "", "rate", std::move(detail)});
}

/// What it says is said when its turn comes; that there is such a device stays.
void take_back(Decoded& out) {
  out.readings.clear();
  out.events.clear();
  out.foreign.clear();
  out.unknown.clear();
  out.refusals.clear();
  out.replies.clear();
}

}  // namespace

Normaliser::Normaliser(Catalog& catalog, const DialectConfig& config) : catalog_(catalog) {
  for (const DialectRow& row : dialect_table()) {
    if (!config.listens(row.name)) continue;
    const std::size_t before = dialects_.size();
    const auto owner = [this, before](std::string_view topic) {
      return owner_among(before, topic);
    };
    dialects_.push_back(row.make({catalog, config.options(row.name), owner}));
    if (row.name == "json") json_ = static_cast<JsonMapped*>(dialects_.back().get());
  }
}

Normaliser::~Normaliser() = default;

/// The first `count` dialects are asked; empty: none of them owns the topic.
std::string_view Normaliser::owner_among(std::size_t count, std::string_view topic) const {
  for (std::size_t i = 0; i < count; ++i) {
    if (dialects_[i]->owns(topic)) return dialects_[i]->name();
  }
  return {};
}

/// Who stands before `json` and would keep a topic from it.
std::string_view Normaliser::owner_before_json(std::string_view topic) const {
  const auto json = std::ranges::find_if(
      dialects_, [this](const auto& dialect) { return dialect.get() == json_; });
  return owner_among(static_cast<std::size_t>(json - dialects_.begin()), topic);
}

std::vector<Misfit> Normaliser::misfits(const DevicesFile& file) const {
  std::vector<Misfit> found;
  std::set<std::pair<DeviceId, std::string>> seen;
  const auto add = [&](const DeviceId& device, const std::string& attribute, Status fits) {
    const bool again = !seen.emplace(device, attribute).second;
    if (again) fits = mapping_error(device, attribute, "mapped twice; leave one out");
    if (!fits) found.push_back({device, attribute, fits.error().message});
  };
  const auto taken = [this](std::string_view topic) { return owner_before_json(topic); };
  for (const JsonDevice& device : file.json) {
    for (const JsonAttribute& one : device.attributes) {
      add(device.id, one.name, JsonMapped::check(device, one, taken));
    }
  }
  for (const DeviceEntry& entry : file.entries) {
    for (const MappedAttribute& one : entry.mapped) {
      add(entry.id, one.name, check_mapped(entry.id, one));
    }
  }
  return found;
}

Status Normaliser::configure(const DevicesFile& file) {
  if (const auto wrong = misfits(file); !wrong.empty()) {
    return Error{"devices_file", wrong.front().what};
  }
  catalog_.set_entries(file.entries);
  for (const auto& dialect : dialects_) dialect->declare(file.entries);
  json_->configure(file.json);
  return {};
}

std::vector<std::string> Normaliser::subscriptions() const {
  std::vector<std::string> all;
  for (const auto& dialect : dialects_) {
    for (std::string& filter : dialect->subscriptions()) all.push_back(std::move(filter));
  }
  return without_covered(all);
}

void Normaliser::decode(const Message& message, Decoded& out, bool others_wait) {
  out.clear();
  if (const std::string_view wrong = what_is_wrong_with_topic(message.topic); !wrong.empty()) {
    std::string shown(message.topic.substr(0, limits::kTopicBytesMax));
    if (!json::valid_utf8(shown)) shown.clear();
    out.rejections.push_back({std::move(shown), "", "topic", std::string(wrong)});
    return;
  }
  auto verdict = rates_.admit(message, others_wait);
  if (!MessageRates::is_refused(verdict)) decode_by_owner(message, out);
  if (verdict == Verdict::unheard) {
    verdict = rates_.learn(message, out, catalog_.table(), others_wait);
    if (MessageRates::is_refused(verdict)) take_back(out);
  }
  note_flood(message, verdict, out);
}

std::optional<WaitingMessage> Normaliser::take_waiting(const Instant& now, Decoded& out) {
  std::optional<WaitingMessage> next = rates_.take(now.steady);
  if (!next && catalog_.admits_at(now.steady) <= now.steady) next = newcomers_.take();
  if (!next) return std::nullopt;
  out.clear();
  decode_by_owner({next->topic, next->payload, false, now}, out);
  return next;
}

std::optional<DeviceIndex> Normaliser::take_to_ask(Millis now) {
  return rates_.take_to_ask(now);
}

std::optional<Millis> Normaliser::waits_until(Millis now) const {
  std::optional<Millis> due = rates_.next(now);
  if (newcomers_.empty()) return due;
  const Millis joins = catalog_.admits_at(now);
  return due ? std::min(*due, joins) : joins;
}

void Normaliser::decode_by_owner(const Message& message, Decoded& out) {
  for (std::size_t i = 0; i < dialects_.size(); ++i) {
    if (!dialects_[i]->owns(message.topic)) continue;
    out.pass_on = false;
    dialects_[i]->decode(message, out);
    if (out.pass_on) continue;
    for (std::size_t j = i + 1; out.subscriptions_changed && j < dialects_.size(); ++j) {
      dialects_[j]->reconsider(out);
    }
    out.removed = catalog_.take_removed();
    if (out.too_many_devices) (void)newcomers_.add(message.topic, message.payload);
    return;
  }
  // Passed on by all who heard it: nobody's business, and nothing wrong with it.
  if (out.pass_on) return;
  out.rejections.push_back({std::string(message.topic), "", "topic", "no dialect listens here"});
}

const Dialect* Normaliser::of(DeviceIndex device) const {
  const DeviceInfo* info = catalog_.device(device);
  if (info == nullptr) return nullptr;
  const auto found = std::ranges::find(dialects_, std::string_view(info->dialect),
                                       [](const auto& dialect) { return dialect->name(); });
  return found == dialects_.end() ? nullptr : found->get();
}

bool Normaliser::knows(std::string_view topic) const {
  return std::ranges::any_of(dialects_, [topic](const auto& dialect) {
    return dialect->owns(topic) && dialect->knows(topic);
  });
}

std::vector<Outgoing> Normaliser::encode(DeviceIndex device, std::span<const Reading> values,
                                         const Terms& terms) const {
  const Dialect* dialect = of(device);
  return dialect == nullptr ? std::vector<Outgoing>{} : dialect->command(device, values, terms);
}

std::vector<Outgoing> Normaliser::ask(DeviceIndex device) const {
  const Dialect* dialect = of(device);
  return dialect == nullptr ? std::vector<Outgoing>{} : dialect->ask(device);
}

}  // namespace attune::devices
