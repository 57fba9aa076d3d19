#include "broker/core/interlocks.h"

#include <algorithm>
#include <utility>

#include "broker/core/wish.h"

namespace attune::core {

namespace {

using cel::Truth;
using OnUnknown = rules::Interlock::OnUnknown;

Blob row_of(std::string_view id) {
  return {std::string(Interlocks::kSpace), std::string(id), "1"};
}

/// What is wanted of each attribute, else what is reported.
class Intended final : public rules::StateView {
 public:
  explicit Intended(const Image& image) : image_(image) {}
  [[nodiscard]] const Value& value(AttributeId attribute) const override {
    const Value& desired = image_.at(attribute).desired;
    return desired.has_value() ? desired : image_.value(attribute);
  }

 private:
  const Image& image_;
};

/// What was reported last, however long ago.
class LastKnown final : public rules::StateView {
 public:
  explicit LastKnown(const Image& image) : image_(image) {}
  [[nodiscard]] const Value& value(AttributeId attribute) const override {
    return image_.at(attribute).value;
  }

 private:
  const Image& image_;
};

/// A state in which one attribute has become something else.
class With final : public rules::StateView {
 public:
  With(const rules::StateView& state, AttributeId attribute, const Value& value)
      : state_(state), attribute_(attribute), value_(value) {}
  [[nodiscard]] const Value& value(AttributeId attribute) const override {
    return attribute == attribute_ ? value_ : state_.value(attribute);
  }

 private:
  const rules::StateView& state_;
  AttributeId attribute_;
  const Value& value_;
};

bool is_known(Truth truth) {
  return truth == Truth::yes || truth == Truth::no;
}

bool lies_within(const Wish& range, const Value& value) {
  if (!value.is_numeric()) return false;
  const double number = value.numeric();
  return (!range.min.is_numeric() || number >= range.min.numeric()) &&
         (!range.max.is_numeric() || number <= range.max.numeric());
}

}  // namespace

void Interlocks::restore(const std::vector<Blob>& blobs) {
  for (const Blob& blob : blobs) active_.insert(blob.key);
}

bool Interlocks::agrees(const rules::Interlock& lock, AttributeId attribute,
                        const Value& value) const {
  const AttributeInfo* info = catalog_.attribute(attribute);
  for (const rules::Want& want : lock.want) {
    if (want.attribute != attribute) continue;
    const auto wish = evaluate(want, info, image_, nullptr);
    if (!wish || !*wish) return false;
    if (want.is_range()) return lies_within(**wish, value);
    return info != nullptr && same_on_wire(*info, (*wish)->value, value);
  }
  return false;
}

bool Interlocks::denies(const rules::Interlock& lock, const rules::StateView& view,
                        const rules::StateView& last_known) const {
  const Truth truth = lock.never.truth(view);
  if (is_known(truth)) return truth == Truth::yes;
  if (lock.on_unknown != OnUnknown::keep) return lock.on_unknown == OnUnknown::deny;
  return lock.never.truth(last_known) == Truth::yes;
}

const rules::Interlock* Interlocks::forbids(AttributeId attribute, const Value& value) const {
  const auto& guards = rules_.set().guards;
  if (index(attribute) >= guards.size() || guards[index(attribute)].empty()) return nullptr;
  const Intended intended(image_);
  const LastKnown last(image_);
  const With as_reported(image_, attribute, value);
  const With as_wanted(intended, attribute, value);
  const With as_last_known(last, attribute, value);
  for (const std::uint32_t number : guards[index(attribute)]) {
    const rules::Interlock& lock = all()[number];
    if (agrees(lock, attribute, value)) continue;
    // It is so already: what it would be with this command may be the way out of it.
    if (lock.want.empty() && lock.never.truth(image_) == Truth::yes) continue;
    if (denies(lock, as_reported, as_last_known) || denies(lock, as_wanted, as_last_known)) {
      return &lock;
    }
  }
  return nullptr;
}

void Interlocks::touched(AttributeId attribute) {
  const auto add = [&](const auto& readers) {
    if (index(attribute) >= readers.size()) return;
    touched_.insert(readers[index(attribute)].begin(), readers[index(attribute)].end());
  };
  add(rules_.set().guards);
  add(rules_.set().guard_wants);
}

void Interlocks::touch_all() {
  for (std::uint32_t i = 0; i < all().size(); ++i) touched_.insert(i);
}

std::set<std::uint32_t> Interlocks::take_touched() {
  return std::exchange(touched_, {});
}

/// Everything that it wants is reported, or cannot be: of a device that is offline.
bool Interlocks::is_obeyed(const rules::Interlock& lock) const {
  return std::all_of(lock.want.begin(), lock.want.end(), [&](const rules::Want& want) {
    const DeviceIndex device = catalog_.table().device_of(want.attribute);
    if (image_.device(device).availability == Availability::offline) return true;
    return agrees(lock, want.attribute, image_.at(want.attribute).value);
  });
}

bool Interlocks::look(std::uint32_t number, Because& because) {
  const rules::Interlock& lock = all()[number];
  const bool was = is_active(lock.id);
  Truth truth = lock.never.truth(image_);
  const bool keeps = lock.on_unknown != OnUnknown::allow;
  if (!is_known(truth)) truth = keeps && was ? Truth::yes : Truth::no;
  // What it brought about is not let go halfway: a door that reverses reverses to its end.
  const bool is = truth == Truth::yes || (was && !is_obeyed(lock));
  if (was == is) return false;
  Change change;
  change.kind = ChangeKind::rule;
  change.device = lock.id;
  change.status = is ? "active" : "ended";
  change.detail = "interlock, never " + std::string(lock.never.source());
  because = journal_.write(std::move(change), because);
  because.cause.kind = CauseKind::system;
  because.cause.id = "interlock " + lock.id;
  set_active(lock, is);
  return true;
}

void Interlocks::set_active(const rules::Interlock& lock, bool active) {
  if (active) {
    active_.insert(lock.id);
    journal_.put(row_of(lock.id));
  } else {
    active_.erase(lock.id);
    journal_.erase(row_of(lock.id));
  }
}

std::vector<std::string> Interlocks::retire() {
  std::vector<std::string> gone;
  for (const std::string& id : active_) {
    const bool there = std::any_of(all().begin(), all().end(),
                                   [&](const rules::Interlock& lock) { return lock.id == id; });
    if (!there) gone.push_back(id);
  }
  for (const std::string& id : gone) {
    active_.erase(id);
    journal_.erase(row_of(id));
  }
  return gone;
}

}  // namespace attune::core
